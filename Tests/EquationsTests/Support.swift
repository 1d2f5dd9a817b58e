import Arithmetic
import Kernels
import Tensors

/// Layers filled with the ranges of the golden cases, or with seeded numbers.
enum Fill {
  /// A `linspace` a tensor, over the notebooks' batch-major tensor; time-major as layers take it.
  static func ranges(
    _ layer: some Layer, _ ranges: [String: (Double, Double)]
  ) -> TensorTable<Double> {
    table(layer) { specification, count in
      let (start, end) = ranges[specification.name] ?? (0, 0)
      return linspace(start, end, count: count)
    }
  }

  /// Bell-shaped numbers from a seed, scaled so that sums stay of moderate size.
  static func random(_ layer: some Layer, seed: UInt64) -> TensorTable<Double> {
    var generator = SplitMix64(seed: seed)
    return table(layer) { _, count in (0..<count).map { _ in generator.nextBell() / 2 } }
  }

  private static func table(
    _ layer: some Layer, _ elements: (TensorSpecification, Int) -> [Double]
  ) -> TensorTable<Double> {
    var table = TensorTable<Double>()
    for specification in layer.given {
      let shape = specification.shape
      let numbers = elements(specification, shape.reduce(1, *))
      table[specification.name] =
        specification.isSequence
        ? Tensor(shape: [shape[1], shape[0]] + shape.dropFirst(2), elements: numbers)
          .swappingFirstAxes()
        : Tensor(shape: shape, elements: numbers)
    }
    return table
  }
}

extension TensorTable<Double> {
  /// The elements of a tensor, none if it is not there.
  func elements(_ name: String) -> [Double] { self[name]?.elements ?? [] }

  /// Every name with its elements' bits.
  var bits: [String: [UInt64]] {
    Dictionary(
      uniqueKeysWithValues: entries.map { ($0.name, $0.tensor.elements.map(\.bitPattern)) })
  }

  /// The names of tensors that are farther from another table's than a share of their largest
  /// element, or missing there.
  func differing(from other: TensorTable<Double>, beyond share: Double) -> [String] {
    entries.filter { entry in
      guard let elements = other[entry.name]?.elements else { return true }
      return !(scaledError(entry.tensor.elements, elements) <= share)
    }.map(\.name)
  }
}

/// Layers by their letters.
enum Make {
  static func lstm(
    _ n: Int, _ t: Int, _ d: Int, _ h: Int, order: GateOrder = .inputForgetOutputCandidate,
    isStep: Bool = false
  ) throws -> LSTMLayer {
    try LSTMLayer(
      shape: LSTMShape(batchSize: n, frameCount: t, inputSize: d, cellSize: h), order: order,
      isTimeFrequency: false, isStep: isStep)
  }

  static func tflstm(
    _ n: Int, _ t: Int, _ d: Int, _ h: Int, f: Int, s: Int,
    order: GateOrder = .inputForgetOutputCandidate, isStep: Bool = false
  ) throws -> LSTMLayer {
    try LSTMLayer(
      shape: LSTMShape(
        batchSize: n, frameCount: t, inputSize: d, cellSize: h, filterWidth: f, stride: s),
      order: order, isTimeFrequency: true, isStep: isStep)
  }

  static func sru(
    _ n: Int, _ t: Int, _ d: Int, _ h: Int, _ form: SRUWeightForm = .compact,
    isStep: Bool = false
  ) throws -> SRULayer {
    try SRULayer(
      shape: SRUShape(batchSize: n, frameCount: t, inputSize: d, cellSize: h), weightForm: form,
      isStep: isStep)
  }

  static func memory(_ t: Int, _ d: Int, _ n: Int, positions: [Int]) throws -> MemoryLayer {
    MemoryLayer(
      width: d, order: n,
      positions: try Positions(
        positions, direction: .behind, tensor: "position", rowCount: t))
  }

  static func memory(
    _ t: Int, _ d: Int, _ back: Int, _ ahead: Int, behindPositions: [Int], aheadPositions: [Int]
  ) throws -> MemoryLayer {
    MemoryLayer(
      width: d, lookBack: back, lookAhead: ahead,
      behind: try Positions(
        behindPositions, direction: .behind, tensor: "bposition", rowCount: t),
      ahead: try Positions(
        aheadPositions, direction: .ahead, tensor: "fposition", rowCount: t))
  }
}
