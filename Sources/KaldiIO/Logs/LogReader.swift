/// Finds the matrices in any text: Kaldi's logs, a program's own prints, NumPy's.
///
/// The text is read line by line and nothing of it is kept but the object that is open, so a log
/// of any length is read in the memory of its largest matrix.
public struct LogReader {
  /// What kind of text is read, which decides what words outside objects are.
  enum Kind {
    /// A log or a program's prints: words are names, messages, anything.
    case anyText
    /// A text archive: names are keys, and other words are told.
    case archive
    /// Kaldi's objects one after another: words do not belong there.
    case objects
  }

  private let source: ByteSource
  private let kind: Kind
  private var namesAreKeys: Bool { kind == .archive }
  /// What stands before every line, put there by another program.
  private let linePrefix: LinePrefix?
  private var ready: [TensorRecord] = []
  private var taken = 0
  private var isAtEnd = false

  private var lineNumber: Int
  private var lineOffset = 0
  private var prefix: LogPrefix?
  private var markers = MarkerMemory()
  private var lineBefore: [UInt8]?
  private var wordsOffset = 0
  /// Whether an object broke off and what follows may still be its own.
  private var isBroken = false
  private var hasMarkers = false
  /// Words that are no object and no object's name so far: where they began.
  private var words: (line: Int, byte: Int, text: [UInt8])?

  private enum Block {
    case bracket(BracketBlock)
    case nested(NestedBlock)
  }
  private var block: Block?
  private var blockName = ""
  private var blockLine = 0
  private var blockOffset = 0

  /// Whether anything was met that Kaldi's programs write: a log prefix or a line of statistics.
  public private(set) var looksLikeKaldi = false

  /// A reader over the rest of a source.
  ///
  /// - Parameter source: Any text.
  /// - Throws: ``KaldiIOError`` when the input cannot be read.
  public init(_ source: ByteSource) throws(KaldiIOError) { try self.init(source, as: .anyText) }

  /// A reader of a text of a kind that is known.
  init(_ source: ByteSource, as kind: Kind) throws(KaldiIOError) {
    self.source = source
    self.kind = kind
    lineNumber = (source.place.line ?? 1) - 1
    linePrefix =
      kind == .anyText ? LinePrefix(in: try source.head(Self.headLength)) : nil
  }

  /// How much is looked at to find what every line begins with.
  private static let headLength = 1 << 14

  /// The next object, or the record of one that is broken off or truncated.
  ///
  /// - Returns: nil at the end of the text.
  /// - Throws: ``KaldiIOError`` when the input cannot be read.
  public mutating func next() throws(KaldiIOError) -> TensorRecord? {
    while taken == ready.count {
      if isAtEnd { return nil }
      ready.removeAll(keepingCapacity: true)
      taken = 0
      if linePrefix == nil && takePlainRows() { continue }
      lineOffset = source.offset
      guard var line = try source.restOfLine() else {
        isAtEnd = true
        lineNumber += 1
        if block != nil { breakOff(found: "the end of the input", at: 0) }
        noteWords()
        tellWords()
        continue
      }
      lineNumber += 1
      if line.last == 0x0d { line.removeLast() }
      if kind == .anyText {
        line = withoutColours(line)
        if let start = linePrefix?.end(in: line) { line.removeFirst(start) }
      }
      read(line)
    }
    taken += 1
    return ready[taken - 1]
  }

  /// Takes the open matrix's rows that are in the window and look as Kaldi prints them.
  ///
  /// - Returns: Whether they close it.
  private mutating func takePlainRows() -> Bool {
    guard case .bracket(var open) = block else { return false }
    block = nil
    let progress = unsafe open.feedPlainRows(source.window)
    block = .bracket(open)
    source.advance(progress.bytes)
    lineNumber += progress.lines
    guard progress.isClosed else { return false }
    finishBlock()
    lineBefore = []
    return true
  }

  private mutating func read(_ line: [UInt8]) {
    guard block != nil else {
      scan(line, from: beginning(of: line))
      return
    }
    switch feedBlock(line, from: 0) {
    case .open: break
    case .closed(let end):
      finishBlock()
      scan(line, from: end)
    case .broken(let index):
      breakOff(found: quoted(line[index...].prefix(while: { !isWhitespace($0) })), at: index)
      scan(line, from: beginning(of: line))
    }
  }

  private mutating func feedBlock(_ line: [UInt8], from start: Int) -> BlockProgress {
    // The block is moved out and back, so that it is never copied.
    switch block {
    case .bracket(var open):
      block = nil
      defer { block = .bracket(open) }
      return open.feed(line, from: start)
    case .nested(var open):
      block = nil
      defer { block = .nested(open) }
      return open.feed(line, from: start)
    case nil: return .broken(start)
    }
  }

  /// Where the text of a line begins: behind its log prefix, if it has one, which is taken in.
  private mutating func beginning(of line: [UInt8]) -> Int {
    let handlerWord = "kaldi::KaldiFatalError"
    var start = 0
    if line.first == 0x6b, line.starts(with: handlerWord.utf8) { start = handlerWord.utf8.count }
    guard let found = LogPrefix(line, from: start) else { return 0 }
    prefix = found
    lineBefore = nil
    words = nil
    looksLikeKaldi = true
    return found.messageStart
  }

