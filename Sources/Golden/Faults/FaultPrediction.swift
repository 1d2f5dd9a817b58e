public import KaldiIO
import Kernels
public import Tensors

/// What a program with a certain mistake would print for a case.
public struct FaultPrediction: Sendable {
  /// The mistake's name.
  public let name: String
  /// What is wrong, and where in the equations.
  public let explanation: String
  /// The results by the view's names, as binary64 arithmetic gives them.
  public let tensors: [String: Matrix<Double>]
  private let fault: Fault
  private let run: CaseRun
  private let view: String

  /// The predictions of every fault for a case as its `case.json` describes it.
  ///
  /// - Parameters:
  ///   - description: The case.
  ///   - view: `numpy` or `kaldi`.
  /// - Returns: The predictions; none for a case that the catalogue does not have, or one too large
  ///   for every fault to be tried (see ``effortLimit``).
  public static func all(for description: CaseDescription, view: String) -> [FaultPrediction] {
    guard let golden = try? GoldenCase(described: description),
      let layer = try? golden.layer(), layer.effort <= effortLimit,
      let run = try? CaseRun(unproven: golden)
    else { return [] }
    return run.layer.faults.compactMap { fault in
      guard let faulty = try? run.sketching(fault) else { return nil }
      let results = results(of: faulty, view: view)
      return FaultPrediction(
        name: fault.name, explanation: fault.explanation,
        tensors: Dictionary(uniqueKeysWithValues: results.map { ($0.file.name, $0.values) }),
        fault: fault, run: run, view: view)
    }
  }

  /// Multiply-adds of one run above which faults are not tried one by one.
  public static let effortLimit = 2_000_000

  /// The results to double-double accuracy, and how far a program with that mistake may stray from
  /// them by rounding; about a hundred times the cost of ``tensors``.
  ///
  /// - Parameter isDouble: Bounds of binary64 programs rather than binary32 ones.
  /// - Returns: Values and bounds by the view's names.
  public func bounded(
    isDouble: Bool
  ) -> (tensors: [String: Matrix<Double>], bounds: [String: Matrix<Double>])? {
    guard let faulty = try? run.making(fault, isDouble: isDouble) else { return nil }
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
  /// The case that a `case.json` describes, at its dimensions, ranges, positions and gate order.
  ///
  /// - Parameter description: The description.
  /// - Throws: ``GoldenError`` when the catalogue has no such case or the settings do not fit.
  public init(described description: CaseDescription) throws(GoldenError) {
    self = try Catalogue.named(description.case)
    let name = description.case
    for (letter, size) in description.dimensions.sorted(by: { $0.key < $1.key })
    where settings.dimensions[letter] != nil {
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
