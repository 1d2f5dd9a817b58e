/// Reads the arrays of an `.npz` file as `numpy.savez` stores them, one after another.
public struct NumPyArchive {
  private let source: ByteSource

  /// An archive at its first byte.
  public init(_ source: ByteSource) { self.source = source }

  /// One entry: its name without `.npy`, where its bytes begin, and its array.
  public struct Entry: Sendable {
    /// The name the array was saved under.
    public var name: String
    /// The byte of the archive at which the entry's own bytes begin.
    public var byteOffset: Int
    /// The array; nil for an entry that is none.
    public var tensor: StoredTensor?
  }

  /// The next entry.
  ///
  /// - Returns: nil behind the last one.
  /// - Throws: ``KaldiIOError`` for what is no zip archive, and for compressed entries.
  public mutating func next() throws(KaldiIOError) -> Entry? {
    let mark = try source.takeBytes(4, expected: "an entry of a zip archive")
    guard mark[0] == 0x50, mark[1] == 0x4b else {
      throw source.malformed(found: quoted(mark), expected: "an entry of a zip archive")
    }
    // The list of all entries, or the end of an archive without any.
    if mark[2] == 1 || mark[2] == 5 { return nil }
    guard mark[2] == 3, mark[3] == 4 else {
      throw source.malformed(found: quoted(mark), expected: "an entry of a zip archive")
    }
    let fields = try source.takeBytes(26, expected: "the head of a zip entry")
    let flags = Self.number(fields, at: 2, 2)
    let method = Self.number(fields, at: 4, 2)
    var size: Int? = Self.number(fields, at: 18, 4)
    let rawName = try source.takeBytes(Self.number(fields, at: 22, 2), expected: "an entry's name")
    let extra = try source.takeBytes(Self.number(fields, at: 24, 2), expected: "an entry's fields")
    let fullName = String(decoding: rawName, as: UTF8.self)
    guard method == 0 else {
      throw .unusable(
        "\(source.name):\(fullName)",
        reason: "the array is compressed: save it with numpy.savez, not numpy.savez_compressed")
    }
    guard flags & 1 == 0 else {
      throw .unusable("\(source.name):\(fullName)", reason: "the array is encrypted")
    }
    if size == 0xffff_ffff { size = Self.longSize(extra) }
    let hasDescriptor = flags & 8 != 0
    if hasDescriptor && (size ?? 0) == 0 { size = nil }
    if let size, let remaining = source.remaining, size > remaining {
      throw source.malformed(
        found: "\(remaining) bytes", expected: "the \(size) bytes of '\(fullName)'")
    }
    let start = source.offset
    guard fullName.hasSuffix(".npy") else {
      guard let size else {
        throw source.malformed(
          found: "an entry '\(fullName)' of unknown length", expected: "a NumPy array")
      }
      try skip(size)
      if hasDescriptor { try skipDescriptor() }
      return Entry(name: fullName, byteOffset: start, tensor: nil)
    }
    let tensor = try NumPyReader.read(source)
    if let size {
      guard source.offset - start <= size else {
        throw source.malformed(
          found: "an array of \(source.offset - start) bytes",
          expected: "the \(size) bytes of '\(fullName)'")
      }
      try skip(size - (source.offset - start))
    }
    if hasDescriptor { try skipDescriptor() }
    return Entry(name: String(fullName.dropLast(4)), byteOffset: start, tensor: tensor)
  }

  private func skip(_ count: Int) throws(KaldiIOError) {
    var left = count
    while left > 0 {
      let step = min(left, 1 << 16)
      _ = try source.takeBytes(step, expected: "the rest of a zip entry")
      left -= step
    }
  }

  /// Passes over the sizes written behind an entry: 32 or 64 bits each, told by what follows.
  private func skipDescriptor() throws(KaldiIOError) {
    for length in [16, 24] where try isMark(at: length) {
      try skip(length)
      return
    }
    throw source.malformed(found: "no entry behind the sizes", expected: "the next zip entry")
  }

  private func isMark(at distance: Int) throws(KaldiIOError) -> Bool {
    guard try source.peek(at: distance) == 0x50, try source.peek(at: distance + 1) == 0x4b else {
      return false
    }
    let kind = try source.peek(at: distance + 2)
    return kind == 1 || kind == 3 || kind == 5 || kind == 6
  }

  /// The uncompressed size in the field that zip uses beyond 32 bits.
  private static func longSize(_ extra: [UInt8]) -> Int? {
    var index = 0
    while index + 4 <= extra.count {
      let length = number(extra, at: index + 2, 2)
      if number(extra, at: index, 2) == 1, length >= 8, index + 12 <= extra.count {
        return number(extra, at: index + 4, 8)
      }
      index += 4 + length
    }
    return nil
  }

  private static func number(_ bytes: [UInt8], at index: Int, _ count: Int) -> Int {
    var value: UInt64 = 0
    for offset in (0..<count).reversed() { value = value << 8 | UInt64(bytes[index + offset]) }
    return Int(clamping: value)
  }
}
