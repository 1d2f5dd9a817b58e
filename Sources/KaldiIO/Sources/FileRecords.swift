/// The records of one input, one after another, whatever it holds.
struct FileRecords {
  private enum Body {
    case objects
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
  /// Read ahead, to see whether the record before it was the only one.
  private var ahead: TensorRecord?
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
    try source.skipByteOrderMark()
    kind = try ContentKind.of(source)
    switch kind {
    case .matrix, .array, .model: body = .objects
    case .arrays: body = .arrays(NumPyArchive(source))
    case .framework(let form):
      body = .framework(
        try .init(form, source, stem: stem, precision: options.text.precision))
    case .archive: body = .archive(ArchiveReader(source: source, options: options.text))
    case .script:
      body = .script(ScriptReader(script: source, pipes: options.pipes, options: options.text))
    case .textArchive: body = .log(try LogReader(source, as: .archive))
    case .text: body = .log(try LogReader(source))
    case .unknown(let what): throw .unusable(source.name, reason: "no matrix: \(what)")
    }
  }

  /// The next record; nil at the end.
  mutating func next() throws(KaldiIOError) -> TensorRecord? {
    if let waiting = ahead {
      ahead = nil
      return waiting
    }
    guard var record = try read() else { return nil }
    count += 1
    // The only object of a text, and without a name of its own, is named by its file.
    if count == 1, record.name.isEmpty {
      ahead = try read()
      if ahead == nil {
        record.name = stem
        record.isNamedByFile = true
      } else {
        count += 1
      }
    }
    return record
  }

  private mutating func read() throws(KaldiIOError) -> TensorRecord? {
    switch body {
    case .ended: return nil
    case .objects:
      body = .ended
      return try object()
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
      if record != nil { body = .log(reader) }
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
        origin: .init(file: source.name, key: entry.name, byteOffset: entry.byteOffset),
        provenance: .array)
    }
  }

  /// The next object of a file that has nothing but objects, or the first parameter of a model.
  private mutating func object() throws(KaldiIOError) -> TensorRecord? {
    if kind == .model {
      let model = try NnetModel(source)
      body = .list(Self.records(of: model, file: source.name).reversed())
      return try read()
    }
    if kind == .array {
      // Not even white space may stand between arrays.
      if count > 0, try source.peek() == nil { return nil }
      guard try source.head(NumPyHeader.magic.count) == NumPyHeader.magic else {
        throw source.malformed(expected: "another array or the end of the file", isText: false)
      }
    } else {
      try source.skipWhitespace()
      guard let first = try source.peek() else { return nil }
      let isToken = try source.isAtBinaryToken()
      guard count == 0 || first == 0 || first == 0x5b || isToken else {
        throw source.malformed(expected: "another object or the end of the file", isText: false)
      }
    }
    // Of objects that a program writes to one binary stream only the first has the header.
    let isToken = try source.isAtBinaryToken()
    let isBare = isToken && count > 0 && kind != .array
    let isText = try source.peek() != 0 && kind != .array && !isBare
    let offset = source.offset
    let line = isText ? source.line : nil
    let tensor: StoredTensor
    if kind == .array {
      tensor = try NumPyReader.read(source)
    } else if isBare {
      tensor = try source.readBinaryTensor()
    } else {
      tensor = try source.readTensor(options: options.text)
    }
    // Prints of several go on as any text does.
    body = isText ? .log(try LogReader(source, as: .objects)) : .objects
    var record = TensorRecord(
      name: count == 0 ? stem : "", content: .tensor(tensor),
      origin: .init(file: source.name, line: line, byteOffset: offset),
      provenance: kind == .array ? .array : isText ? .textFile : .binaryFile)
    record.isNamedByFile = count == 0
    return record
  }

  private static func records(of model: NnetModel, file: String) -> [TensorRecord] {
    model.parameters.map { name, component, parameter in
      TensorRecord(
        name: name, content: .tensor(parameter.tensor),
        origin: .init(
          file: file, key: name, line: parameter.line, byteOffset: parameter.byteOffset,
          component: component.marker),
        provenance: .model)
    }
  }
}

extension ByteSource {
  /// Passes over the mark with which some editors begin a file in UTF-8; it is no part of a name.
  func skipByteOrderMark() throws(KaldiIOError) {
    guard offset == 0, try peek() == 0xef, try peek(at: 1) == 0xbb, try peek(at: 2) == 0xbf
    else { return }
    advance(3)
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
