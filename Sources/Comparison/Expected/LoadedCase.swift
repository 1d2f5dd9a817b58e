public import KaldiIO
public import Tensors

/// One golden case in memory: its description and the tensors of one view.
public struct LoadedCase: Sendable {
  /// What `case.json` says.
  public var description: CaseDescription
  /// The view, `numpy` or `kaldi`.
  public var view: String
  /// The tensors by the view's names; what is not among them is not expected.
  public var tensors: [String: StoredTensor]
  /// How far a correct binary32 program may stray, by name.
  public var float32Bounds: [String: Matrix<Double>]
  /// How far a correct binary64 program may stray, by name.
  public var float64Bounds: [String: Matrix<Double>]

  /// A case in memory.
  public init(
    description: CaseDescription, view: String, tensors: [String: StoredTensor],
    float32Bounds: [String: Matrix<Double>] = [:], float64Bounds: [String: Matrix<Double>] = [:]
  ) {
    self.description = description
    self.view = view
    self.tensors = tensors
    self.float32Bounds = float32Bounds
    self.float64Bounds = float64Bounds
  }

  /// The expected side of a comparison, in the order of evaluation.
  func expected(double: Bool) -> ExpectedCase {
    var result: [ExpectedTensor] = []
    for entry in description.tensors {
      for file in entry.files where file.view == view {
        guard let stored = tensors[file.name] else { continue }
        let bound = (double ? float64Bounds : float32Bounds)[file.name]
        precondition(
          bound.map { ShapeFit(expected: stored.matrix, actual: $0) != .none } ?? true,
          "the bound of \(file.name) has another shape")
        result.append(
          ExpectedTensor(
            caseName: description.case, view: view, name: file.name, role: entry.role,
            layout: file.layout, evaluationIndex: entry.evaluationIndex, blocks: entry.blocks,
            tensor: stored, bound: bound))
      }
    }
    return ExpectedCase(description: description, view: view, tensors: result)
  }
}
