/// One object met in a source, with its name and where it came from.
public struct TensorRecord: Sendable {
  /// Where an object was found.
  public struct Origin: Sendable, Equatable {
    /// The file, as the user named it (`-` for standard input).
    public var file: String
    /// The archive key, model parameter or array name inside the file, if it has one.
    public var key: String?
    /// The line of the object's first character, from 1, for text.
    public var line: Int?
    /// The byte of the object's first character, from 0.
    public var byteOffset: Int?
    /// In a log: the function named by the message's prefix.
    public var function: String?
    /// In a log: the source file and line named by the message's prefix.
    public var sourceLine: String?
    /// In a log: the component marker last seen before the object, such as `<TfLstm>`.
    public var component: String?
    /// In a log: what stands before every line of the process that printed the object.
    public var process: String?

    /// An origin; only the file is always known.
    public init(
      file: String, key: String? = nil, line: Int? = nil, byteOffset: Int? = nil,
      function: String? = nil, sourceLine: String? = nil, component: String? = nil,
      process: String? = nil
    ) {
      self.file = file
      self.key = key
      self.line = line
      self.byteOffset = byteOffset
      self.function = function
      self.sourceLine = sourceLine
      self.component = component
      self.process = process
    }
  }

  /// What the reader was reading, told by the bytes and never by a file's name.
  public enum Provenance: String, Sendable {
    /// No reader: the record was made in memory.
    case memory
    /// A log of Kaldi's: prefixes, component markers or statistics stand around the objects.
    case log
    /// Any other text with objects in it: a program's own prints, NumPy's among them.
    case print
    /// Kaldi's text: one object, or several without words between them.
    case textFile = "text file"
    /// Kaldi's text archive, or prints that cannot be told from one.
    case textArchive = "text archive"
    /// Kaldi's binary objects, without keys.
    case binaryFile = "binary file"
    /// Kaldi's binary archive.
    case binaryArchive = "binary archive"
    /// The parameters of an nnet1 model.
    case model
    /// Arrays that NumPy saved.
    case array
  }

  /// What was found.
  public enum Content: Sendable {
    /// A matrix or vector.
    case tensor(StoredTensor)
    /// Something that is no matrix this library reads; the text says what it is.
    case unrecognised(String)
    /// Something that begins as a matrix does and cannot be read as one; the error says why.
    case malformed(KaldiIOError)
  }

  /// The object's name: file stem, archive key, parameter name, or the text stuck to the bracket.
  public var name: String
  /// Whether the object has no name of its own, and ``name`` is that of its file.
  public var isNamedByFile = false
  /// The object.
  public var content: Content
  /// Where it was found.
  public var origin: Origin
  /// What it was read from.
  public var provenance: Provenance
  /// What the user should know of how it was read, such as a range that was cut; nil if nothing.
  public var warning: String?

  /// A record.
  public init(
    name: String, content: Content, origin: Origin, provenance: Provenance = .memory
  ) {
    self.name = name
    self.content = content
    self.origin = origin
    self.provenance = provenance
  }
}
