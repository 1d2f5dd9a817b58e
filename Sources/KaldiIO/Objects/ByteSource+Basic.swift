extension ByteSource {
  /// Takes the two bytes that stand before a binary object.
  ///
  /// - Returns: Whether they were there; without them the object is text and nothing is taken.
  /// - Throws: ``KaldiIOError/malformed(_:found:expected:)`` for a NUL that no `B` follows.
  public func takeBinaryHeader() throws(KaldiIOError) -> Bool {
    guard try peek() == 0 else { return false }
    guard try peek(at: 1) == 0x42 else {
      throw malformed(expected: "the binary header '\\x00B'", isText: false)
    }
    advance(2)
    return true
  }

  /// Reads a token and the one white-space byte behind it, in binary as in text.
  ///
  /// - Returns: The token.
  public func readToken() throws(KaldiIOError) -> String {
    try skipWhitespace()
    let start = place
    let bytes = try word()
    if bytes.isEmpty { throw malformed(expected: "a token") }
    guard try next() != nil else {
      throw .malformed(
        start, found: "\(quoted(bytes)) and the end of the input",
        expected: "a token and white space")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The token that comes next, left in place; empty at the end of the input.
  ///
  /// White space before it is passed over. A word of more than 256 bytes is cut there.
  public func peekToken() throws(KaldiIOError) -> String {
    try skipWhitespace()
    var bytes: [UInt8] = []
    while bytes.count < 256, let byte = try peek(at: bytes.count), !isWhitespace(byte) {
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads a token that must be a given one.
  public func expect(token: String) throws(KaldiIOError) {
    try skipWhitespace()
    let start = place
    let found = try readToken()
    if found != token {
      throw .malformed(start, found: quoted(found.utf8), expected: "'\(token)'")
    }
  }

  /// Reads a 32-bit integer: with its size byte in binary, decimal in text.
  public func readInt32(isBinary: Bool) throws(KaldiIOError) -> Int32 {
    if isBinary {
      guard try peek() == 4 else {
        throw malformed(expected: "a 32-bit integer (size byte 4)", isText: false)
      }
      advance(1)
      return Int32(truncatingIfNeeded: try readRaw(4))
    }
    try skipWhitespace()
    let isNegative = try peek() == 0x2d
    let hasPlus = try peek() == 0x2b
    var length = isNegative || hasPlus ? 1 : 0
    let first = length
    var value: Int64 = 0
    while let byte = try peek(at: length), byte &- 0x30 <= 9 {
      value = value * 10 + Int64(byte - 0x30)
      length += 1
      if value > Int64(Int32.max) + 1 { throw malformed(expected: "a 32-bit integer") }
    }
    guard length > first, let small = Int32(exactly: isNegative ? -value : value) else {
      throw malformed(expected: "a 32-bit integer")
    }
    advance(length)
    return small
  }

  /// Reads a floating-point number: with its size byte in binary, decimal in text.
  ///
  /// - Returns: The number, and in binary the width it was stored in.
  public func readFloat(
    isBinary: Bool
  ) throws(KaldiIOError) -> (value: Double, precision: Precision?) {
    if isBinary {
      switch try peek() {
      case 4:
        advance(1)
        let bits = UInt32(truncatingIfNeeded: try readRaw(4))
        return (widened(Float(bitPattern: bits)), .float32)
      case 8:
        advance(1)
        return (Double(bitPattern: try readRaw(8)), .float64)
      default:
        throw malformed(expected: "a number (size byte 4 or 8)", isText: false)
      }
    }
    try skipWhitespace()
    var window = 64
    while true {
      let isWhole = try !require(window)
      let number = unsafe DecimalReader.read(bytes + cursor, single: false)
      let end = unsafe number.end - bytes
      if end >= limit && !isWhole {
        window = (limit - cursor) + 1
        continue
      }
      guard unsafe number.failure == .none else { throw malformed(expected: "a number") }
      cursor = end
      return unsafe (number.value, nil)
    }
  }

  /// Reads bytes as a little-endian number.
  func readRaw(_ count: Int) throws(KaldiIOError) -> UInt64 {
    guard try require(count) else {
      throw .malformed(
        .init(file: name, byte: offset), found: "the end of the input",
        expected: "\(count) bytes of a number")
    }
    var value: UInt64 = 0
    for index in 0..<count { value |= unsafe UInt64(bytes[cursor + index]) << UInt64(8 * index) }
    cursor += count
    return value
  }

  /// Refuses a count of items that the input cannot hold, before any memory is asked for.
  func check(
    count: Int, of size: Int, at place: KaldiIOError.Place
  ) throws(KaldiIOError) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    var place = place
    place.line = nil
    if count < 0 || overflow {
      throw .malformed(place, found: "a count of \(count)", expected: "a possible size")
    }
    if let remaining, bytes > remaining {
      throw .malformed(
        place, found: "a header that promises \(bytes) bytes",
        expected: "at most the \(remaining) that are left")
    }
  }
}

/// A binary32 number as binary64, NaN payloads kept.
@inline(__always) func widened(_ value: Float) -> Double {
  if value.isNaN {
    let bits = UInt64(value.bitPattern)
    return Double(bitPattern: (bits >> 31) << 63 | 0x7ff << 52 | (bits & 0x7f_ffff) << 29)
  }
  return Double(value)
}

/// A binary64 number as binary32, NaN payloads kept as far as they go.
@inline(__always) func narrowed(_ value: Double) -> Float {
  if value.isNaN {
    let bits = value.bitPattern
    var payload = UInt32(truncatingIfNeeded: bits >> 29) & 0x7f_ffff
    if payload == 0 { payload = 0x40_0000 }
    return Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 63) << 31 | 0x7f80_0000 | payload)
  }
  return Float(value)
}
