/// Writes a table that a specifier names; its files appear when it is finished, or not at all.
public struct TableWriter {
  private let specifier: WriteSpecifier
  private let pipes: PipePolicy
  private let archive: ByteSink?
  private let script: ByteSink?
  private var places: [String: String] = [:]
  /// Keys that were passed over because the script file lacks them and the specifier says `p`.
  public private(set) var skipped: [String] = []

  /// Opens a table.
  ///
  /// - Parameters:
  ///   - specifier: The table; the user typed it, so its own names may run a command.
  ///   - pipes: Whether the lines of a script file may run commands too.
  /// - Throws: ``KaldiIOError``.
  public init(
    _ specifier: WriteSpecifier, pipes: PipePolicy = .forbidden
  ) throws(KaldiIOError) {
    self.specifier = specifier
    self.pipes = pipes
    if let name = specifier.archive {
      archive = try ByteSink.open(TypedName(name))
      if let name = specifier.script {
        script = try ByteSink.open(TypedName(name))
      } else {
        script = nil
      }
      return
    }
    archive = nil
    script = nil
    let source = try ByteSource.open(TypedName(specifier.script ?? "-"))
    var reader = ScriptReader(script: source)
    while let entry = try reader.nextEntry() {
      if places.updateValue(entry.location, forKey: entry.key) != nil {
        throw .unusable(entry.key, reason: "the key stands twice in \(source.name)")
      }
    }
  }

  /// Writes an entry.
  ///
  /// - Parameters:
  ///   - tensor: The object.
  ///   - key: Its key.
  ///   - format: How to write it; the caller follows ``WriteSpecifier/isBinary``.
  /// - Throws: ``KaldiIOError``.
  public mutating func write(
    _ tensor: StoredTensor, key: String, as format: ObjectFormat
  ) throws(KaldiIOError) {
    guard !key.isEmpty, key.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
      throw .unusable(key, reason: "a key has no white space and no control characters")
    }
    guard let archive else {
      guard let place = places[key] else {
        if specifier.isPermissive {
          skipped.append(key)
          return
        }
        throw .unusable(key, reason: "the script file \(specifier.script ?? "-") has no such key")
      }
      let sink = try ByteSink.open(scriptLocation: place, pipes: pipes)
      try sink.append(tensor, as: format)
      try sink.finish()
      return
    }
    try archive.append("\(key) ")
    if let script { try script.append("\(key) \(specifier.archive ?? "-"):\(archive.offset)\n") }
    try archive.append(tensor, as: format)
    if specifier.flushes { try archive.flush() }
  }

  /// Writes what is left and gives the files their names.
  ///
  /// - Throws: ``KaldiIOError`` when something cannot be stored.
  public mutating func finish() throws(KaldiIOError) {
    try archive?.finish()
    try script?.finish()
  }
}
