/// How objects are written when they are copied.
public struct CopyOptions: Sendable {
  /// Binary or text for single objects and models; nil keeps the input's form.
  public var isBinary: Bool?
  /// Whether binary numbers take 64 bits; otherwise text becomes binary32 and binary keeps its width.
  public var isDouble: Bool
  /// How matrices are compressed, if they are.
  public var compression: CompressionMethod?
  /// Text as `%.Pg`; nil keeps the digits of text and prints binary in the shortest form.
  public var precision: Int?
  /// How the input is read.
  public var source: TensorSource.Options

  /// Options; everything is kept as it is, unless said otherwise.
  public init(
    isBinary: Bool? = nil, isDouble: Bool = false, compression: CompressionMethod? = nil,
    precision: Int? = nil, source: TensorSource.Options = .init()
  ) {
    self.isBinary = isBinary
    self.isDouble = isDouble
    self.compression = compression
    self.precision = precision
    self.source = source
  }

  /// How to write one object.
  func format(of tensor: StoredTensor, isBinary: Bool) -> ObjectFormat {
    if isBinary {
      return compression.map { .compressed($0) } ?? .binary(width(of: tensor.encoding))
    }
    if let precision { return .text(.significantDigits(max(1, precision))) }
    switch tensor.encoding {
    // At least Kaldi's seven digits: whole numbers show fewer than they were printed with.
    case .text(let digits): return .text(.significantDigits(min(max(digits, 7), 17)))
    case .float64, .fixedPoint: return .text(.shortestDouble)
    case .other(let name):
      return .text(width(of: .other(name)) == .float64 ? .shortestDouble : .shortestFloat)
    case .float32: return .text(.shortestFloat)
    }
  }

  /// The width of binary numbers for an encoding.
  func width(of encoding: StoredTensor.Encoding) -> Precision {
    if isDouble { return .float64 }
    switch encoding {
    case .float64: return .float64
    // Wider integers do not fit into 24 bits.
    case .other("int32"), .other("int64"), .other("uint32"), .other("uint64"): return .float64
    default: return .float32
    }
  }
}

/// Copies objects from any source to a file or table.
///
/// A single object and a model keep the input's form; several objects make an archive, in the
/// input's form, or the table that a specifier such as `ark,t:out` names. A name that ends in
/// `.npy` gets one NumPy array. What Kaldi wrote, copied to its own form, has the same bytes.
///
/// - Parameters:
///   - input: Any ``TensorSource``.
///   - output: A file, a table specifier, `| COMMAND`, or `-` for standard output.
///   - options: How to write.
///   - warn: Is told what the user should know of how the objects were read.
/// - Returns: How many objects were copied; a model counts as one.
/// - Throws: ``KaldiIOError``; then no output file appears.
@discardableResult
public func copyTensors(
  from input: SourceName, to output: TypedName, options: CopyOptions = .init(),
  warn: (String) -> Void = { _ in }
) throws -> Int {
  let table = try WriteSpecifier.parse(output.text)
  let isArray = output.text.hasSuffix(".npy")
  var reading = options.source
  // Decimals that become binary32 are rounded once, straight to it.
  if !options.isDouble && (table?.isBinary ?? (options.isBinary == true || isArray)) {
    reading.text.precision = .float32
  }
  let source = try input.opened(reading)
  var isBinary = false
  var isTable = false
  var opened: FileRecords?
  switch source.target {
  case .input where source.range == nil, .file where source.range == nil:
    let bytes = try source.openedBytes()
    try bytes.skipByteOrderMark()
    let kind = try ContentKind.of(bytes)
    if kind == .model && table == nil && !isArray {
      try copyModel(bytes, to: output, options)
      return 1
    }
    isBinary = try bytes.peek() == 0 || kind == .array || kind == .arrays || kind == .archive
    if case .framework(let form) = kind { isBinary = form != .delimited }
    isTable = kind == .archive || kind == .textArchive || kind == .script
    opened = try FileRecords(bytes, stem: source.stem, options: reading)
  case .table: isTable = true
  case .input, .file, .folder, .entry, .part: break
  }
  var writer = CopyWriter(
    output: output, table: table, isArchive: isTable, isBinary: isBinary,
    knowsForm: opened != nil && !isTable, options: options)
  if var records = opened {
    while let record = try records.next() {
      if let warning = record.warning { warn(warning) }
      try writer.take(record)
    }
  } else {
    try source.forEachRecord { record in
      if let warning = record.warning { warn(warning) }
      try writer.take(record)
    }
  }
  let count = try writer.finish(input: input.text)
  for key in writer.skippedKeys {
    warn("key '\(key)' is not in \(table?.script ?? ""): passed over")
  }
  return count
}

