/// Tells where lines of two messages may be mixed in a log whose lines do not say whose they are.
///
/// What breaks a matrix off may be another process's message. The rest of the matrix then still
/// comes, its closing bracket last, and may be taken for rows of what was opened since: a matrix with
/// rows as long as those is none to rely on, until a row with a closing bracket stands by itself.
struct LineMixing {
  /// How many matrices broke off whose rest may still come.
  private var owed = 0
  /// The line at which the first of them broke off.
  private var line = 0
  /// How many numbers a row of theirs may have; nil for any.
  private var widths: Set<Int>? = []

  /// Takes in a matrix that broke off.
  ///
  /// - Parameters:
  ///   - open: The matrix.
  ///   - other: The line that broke it off; empty at the end.
  ///   - line: The number of that line.
  ///   - isMessage: Whether it began on the first line of one of Kaldi's messages.
  /// - Returns: Whether it was a matrix: it had rows, or its bracket ended the first line of a message,
  ///   or another message or matrix began right behind its bracket.
  mutating func breakOff(
    _ open: BracketBlock, by other: [UInt8], at line: Int, isMessage: Bool
  ) -> Bool {
    let isEmpty = open.isOpening && (isMessage || Self.begins(other))
    guard open.hasRowsBefore || isEmpty, !other.isEmpty else { return false }
    if owed == 0 { self.line = line }
    owed += 1
    if isEmpty { widths = nil } else { widths?.formUnion(open.widths) }
    return true
  }

  /// Takes in a matrix that was closed: where lines were mixed that may be its own, if anywhere.
  mutating func take(_ closed: BracketBlock) -> Int? {
    guard owed > 0, closed.hasLines else { return nil }
    let own = closed.widths
    guard let known = widths else { return line }
    if own.count == 1, known.isDisjoint(with: own) { return nil }
    // The closing bracket may have been the other's, and the rest of this one still come; where all
    // rows may have been the other's, nobody knows how long its own are.
    widths = own.isSubset(of: known) ? nil : known.union(own)
    return line
  }

  /// Takes in a last row that stands by itself.
  ///
  /// - Returns: Whether it is the rest of what broke off.
  mutating func settle() -> Bool {
    guard owed > 0 else { return false }
    owed -= 1
    if owed == 0 { widths = [] }
    return true
  }

  /// Whether a line is a matrix's last row: numbers and a closing bracket.
  static func closes(_ line: [UInt8]) -> Bool {
    guard let last = line.lastIndex(where: { !isWhitespace($0) }), line[last] == 0x5d,
      let first = line.first(where: { !isWhitespace($0) }), first != 0x5b, first != 0x5d,
      !line.contains(0x2c)
    else { return false }
    var row = BracketBlock(isArray: false)
    return row.feed(line, from: 0) == .closed(last + 1) && row.count > 0
  }

  /// Whether a line begins one of Kaldi's messages, or a matrix with a name.
  private static func begins(_ line: [UInt8]) -> Bool {
    if LogPrefix(line) != nil { return true }
    guard let last = line.lastIndex(where: { !isWhitespace($0) }), last > 1, line[last] == 0x5b,
      isWhitespace(line[last - 1])
    else { return false }
    return !line[..<last].allSatisfy(isWhitespace)
  }
}
