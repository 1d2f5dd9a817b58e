import Concurrency

/// Rows of a text matrix that hold only numbers and spaces, read as a block.
///
/// Blocks are where the bulk of text goes through; whatever is unusual in a row ends the block in
/// front of that row and is left to the reader that knows all of the grammar. Two blocks may be
/// read at the same time, as rows do not depend on each other.
struct PlainRows {
  private(set) var elements: [Double] = []
  private(set) var columns = 0
  private(set) var rows = 0
  private(set) var digitsShown: UInt64 = 0
  /// How many bytes the rows take, their line feeds included.
  private(set) var length = 0

  /// Reads rows, each ended by a line feed, until one is no such row or as wide as the first.
  ///
  /// - Parameters:
  ///   - bytes: The text; the last byte is a line feed.
  ///   - single: Whether to round to binary32.
  init(_ bytes: UnsafeBufferPointer<UInt8>, single: Bool) {
    guard let start = bytes.baseAddress else { return }
    let end = unsafe start + bytes.count
    elements.reserveCapacity(bytes.count / 8)
    var p = unsafe start
    while unsafe p < end {
      let before = elements.count
      while true {
        let byte = unsafe p[0]
        if byte == 0x20 {
          unsafe p += 1
          continue
        }
        if byte == 0x0a { break }
        let number = unsafe DecimalReader.read(p, single: single)
        let next = unsafe number.end[0]
        let isPlain = byte == 0x2d || byte &- 0x30 <= 9
        guard unsafe isPlain && number.failure == .none && (next == 0x20 || next == 0x0a) else {
          elements.removeLast(elements.count - before)
          return
        }
        unsafe elements.append(number.value)
        digitsShown = unsafe max(digitsShown, number.digitsShown)
        unsafe p = number.end
      }
      let width = elements.count - before
      if width > 0 {
        if rows == 0 { columns = width }
        if width != columns {
          elements.removeLast(width)
          return
        }
        rows += 1
      }
      unsafe p += 1
      length = unsafe p - start
    }
  }

  /// Reads two halves of a text at the same time.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - middle: Where the second half begins, behind a line feed.
  ///   - single: Whether to round to binary32.
  /// - Returns: The blocks.
  static func pair(
    _ bytes: UnsafeBufferPointer<UInt8>, middle: Int, single: Bool
  ) -> [PlainRows] {
    let halves = unsafe [
      Part(bytes: UnsafeBufferPointer(rebasing: bytes[..<middle])),
      Part(bytes: UnsafeBufferPointer(rebasing: bytes[middle...])),
    ]
    return Threads.map(halves) { unsafe PlainRows($0.bytes, single: single) }
  }

  /// Text that is only read.
  @safe private struct Part: @unchecked Sendable {
    let bytes: UnsafeBufferPointer<UInt8>
  }
}
