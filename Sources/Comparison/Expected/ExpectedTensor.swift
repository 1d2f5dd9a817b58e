import KaldiIO
import Tensors

/// A tensor that the dump is held against.
struct ExpectedTensor: Sendable {
  /// The golden case, if it belongs to one.
  var caseName: String?
  /// The view of the case.
  var view: String?
  /// Its name there.
  var name: String
  /// What it is to the layer; `nil` for a plain file.
  var role: CaseDescription.Role?
  /// `batch-major`, `time-major`, `transposed` or `plain`.
  var layout = "plain"
  /// Place in the order of evaluation.
  var evaluationIndex = 0
  /// The quantities in the columns of an internal.
  var blocks: [CaseDescription.Block] = []
  /// The numbers.
  var tensor: StoredTensor
  /// How far a correct program may stray, element by element.
  var bound: Matrix<Double>?

  /// The numbers as a matrix.
  var matrix: Matrix<Double> { tensor.matrix }

  /// The tolerance for a dump's tensor held against this one.
  func tolerance(for actual: StoredTensor, options: ComparisonOptions) -> Tolerance {
    let isComparable = ShapeFit(expected: matrix, actual: actual.matrix) != .none
    let digits = PrintedDigits(
      actual, expected: isComparable ? matrix.elements : nil, options: options)
    if !options.hasOwnTolerance {
      if let role, !role.isResult {
        let roundoff =
          options.double ? Tolerance.float64Roundoff : Tolerance.float32Roundoff
        return Tolerance(rule: .given(unitRoundoff: roundoff), digits: digits)
      }
      if let bound { return Tolerance(rule: .bounded(bound), digits: digits) }
    }
    return Tolerance(
      digits: digits, isDouble: tensor.encoding.isDouble && actual.encoding.isDouble,
      options: options)
  }
}

/// The expected side of one case, or of one plain source.
struct ExpectedCase: Sendable {
  /// `case.json`, if there is one.
  var description: CaseDescription?
  /// The view.
  var view: String?
  /// The tensors of the view, in the order of evaluation.
  var tensors: [ExpectedTensor]

  /// The case's name.
  var name: String? { description?.case }

  /// The parameters in the order of the component's parameter vector.
  var parameters: [ExpectedTensor] { tensors.filter { $0.role == .weight } }

  /// The tensor of a name.
  func tensor(named name: String) -> ExpectedTensor? { tensors.first { $0.name == name } }

  /// The gradient of a parameter: `<name>_corr` in the Kaldi view, `d<name>` in the notebooks'.
  func gradient(of parameter: ExpectedTensor) -> ExpectedTensor? {
    tensors.first {
      $0.role == .gradient
        && ($0.name == parameter.name + "_corr" || $0.name == "d" + parameter.name)
    }
  }
}
