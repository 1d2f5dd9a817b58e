/// Reads an archive, text and binary objects mixed, one object at a time.
public struct ArchiveReader {
  /// The bytes.
  public let source: ByteSource
  private let options: TextOptions
  private let form: StoredTensor.Form?

  /// A reader at the start of an archive.
  ///
  /// - Parameters:
  ///   - source: The bytes.
  ///   - form: What the objects are; nil takes matrices and vectors.
  ///   - options: How text is read.
  public init(
    source: ByteSource, form: StoredTensor.Form? = nil, options: TextOptions = TextOptions()
  ) {
    self.source = source
    self.form = form
    self.options = options
  }

  /// Reads the next key and what separates it from its object.
  ///
  /// - Returns: The key; nil at the end of the archive.
  /// - Throws: ``KaldiIOError`` for bytes that are no key, and for a key that nothing follows, where
  ///   Kaldi would end in silence.
  public mutating func nextKey() throws(KaldiIOError) -> String? {
    try source.skipWhitespace()
    guard try source.peek() != nil else { return nil }
    let start = source.place
    let bytes = try source.word(upTo: 1 << 16)
    let isClean = bytes.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != 0xff }
    guard isClean, bytes.count < 1 << 16, let key = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(start, found: quoted(bytes), expected: "a key")
    }
    switch try source.peek() {
    case 0x20, 0x09: source.advance(1)
    case 0x0a: break
    case nil:
      throw .malformed(
        start, found: "\(quoted(bytes)) and the end of the input", expected: "a key and an object")
    default: throw source.malformed(expected: "a space behind the key")
    }
    return key
  }

  /// Reads the next entry.
  ///
  /// - Returns: The entry, its origin's place being that of the object, not of the key; nil at the
  ///   end of the archive.
  /// - Throws: ``KaldiIOError``.
  public mutating func next() throws(KaldiIOError) -> TensorRecord? {
    guard let key = try nextKey() else { return nil }
    let offset = source.offset
    let isText = try source.peek() != 0
    let line = isText ? source.line : nil
    let tensor = try source.readTensor(form: form, options: options)
    return TensorRecord(
      name: key, content: .tensor(tensor),
      origin: .init(file: source.name, key: key, line: line, byteOffset: offset),
      provenance: isText ? .textArchive : .binaryArchive)
  }
}
