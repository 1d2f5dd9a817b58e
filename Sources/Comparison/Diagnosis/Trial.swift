import KaldiIO
import Tensors

/// A cause that was tried on a case's mismatches, tensor by tensor.
struct Trial: Sendable {
  /// What it knows about the numbers; of causes that explain as much the first kind is told.
  enum Kind: Int, Sendable {
    /// A mistake that was handed in: it predicts every result of the case.
    case known
    /// What the tensor holds in plain sight: nothing, a constant, no numbers.
    case plain
    /// The right numbers laid out differently.
    case layout
    /// The right numbers times a factor.
    case scale
    /// A constant fitted to the numbers.
    case fitted
    /// The right numbers in a format of fewer digits.
    case stored
  }

  /// Its name.
  var name: String
  /// What to do about it.
  var explanation: String
  /// What it knows.
  var kind: Kind
  /// The largest share of the tolerance left over, by the places of the mismatching judgements that it
  /// may apply to.
  var shares: [Int: Double]
  /// What the dump would hold, by the places of judgements, where that is known in full.
  var predictions: [Int: Matrix<Double>] = [:]
  /// Places of all tensors that it alters.
  var altered: Set<Int> = []
  /// Whether a tensor that is right would be wrong by it.
  var isContradicted = false

  /// Whether it explains a tensor whole.
  func explains(_ place: Int) -> Bool { !isContradicted && (shares[place] ?? .infinity) <= 1 }

  /// The largest share over all mismatching tensors; infinity where it cannot apply to one.
  func share(over places: [Int]) -> Double {
    places.reduce(0) { max($0, shares[$1] ?? .infinity) }
  }
}

/// How near what a cause predicts comes to a dump.
enum Fit {
  /// Shares of the tolerance beyond which nobody asks how far exactly.
  static let hopeless = 1e3

  /// The largest share of the tolerance where the dump holds the expected numbers in other places.
  static func share(of judgement: Judgement, source: [Int?]) -> Double {
    let wanted = judgement.expected.matrix.elements
    let found = judgement.actual.tensor.matrix.elements
    var share = 0.0
    for (index, from) in source.enumerated() {
      guard let from, from < found.count else { continue }
      share = max(
        share,
        ElementMetrics.judge(
          index, expected: wanted[index], actual: found[from], tolerance: judgement.tolerance
        ).share)
      if share > hopeless { break }
    }
    return share
  }

  /// The largest share of the tolerance between a prediction and the dump.
  ///
  /// Without bounds of its own a prediction gets the expected tensor's, grown by a known factor,
  /// or by how much larger its largest element is.
  static func share(
    of judgement: Judgement, prediction: Matrix<Double>, bound: Matrix<Double>? = nil,
    growth: Double?
  ) -> Double {
    let found = judgement.actual.tensor.matrix
    guard ShapeFit(expected: prediction, actual: found) != .none,
      let tolerance = tolerance(of: judgement, for: prediction, bound: bound, growth: growth)
    else { return .infinity }
    var share = 0.0
    for index in prediction.elements.indices {
      share = max(
        share,
        ElementMetrics.judge(
          index, expected: prediction.elements[index], actual: found.elements[index],
          tolerance: tolerance
        ).share)
      if share > hopeless { break }
    }
    return share
  }

  /// The tolerance that a prediction is held to.
  static func tolerance(
    of judgement: Judgement, for prediction: Matrix<Double>, bound: Matrix<Double>?,
    growth: Double?
  ) -> Tolerance? {
    var tolerance = judgement.tolerance
    guard case .bounded(let own) = tolerance.rule else { return tolerance }
    if let bound, bound.elements.count == prediction.elements.count {
      tolerance.rule = .bounded(bound)
      return tolerance
    }
    guard own.elements.count == prediction.elements.count else { return nil }
    if let growth {
      tolerance.rule = .bounded(
        Matrix(
          rows: prediction.rows, columns: prediction.columns,
          elements: zip(own.elements, prediction.elements).map {
            $0 * max(growth, 0) + Tolerance.float32Roundoff * $1.magnitude
          }))
      return tolerance
    }
    let size = largest(judgement.expected.matrix)
    let grown = size > 0 ? largest(own) * max(1, largest(prediction) / size) : largest(own)
    tolerance.rule = .bounded(
      Matrix(rows: prediction.rows, columns: prediction.columns, repeating: grown))
    return tolerance
  }

  /// Whether a prediction differs from what is expected by more than a correct program may.
  static func isAltered(_ prediction: Matrix<Double>, in judgement: Judgement) -> Bool {
    let wanted = judgement.expected.matrix
    guard prediction.elements.count == wanted.elements.count else { return true }
    return zip(wanted.elements, prediction.elements).enumerated().contains { index, pair in
      !(ElementMetrics.judge(
        index, expected: pair.0, actual: pair.1, tolerance: judgement.tolerance
      ).share <= 1)
    }
  }

  private static func largest(_ matrix: Matrix<Double>) -> Double {
    matrix.elements.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
  }
}
