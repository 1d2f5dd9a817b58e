public import Files

/// Who named a source, and how.
public enum SourceName: Sendable, CustomStringConvertible {
  /// The user typed it.
  case typed(TypedName)
  /// It stood in data.
  case found(DataPath)

  /// The name's text.
  public var text: String {
    switch self {
    case .typed(let name): name.text
    case .found(let path): path.text
    }
  }

  /// The name's text.
  public var description: String { text }

  /// The source of that name.
  public func opened(_ options: TensorSource.Options = .init()) throws(KaldiIOError) -> TensorSource
  {
    switch self {
    case .typed(let name): try TensorSource(name, options: options)
    case .found(let path): TensorSource(at: path, options: options)
    }
  }
}

/// Whatever a user names as a source of matrices, opened the same way.
///
/// `PATH` (a matrix, model, log, archive, script file, `.npy` or `.npz`, told by its content),
/// `PATH:KEY` (digits are a byte offset, anything else the name of an object), `FOLDER`,
/// `ark:…` and `scp:…`, `COMMAND |`, and `-` for standard input; a range of rows and columns may
/// follow, as in `PATH[0:9,2:3]`.
public struct TensorSource: Sendable {
  /// How sources are read.
  public struct Options: Sendable {
    /// Whether lines of a script file may run commands.
    public var pipes: PipePolicy
    /// How Kaldi's text is read.
    public var text: TextOptions

    /// Options; no commands out of files, and text held as binary64, unless said otherwise.
    public init(pipes: PipePolicy = .forbidden, text: TextOptions = TextOptions()) {
      self.pipes = pipes
      self.text = text
    }
  }

  /// What a name means.
  enum Target: Sendable, Equatable {
    case table(ReadSpecifier)
    case folder(DataPath)
    /// A file that was found in data.
    case file(DataPath)
    /// A file, a command or standard input that the user named.
    case input(TypedName)
    /// One object of a file or folder, by name.
    case entry(TypedName, key: String)
    /// The object at a byte of a file.
    case part(DataPath, offset: Int)
  }

  /// The source as the user typed it or as it was found.
  public let argument: String
  let target: Target
  /// The rows and columns wanted of each object, if not all.
  let range: ElementRange?
  let options: Options

  /// Takes what a user typed apart; nothing is opened yet.
  ///
  /// What is there under the whole name is that file or folder, whatever the name looks like.
  ///
  /// - Parameters:
  ///   - name: What the user typed.
  ///   - options: How to read it.
  /// - Throws: ``KaldiIOError`` for what names nothing.
  public init(_ name: TypedName, options: Options = .init()) throws(KaldiIOError) {
    let argument = name.text
    self.argument = argument
    self.options = options
    // A range of rows and columns at the end, as Kaldi has it: `feats.ark:10[0:9,2:3]`.
    if argument.hasSuffix("]"), FileSystem.kind(of: argument) == .absent,
      try ReadSpecifier.parse(argument) == nil
    {
      let (name, range) = try ElementRange.split(argument)
      target = try Self.target(name)
      self.range = range
    } else {
      target = try Self.target(argument)
      range = nil
    }
  }

  /// A file or folder that was found in data: never a command, an offset or anything but a path.
  ///
  /// - Parameters:
  ///   - path: The file or folder.
  ///   - options: How to read it.
  public init(at path: DataPath, options: Options = .init()) {
    argument = path.text
    self.options = options
    target = FileSystem.kind(of: path.text) == .folder ? .folder(path) : .file(path)
    range = nil
  }

  private static func target(_ argument: String) throws(KaldiIOError) -> Target {
    let name = TypedName(argument)
    if name.isStandard { return .input(name) }
    switch FileSystem.kind(of: argument) {
    case .folder: return .folder(DataPath(argument))
    case .absent: break
    default: return .input(name)
    }
    if let specifier = try ReadSpecifier.parse(argument) { return .table(specifier) }
    if argument.hasSuffix("|") { return .input(name) }
    var end = argument.endIndex
    while let colon = argument[..<end].lastIndex(of: ":") {
      let path = String(argument[..<colon])
      let key = String(argument[argument.index(after: colon)...])
      let kind = FileSystem.kind(of: path)
      if kind != .absent && !key.isEmpty {
        let isOffset = kind == .file && key.utf8.allSatisfy(isDigit)
        if isOffset, let offset = Int(key) { return .part(DataPath(path), offset: offset) }
        return .entry(TypedName(path), key: key)
      }
      end = colon
    }
    throw .system(file: argument, operation: "open", reason: "No such file or directory")
  }

  /// Reads all records in order; no more than one is held at a time.
  ///
  /// A file's single object is named by the file's stem, others by their key, parameter or the
  /// text beside them. A folder's files come in the byte order of their names, folders in it and
  /// hidden files left out; what cannot be read there is a record too.
  ///
  /// - Parameter body: What to do with a record.
  /// - Throws: ``KaldiIOError`` for a source that cannot be read, and what `body` throws.
  public func forEachRecord(_ body: (TensorRecord) throws -> Void) throws {
    guard let range else { return try forEachWhole(body) }
    try forEachWhole { record in
      var record = record
      try range.apply(to: &record, name: argument)
      try body(record)
    }
  }

