import Tensors

/// Takes the words, numbers and tensors of a model, text or binary, out of its bytes.
struct ModelScanner {
  let bytes: [UInt8]
  let name: String
  let isBinary: Bool
  /// The next byte.
  var index = 0
  private var countedTo = 0
  private var lines = 1

  init(bytes: [UInt8], name: String, isBinary: Bool) {
    self.bytes = bytes
    self.name = name
    self.isBinary = isBinary
  }

  var isAtEnd: Bool { index >= bytes.count }
  var isAtToken: Bool { index < bytes.count && bytes[index] == 0x3c }

  /// Whether a tensor begins here.
  var isAtTensor: Bool {
    guard isBinary else { return index < bytes.count && bytes[index] == 0x5b }
    return index + 2 < bytes.count && (bytes[index] == 0x46 || bytes[index] == 0x44)
      && (bytes[index + 1] == 0x4d || bytes[index + 1] == 0x56) && bytes[index + 2] == 0x20
  }

  /// Passes over white space; in a binary model too, where Kaldi does so before tokens.
  mutating func skipWhitespace() {
    while index < bytes.count, isWhitespace(bytes[index]) { index += 1 }
  }

  /// Passes over spaces up to the end of the line and that end, in text.
  mutating func skipLineEnd() {
    guard !isBinary else { return }
    var end = index
    while end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x0d { end += 1 }
    if end < bytes.count && bytes[end] == 0x0a { index = end + 1 }
  }

  /// Whether a token stands here, in any case.
  func startsWithToken(_ token: String) -> Bool {
    var position = index
    for byte in token.utf8 {
      guard position < bytes.count else { return false }
      let isLetter = (byte | 0x20) &- 0x61 < 26
      guard isLetter ? bytes[position] | 0x20 == byte | 0x20 : bytes[position] == byte else {
        return false
      }
      position += 1
    }
    return position == bytes.count || isWhitespace(bytes[position])
  }

