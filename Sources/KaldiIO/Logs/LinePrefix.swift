/// What another program put before every line of a text: a time, a container's name, colours.
///
/// `ts`, `docker compose logs`, `journalctl` and terminals do so, and hide from a reader what stands
/// where on a line. A prefix is taken off only where it is regular: the same words, digits and signs,
/// in the same order, on nine of ten lines that can be seen ahead, or one of few such patterns where
/// several processes have names of different make; a line without it stays as it is.
///
/// Words of a prefix that name a process tell its lines from those of others.
struct LinePrefix {
  private let patterns: [(pattern: LinePattern, tags: LineTags)]

  /// How many processes may have names of different make.
  private static let mostPatterns = 8

  /// The prefix that the first lines of a text have in common; nil where they have none.
  ///
  /// - Parameter head: The first kilobytes; the last line of it may be cut short.
  init?(in head: [UInt8]) {
    let lines = head.split(separator: 0x0a, omittingEmptySubsequences: true)
      .map { withoutColours(Array($0)) }.filter { !$0.allSatisfy(isWhitespace) }
    // The last line may be cut; a single line shows no rule.
    guard lines.count >= 3 else { return nil }
    let whole = lines.dropLast()
    var messages: [LinePattern] = []
    var others: [LinePattern] = []
    for line in whole.prefix(40) {
      let (message, times) = LinePattern.candidates(in: line)
      if let message { messages.append(LinePattern(line[..<message])) }
      others += times.map { LinePattern(line[..<$0]) }
    }
    // What stands before Kaldi's own messages is all of it; else the longest that is regular.
    others.sort { $0.length > $1.length }
    var tried: [LinePattern] = []
    for candidate in messages + others where !tried.contains(candidate) {
      // What starts or joins the programs may say a line of its own.
      let odd = whole.count { candidate.end(in: $0) == nil }
      if odd * 10 <= whole.count {
        self.init([candidate], Array(whole))
        return
      }
      tried.append(candidate)
    }
    guard let several = Self.several(of: tried, in: Array(whole)) else { return nil }
    self.init(several, Array(whole))
  }

  private init(_ patterns: [LinePattern], _ lines: [[UInt8]]) {
    self.patterns = patterns.map { pattern in
      let prefixes = lines.compactMap { line in pattern.end(in: line).map { line[..<$0] } }
      return (pattern, LineTags(in: prefixes))
    }
  }

  /// The few patterns that nine of ten lines have between them; each on its own on three or more.
  private static func several(of tried: [LinePattern], in lines: [[UInt8]]) -> [LinePattern]? {
    var chosen: [LinePattern] = []
    var rest = lines
    for candidate in tried where chosen.count < mostPatterns {
      let left = rest.filter { candidate.end(in: $0) == nil }
      guard rest.count - left.count >= 3 else { continue }
      chosen.append(candidate)
      rest = left
    }
    return rest.count * 10 <= lines.count ? chosen : nil
  }

  /// Where a line's own text begins, and what tells the process that it is of, empty where nothing
  /// does; nil if the line does not have the prefix.
  func part(of line: [UInt8]) -> (end: Int, tag: String)? {
    for (pattern, tags) in patterns {
      if let end = pattern.end(in: line) { return (end, tags.tag(of: line[..<end])) }
    }
    return nil
  }
}

/// A line without the sequences by which terminals change colours.
func withoutColours(_ line: [UInt8]) -> [UInt8] {
  guard line.contains(0x1b) else { return line }
  var result: [UInt8] = []
  var index = 0
  while index < line.count {
    guard line[index] == 0x1b, index + 1 < line.count, line[index + 1] == 0x5b else {
      result.append(line[index])
      index += 1
      continue
    }
    // Parameters and intermediate bytes, then the one byte that ends the sequence.
    index += 2
    while index < line.count, line[index] &- 0x20 < 0x20 { index += 1 }
    index += 1
  }
  return result
}
