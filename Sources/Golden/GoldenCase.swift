import Arithmetic
public import Kernels
import Tensors

/// A golden case: a layer with dimensions, and what its tensors are filled with.
public struct GoldenCase: Sendable {
  /// The case's name, which is its folder's.
  public let name: String
  /// What the case is, in one line.
  public let summary: String
  /// Dimensions, ranges, order and positions; change them with ``CaseSettings/set(_:to:ofCase:)``.
  public var settings: CaseSettings
  /// Makes the layer.
  let makeLayer: @Sendable (CaseSettings) throws(KernelError) -> any Layer
  /// How a Kaldi component holds the case; nil for step cases.
  let kaldi: KaldiView?
  /// Tensors that are stretches of columns of a wider one, which is what the range fills.
  let slices: @Sendable (CaseSettings) -> [String: ColumnSlice]
  /// The position lists as the layer's constructor takes them.
  let positionDirections: [String: Positions.Direction]

  init(
    name: String, summary: String, settings: CaseSettings, kaldi: KaldiView?,
    positionDirections: [String: Positions.Direction] = [:],
    slices: @escaping @Sendable (CaseSettings) -> [String: ColumnSlice] = { _ in [:] },
    makeLayer: @escaping @Sendable (CaseSettings) throws(KernelError) -> any Layer
  ) {
    self.name = name
    self.summary = summary
    self.settings = settings
    self.kaldi = kaldi
    self.positionDirections = positionDirections
    self.slices = slices
    self.makeLayer = makeLayer
  }

  /// Columns `first ..< first + count` of a tensor of `columns` columns, filled as `owner`.
  struct ColumnSlice: Sendable {
    var owner: String
    var columns: Int
    var first: Int
  }

  /// The layer of the case's dimensions.
  ///
  /// - Throws: ``GoldenError/layer(case:_:)`` when the dimensions cannot be.
  public func layer() throws(GoldenError) -> any Layer {
    let layer: any Layer
    do { layer = try makeLayer(settings) } catch { throw .layer(case: name, error) }
    // In floating point: the product of the largest dimensions exceeds every integer.
    let numbers = (layer.given + layer.results).map { specification in
      specification.shape.reduce(1.0) { $0 * Double($1) }
    }.reduce(0, +)
    guard numbers <= Double(Self.sizeLimit) else {
      let found = Int(min(numbers, 1e18))
      let expected = "at most \(Self.sizeLimit)"
      throw .layer(
        case: name, .dimension(name: "numbers in all", found: found, expected: expected))
    }
    return layer
  }

  /// How many numbers the tensors of a case may hold together.
  static let sizeLimit = 50_000_000

  /// The given tensors, filled; sequences time-major.
  ///
  /// A range fills the notebook's tensor, batch-major, before it is turned.
  public func inputs() throws(GoldenError) -> TensorTable<Double> {
    let slices = slices(settings)
    var table = TensorTable<Double>()
    for specification in try layer().given {
      table[specification.name] =
        if let slice = slices[specification.name] {
          sliced(specification, slice)
        } else {
          filled(specification)
        }
    }
    return table
  }

  private func filled(_ specification: TensorSpecification) -> Tensor<Double> {
    let range = settings.ranges[specification.name] ?? TensorFill(0, 0)
    let elements = range.elements(count: specification.shape.reduce(1, *))
    guard specification.isSequence else {
      return Tensor(shape: specification.shape, elements: elements)
    }
    let batchMajor = [specification.shape[1], specification.shape[0]]
    return Tensor(shape: batchMajor + specification.shape.dropFirst(2), elements: elements)
      .swappingFirstAxes()
  }

  private func sliced(
    _ specification: TensorSpecification, _ slice: ColumnSlice
  ) -> Tensor<Double> {
    let rows = specification.shape[0]
    let count = specification.shape[1]
    let range = settings.ranges[slice.owner] ?? TensorFill(0, 0)
    let whole = range.elements(count: rows * slice.columns)
    let elements = (0..<rows).flatMap { row in
      whole[row * slice.columns + slice.first..<row * slice.columns + slice.first + count]
    }
    return Tensor(shape: specification.shape, elements: elements)
  }

  /// A position list: as given, or that of the case's sentences cut at T.
  static func positions(
    _ name: String, _ direction: Positions.Direction, in settings: CaseSettings
  ) throws(KernelError) -> Positions {
    let rowCount = settings.dimension("T")
    if let given = settings.positions[name] {
      return try Positions(
        numbers: given, direction: direction, tensor: name, rowCount: rowCount)
    }
    return try Positions(
      Positions.ofSentences(
        settings.sentenceLengths, direction: direction, rowCount: rowCount),
      direction: direction, tensor: name, rowCount: rowCount)
  }

  /// The position lists of the case, by name, in the order of the documentation.
  public func positions() throws(GoldenError) -> [(name: String, counts: [Int])] {
    do {
      var result: [(name: String, counts: [Int])] = []
      for name in settings.positionNames {
        let direction = positionDirections[name] ?? .behind
        result.append((name, try Self.positions(name, direction, in: settings).counts))
      }
      return result
    } catch {
      throw .layer(case: name, error)
    }
  }
}