  /// Looks for objects and component markers in a line of text.
  private mutating func scan(_ line: [UInt8], from start: Int) {
    var nameStart = start
    var index = start
    while index < line.count {
      let byte = line[index]
      if byte == 0x3c {
        noteMarker(line, index)
      } else if byte == 0x28, !looksLikeKaldi, line[index...].starts(with: "( min ".utf8) {
        looksLikeKaldi = true
      } else if byte == 0x5b, let opened = open(line, at: index, nameStart: nameStart) {
        block = opened
        let isNested = if case .nested = opened { true } else { false }
        switch feedBlock(line, from: isNested ? index : index + 1) {
        case .open:
          begin(line, nameStart: nameStart, opening: index)
          lineBefore = nil
          return
        case .closed(let end) where isAccepted(line, opening: index, end: end):
          begin(line, nameStart: nameStart, opening: index)
          finishBlock()
          nameStart = end
          index = end
          continue
        case .closed: block = nil
        case .broken(let at):
          // In an archive what has a number and cannot be read is an entry gone bad.
          guard namesAreKeys, case .bracket(let bad)? = block, bad.count > 0 else {
            block = nil
            break
          }
          begin(line, nameStart: nameStart, opening: index)
          breakOff(found: quoted(line[at...].prefix(while: { !isWhitespace($0) })), at: at)
          return
        }
      }
      index += 1
    }
    noteWords()
    lineBefore = Array(line[nameStart...])
    wordsOffset = lineOffset + nameStart
  }

  /// Takes down what an object is called and where it stands, once it is known to be one.
  ///
  /// Not before: a line full of brackets that open nothing would else be copied for each of them.
  private mutating func begin(_ line: [UInt8], nameStart: Int, opening: Int) {
    let own = line[nameStart..<opening]
    blockName = name(own)
    // The line before was no name if the object has its own, or if names are never found there.
    if namesAreKeys || !Self.trimmed(own).isEmpty { noteWords() }
    lineBefore = nil
    isBroken = false
    tellWords()
    blockLine = lineNumber
    blockOffset = lineOffset + opening
  }

  /// The line before turns out to have been no name.
  private mutating func noteWords() {
    guard kind != .anyText, !looksLikeKaldi, !isBroken, words == nil, let line = lineBefore,
      !line.allSatisfy(isWhitespace)
    else { return }
    words = (lineNumber - 1, wordsOffset, Array(line.prefix(32)))
  }

  /// Tells of words where only objects belong: they are never passed over in silence.
  private mutating func tellWords() {
    guard let found = words else { return }
    words = nil
    let content: TensorRecord.Content =
      kind == .archive
      ? .unrecognised("words between the entries: \(quoted(found.text))")
      : .malformed(
        .malformed(
          .init(file: source.name, byte: found.byte, line: found.line),
          found: quoted(found.text), expected: "another object or the end of the file"))
    ready.append(
      TensorRecord(
        name: "", content: content,
        origin: .init(file: source.name, line: found.line, byteOffset: found.byte),
        provenance: provenance))
  }

  /// What the text is, as far as it has been read.
  private var provenance: TensorRecord.Provenance {
    if looksLikeKaldi { return .log }
    switch kind {
    case .anyText: return hasMarkers ? .log : .print
    case .archive: return .textArchive
    case .objects: return .textFile
    }
  }

  /// Whether a bracket may open an object, and of which kind.
  private func open(_ line: [UInt8], at index: Int, nameStart: Int) -> Block? {
    let next = index + 1 < line.count ? line[index + 1] : 0x20
    let before = index > nameStart ? line[index - 1] : 0x20
    let isFree = before == 0x20 || before == 0x09
    let isStuck = before == 0x28 || before == 0x3d || before == 0x3a
    guard isFree || isStuck else { return nil }
    if next == 0x5b { return .nested(NestedBlock()) }
    if next == 0x20 || next == 0x09 {
      var first = index + 1
      while first < line.count, line[first] == 0x20 || line[first] == 0x09 { first += 1 }
      if first + 1 < line.count, line[first] == 0x5b, line[first + 1] != 0x20 {
        return .nested(NestedBlock())
      }
      if before == 0x28 { return .bracket(BracketBlock(isArray: true)) }
      let isObject = isFree && !isSparse(line, index, nameStart)
      return isObject ? .bracket(BracketBlock(isArray: false)) : nil
    }
    // Inside Kaldi's messages a tight bracket is its list of progress, not a vector.
    guard prefix == nil,
      next == 0x2d || next == 0x2e || isDigit(next)
        || next | 0x20 == 0x6e || next | 0x20 == 0x69
    else {
      return nil
    }
    return .bracket(BracketBlock(isArray: true))
  }

