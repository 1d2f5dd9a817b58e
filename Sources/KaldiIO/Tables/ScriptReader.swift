import Files

/// Reads the objects that a script file (scp) names, one at a time.
public struct ScriptReader {
  /// A line of a script file.
  public struct Entry: Sendable, Equatable {
    /// The key.
    public var key: String
    /// The extended file name of the object, with its range if it has one.
    public var location: String
    /// The line, from 1.
    public var line: Int
    /// The byte at which the line begins, from 0.
    public var byte: Int
  }

  private let script: ByteSource
  private let pipes: PipePolicy
  private let form: StoredTensor.Form?
  private let options: TextOptions
  private var line = 0
  private var openFile: (path: String, source: ByteSource)?
  private var isBinary = false
  private var last: (location: String, tensor: StoredTensor)?

  /// A reader at the start of a script file.
  ///
  /// - Parameters:
  ///   - script: The script file's bytes.
  ///   - pipes: Whether its lines may run commands.
  ///   - form: What the objects are; nil takes matrices and vectors.
  ///   - options: How text is read.
  public init(
    script: ByteSource, pipes: PipePolicy = .forbidden, form: StoredTensor.Form? = nil,
    options: TextOptions = TextOptions()
  ) {
    self.script = script
    self.pipes = pipes
    self.form = form
    self.options = options
  }

  /// Reads the next line.
  ///
  /// - Returns: The line taken apart; nil at the end.
  /// - Throws: ``KaldiIOError`` for a blank line or one without a location.
  public mutating func nextEntry() throws(KaldiIOError) -> Entry? {
    let place = script.place
    guard let bytes = try script.restOfLine() else { return nil }
    line += 1
    let key = bytes.prefix { !isWhitespace($0) }
    var location = bytes.dropFirst(key.count).drop(while: isWhitespace)
    while let end = location.last, isWhitespace(end) { location.removeLast() }
    guard !key.isEmpty, !location.isEmpty, let keyText = String(validating: key, as: UTF8.self),
      let text = String(validating: location, as: UTF8.self)
    else {
      throw .malformed(place, found: quoted(bytes), expected: "a key and a file name")
    }
    return Entry(key: keyText, location: text, line: line, byte: place.byte)
  }

  /// Reads the object that a line names.
  ///
  /// - Parameter entry: The line.
  /// - Returns: The object under its key.
  /// - Throws: ``KaldiIOError``.
  public mutating func read(_ entry: Entry) throws(KaldiIOError) -> TensorRecord {
    do throws(KaldiIOError) {
      return try object(of: entry)
    } catch {
      throw .behindScript(
        .init(file: script.name, byte: entry.byte, line: entry.line), key: entry.key, error)
    }
  }

  private mutating func object(of entry: Entry) throws(KaldiIOError) -> TensorRecord {
    let (name, range) = try ElementRange.split(entry.location)
    var offset: Int?
    var file = name
    switch try ExtendedFilename(reading: name) {
    case .part(let path, let position):
      offset = position
      file = path
    case .file: offset = 0
    case .standard, .command: break
    }
    let whole: StoredTensor
    if let last, last.location == name {
      whole = last.tensor
    } else {
      let source: ByteSource
      if let offset {
        if let open = openFile, open.path == file {
          source = open.source
        } else {
          source = try open(file)
          openFile = (file, source)
        }
        if source.offset != offset { try source.seek(to: offset) }
      } else {
        source = try ByteSource.open(scriptLocation: name, pipes: pipes)
      }
      last = nil
      isBinary = try source.peek() == 0
      whole = try source.readTensor(form: form, options: options)
      if offset != nil { last = (name, whole) }
    }
    var record = TensorRecord(
      name: entry.key, content: .tensor(whole),
      origin: .init(file: file, key: entry.key, byteOffset: offset),
      provenance: isBinary ? .binaryArchive : .textArchive)
    try range?.apply(to: &record, name: entry.location)
    return record
  }

  /// Opens a file relative to the working folder, as Kaldi does, or else to the script file's.
  private func open(_ file: String) throws(KaldiIOError) -> ByteSource {
    do {
      return try ByteSource.open(DataPath(file))
    } catch {
      guard !file.hasPrefix("/"), let slash = script.name.lastIndex(of: "/") else { throw error }
      guard let beside = try? ByteSource.open(DataPath(script.name[...slash] + file)) else {
        throw error
      }
      return beside
    }
  }

  /// Reads the next line and its object.
  ///
  /// - Returns: The object under its key; nil at the end.
  /// - Throws: ``KaldiIOError``.
  public mutating func next() throws(KaldiIOError) -> TensorRecord? {
    guard let entry = try nextEntry() else { return nil }
    return try read(entry)
  }
}
