/// Forms that frameworks other than Kaldi store tensors in.
enum FrameworkFile: Equatable {
  /// Hugging Face's safetensors.
  case safetensors
  /// One ONNX `TensorProto`.
  case tensorProto
  /// Rows of numbers, as `numpy.savetxt` and spreadsheets write them.
  case delimited

  /// Which form a source holds, told by its first bytes; nil for none of the binary ones.
  static func binary(_ source: ByteSource) throws(KaldiIOError) -> FrameworkFile? {
    if try SafetensorsReader.begins(source) { return .safetensors }
    guard let first = try source.peek(), [0x08, 0x0a, 0x10].contains(first) else { return nil }
    _ = try source.peek(at: 4095)
    var head: [UInt8] = []
    while head.count < 4096, let byte = try source.peek(at: head.count) { head.append(byte) }
    return TensorProtoReader.begins(head) ? .tensorProto : nil
  }

  /// Reads the records of such a file, one after another.
  struct Records {
    private var body: Body

    private enum Body {
      case one(TensorRecord)
      case several(SafetensorsReader)
      case ended
    }

    /// Opens a file of this form.
    init(
      _ form: FrameworkFile, _ source: ByteSource, stem: String, precision: Precision
    ) throws(KaldiIOError) {
      switch form {
      case .safetensors: body = .several(try SafetensorsReader(source))
      case .tensorProto: body = .one(try TensorProtoReader.read(source, stem: stem))
      case .delimited:
        body = .one(try DelimitedText.read(source, stem: stem, precision: precision))
      }
    }

    /// The next record; nil at the end.
    mutating func next() throws(KaldiIOError) -> TensorRecord? {
      switch body {
      case .ended: return nil
      case .one(let record):
        body = .ended
        return record
      case .several(var reader):
        body = .ended
        let record = try reader.next()
        if record != nil { body = .several(reader) }
        return record
      }
    }
  }
}
