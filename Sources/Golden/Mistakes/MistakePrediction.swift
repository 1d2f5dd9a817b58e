import Equations
public import KaldiIO
public import Tensors

/// What a program with a certain mistake would print for a case.
public struct MistakePrediction: Sendable {
  /// The mistake's name.
  public let name: String
  /// What is wrong, and where in the equations.
  public let explanation: String
  /// The results by the view's names, as binary64 arithmetic gives them.
  public let tensors: [String: Matrix<Double>]
  private let mistake: Mistake
  private let run: CaseRun
  private let view: String

  /// The predictions of every mistake for a case as its `case.json` describes it.
  ///
  /// - Parameters:
  ///   - description: The case.
  ///   - view: `numpy` or `kaldi`.
  ///   - right: Quantities that a dump is known to have computed rightly from its own operands:
  ///     mistakes in their equations are not tried.
  /// - Returns: The predictions; none for a case whose layer is not known, or one too large for every
  ///   mistake to be tried (see ``effortLimit``).
  public static func all(
    for description: CaseDescription, view: String, excluding right: Set<String> = []
  ) -> [MistakePrediction] {
    guard obstacle(for: description) == nil,
      let golden = try? GoldenCase(described: description),
      let run = try? CaseRun(unproven: golden)
    else { return [] }
    return run.layer.mistakes.compactMap { mistake in
      guard !mistake.isIn(right) else { return nil }
      guard let faulty = try? run.sketching(mistake) else { return nil }
      let results = results(of: faulty, view: view)
      return MistakePrediction(
        name: mistake.name, explanation: mistake.explanation,
        tensors: Dictionary(uniqueKeysWithValues: results.map { ($0.file.name, $0.values) }),
        mistake: mistake, run: run, view: view)
    }
  }

  /// What stands in the way of trying the mistakes of a case one by one.
  public enum Obstacle: Sendable {
    /// Neither the catalogue nor the description has the layer at these sizes.
    case unknownLayer
    /// A run takes more than ``effortLimit``.
    case size
  }

  /// Why ``all(for:view:excluding:)`` tries nothing on a case; nil where it does.
  ///
  /// - Parameter description: The case.
  /// - Returns: The obstacle.
  public static func obstacle(for description: CaseDescription) -> Obstacle? {
    guard let golden = try? GoldenCase(described: description) else { return .unknownLayer }
    guard let layer = try? golden.layer(), layer.effort <= effortLimit else { return .size }
    return nil
  }

  /// Multiply-adds of one run above which mistakes are not tried one by one.
  public static let effortLimit = 2_000_000

  /// The results to double-double accuracy, and how far a program with that mistake may stray from
  /// them by rounding; about a hundred times the cost of ``tensors``.
  ///
  /// - Parameter isDouble: Bounds of binary64 programs rather than binary32 ones.
  /// - Returns: Values and bounds by the view's names.
  public func bounded(
    isDouble: Bool
  ) -> (tensors: [String: Matrix<Double>], bounds: [String: Matrix<Double>])? {
    guard let faulty = try? run.making(mistake, isDouble: isDouble) else { return nil }
    let results = Self.results(of: faulty, view: view)
    let bounds = results.compactMap { result in
      (isDouble ? result.float64Bound : result.float32Bound).map { (result.file.name, $0) }
    }
    return (
      Dictionary(uniqueKeysWithValues: results.map { ($0.file.name, $0.values) }),
      Dictionary(uniqueKeysWithValues: bounds)
    )
  }

  private static func results(of run: CaseRun, view: String) -> [ViewedTensor] {
    run.viewedTensors().filter { $0.file.view == view && $0.entry.role.isResult }
  }
}

extension GoldenCase {
  /// The case that a `case.json` describes, at its sizes, ranges, positions and order.
  ///
  /// - Parameter description: The description.
  /// - Throws: ``GoldenError`` when neither the catalogue nor the description has the layer, or the
  ///   settings do not fit.
  public init(described description: CaseDescription) throws(GoldenError) {
    let name = description.case
    if let text = description.layer {
      // A layer that somebody wrote: its text is data like the rest of the description.
      let file: LayerFile
      do { file = try LayerFile(text: text, file: "case.json, layer") } catch {
        throw .file(error)
      }
      guard let layerCase = file.cases.first(where: { $0.name == name }) else {
        throw .unknownCase(name: name, known: file.cases.map(\.name))
      }
      self = try GoldenCase(file, layerCase, isBuiltIn: false)
    } else {
      self = try Catalogue.named(name)
    }
    for (letter, size) in description.dimensions.sorted(by: { $0.key < $1.key })
    where settings.sizes[letter] != nil {
      try settings.set(letter, to: String(size), ofCase: name)
    }
    for (key, value) in description.settings.sorted(by: { $0.key < $1.key }) {
      try settings.set(key, to: value, ofCase: name)
    }
    if let order = description.gateOrder {
      try settings.set("order", to: order, ofCase: name)
    }
  }
}

extension Layer {
  /// About how many multiply-adds a run takes.
  var effort: Int {
    let results = given.filter { $0.role == .weight }.map { $0.shape.reduce(1, *) }.reduce(0, +)
    let frames = given.first { $0.role == .input }.map { $0.shape.dropLast().reduce(1, *) } ?? 1
    return 3 * results * frames
  }
}
