/// Reads a table that a specifier names.
public struct TableReader {
  private enum Body {
    case archive(ArchiveReader)
    case script(ScriptReader)
    case ended
  }

  private var body: Body
  private let isPermissive: Bool
  /// Entries that were passed over because the specifier says `p`.
  public private(set) var skipped: [KaldiIOError] = []

  /// Opens a table.
  ///
  /// - Parameters:
  ///   - specifier: The table; the user typed it, so its own name may run a command.
  ///   - pipes: Whether the lines of a script file may run commands too.
  ///   - form: What the objects are; nil takes matrices and vectors.
  ///   - options: How text is read.
  /// - Throws: ``KaldiIOError``.
  public init(
    _ specifier: ReadSpecifier, pipes: PipePolicy = .forbidden, form: StoredTensor.Form? = nil,
    options: TextOptions = TextOptions()
  ) throws(KaldiIOError) {
    isPermissive = specifier.isPermissive
    let source = try ByteSource.open(TypedName(specifier.name))
    try source.skipByteOrderMark()
    switch specifier.kind {
    case .archive:
      body = .archive(ArchiveReader(source: source, form: form, options: options))
    case .script:
      body = .script(ScriptReader(script: source, pipes: pipes, form: form, options: options))
    }
  }

  /// Reads the next entry.
  ///
  /// - Returns: The entry; nil at the end.
  /// - Throws: ``KaldiIOError``.
  public mutating func next() throws(KaldiIOError) -> TensorRecord? {
    switch body {
    case .ended: return nil
    case .archive(var reader):
      do {
        let record = try reader.next()
        body = .archive(reader)
        return record
      } catch {
        body = .ended
        if !isPermissive { throw error }
        skipped.append(error)
        return nil
      }
    case .script(var reader):
      defer { body = .script(reader) }
      while let entry = try reader.nextEntry() {
        do {
          return try reader.read(entry)
        } catch {
          if !isPermissive { throw error }
          skipped.append(error)
        }
      }
      return nil
    }
  }
}