  /// Whether the text before a bracket announces a sparse vector: `dim=5 [ 1 0.5 ]`.
  private func isSparse(_ line: [UInt8], _ index: Int, _ nameStart: Int) -> Bool {
    var end = index
    while end > nameStart, line[end - 1] == 0x20 { end -= 1 }
    let last = end
    while end > nameStart, isDigit(line[end - 1]) { end -= 1 }
    return end < last && line[nameStart..<end].suffix(4).elementsEqual("dim=".utf8)
  }

  /// Whether an object closed on the line it began on is one; lists and indices are not.
  private func isAccepted(_ line: [UInt8], opening: Int, end: Int) -> Bool {
    guard case .bracket(let closed)? = block, line.count > opening + 1,
      line[opening + 1] != 0x20 && line[opening + 1] != 0x09
    else { return true }
    let isArray = opening >= 6 && (0x28 == line[opening - 1])
    if closed.isList && !isArray { return false }
    if closed.count > 1 || closed.hasFraction || isArray { return true }
    // `[3]` in a sentence is an index; alone or behind `name =` it is an array.
    let before = line[..<opening].last { $0 != 0x20 && $0 != 0x09 }
    let isAlone = before == nil || before == 0x3a || before == 0x3d
    return isAlone && line[end...].allSatisfy { isWhitespace($0) }
  }

  private mutating func noteMarker(_ line: [UInt8], _ index: Int) {
    guard index + 1 < line.count, line[index + 1] &- 0x41 < 26 else { return }
    var end = index + 1
    while end < line.count, isDigit(line[end]) || (line[end] | 0x20) &- 0x61 < 26 { end += 1 }
    guard end < line.count, line[end] == 0x3e, end - index < 64 else { return }
    let marker = String(decoding: line[index...end], as: UTF8.self)
    if !ComponentKind.isToken(marker) {
      markers.note(marker, in: prefix)
      hasMarkers = true
    }
  }

  /// The name in the text before a bracket, or else in the line before.
  private func name(_ text: ArraySlice<UInt8>) -> String {
    if namesAreKeys {
      let start = text.prefix(while: isWhitespace).endIndex
      let end = text.lastIndex { !isWhitespace($0) }.map { $0 + 1 } ?? start
      return String(decoding: text[start..<end], as: UTF8.self)
    }
    let own = Self.trimmed(text)
    let text = own.isEmpty ? Self.trimmed((lineBefore ?? [])[...]) : own
    return String(decoding: text, as: UTF8.self)
  }

  /// A name without the white space, colons and equals signs around it, or `array(` behind it.
  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first, isWhitespace(first) { text.removeFirst() }
    while true {
      while let last = text.last, isWhitespace(last) || last == 0x3a || last == 0x3d {
        text.removeLast()
      }
      var isCall = false
      for call in ["array(", "tensor("] where text.suffix(call.utf8.count).elementsEqual(call.utf8)
      {
        text.removeLast(call.utf8.count)
        isCall = true
      }
      if !isCall { return text }
    }
  }

  private mutating func finish(as content: TensorRecord.Content) {
    let origin = TensorRecord.Origin(
      file: source.name, key: namesAreKeys ? blockName : nil, line: blockLine,
      byteOffset: blockOffset, function: prefix?.function,
      sourceLine: prefix?.sourceLine, component: markers.component(for: prefix))
    ready.append(
      TensorRecord(name: blockName, content: content, origin: origin, provenance: provenance))
  }

  private mutating func finishBlock() {
    let tensor: StoredTensor?
    let isTruncated: Bool
    var place = KaldiIOError.Place(file: source.name, byte: blockOffset, line: blockLine)
    var wrong = (found: "rows of different lengths", expected: "rows of one length")
    switch block {
    case .bracket(let closed):
      tensor = closed.isTruncated ? nil : closed.finished()
      isTruncated = closed.isTruncated
      if let line = closed.raggedLine {
        place = .init(file: source.name, byte: lineOffset, line: blockLine + line)
        wrong = closed.raggedWords
      }
    case .nested(let closed):
      tensor = closed.isTruncated ? nil : closed.finished()
      isTruncated = closed.isTruncated
    case nil: return
    }
    block = nil
    lineBefore = nil
    if let tensor { return finish(as: .tensor(tensor)) }
    if isTruncated {
      wrong = (
        "'...' among the numbers: the print was truncated",
        "every number (numpy.set_printoptions(threshold=sys.maxsize) prints them all)"
      )
    }
    finish(as: .malformed(.malformed(place, found: wrong.found, expected: wrong.expected)))
  }

  /// Ends an object that is not closed: an error if it had rows, else it was none.
  private mutating func breakOff(found: String, at index: Int) {
    let hadRows =
      switch block {
      case .bracket(let open): open.hasRowsBefore
      case .nested(let open): open.hasRowsBefore
      case nil: false
      }
    block = nil
    lineBefore = nil
    guard hadRows || namesAreKeys else { return }
    isBroken = true
    let place = KaldiIOError.Place(
      file: source.name, byte: lineOffset + index, line: lineNumber)
    let error = KaldiIOError.malformed(
      place, found: found, expected: "the rest of the matrix begun on line \(blockLine)")
    finish(as: .malformed(error))
  }
}
