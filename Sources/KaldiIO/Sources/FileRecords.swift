/// The records of one input, one after another, whatever it holds.
struct FileRecords {
  private enum Body {
    case matrix
    case list([TensorRecord])
    case log(LogReader)
    case archive(ArchiveReader)
    case script(ScriptReader)
    case arrays(NumPyArchive)
    case framework(FrameworkFile.Records)
    case ended
  }

  /// What the input holds.
  let kind: ContentKind
  private let source: ByteSource
  private let stem: String
  private let options: TensorSource.Options
  private var body: Body
  private var count = 0

  /// Opens an input.
  ///
  /// - Parameters:
  ///   - source: Its bytes.
  ///   - stem: The name of an object that has no other.
  ///   - options: How to read.
  /// - Throws: ``KaldiIOError`` when the input cannot be read or is of no known kind.
  init(
    _ source: ByteSource, stem: String, options: TensorSource.Options
  ) throws(KaldiIOError) {
    self.source = source
    self.stem = stem
    self.options = options
    kind = try ContentKind.of(source)
    switch kind {
    case .matrix, .array, .model: body = .matrix
    case .arrays: body = .arrays(NumPyArchive(source))
    case .framework(let form):
      body = .framework(
        try .init(form, source, stem: stem, precision: options.text.precision))
    case .archive: body = .archive(ArchiveReader(source: source, options: options.text))
    case .script:
      body = .script(ScriptReader(script: source, pipes: options.pipes, options: options.text))
    case .textArchive: body = .log(LogReader(source, namesAreKeys: true))
    case .text: body = .log(LogReader(source))
    case .unknown(let what): throw .unusable(source.name, reason: "no matrix: \(what)")
    }
  }

  /// The next record; nil at the end.
  mutating func next() throws(KaldiIOError) -> TensorRecord? {
    switch body {
    case .ended: return nil
    case .matrix:
      body = .ended
      return try first()
    case .list(var records):
      body = .ended
      guard !records.isEmpty else { return nil }
      let record = records.removeLast()
      body = .list(records)
      return record
    case .log(var reader):
      body = .ended
      let record = try reader.next()
      if record == nil && count == 0 && !reader.looksLikeKaldi {
        throw .unusable(source.name, reason: "text without a matrix in it")
      }
      if record != nil {
        count += 1
        body = .log(reader)
      }
      return record
    case .archive(var reader):
      body = .ended
      let record = try reader.next()
      if record != nil { body = .archive(reader) }
      return record
    case .script(var reader):
      body = .ended
      let record = try reader.next()
      if record != nil { body = .script(reader) }
      return record
    case .framework(var records):
      body = .ended
      let record = try records.next()
      if record != nil { body = .framework(records) }
      return record
    case .arrays(var reader):
      body = .ended
      guard let entry = try reader.next() else { return nil }
      body = .arrays(reader)
      return TensorRecord(
        name: entry.name,
        content: entry.tensor.map { .tensor($0) } ?? .unrecognised("no NumPy array"),
        origin: .init(file: source.name, key: entry.name, byteOffset: entry.byteOffset))
    }
  }

  /// The object of a file that has one, or the first parameter of a model.
  private mutating func first() throws(KaldiIOError) -> TensorRecord? {
    if kind == .model {
      let model = try NnetModel(source)
      body = .list(Self.records(of: model, file: source.name).reversed())
      return try next()
    }
    let isText = try source.peek() != 0 && kind == .matrix
    if isText { try source.skipWhitespace() }
    let offset = source.offset
    let line = isText ? source.line : nil
    let tensor =
      kind == .array ? try NumPyReader.read(source) : try source.readTensor(options: options.text)
    // Kaldi reads one object and no further; prints of several go on.
    if isText { body = .log(LogReader(source)) }
    count = 1
    return TensorRecord(
      name: stem, content: .tensor(tensor),
      origin: .init(file: source.name, line: line, byteOffset: offset))
  }

  private static func records(of model: NnetModel, file: String) -> [TensorRecord] {
    model.parameters.map { name, component, parameter in
      TensorRecord(
        name: name, content: .tensor(parameter.tensor),
        origin: .init(
          file: file, key: name, line: parameter.line, byteOffset: parameter.byteOffset,
          component: component.marker))
    }
  }
}

extension NnetModel {
  /// Reads a model from all that is left of a source.
  init(_ source: ByteSource) throws(KaldiIOError) {
    var bytes: [UInt8] = []
    while try source.peek() != nil {
      bytes += try source.takeBytes(source.available, expected: "a model")
    }
    try self.init(bytes: bytes, name: source.name)
  }
}
