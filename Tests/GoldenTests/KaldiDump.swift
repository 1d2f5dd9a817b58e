import Arithmetic
import Equations
import KaldiIO
import Layers
import Tensors
import TestSupport
import Testing

/// A dump of real Kaldi, and the layer's names for what stands in it.
///
/// The names are written here by hand, not taken from the layer files' views.
struct KaldiDump: Sendable, CustomTestStringConvertible {
  /// The folder below `kaldi-dumps`.
  var folder: String
  /// The layer's file.
  var layer: String
  var sizes: [String: Int]
  /// Significant digits of the print.
  var digits: Int
  /// Whether Kaldi computed on more digits than its inputs show.
  var hasUnshownDigits = false
  /// How far results may lie from the exact ones, as a share of the tensor's largest element:
  /// float32's own error and, at six digits, what the inputs' hidden digits do.
  var share: Double
  /// The layer's parameters, whose gradients stand beside them, and Kaldi's names; `ᵀ` is turned.
  var parameters: [(own: String, kaldi: String)]
  /// Given and computed sequences of frames.
  var frames: [(own: String, file: String)] =
    [("x", "in"), ("dout", "out_diff"), ("out", "out"), ("dx", "in_diff")]
  /// Buffers with a padding frame at both ends: the quantities side by side.
  var buffers: [(file: String, columns: [String])] = []

  var testDescription: String { folder }

  private func path(_ file: String) -> String {
    PackageFolder.fixture("kaldi-dumps/\(folder)/\(file)")
  }

  private func read(_ file: String, isVector: Bool = false) throws -> Matrix<Double> {
    try ByteSource.open(TypedName(path(file + (isVector ? ".vec" : ".mat")))).readTensor().matrix
  }

  /// The layer at the dump's sizes.
  func makeLayer() throws -> Layer {
    let file = try #require(LayerCatalogue.layer(named: layer))
    var positions: [String: Positions] = [:]
    for counts in file.counts {
      positions[counts.name] = try Positions(
        numbers: read(counts.name).elements, direction: counts.isAhead ? .ahead : .behind,
        tensor: counts.name, rowCount: sizes["T"] ?? 0)
    }
    return try Layer(
      file, form: file.forms[0].name, sizes: sizes,
      order: file.order.map { _ in ["g", "i", "f", "o"] },
      positions: positions)
  }

  /// A parameter or its gradient, in the layer's orientation.
  private func parameter(
    _ entry: (own: String, kaldi: String), _ prefix: String, isVector: Bool
  ) throws -> [Double] {
    let isTurned = entry.kaldi.hasSuffix("ᵀ")
    let matrix = try read(
      prefix + (isTurned ? String(entry.kaldi.dropLast()) : entry.kaldi), isVector: isVector)
    return isTurned ? matrix.transposed().elements : matrix.elements
  }

  /// The given tensors.
  func given(_ layer: Layer) throws -> TensorTable<Double> {
    var table = TensorTable<Double>()
    for specification in layer.given {
      let elements: [Double]
      if let entry = parameters.first(where: { $0.own == specification.name }) {
        elements = try parameter(entry, "param-", isVector: specification.shape.count == 1)
      } else {
        let file = try #require(frames.first { $0.own == specification.name }).file
        elements = try read(file).elements
      }
      try #require(elements.count == specification.shape.reduce(1, *), "\(specification.name)")
      table[specification.name] = Tensor(shape: specification.shape, elements: elements)
    }
    return table
  }

  /// Every result that the dump holds, by the layer's names.
  func results(_ layer: Layer) throws -> [(name: String, elements: [Double])] {
    var found: [(name: String, elements: [Double])] = []
    for entry in frames where layer.results.contains(where: { $0.name == entry.own }) {
      found.append((entry.own, try read(entry.file).elements))
    }
    for entry in parameters {
      let isVector = layer.given.first { $0.name == entry.own }?.shape.count == 1
      found.append(("d" + entry.own, try parameter(entry, "grad-", isVector: isVector)))
    }
    for buffer in buffers {
      let matrix = try read(buffer.file)
      let streams = sizes["N"] ?? 1
      var first = 0
      for name in buffer.columns {
        let width = try #require(layer.results.first { $0.name == name }?.shape.last, "\(name)")
        found.append(
          (
            name,
            (streams..<matrix.rows - streams).flatMap {
              Array(Array(matrix.row($0))[first..<first + width])
            }
          ))
        first += width
      }
      try #require(first == matrix.columns, "\(buffer.file)")
    }
    return found
  }

  /// Half of what the last printed digit of a number is worth.
  func halfUnit(_ number: Double) -> Double {
    guard number != 0 else { return 0 }
    // One power of ten above the first digit, by multiplications that round up.
    var unit = 1.0
    while unit <= number.magnitude { unit *= 10 }
    while unit / 10 > number.magnitude { unit /= 10 }
    for _ in 0..<digits { unit /= 10 }
    return unit / 2 * (1 + 0x1p-40)
  }

  /// The given tensors with what a program's own numbers may differ by.
  func bounded<Format: RoundoffFormat>(
    _ given: TensorTable<Double>, in format: Format.Type
  ) -> TensorTable<RoundoffBound<Format>> {
    given.map { number in
      var input = RoundoffBound<Format>(input: number)
      if hasUnshownDigits { input.bound += halfUnit(number) }
      return input
    }
  }
}
