/// Finds the matrices in any text: Kaldi's logs, a program's own prints, NumPy's.
///
/// The text is read line by line and nothing of it is kept but the object that is open, so a log
/// of any length is read in the memory of its largest matrix. Where several processes write to one
/// log and every line tells whose it is, each process's lines are read by themselves.
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
  /// What stands before every line, put there by another program.
  private let linePrefix: LinePrefix?
  private var processes: [LogProcess]
  /// The processes by what tells their lines.
  private var places: [String: Int] = [:]
  private var ready: [TensorRecord] = []
  private var taken = 0
  private var isAtEnd = false
  private var lineNumber: Int

  /// Whether anything was met that Kaldi's programs write: a log prefix or a line of statistics.
  public var looksLikeKaldi: Bool { hadKaldi || processes.contains(where: \.looksLikeKaldi) }
  private var hadKaldi = false

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
    processes = [LogProcess(file: source.name, kind: kind)]
  }

  /// How much is looked at to find what every line begins with.
  private static let headLength = 1 << 14
  /// How many processes are read at a time.
  private static let mostProcesses = 256

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
      let offset = source.offset
      guard var line = try source.restOfLine() else {
        isAtEnd = true
        lineNumber += 1
        endAll(found: "the end of the input", offset: offset)
        continue
      }
      lineNumber += 1
      if line.last == 0x0d { line.removeLast() }
      var process = 0
      if kind == .anyText {
        line = withoutColours(line)
        if let found = linePrefix?.part(of: line) {
          process = place(of: found.tag, offset: offset)
          line.removeFirst(found.end)
        }
      }
      processes[process].read(line, number: lineNumber, offset: offset)
      if !processes[process].ready.isEmpty { ready += processes[process].takeReady() }
    }
    taken += 1
    return ready[taken - 1]
  }

  /// Takes the open matrix's rows that are in the window and look as Kaldi prints them.
  ///
  /// - Returns: Whether they close it.
  private mutating func takePlainRows() -> Bool {
    guard let progress = unsafe processes[0].takePlainRows(source.window, after: lineNumber) else {
      return false
    }
    source.advance(progress.bytes)
    lineNumber += progress.lines
    guard progress.isClosed else { return false }
    ready += processes[0].takeReady()
    return true
  }

  /// Where the process of a tag stands, which is made if it is new.
  private mutating func place(of tag: String, offset: Int) -> Int {
    if tag.isEmpty { return 0 }
    if let place = places[tag] { return place }
    // Tags that count something may be as many as the lines.
    if processes.count == Self.mostProcesses {
      endAll(found: "lines of more than \(Self.mostProcesses) processes", offset: offset)
      hadKaldi = looksLikeKaldi
      processes = [LogProcess(file: source.name, kind: kind)]
      places = [:]
    }
    places[tag] = processes.count
    processes.append(LogProcess(file: source.name, kind: kind, tag: tag))
    return processes.count - 1
  }

  private mutating func endAll(found: String, offset: Int) {
    for place in processes.indices {
      processes[place].end(found: found, number: lineNumber, offset: offset)
      ready += processes[place].takeReady()
    }
  }
}
