/// How a prefix is made up: words, digits and signs in their order, and the blanks that end it.
struct LinePattern: Equatable {
  private enum Piece: Equatable {
    case digits, letters, blanks
    case sign(UInt8)
  }

  private let pieces: [Piece]
  /// How many blanks end it; those behind them are the line's own.
  private let blanks: Int

  /// How many pieces it has; more of them tell more.
  var length: Int { pieces.count }

  /// The pattern of a prefix.
  init(_ prefix: ArraySlice<UInt8>) {
    pieces = Self.pieces(of: prefix)
    blanks = prefix.suffix(while: { Self.piece($0) == .blanks }).count
  }

  /// Where a prefix may end: before one of Kaldi's messages; or behind a time, a bar, and what
  /// loggers put there: a level in capitals, a program's name with its number in brackets.
  static func candidates(in line: [UInt8]) -> (message: Int?, others: [Int]) {
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

  static let levels: Set<String> = [
    "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL",
  ]

  /// Whether a word tells a time: two digits, a colon, two digits somewhere in it.
  static func isTime(_ word: ArraySlice<UInt8>) -> Bool {
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

extension ArraySlice {
  /// The longest end of the slice of which every element satisfies a condition.
  fileprivate func suffix(while isIn: (Element) -> Bool) -> ArraySlice {
    var start = endIndex
    while start > startIndex, isIn(self[start - 1]) { start -= 1 }
    return self[start...]
  }
}
