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

  /// What an argument means.
  enum Target: Sendable, Equatable {
    case table(ReadSpecifier)
    case folder(String)
    /// A file, a command or standard input.
    case file(String)
    /// One object of a file or folder, by name.
    case entry(String, key: String)
    /// The object at a byte of a file.
    case part(String, offset: Int)
  }

  /// The argument as the user gave it.
  public let argument: String
  let target: Target
  /// The rows and columns wanted of each object, if not all.
  let range: ElementRange?
  let options: Options

  /// Takes an argument apart; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - argument: What the user named.
  ///   - options: How to read it.
  /// - Throws: ``KaldiIOError`` for what names nothing.
  public init(_ argument: String, options: Options = .init()) throws(KaldiIOError) {
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

  private static func target(_ argument: String) throws(KaldiIOError) -> Target {
    if argument.isEmpty || argument == "-" { return .file(argument) }
    switch FileSystem.kind(of: argument) {
    case .folder: return .folder(argument)
    case .file, .other: return .file(argument)
    case .absent: break
    }
    if let specifier = try ReadSpecifier.parse(argument) { return .table(specifier) }
    if argument.hasSuffix("|") { return .file(argument) }
    var end = argument.endIndex
    while let colon = argument[..<end].lastIndex(of: ":") {
      let path = String(argument[..<colon])
      let key = String(argument[argument.index(after: colon)...])
      let kind = FileSystem.kind(of: path)
      if kind != .absent && !key.isEmpty {
        let isOffset = kind == .file && key.utf8.allSatisfy(isDigit)
        if isOffset, let offset = Int(key) { return .part(path, offset: offset) }
        return .entry(path, key: key)
      }
      end = colon
    }
    throw .system(file: argument, operation: "open", reason: "No such file or directory")
  }

  /// Reads all records in order; no more than one is held at a time.
  ///
  /// A file's single object is named by the file's stem, others by their key, parameter or the
  /// text beside them. A folder's files come in the byte order of their names, folders in it left
  /// out; what cannot be read there is a record too.
  ///
  /// - Parameter body: What to do with a record.
  /// - Throws: ``KaldiIOError`` for a source that cannot be read, and what `body` throws.
  public func forEachRecord(_ body: (TensorRecord) throws -> Void) throws {
    guard let range else { return try forEachWhole(body) }
    try forEachWhole { record in
      var record = record
      if case .tensor(let tensor) = record.content {
        record.content = .tensor(try range.apply(to: tensor, name: argument))
      }
      try body(record)
    }
  }

  private func forEachWhole(_ body: (TensorRecord) throws -> Void) throws {
    switch target {
    case .table(let specifier):
      var reader = try TableReader(specifier, pipes: options.pipes, options: options.text)
      while let record = try reader.next() { try body(record) }
    case .folder(let path): try forEachFile(path, body)
    case .file(let path):
      var records = try FileRecords(open(path), stem: Self.stem(of: path), options: options)
      while let record = try records.next() { try body(record) }
    case .part(let path, let offset):
      let source = try ByteSource.open(file: path, startingAt: offset)
      var records = try FileRecords(source, stem: FileSystem.stem(of: path), options: options)
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

  /// The name of an object that has no other.
  static func stem(of path: String) -> String {
    path.isEmpty || path == "-" || path.hasSuffix("|") ? "-" : FileSystem.stem(of: path)
  }

  func open(_ path: String) throws(KaldiIOError) -> ByteSource {
    // The user typed the name, so it may be a command.
    path.hasSuffix("|")
      ? try ByteSource.open(extended: path, pipes: .allowed) : try ByteSource.open(file: path)
  }

  private func forEachEntry(
    _ path: String, _ key: String, _ body: (TensorRecord) throws -> Void
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

  private func forEachFile(_ folder: String, _ body: (TensorRecord) throws -> Void) throws {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    for name in try FileSystem.names(in: folder) {
      let path = prefix + name
      switch FileSystem.kind(of: path) {
      case .folder: continue
      case .other:
        try body(Self.failed(path, .unrecognised("no regular file")))
        continue
      case .file, .absent: break
      }
      var opened: FileRecords?
      var kind: ContentKind?
      var count = 0
      while true {
        let record: TensorRecord?
        do throws(KaldiIOError) {
          var records: FileRecords
          if let opened {
            records = opened
          } else {
            records = try FileRecords(
              ByteSource.open(file: path), stem: FileSystem.stem(of: path), options: options)
          }
          opened = nil
          kind = records.kind
          defer { opened = records }
          record = try records.next()
        } catch {
          try body(Self.failed(path, Self.content(of: error, in: kind)))
          break
        }
        guard let record else {
          if count == 0 {
            try body(Self.failed(path, .unrecognised("nothing with a matrix in it")))
          }
          break
        }
        count += 1
        try body(record)
      }
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

  private static func failed(_ path: String, _ content: TensorRecord.Content) -> TensorRecord {
    TensorRecord(name: FileSystem.stem(of: path), content: content, origin: .init(file: path))
  }
}
