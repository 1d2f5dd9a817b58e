import Arithmetic
public import Equations
import Layers
import Tensors

/// A golden case: a layer file's case, with its settings as they are now.
public struct GoldenCase: Sendable {
  /// The layer's file.
  public internal(set) var file: LayerFile
  /// The case's name, which is its folder's.
  public let name: String
  /// What the case is, in one line.
  public let summary: String
  /// The form of the layer.
  public let form: LayerFile.Form
  /// How another program holds the case; nil where the file says nothing.
  public let view: LayerView?
  /// Whether the layer comes with the oracle.
  public let isBuiltIn: Bool
  /// Sizes, fills, order and positions; change them with ``CaseSettings/set(_:to:ofCase:)``.
  public var settings: CaseSettings

  /// A case of a layer file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - layerCase: One of its cases.
  ///   - isBuiltIn: Whether the layer comes with the oracle.
  /// - Throws: ``GoldenError`` when a setting is missing, unknown or cannot be read.
  public init(
    _ file: LayerFile, _ layerCase: LayerFile.Case, isBuiltIn: Bool
  ) throws(GoldenError) {
    guard let form = file.form(named: layerCase.form) else {
      throw .layer(case: layerCase.name, .missing(tensor: "form \(layerCase.form)"))
    }
    self.file = file
    self.form = form
    self.isBuiltIn = isBuiltIn
    name = layerCase.name
    summary = layerCase.about
    view = layerCase.view.flatMap(file.view)
    settings = try CaseSettings(file, form, layerCase)
  }

  /// The layer at the case's sizes.
  ///
  /// - Throws: ``GoldenError/layer(case:_:)`` when the sizes cannot be.
  public func layer() throws(GoldenError) -> Layer {
    let numbers = estimatedNumbers
    guard numbers <= Double(Self.sizeLimit) else {
      throw .layer(
        case: name,
        .dimension(
          name: "numbers in all", found: Int(min(numbers, 1e18)),
          expected: "at most \(Self.sizeLimit)"))
    }
    do {
      var lists: [String: Positions] = [:]
      for counts in file.counts { lists[counts.name] = try positions(counts) }
      return try Layer(
        file, form: form.name, sizes: settings.sizes, order: settings.order, positions: lists)
    } catch {
      throw .layer(case: name, error)
    }
  }

  /// How many numbers the tensors of a case may hold together.
  static let sizeLimit = 50_000_000

  /// About how many numbers there are: in floating point, as products of sizes exceed every integer.
  private var estimatedNumbers: Double {
    var sizes = settings.sizes
    for (letter, formula, _) in file.derivedSizes {
      // What is impossible is refused where it can be said why.
      guard let value = formula.value(sizes), value > 0 else { return 0 }
      sizes[letter] = value
    }
    func size(_ columns: LayerFile.Columns) -> Double {
      Double(columns.size.value(sizes) ?? 1) * Double(max(columns.blocks.count, 1))
    }
    let rows =
      Double(form.isStep ? 1 : sizes[file.frames] ?? 1)
      * Double(file.streams.flatMap { sizes[$0] } ?? 1)
    let blocks = Double(file.blockAxis.flatMap { sizes[$0] } ?? 1)
    let inputs = file.inputs.map { 2 * rows * size($0.columns) }.reduce(0, +)
    let widest = (file.weights + file.inputs).map { size($0.columns) }.max() ?? 1
    let quantities = 2 * Double(file.equations.count) * rows * blocks * widest / 2
    let weights = file.weights.map { weight in
      2 * Double(weight.rows.flatMap { $0.value(sizes) } ?? 1) * size(weight.columns)
    }
    return inputs + quantities + weights.reduce(0, +)
  }

  /// The given tensors, filled; sequences time-major.
  ///
  /// A range fills the notebook's tensor, batch-major, before it is turned.
  public func inputs() throws(GoldenError) -> TensorTable<Double> {
    var table = TensorTable<Double>()
    for specification in try layer().given {
      table[specification.name] = try filled(specification)
    }
    return table
  }

  private func filled(_ specification: TensorSpecification) throws(GoldenError) -> Tensor<Double> {
    for split in form.splits {
      if let part = split.parts.firstIndex(of: specification.name) {
        return try sliced(specification, split.weight, part, of: split.parts.count)
      }
    }
    let elements = try range(specification.name)
      .elements(count: specification.shape.reduce(1, *))
    guard specification.isSequence else {
      return Tensor(shape: specification.shape, elements: elements)
    }
    let batchMajor = [specification.shape[1], specification.shape[0]]
    return Tensor(shape: batchMajor + specification.shape.dropFirst(2), elements: elements)
      .swappingFirstAxes()
  }

  private func range(_ name: String) throws(GoldenError) -> TensorFill {
    guard let range = settings.ranges[name] else {
      throw .layer(case: self.name, .missing(tensor: "range of \(name)"))
    }
    return range
  }

  /// A block of columns of the wide parameter that the range fills.
  private func sliced(
    _ specification: TensorSpecification, _ owner: String, _ part: Int, of count: Int
  ) throws(GoldenError) -> Tensor<Double> {
    let rows = specification.shape.dropLast().reduce(1, *)
    let columns = specification.shape[specification.shape.count - 1]
    let whole = try range(owner).elements(count: rows * columns * count)
    let elements = (0..<rows).flatMap { row in
      let first = (row * count + part) * columns
      return whole[first..<first + columns]
    }
    return Tensor(shape: specification.shape, elements: elements)
  }

  /// A position list: as given, or that of the case's sentences cut at T.
  private func positions(_ counts: LayerFile.Counts) throws(LayerError) -> Positions {
    guard let rowCount = settings.sizes[file.frames] else {
      throw .missing(tensor: "size \(file.frames)")
    }
    let direction: Positions.Direction = counts.isAhead ? .ahead : .behind
    if let given = settings.positions[counts.name] {
      return try Positions(
        numbers: given, direction: direction, tensor: counts.name, rowCount: rowCount)
    }
    guard !settings.sentenceLengths.isEmpty else { throw .missing(tensor: counts.name) }
    return try Positions(
      Positions.ofSentences(settings.sentenceLengths, direction: direction, rowCount: rowCount),
      direction: direction, tensor: counts.name, rowCount: rowCount)
  }

  /// The position lists of the case, by name, in the order of the file.
  public func positions() throws(GoldenError) -> [(name: String, counts: [Int])] {
    do {
      var result: [(name: String, counts: [Int])] = []
      for counts in file.counts {
        result.append((counts.name, try positions(counts).counts))
      }
      return result
    } catch {
      throw .layer(case: name, error)
    }
  }
}

/// All golden cases, layer by layer.
public enum Catalogue {
  /// The cases at their own sizes and ranges; a test holds every file to reading without an error.
  public static let cases: [GoldenCase] = LayerCatalogue.layers.flatMap { file in
    file.cases.compactMap { try? GoldenCase(file, $0, isBuiltIn: true) }
  }

  /// The case of a name.
  ///
  /// - Parameter name: The case's name.
  /// - Returns: The case.
  /// - Throws: ``GoldenError/unknownCase(name:known:)``.
  public static func named(_ name: String) throws(GoldenError) -> GoldenCase {
    guard let found = cases.first(where: { $0.name == name }) else {
      throw .unknownCase(name: name, known: cases.map(\.name))
    }
    return found
  }
}