  /// Takes a token and the one white space behind it.
  mutating func token() throws(KaldiIOError) -> String {
    skipWhitespace()
    let start = index
    while index < bytes.count, !isWhitespace(bytes[index]), index - start < 256 { index += 1 }
    guard index > start, bytes[start] == 0x3c, bytes[index - 1] == 0x3e else {
      throw malformed(at: start, found: found(at: start), expected: "a token such as <Nnet>")
    }
    defer { if index < bytes.count { index += 1 } }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  /// Takes a size: a whole number that is not negative.
  mutating func size(_ expected: String) throws(KaldiIOError) -> Int {
    let start = index
    let (value, _) = try integer(expected)
    guard value >= 0 else { throw malformed(at: start, found: "\(value)", expected: expected) }
    return Int(value)
  }

  /// Takes a 32-bit whole number and how it was printed.
  private mutating func integer(
    _ expected: String
  ) throws(KaldiIOError) -> (Int32, ArraySlice<UInt8>?) {
    if isBinary {
      guard index + 5 <= bytes.count, bytes[index] == 4 else {
        throw malformed(at: index, found: found(at: index), expected: expected + " of 4 bytes")
      }
      index += 5
      return (Int32(truncatingIfNeeded: littleEndian(index - 4, 4)), nil)
    }
    skipWhitespace()
    let start = index
    while index < bytes.count, !isWhitespace(bytes[index]), index - start < 32 { index += 1 }
    guard let value = Int32(String(decoding: bytes[start..<index], as: UTF8.self)) else {
      throw malformed(at: start, found: found(at: start), expected: expected)
    }
    return (value, bytes[start..<index])
  }

  /// Takes a token's value.
  mutating func setting(
    _ token: String, isInteger: Bool
  ) throws(KaldiIOError) -> NnetModel.Setting {
    if isInteger {
      let start = index
      let (value, printed) = try integer("the value of \(token)")
      guard value >= 0 else {
        throw malformed(at: start, found: "\(value)", expected: "a size for \(token)")
      }
      return .init(token: token, value: Double(value), isInteger: true, printed: printed)
    }
    if isBinary {
      guard index < bytes.count, bytes[index] == 4 || bytes[index] == 8,
        index + 1 + Int(bytes[index]) <= bytes.count
      else {
        throw malformed(
          at: index, found: found(at: index), expected: "the value of \(token), 4 or 8 bytes")
      }
      let isDouble = bytes[index] == 8
      let bits = littleEndian(index + 1, isDouble ? 8 : 4)
      index += isDouble ? 9 : 5
      let value =
        isDouble
        ? Double(bitPattern: bits) : widened(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
      return .init(token: token, value: value, isInteger: false, isDouble: isDouble)
    }
    skipWhitespace()
    let start = index
    guard let number = PrintedNumber(bytes, from: index),
      number.end == bytes.count || isWhitespace(bytes[number.end])
    else {
      throw malformed(at: start, found: found(at: start), expected: "the value of \(token)")
    }
    index = number.end
    return .init(
      token: token, value: number.value, isInteger: false, printed: bytes[start..<index])
  }

  /// Takes a list of whole numbers.
  mutating func integers() throws(KaldiIOError) -> [Int32] {
    var result: [Int32] = []
    if isBinary {
      guard index + 5 <= bytes.count, bytes[index] == 4 else {
        throw malformed(at: index, found: found(at: index), expected: "a list of integers")
      }
      let count = Int(Int32(truncatingIfNeeded: littleEndian(index + 1, 4)))
      guard count >= 0, count <= (bytes.count - index - 5) / 4 else {
        throw malformed(at: index, found: "a list of \(count) integers", expected: "what follows")
      }
      index += 5
      for _ in 0..<count {
        result.append(Int32(truncatingIfNeeded: littleEndian(index, 4)))
        index += 4
      }
      return result
    }
    skipWhitespace()
    guard index < bytes.count, bytes[index] == 0x5b else {
      throw malformed(at: index, found: found(at: index), expected: "a list of integers")
    }
    index += 1
    while true {
      skipWhitespace()
      if index < bytes.count && bytes[index] == 0x5d { break }
      result.append(try integer("an integer or ']'").0)
    }
    index += 1
    return result
  }

  /// Takes a matrix or vector.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - isVector: Which of the two it must be, if that is known.
  /// - Returns: The tensor with its place.
  /// - Throws: ``KaldiIOError`` when none stands here.
  mutating func parameter(
    _ name: String, isVector: Bool?
  ) throws(KaldiIOError) -> NnetModel.Parameter {
    if !isBinary { skipWhitespace() }
    let start = index
    if !isBinary {
      lines += bytes[countedTo..<start].count { $0 == 0x0a }
      countedTo = start
    }
    guard isAtTensor else {
      throw malformed(at: start, found: found(at: start), expected: "the tensor \(name)")
    }
    let (tensor, printed) = isBinary ? (try binaryTensor(), nil) : try textTensor(isVector)
    if let isVector, isVector != (tensor.form == .vector), !tensor.matrix.elements.isEmpty {
      throw malformed(
        at: start, found: "a \(isVector ? "matrix" : "vector")",
        expected: "a \(isVector ? "vector" : "matrix") for \(name)")
    }
    return .init(
      name: name, tensor: tensor, byteOffset: start, line: isBinary ? nil : lines,
      printed: printed)
  }

  /// Takes one value whose meaning is not known.
  mutating func skipValue() throws(KaldiIOError) {
    if !isBinary {
      while index < bytes.count, !isWhitespace(bytes[index]) { index += 1 }
      return
    }
    let byte = bytes[index]
    let length = byte == 0x54 || byte == 0x46 ? 1 : byte == 4 || byte == 8 ? Int(byte) + 1 : 0
    guard length > 0, index + length <= bytes.count else {
      throw malformed(at: index, found: found(at: index), expected: "a value of a component")
    }
    index += length
  }

  private mutating func binaryTensor() throws(KaldiIOError) -> StoredTensor {
    let start = index
    let isDouble = bytes[index] == 0x44
    let isVector = bytes[index + 1] == 0x56
    index += 3
    let rows = isVector ? 1 : try size("a number of rows")
    let columns = try size("a number of columns")
    let width = isDouble ? 8 : 4
    guard columns == 0 || rows <= (bytes.count - index) / width / columns else {
      throw malformed(
        at: start, found: "\(rows)×\(columns) with \(bytes.count - index) bytes left",
        expected: "that many numbers")
    }
    var elements: [Double] = []
    elements.reserveCapacity(rows * columns)
    for _ in 0..<rows * columns {
      let bits = littleEndian(index, width)
      elements.append(
        isDouble
          ? Double(bitPattern: bits) : widened(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
      index += width
    }
    return StoredTensor(
      form: isVector ? .vector : .matrix,
      matrix: Matrix(
        rows: elements.isEmpty ? 0 : rows, columns: elements.isEmpty ? 0 : columns,
        elements: elements),
      encoding: isDouble ? .float64 : .float32)
  }

  private mutating func textTensor(
    _ isVector: Bool?
  ) throws(KaldiIOError) -> (StoredTensor, ArraySlice<UInt8>) {
    let start = index
    var elements: [Double] = []
    var rowStart = 0
    var columns: Int?
    var hasRowEnd = false
    var digits = 0
    index += 1
    while true {
      guard index < bytes.count else {
        throw malformed(at: start, found: "a tensor without its ']'", expected: "it")
      }
      let byte = bytes[index]
      if byte == 0x20 || byte == 0x09 || byte == 0x0d {
        index += 1
        continue
      }
      if byte == 0x0a || byte == 0x3b || byte == 0x5d {
        let length = elements.count - rowStart
        if length > 0 {
          if let columns, columns != length {
            throw malformed(
              at: index, found: "a row of \(length) numbers", expected: "one of \(columns)")
          }
          columns = length
          rowStart = elements.count
        }
        index += 1
        if byte == 0x5d { break }
        hasRowEnd = true
        continue
      }
      guard let number = PrintedNumber(bytes, from: index), endsNumber(number.end) else {
        throw malformed(at: index, found: found(at: index), expected: "a number or ']'")
      }
      elements.append(number.value)
      digits = max(digits, number.significantDigits)
      index = number.end
    }
    let width = columns ?? 0
    let isRow = isVector == false ? false : !hasRowEnd
    return (
      StoredTensor(
        form: isRow ? .vector : .matrix,
        matrix: Matrix(
          rows: width == 0 ? 0 : elements.count / width, columns: width, elements: elements),
        encoding: .text(significantDigits: digits)),
      bytes[start..<index]
    )
  }

  private func endsNumber(_ end: Int) -> Bool {
    end == bytes.count || isWhitespace(bytes[end]) || bytes[end] == 0x5d || bytes[end] == 0x3b
  }

  private func littleEndian(_ start: Int, _ count: Int) -> UInt64 {
    var value: UInt64 = 0
    for offset in (0..<count).reversed() { value = value << 8 | UInt64(bytes[start + offset]) }
    return value
  }

  private func line(of position: Int) -> Int {
    bytes[..<position].reduce(1) { $1 == 0x0a ? $0 + 1 : $0 }
  }

  func found(at position: Int) -> String {
    guard position < bytes.count else { return "the end of the file" }
    if isBinary { return quoted(bytes[position...].prefix(16)) }
    return quoted(bytes[position...].prefix { !isWhitespace($0) })
  }

  /// An error at a byte.
  func malformed(at position: Int, found: String, expected: String) -> KaldiIOError {
    let line = isBinary ? nil : line(of: min(position, bytes.count))
    return .malformed(
      .init(file: name, byte: position, line: line), found: found, expected: expected)
  }
}
