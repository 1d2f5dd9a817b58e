import Tensors

/// The weights of one LSTM, taken out of a framework's layout and put into another's.
public struct ConvertedWeights: Sendable {
  /// The weights under their new names and in their new shapes.
  public let arrays: [NamedArray]
  /// Names in the source that no weight was made of.
  public let leftOver: [String]
  /// How the source's numbers were encoded, the widest of them.
  let encoding: StoredTensor.Encoding

  /// Converts what a source holds.
  ///
  /// Numbers are moved, not computed with, so that there and back gives the same bits; only where
  /// two biases become one they are added. Two biases become two, one becomes one and zeros.
  ///
  /// - Parameters:
  ///   - records: The source's tensors.
  ///   - given: Their layout; nil where their names tell it.
  ///   - target: The layout wanted.
  ///   - source: What the source is called.
  /// - Throws: ``KaldiIOError`` for tensors that are no LSTM's weights, or that the layout has no
  ///   place for.
  public init(
    _ records: [TensorRecord], from given: WeightOrder?, to target: WeightOrder, source: String
  ) throws(KaldiIOError) {
    var tensors: [(name: String, matrix: Matrix<Double>)] = []
    var encodings: [StoredTensor.Encoding] = []
    for record in records {
      switch record.content {
      case .tensor(let tensor):
        tensors.append((record.name, tensor.matrix))
        encodings.append(tensor.encoding)
      case .malformed(let error): throw error
      case .unrecognised: continue
      }
    }
    encoding =
      encodings.contains(.float64)
      ? .float64
      : encodings.allSatisfy { $0 == .float32 } ? .float32 : .text(significantDigits: 17)
    var table = WeightTable(tensors, source: source)
    guard let order = given ?? table.order else {
      let names = tensors.prefix(20).map(\.name).joined(separator: ", ")
      throw .unusable(
        source,
        reason: "the names do not tell whose LSTM weights these are (\(names)): "
          + "say it with --from-order")
    }
    arrays = try table.weights(in: order).arrays(in: target, source: source)
    leftOver = table.leftOver
  }
}

extension ConvertedWeights {
  /// Writes the weights: a safetensors file where the name ends so, otherwise a table of Kaldi's.
  ///
  /// - Parameters:
  ///   - output: The file or table.
  ///   - options: How to write; binary numbers take the width that ``copyTensors(from:to:options:)``
  ///     would give them.
  /// - Throws: ``KaldiIOError``; then no file appears.
  public func write(to output: String, options: CopyOptions) throws(KaldiIOError) {
    if output.hasSuffix(".safetensors") {
      let sink = try ByteSink.open(TypedName(output))
      let isDouble = options.width(of: encoding) == .float64
      try SafetensorsWriter.write(arrays, isDouble: isDouble, to: sink)
      return try sink.finish()
    }
    let table =
      try WriteSpecifier.parse(output)
      ?? WriteSpecifier(archive: output, isBinary: options.isBinary ?? true)
    var writer = try TableWriter(table, pipes: options.source.pipes)
    for array in arrays {
      let tensor = array.stored(encoding)
      try writer.write(
        tensor, key: array.name, as: options.format(of: tensor, isBinary: table.isBinary))
    }
    try writer.finish()
  }
}

extension NamedArray {
  /// The array as Kaldi stores it: all axes but the last folded into rows; a single row is a vector.
  func stored(_ encoding: StoredTensor.Encoding) -> StoredTensor {
    let columns = shape.last ?? 1
    return StoredTensor(
      form: elements.count == columns ? .vector : .matrix,
      matrix: Matrix(
        rows: columns == 0 ? 0 : elements.count / columns, columns: columns, elements: elements),
      encoding: encoding)
  }
}
