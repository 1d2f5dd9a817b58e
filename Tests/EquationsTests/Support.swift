import Equations
import Layers
import Tensors
import Testing

/// Layers filled with the ranges of the golden cases, or with seeded numbers.
enum Fill {
  /// A `linspace` a tensor, over the notebooks' batch-major tensor; time-major as layers take it.
  static func ranges(
    _ layer: Layer, _ ranges: [String: (Double, Double)]
  ) -> TensorTable<Double> {
    table(layer) { specification, count in
      let (start, end) = ranges[specification.name] ?? (0, 0)
      return linspace(start, end, count: count)
    }
  }

  /// Bell-shaped numbers from a seed, scaled so that sums stay of moderate size.
  static func random(_ layer: Layer, seed: UInt64) -> TensorTable<Double> {
    var generator = SplitMix64(seed: seed)
    return table(layer) { _, count in (0..<count).map { _ in generator.nextBell() / 2 } }
  }

  private static func table(
    _ layer: Layer, _ elements: (TensorSpecification, Int) -> [Double]
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
  /// A layer of the catalogue.
  static func layer(
    _ name: String, _ form: String, _ sizes: [String: Int], order: String? = nil,
    positions: [String: Positions] = [:]
  ) throws -> Layer {
    try Layer(
      try #require(LayerCatalogue.layer(named: name)), form: form, sizes: sizes,
      order: order.map { $0.map(String.init) }, positions: positions)
  }

  static func lstm(
    _ n: Int, _ t: Int, _ d: Int, _ h: Int, order: String = "ifog", isStep: Bool = false
  ) throws -> Layer {
    try layer(
      "lstm", isStep ? "step" : "sequence", ["N": n, "T": t, "D": d, "H": h], order: order)
  }

  static func tflstm(
    _ n: Int, _ t: Int, _ d: Int, _ h: Int, f: Int, s: Int, order: String = "ifog",
    isStep: Bool = false
  ) throws -> Layer {
    try layer(
      "tflstm", isStep ? "step" : "sequence",
      ["N": n, "T": t, "D": d, "H": h, "F": f, "S": s], order: order)
  }

  static func sru(
    _ n: Int, _ t: Int, _ d: Int, _ h: Int, isSeparate: Bool = false, isStep: Bool = false
  ) throws -> Layer {
    try layer(
      "sru", (isStep ? "step" : "sequence") + (isSeparate ? "-separate" : ""),
      ["N": n, "T": t, "D": d, "H": h])
  }

  static func memory(_ t: Int, _ d: Int, _ n: Int, positions: [Int]) throws -> Layer {
    try layer(
      "compact-vfsmn", "sentences", ["T": t, "D": d, "N": n],
      positions: [
        "position": Positions(positions, direction: .behind, tensor: "position", rowCount: t)
      ])
  }

  static func memory(
    _ t: Int, _ d: Int, _ back: Int, _ ahead: Int, behindPositions: [Int], aheadPositions: [Int]
  ) throws -> Layer {
    try layer(
      "bi-compact-vfsmn", "sentences", ["T": t, "D": d, "N1": back, "N2": ahead],
      positions: [
        "bposition": Positions(
          behindPositions, direction: .behind, tensor: "bposition", rowCount: t),
        "fposition": Positions(
          aheadPositions, direction: .ahead, tensor: "fposition", rowCount: t),
      ])
  }
}

extension Layer {
  /// A size by its letter; 1 where the layer has none of that letter.
  func size(_ letter: String) -> Int { dimensions.first { $0.letter == letter }?.size ?? 1 }
}
