/// What another program put before every line of a text: a time, a container's name, colours.
///
/// `ts`, `docker compose logs`, `journalctl` and terminals do so, and hide from a reader what stands
/// where on a line. A prefix is taken off only where it is regular: the same words, digits and signs,
/// in the same order, on nine of ten lines that can be seen ahead; a line without it stays as it is.
struct LinePrefix: Equatable {
  private enum Piece: Equatable {
    case digits, letters, blanks
    case sign(UInt8)
  }

  private let pieces: [Piece]
  /// How many blanks end it; those behind them are the line's own.
  private let blanks: Int

  /// The prefix that the first lines of a text have in common; nil where they have none.
  ///
  /// - Parameter head: The first kilobytes; the last line of it may be cut short.
  init?(in head: [UInt8]) {
    let lines = head.split(separator: 0x0a, omittingEmptySubsequences: true)
      .map { withoutColours(Array($0)) }.filter { !$0.allSatisfy(isWhitespace) }
    // The last line may be cut; a single line shows no rule.
    guard lines.count >= 3 else { return nil }
    let whole = lines.dropLast()
    var messages: [Self] = []
    var others: [Self] = []
    for line in whole.prefix(40) {
      let (message, times) = Self.candidates(in: line)
      if let message { messages.append(Self(line[..<message])) }
      others += times.map { Self(line[..<$0]) }
    }
    // What stands before Kaldi's own messages is all of it; else the longest that is regular.
    others.sort { $0.pieces.count > $1.pieces.count }
    var tried: [Self] = []
    for candidate in messages + others where !tried.contains(candidate) {
      // What starts or joins the programs may say a line of its own.
      let odd = whole.count { candidate.end(in: $0) == nil }
      if odd * 10 <= whole.count {
        self = candidate
        return
      }
      tried.append(candidate)
    }
    return nil
  }

  private init(_ prefix: ArraySlice<UInt8>) {
    pieces = Self.pieces(of: prefix)
    blanks = prefix.suffix(while: { Self.piece($0) == .blanks }).count
  }

  /// Where a prefix may end: before one of Kaldi's messages; or behind a time, a bar, and what
  /// loggers put there: a level in capitals, a program's name with its number in brackets.
  private static func candidates(in line: [UInt8]) -> (message: Int?, others: [Int]) {
    var ends: [Int] = []
    for (index, byte) in line.enumerated().prefix(160) where index > 0 {
      let before = line[index - 1]
      guard before == 0x20 || before == 0x09 else { continue }
      if byte == 0x4c || byte == 0x57 || byte == 0x45 || byte == 0x56 || byte == 0x41,
        LogPrefix(line, from: index) != nil
      {
        return (index, ends)
      }
      let word = line[..<(index - 1)].suffix(while: { !isWhitespace($0) })
      let isLevel = !ends.isEmpty && levels.contains(String(decoding: word, as: UTF8.self))
      let isProgram = !ends.isEmpty && word.suffix(2) == [0x5d, 0x3a] && word.contains(0x5b)
      if word == [0x7c] || isTime(word) || isProgram { ends.append(index) }
      if isLevel {
        ends.append(index)
        // A level may be filled up with blanks to the width of the longest.
        if byte == 0x20 { ends.append(index + 1) }
      }
    }
    return (nil, ends)
  }

  private static let levels: Set<String> = [
    "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL",
  ]

  /// Whether a word tells a time: two digits, a colon, two digits somewhere in it.
  private static func isTime(_ word: ArraySlice<UInt8>) -> Bool {
    let bytes = Array(word)
    guard bytes.count >= 5 else { return false }
    return (0...(bytes.count - 5)).contains { at in
      isDigit(bytes[at]) && isDigit(bytes[at + 1]) && bytes[at + 2] == 0x3a
        && isDigit(bytes[at + 3]) && isDigit(bytes[at + 4])
    }
  }

  private static func pieces(of prefix: ArraySlice<UInt8>) -> [Piece] {
    var pieces: [Piece] = []
    for byte in prefix {
      let piece = Self.piece(byte)
      if case .sign = piece {} else if pieces.last == piece { continue }
      pieces.append(piece)
    }
    return pieces
  }

  private static func piece(_ byte: UInt8) -> Piece {
    if isDigit(byte) { return .digits }
    if (byte | 0x20) &- 0x61 < 26 || byte >= 0x80 { return .letters }
    return byte == 0x20 || byte == 0x09 ? .blanks : .sign(byte)
  }

  /// Where a line's own text begins; nil if the line does not have the prefix.
  func end(in line: [UInt8]) -> Int? {
    var index = 0
    for (place, piece) in pieces.enumerated() {
      let isLast = place == pieces.count - 1
      // Editors and shells drop blanks at the end of a line.
      if index == line.count && isLast && piece == .blanks { return index }
      guard index < line.count, Self.piece(line[index]) == piece else { return nil }
      index += 1
      if case .sign = piece { continue }
      let most = isLast && piece == .blanks ? index - 1 + blanks : line.count
      while index < min(most, line.count), Self.piece(line[index]) == piece { index += 1 }
    }
    return index
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

extension ArraySlice {
  /// The longest end of the slice of which every element satisfies a condition.
  fileprivate func suffix(while isIn: (Element) -> Bool) -> ArraySlice {
    var start = endIndex
    while start > startIndex, isIn(self[start - 1]) { start -= 1 }
    return self[start...]
  }
}
