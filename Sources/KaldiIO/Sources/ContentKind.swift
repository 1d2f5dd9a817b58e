import Files

/// What a file holds, told by its first bytes and not by its name.
enum ContentKind: Equatable {
  /// One matrix or vector, text or binary.
  case matrix
  /// An nnet1 model.
  case model
  /// One NumPy array.
  case array
  /// NumPy arrays in a zip archive.
  case arrays
  /// A binary archive of a Kaldi table.
  case archive
  /// A text archive of a Kaldi table, or a print that looks the same.
  case textArchive
  /// A script file of a Kaldi table.
  case script
  /// What another framework stored.
  case framework(FrameworkFile)
  /// Any text: a log, a print, an archive in text.
  case text
  /// Nothing that this library reads; the text says what it is.
  case unknown(String)

  /// Looks at the next bytes of a source and leaves them in place.
  static func of(_ source: ByteSource) throws(KaldiIOError) -> ContentKind {
    if let encoding = try wideEncoding(source) {
      return .unknown(
        "\(encoding) text; convert it first, as in 'iconv -f \(encoding) -t UTF-8 FILE |'")
    }
    guard let first = try source.peek() else { return .unknown("an empty file") }
    if let form = try FrameworkFile.binary(source) { return .framework(form) }
    if first == 0 {
      guard try source.peek(at: 1) == 0x42 else { return .unknown("binary of no known kind") }
      return try source.peek(at: 2) == 0x3c ? .model : .matrix
    }
    if try starts(source, with: NumPyHeader.magic) { return .array }
    if try starts(source, with: [0x50, 0x4b, 3, 4]) { return .arrays }
    if try starts(source, with: [0x50, 0x4b, 5, 6]) { return .arrays }
    if try starts(source, with: [0x1f, 0x8b]) {
      return .unknown("gzip; read it through a pipe, as in 'ark:gunzip -c FILE |'")
    }
    return try ofText(source)
  }

  private static func starts(
    _ source: ByteSource, with bytes: [UInt8]
  ) throws(KaldiIOError) -> Bool {
    for (index, byte) in bytes.enumerated() {
      if try source.peek(at: index) != byte { return false }
    }
    return true
  }

  /// The encoding of text in two or four bytes a character, by its mark or by its zeros.
  private static func wideEncoding(_ source: ByteSource) throws(KaldiIOError) -> String? {
    if try starts(source, with: [0xff, 0xfe, 0, 0]) { return "UTF-32" }
    if try starts(source, with: [0xff, 0xfe]) { return "UTF-16" }
    if try starts(source, with: [0xfe, 0xff]) { return "UTF-16" }
    // Kaldi's binary begins with a zero too; behind its header stands a letter or a bracket.
    if try starts(source, with: [0, 0x42]), try source.peek(at: 2) != 0 { return nil }
    var zeros = [0, 0]
    var count = 0
    while count < 64, let byte = try source.peek(at: count) {
      if byte == 0 { zeros[count % 2] += 1 }
      count += 1
    }
    // Text in Latin letters has a zero in every other byte, and in no byte between.
    guard count >= 8, zeros.contains(0), zeros.contains(where: { $0 >= count / 2 - 2 }) else {
      return nil
    }
    return zeros[0] == 0 ? "UTF-16LE" : "UTF-16BE"
  }

  private static func ofText(_ source: ByteSource) throws(KaldiIOError) -> ContentKind {
    let head = try source.head(4096)
    let start = head.firstIndex { !isWhitespace($0) } ?? head.count
    if start < head.count && head[start] == 0x5b && isMatrixOpening(head, start) {
      return isPrintOfOneAxis(head[(start + 1)...]) ? .text : .matrix
    }
    let word = head[start...].prefix { !isWhitespace($0) }
    if word.starts(with: "rows=".utf8) || word.starts(with: "dim=".utf8) { return .matrix }
    if word.first == 0x3c && isModelOpening(word, head) { return .model }
    let after = word.endIndex
    if start == 0, after + 2 < head.count, head[after + 1] == 0, head[after + 2] == 0x42 {
      return .archive
    }
    if head.contains(0) { return .unknown("binary of no known kind") }
    if start < head.count && head[start] == 0x7b {
      let next = head[(start + 1)...].first { !isWhitespace($0) }
      if next == 0x22 || next == 0x7d { return .unknown("JSON") }
    }
    if start == 0 && isArchiveOpening(head, after) { return .textArchive }
    if isScript(head, source.name) { return .script }
    return DelimitedText.begins(head) ? .framework(.delimited) : .text
  }