private func copyModel(
  _ bytes: ByteSource, to output: TypedName, _ options: CopyOptions
) throws(KaldiIOError) {
  let model = try NnetModel(bytes)
  let sink = try ByteSink.open(output)
  let form = options.isBinary.map { $0 ? NnetModel.Form.binary : .text }
  try model.write(
    to: sink, form: form, style: options.precision.map { .significantDigits(max(1, $0)) },
    precision: options.isDouble ? .float64 : nil)
  try sink.finish()
}

/// Writes what is copied: the first object waits until it is known whether it is the only one.
private struct CopyWriter {
  let output: TypedName
  let table: WriteSpecifier?
  let isArchive: Bool
  var isBinary: Bool
  /// Whether `isBinary` is the input's form; otherwise the first object tells.
  var knowsForm: Bool
  let options: CopyOptions
  private var waiting: TensorRecord?
  private var open: TableWriter?
  private var count = 0

  init(
    output: TypedName, table: WriteSpecifier?, isArchive: Bool, isBinary: Bool, knowsForm: Bool,
    options: CopyOptions
  ) {
    self.output = output
    self.table = table
    self.isArchive = isArchive
    self.isBinary = isBinary
    self.knowsForm = knowsForm
    self.options = options
  }

  mutating func take(_ record: TensorRecord) throws(KaldiIOError) {
    switch record.content {
    // Words where only objects belong would get lost; what is no data at all is left where it is.
    case .unrecognised(let what) where record.provenance == .textArchive:
      throw .malformed(
        .init(
          file: record.origin.file, byte: record.origin.byteOffset ?? 0, line: record.origin.line),
        found: what, expected: "a key and an object")
    case .unrecognised: return
    case .malformed(let error): throw error
    case .tensor(let tensor):
      count += 1
      if !knowsForm {
        knowsForm = true
        isBinary = Self.isBinary(tensor.encoding)
      }
    }
    if open == nil && table == nil && !isArchive {
      guard let first = waiting else {
        waiting = record
        return
      }
      guard !output.text.hasSuffix(".npy") else {
        throw .unusable(
          output.text,
          reason: "an .npy file has one array, and there are more: name one, as in IN:KEY")
      }
      try write(first)
      waiting = nil
    }
    try write(record)
  }

  /// Keys that had no place in the script file that names the outputs.
  var skippedKeys: [String] { open?.skipped ?? [] }

  mutating func finish(input: String) throws(KaldiIOError) -> Int {
    if let only = waiting, case .tensor(let tensor) = only.content {
      let sink = try ByteSink.open(output)
      if output.text.hasSuffix(".npy") {
        let isDouble = options.width(of: tensor.encoding) == .float64
        try NumPyWriter.write(tensor, isDouble: isDouble, to: sink)
      } else {
        try sink.append(
          tensor, as: options.format(of: tensor, isBinary: options.isBinary ?? isBinary))
      }
      try sink.finish()
      return count
    }
    guard count > 0 || isArchive else {
      throw .unusable(input, reason: "there is no matrix in it to copy")
    }
    if open == nil { open = try TableWriter(specifier, pipes: options.source.pipes) }
    try open?.finish()
    return count
  }

  /// The table to write: what the user named, or an archive in the input's form.
  private var specifier: WriteSpecifier {
    table ?? WriteSpecifier(archive: output.text, isBinary: options.isBinary ?? isBinary)
  }

  private mutating func write(_ record: TensorRecord) throws(KaldiIOError) {
    guard case .tensor(let tensor) = record.content else { return }
    if open == nil { open = try TableWriter(specifier, pipes: options.source.pipes) }
    let key = key(of: record)
    let format = options.format(of: tensor, isBinary: specifier.isBinary)
    try open?.write(tensor, key: key, as: format)
  }

  /// A key that a table can hold; what has no name is named by its line.
  private func key(of record: TensorRecord) -> String {
    if record.name.isEmpty {
      return record.origin.line.map { "line-\($0)" } ?? "object-\(count)"
    }
    return String(record.name.map { $0.isWhitespace ? "_" : $0 })
  }

  private static func isBinary(_ encoding: StoredTensor.Encoding) -> Bool {
    switch encoding {
    case .text, .fixedPoint: false
    default: true
    }
  }
}
