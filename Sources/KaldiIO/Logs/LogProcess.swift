/// What one process put into a log: the object that it has open, and what its earlier lines say of it.
///
/// Where lines tell which process wrote them, each process has its own; else there is one of all.
struct LogProcess {
  private let file: String
  private let kind: LogReader.Kind
  /// What tells the process's lines from others'; nil where nothing does.
  private let tag: String?
  private var namesAreKeys: Bool { kind == .archive }
  /// The records that are done.
  private(set) var ready: [TensorRecord] = []

  /// The line that is being read, and its first byte.
  private var lineNumber = 0
  private var lineOffset = 0
  private var prefix: LogPrefix?
  private var markers = MarkerMemory()
  private var mixing = LineMixing()
  private var lineBefore: [UInt8]?
  private var wordsOffset = 0
  /// Whether an object broke off and what follows may still be its own.
  private var isBroken = false
  private var hasMarkers = false
  /// Words that are no object and no object's name so far: where they began.
  private var words: (line: Int, byte: Int, text: [UInt8])?

  private var block: OpenObject?
  private var blockName = ""
  private var blockLine = 0
  private var blockOffset = 0
  /// Whether it began on the first line of one of Kaldi's messages.
  private var isBlockMessage = false

  /// Whether anything was met that Kaldi's programs write: a log prefix or a line of statistics.
  private(set) var looksLikeKaldi = false

  /// A process that wrote nothing yet.
  init(file: String, kind: LogReader.Kind, tag: String? = nil) {
    self.file = file
    self.kind = kind
    self.tag = tag
  }

  /// Gives the records that are done away.
  mutating func takeReady() -> [TensorRecord] {
    defer { ready.removeAll(keepingCapacity: true) }
    return ready
  }

  /// Takes the rows of the open matrix that stand next and look as Kaldi prints them.
  ///
  /// - Parameters:
  ///   - text: The text from the start of a line; see ``BracketBlock/feedPlainRows(_:)``.
  ///   - line: The number of the line before.
  /// - Returns: What was taken; nil where no matrix is open.
  mutating func takePlainRows(
    _ text: UnsafeBufferPointer<UInt8>, after line: Int
  ) -> BracketBlock.PlainProgress? {
    guard case .bracket(var open) = block else { return nil }
    block = nil
    let progress = unsafe open.feedPlainRows(text)
    block = .bracket(open)
    if progress.isClosed {
      lineNumber = line + progress.lines
      finishBlock()
      lineBefore = []
    }
    return progress
  }

  /// Reads a line.
  ///
  /// - Parameters:
  ///   - line: The line without its end and without what other programs put before it.
  ///   - number: Its number, from 1.
  ///   - offset: The byte at which it begins.
  mutating func read(_ line: [UInt8], number: Int, offset: Int) {
    lineNumber = number
    lineOffset = offset
    read(line)
  }

  /// Ends what is open: nothing more comes.
  mutating func end(found: String, number: Int, offset: Int) {
    lineNumber = number
    lineOffset = offset
    if block != nil { breakOff(found: found, at: 0) }
    noteWords()
    tellWords()
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
      breakOff(
        found: quoted(line[index...].prefix(while: { !isWhitespace($0) })), at: index, by: line)
      scan(line, from: beginning(of: line))
    }
  }

  private mutating func feedBlock(_ line: [UInt8], from start: Int) -> BlockProgress {
    // The block is moved out and back, so that it is never copied.
    guard var open = block else { return .broken(start) }
    block = nil
    defer { block = open }
    return open.feed(line, from: start)
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
      } else if byte == 0x5b,
        let opened = OpenObject(
          line, at: index, nameStart: nameStart, isInMessage: prefix != nil)
      {
        block = opened
        switch feedBlock(line, from: opened.isNested ? index : index + 1) {
        case .open:
          begin(line, nameStart: nameStart, opening: index)
          isBlockMessage = start > 0
          lineBefore = nil
          return
        case .closed(let end)
        where block?.isAccepted(line, opening: index, end: end) ?? false:
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
    if kind == .anyText, start == 0, nameStart == 0, LineMixing.closes(line) { closeOutside() }
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
    if namesAreKeys || !trimmedName(own).isEmpty { noteWords() }
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
          .init(file: file, byte: found.byte, line: found.line),
          found: quoted(found.text), expected: "another object or the end of the file"))
    ready.append(
      TensorRecord(
        name: "", content: content,
        origin: .init(file: file, line: found.line, byteOffset: found.byte),
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
    let own = trimmedName(text)
    let text = own.isEmpty ? trimmedName((lineBefore ?? [])[...]) : own
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func finish(as content: TensorRecord.Content) {
    let origin = TensorRecord.Origin(
      file: file, key: namesAreKeys ? blockName : nil, line: blockLine,
      byteOffset: blockOffset, function: prefix?.function,
      sourceLine: prefix?.sourceLine, component: markers.component(for: prefix), process: tag)
    ready.append(
      TensorRecord(name: blockName, content: content, origin: origin, provenance: provenance))
  }

  private mutating func finishBlock() {
    let tensor: StoredTensor?
    let isTruncated: Bool
    var mixed: Int?
    var place = KaldiIOError.Place(file: file, byte: blockOffset, line: blockLine)
    var wrong = (found: "rows of different lengths", expected: "rows of one length")
    switch block {
    case .bracket(let closed):
      mixed = mixing.take(closed)
      tensor = closed.isTruncated ? nil : closed.finished()
      isTruncated = closed.isTruncated
      if let line = closed.raggedLine {
        place = .init(file: file, byte: lineOffset, line: blockLine + line)
        wrong = closed.raggedWords
      }
    case .nested(let closed):
      tensor = closed.isTruncated ? nil : closed.finished()
      isTruncated = closed.isTruncated
    case nil: return
    }
    block = nil
    lineBefore = nil
    if let mixed {
      place.line = blockLine
      wrong = ("lines of two messages mixed at line \(mixed)", "the rows of one matrix alone")
    } else if let tensor {
      return finish(as: .tensor(tensor))
    } else if isTruncated {
      wrong = (
        "'...' among the numbers: the print was truncated",
        "every number (numpy.set_printoptions(threshold=sys.maxsize) prints them all)"
      )
    }
    finish(as: .malformed(.malformed(place, found: wrong.found, expected: wrong.expected)))
  }

  /// Takes in the last row of a matrix that is not open: of one that broke off, or that was never
  /// seen to begin.
  private mutating func closeOutside() {
    guard !mixing.settle(), looksLikeKaldi else { return }
    let origin = TensorRecord.Origin(
      file: file, line: lineNumber, byteOffset: lineOffset, process: tag)
    let content = TensorRecord.Content.unrecognised(
      "the last row of a matrix without its beginning")
    ready.append(TensorRecord(name: "", content: content, origin: origin, provenance: provenance))
  }

  /// Ends an object that is not closed: an error if it had rows, else it was none.
  private mutating func breakOff(found: String, at index: Int, by line: [UInt8] = []) {
    let hadRows = block?.hasRowsBefore ?? false
    var isMixed = false
    if kind == .anyText, case .bracket(let open)? = block {
      isMixed = mixing.breakOff(
        open, by: line, at: lineNumber, isMessage: isBlockMessage)
    }
    block = nil
    lineBefore = nil
    guard hadRows || isMixed || namesAreKeys else { return }
    isBroken = true
    let place = KaldiIOError.Place(
      file: file, byte: lineOffset + index, line: lineNumber)
    let error = KaldiIOError.malformed(
      place, found: found, expected: "the rest of the matrix begun on line \(blockLine)")
    finish(as: .malformed(error))
  }
}
