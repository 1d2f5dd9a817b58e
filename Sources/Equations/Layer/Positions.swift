/// How many frames of its own sentence each row may see behind or ahead of itself.
///
/// Sentences are stacked in one matrix; the counters keep a filter from crossing their borders.
public struct Positions: Sendable, Hashable {
  /// Which way the counters look.
  public enum Direction: Sendable, Hashable {
    /// Toward row 0: `position`, `bposition`.
    case behind
    /// Toward the last row: `fposition`.
    case ahead
  }

  /// The counters, one a row.
  public let counts: [Int]

  /// Counters that never reach before the first row or past the last one.
  ///
  /// - Parameters:
  ///   - counts: One counter a row.
  ///   - direction: Which way they look.
  ///   - tensor: What to call them in an error.
  ///   - rowCount: T, how many rows there are.
  /// - Throws: ``LayerError`` when there are more or fewer than T, or one is negative or reaches past
  ///   the matrix; checked before any limit by the filter's length.
  public init(
    _ counts: [Int], direction: Direction, tensor: String, rowCount: Int
  ) throws(LayerError) {
    guard counts.count == rowCount else {
      throw .shape(tensor: tensor, expected: [rowCount], found: [counts.count])
    }
    for (row, count) in counts.enumerated() {
      let reach = direction == .behind ? row : rowCount - 1 - row
      guard (0...reach).contains(count) else {
        throw .position(tensor: tensor, row: row, found: count, allowed: 0...reach)
      }
    }
    self.counts = counts
  }

  /// The same from numbers as a file holds them.
  ///
  /// - Parameters:
  ///   - values: One counter a row.
  ///   - direction: Which way they look.
  ///   - tensor: What to call them in an error.
  ///   - rowCount: T, how many rows there are.
  /// - Throws: Also ``LayerError/fractionalPosition(tensor:row:found:)`` for a number that is not whole.
  public init(
    numbers values: [Double], direction: Direction, tensor: String, rowCount: Int
  ) throws(LayerError) {
    var counts: [Int] = []
    for (row, value) in values.enumerated() {
      guard let count = Int(exactly: value) else {
        throw .fractionalPosition(tensor: tensor, row: row, found: value)
      }
      counts.append(count)
    }
    try self.init(counts, direction: direction, tensor: tensor, rowCount: rowCount)
  }

  /// The counters of sentences of the given lengths, repeated and cut at T rows.
  ///
  /// - Parameters:
  ///   - lengths: Frames a sentence, in turn.
  ///   - direction: Which way to count.
  ///   - rowCount: T.
  /// - Returns: One counter a row.
  public static func ofSentences(
    _ lengths: [Int], direction: Direction, rowCount: Int
  ) -> [Int] {
    precondition(!lengths.isEmpty && lengths.allSatisfy { $0 > 0 })
    var counts: [Int] = []
    var sentence = 0
    while counts.count < rowCount {
      let length = min(lengths[sentence % lengths.count], rowCount - counts.count)
      counts += direction == .behind ? Array(0..<length) : (0..<length).reversed()
      sentence += 1
    }
    return counts
  }
}
