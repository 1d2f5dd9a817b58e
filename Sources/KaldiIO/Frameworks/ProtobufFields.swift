/// The fields of one protocol-buffer message in memory, one after another.
///
/// Every length is checked against the bytes that are there before it is used.
struct ProtobufFields {
  /// What a field holds.
  enum Value: Equatable {
    /// A number of variable length, as its bits.
    case varint(UInt64)
    /// Four bytes.
    case fixed32(UInt32)
    /// Eight bytes.
    case fixed64(UInt64)
    /// Bytes: a string, packed numbers, a message; a range of the message's bytes.
    case bytes(Range<Int>)
  }

  /// The message.
  let message: [UInt8]
  /// The next byte.
  private(set) var index: Int
  private let end: Int

  /// The fields in a stretch of bytes.
  init(_ message: [UInt8], in range: Range<Int>) {
    self.message = message
    index = range.lowerBound
    end = range.upperBound
  }

  /// Whether all bytes were taken.
  var isAtEnd: Bool { index >= end }

  /// The next field's number and value; nil where no field stands.
  mutating func next() -> (number: Int, value: Value)? {
    guard let tag = varint(), tag >> 3 > 0, tag >> 3 < 1 << 29 else { return nil }
    let number = Int(tag >> 3)
    switch tag & 7 {
    case 0: return varint().map { (number, .varint($0)) }
    case 1: return fixed(8).map { (number, .fixed64($0)) }
    case 5: return fixed(4).map { (number, .fixed32(UInt32(truncatingIfNeeded: $0))) }
    case 2:
      guard let length = varint(), length <= UInt64(end - index) else { return nil }
      let start = index
      index += Int(length)
      return (number, .bytes(start..<index))
    default: return nil
    }
  }

  /// A number in groups of seven bits, the low ones first.
  mutating func varint() -> UInt64? {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while index < end, shift < 64 {
      let byte = message[index]
      index += 1
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
    return nil
  }

  private mutating func fixed(_ count: Int) -> UInt64? {
    guard end - index >= count else { return nil }
    var result: UInt64 = 0
    for offset in (0..<count).reversed() { result = result << 8 | UInt64(message[index + offset]) }
    index += count
    return result
  }
}