  private func forEachWhole(_ body: (TensorRecord) throws -> Void) throws {
    switch target {
    case .table(let specifier):
      var reader = try TableReader(specifier, pipes: options.pipes, options: options.text)
      var told = 0
      while true {
        let record = try reader.next()
        // What a permissive table passes over is told all the same.
        for error in reader.skipped[told...] {
          try body(
            TensorRecord(
              name: "", content: .unrecognised("passed over: \(error)"),
              origin: .init(file: specifier.name)))
        }
        told = reader.skipped.count
        guard let record else { break }
        try body(record)
      }
    case .folder(let path): try forEachFile(path, body)
    case .file, .input:
      var records = try openedFile()
      while let record = try records.next() { try body(record) }
    case .part(let path, let offset):
      let source = try ByteSource.open(path, startingAt: offset)
      var records = try FileRecords(source, stem: path.stem, options: options)
      if let record = try records.next() { try body(record) }
    case .entry(let path, let key): try forEachEntry(path, key, body)
    }
  }

  /// All records at once, for sources that are known to be small.
  ///
  /// - Returns: The records in order.
  /// - Throws: ``KaldiIOError`` for a source that cannot be read.
  public func records() throws -> [TensorRecord] {
    var records: [TensorRecord] = []
    try forEachRecord { records.append($0) }
    return records
  }

  /// Opens a target that is one file, a command or standard input.
  private func openedFile() throws(KaldiIOError) -> FileRecords {
    try FileRecords(openedBytes(), stem: stem, options: options)
  }

  /// The bytes of a target that is one file, a command or standard input.
  func openedBytes() throws(KaldiIOError) -> ByteSource {
    switch target {
    case .file(let path): return try ByteSource.open(path)
    case .input(let name): return try ByteSource.open(name)
    default: throw .unusable(argument, reason: "no single file")
    }
  }

  /// The name of an object that has no other.
  var stem: String {
    switch target {
    case .input(let name) where name.isStandard: return "-"
    case .input(let name):
      let isThere = FileSystem.kind(of: name.text) != .absent
      return isThere || !name.text.hasSuffix("|") ? DataPath(name.text).stem : "-"
    default: return DataPath(argument).stem
    }
  }

  private func forEachEntry(
    _ path: TypedName, _ key: String, _ body: (TensorRecord) throws -> Void
  ) throws {
    var names: [String] = []
    var isFound = false
    let whole = try TensorSource(path, options: options)
    try whole.forEachRecord { record in
      if record.name == key {
        isFound = true
        try body(record)
      } else if names.count < 20, !names.contains(record.name), !record.name.isEmpty {
        names.append(record.name)
      }
    }
    if !isFound {
      throw KaldiIOError.unusable(
        "\(path):\(key)",
        reason: names.isEmpty
          ? "no object of that name"
          : "no object of that name among \(names.joined(separator: ", "))")
    }
  }

  private func forEachFile(_ folder: DataPath, _ body: (TensorRecord) throws -> Void) throws {
    let listing: FileSystem.Listing
    do throws(FileError) {
      listing = try FileSystem.listing(of: folder)
    } catch {
      throw KaldiIOError(error)
    }
    for oddity in listing.oddities { try body(TensorRecord(oddity)) }
    for path in listing.files {
      try Self(at: path, options: options).forEachRecordOrFailure(body)
    }
  }

  /// Reads all records of a file that was found in a folder; what cannot be read is a record too.
  public func forEachRecordOrFailure(_ body: (TensorRecord) throws -> Void) throws {
    let path = DataPath(argument)
    var opened: FileRecords?
    var kind: ContentKind?
    var count = 0
    while true {
      let record: TensorRecord?
      do throws(KaldiIOError) {
        var records: FileRecords
        if let opened { records = opened } else { records = try openedFile() }
        opened = nil
        kind = records.kind
        defer { opened = records }
        record = try records.next()
      } catch {
        return try body(Self.failed(path, Self.content(of: error, in: kind)))
      }
      guard let record else {
        if count == 0 { try body(Self.failed(path, .unrecognised("nothing with a matrix in it"))) }
        return
      }
      count += 1
      try body(record)
    }
  }

  /// What is no matrix at all is unrecognised; what fails as one is malformed.
  private static func content(
    of error: KaldiIOError, in kind: ContentKind?
  ) -> TensorRecord.Content {
    if kind == nil || kind == .text || kind == .textArchive, case .unusable(_, let reason) = error {
      return .unrecognised(reason)
    }
    return .malformed(error)
  }

  private static func failed(
    _ path: DataPath, _ content: TensorRecord.Content
  ) -> TensorRecord {
    TensorRecord(name: path.stem, content: content, origin: .init(file: path.text))
  }
}

extension TensorRecord {
  /// What stands in a folder and is no file: trouble where data may hide behind it.
  public init(_ oddity: FileSystem.Oddity) {
    let content: Content =
      switch oddity.weight {
      case .note: .unrecognised(oddity.what)
      case .trouble:
        .malformed(.system(file: oddity.path.text, operation: "read", reason: oddity.what))
      }
    self.init(name: oddity.path.stem, content: content, origin: .init(file: oddity.path.text))
  }

  /// Whether the system refused to list or open it, so that nobody knows what it holds.
  public var isUnreadable: Bool {
    if case .malformed(.system) = content { return true }
    return false
  }
}
