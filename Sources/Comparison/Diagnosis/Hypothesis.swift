public import KaldiIO
public import Tensors

/// A mistake someone may have made, and what it would have produced.
///
/// The comparator does not know kernels: it is handed the matrices that a mistake predicts.
public struct Hypothesis: Sendable {
  /// The mistake's name, unique among the hypotheses of a case.
  public var name: String
  /// What is wrong and where in the equations, for a person to act on.
  public var explanation: String
  /// Predicted tensors by the expected view's names; a tensor not named is predicted unaltered.
  public var tensors: [String: Matrix<Double>]
  /// Bounds of the predictions where known; otherwise the expected tensor's largest is taken.
  public var bounds: [String: Matrix<Double>]
  /// Makes the prediction with its bounds, which is worth its cost only for one that comes near;
  /// `nil` where there is nothing better than this.
  public var refined: (@Sendable () -> Hypothesis?)?

  /// A hypothesis.
  public init(
    name: String, explanation: String, tensors: [String: Matrix<Double>],
    bounds: [String: Matrix<Double>] = [:], refined: (@Sendable () -> Hypothesis?)? = nil
  ) {
    self.name = name
    self.explanation = explanation
    self.tensors = tensors
    self.bounds = bounds
    self.refined = refined
  }
}

/// Gives the hypotheses for a view (`numpy` or `kaldi`) of a case that shows a mismatch.
///
/// Mistakes in the equations of quantities that are right by themselves need no trial.
public typealias HypothesisProvider =
  @Sendable (_ description: CaseDescription, _ view: String, _ right: Set<String>) -> [Hypothesis]

/// Says why the known mistakes of a case are not tried, and how to have them tried; `nil` where they
/// are.
public typealias UntriedMistakes =
  @Sendable (_ description: CaseDescription, _ view: String) -> String?