  /// A key at the very start of the first line, spaces, and a bracket with white space behind it.
  private static func isArchiveOpening(_ head: [UInt8], _ after: Int) -> Bool {
    var index = after
    while index < head.count, head[index] == 0x20 || head[index] == 0x09 { index += 1 }
    guard index > after, index < head.count, head[index] == 0x5b else { return false }
    // `db: [` and `db = [` are prints; Kaldi puts two blanks between a key and its matrix.
    if index == after + 1, head[after - 1] == 0x3a || head[after - 1] == 0x3d { return false }
    return isMatrixOpening(head, index) && !isPrintOfOneAxis(head[(index + 1)...])
  }

  /// A bracket with white space behind it opens a matrix, unless one word stands in it.
  private static func isMatrixOpening(_ head: [UInt8], _ start: Int) -> Bool {
    guard start + 1 < head.count else { return true }
    if head[start + 1] == 0x5d { return true }
    guard isWhitespace(head[start + 1]) else { return false }
    let rest = head[(start + 1)...].drop(while: isWhitespace)
    if rest.first == 0x5b { return false }
    let word = rest.prefix { !isWhitespace($0) }
    let isWord = word.allSatisfy { ($0 | 0x20) &- 0x61 < 26 } && !word.isEmpty
    guard isWord, PrintedNumber(Array(word), from: 0) == nil else { return true }
    return rest.dropFirst(word.count).drop(while: isWhitespace).first != 0x5d
  }

  /// Whether what follows an opening bracket is NumPy's print of one axis: it begins on the bracket's
  /// own line, has points in it, and two blanks between numbers or none before the closing bracket.
  private static func isPrintOfOneAxis(_ text: ArraySlice<UInt8>) -> Bool {
    let body = text.prefix { $0 != 0x5d }
    let isClosed = body.endIndex < text.endIndex
    guard body.prefix(while: { $0 != 0x0a }).contains(where: isDigit), body.contains(0x2e),
      !body.contains(0x3b)
    else { return false }
    if isClosed, let last = body.last, isDigit(last) || last == 0x2e { return true }
    var lines = body.split(separator: 0x0a)
    if !isClosed { lines = lines.dropLast() }
    return lines.contains { line in
      let line = line.drop(while: isWhitespace)
      return zip(line, line.dropFirst()).contains { $0 == 0x20 && $1 == 0x20 }
    } || (lines.count > 1 && lines.dropFirst().allSatisfy(BracketBlock.isIndentedAsNumPy))
  }

  private static func isModelOpening(_ word: ArraySlice<UInt8>, _ head: [UInt8]) -> Bool {
    let marker = String(decoding: word, as: UTF8.self)
    if marker.lowercased() == "<nnet>" { return true }
    guard ComponentKind.named(marker) != nil else { return false }
    let rest = head[word.endIndex...].drop(while: isWhitespace)
    return rest.first.map(isDigit) ?? false
  }

  /// Whether the first line is a key and the place of a file that is there.
  private static func isScript(_ head: [UInt8], _ name: String) -> Bool {
    let line = head.prefix { $0 != 0x0a && $0 != 0x0d }
    let key = line.prefix { !isWhitespace($0) }
    let location = line.dropFirst(key.count).drop(while: isWhitespace)
    guard !key.isEmpty, !location.isEmpty, line.count < head.count || head.count < 4096,
      !location.contains(where: isWhitespace),
      var path = String(validating: location, as: UTF8.self)
    else { return false }
    if path.hasSuffix("]"), let bracket = path.lastIndex(of: "[") {
      path = String(path[..<bracket])
    }
    if let colon = path.lastIndex(of: ":"), path[path.index(after: colon)...].allSatisfy(\.isNumber)
    {
      path = String(path[..<colon])
    }
    if FileSystem.kind(of: path) == .file { return true }
    guard !path.hasPrefix("/"), let slash = name.lastIndex(of: "/") else { return false }
    return FileSystem.kind(of: name[...slash] + path) == .file
  }
}

extension ByteSource {
  /// The next bytes, left in place: so many, or what there is.
  func head(_ most: Int) throws(KaldiIOError) -> [UInt8] {
    // Asking for the last byte brings as many as come.
    _ = try peek(at: most - 1)
    var head: [UInt8] = []
    while head.count < most, let byte = try peek(at: head.count) { head.append(byte) }
    return head
  }
}
