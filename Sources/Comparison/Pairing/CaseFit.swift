import KaldiIO
import Tensors

/// How well a dump's objects fit one case of several.
///
/// A shape is no evidence, names are little; numbers that match decide. What speaks against a case:
/// a model or parameters of another layer, and inputs or parameters that the case cannot have or
/// that are mostly other ones. Such a dump belongs to a stranger and is not compared with the case.
struct CaseFit: Sendable {
  /// How many objects match, by tolerances that decide something.
  private(set) var matches = 0
  /// How many objects have a name and a shape of the case.
  private(set) var comparable = 0
  /// Of what a layer is given: how many objects there are, match, and have an impossible shape.
  private var given = (count: 0, matching: 0, misshapen: 0)
  /// How many objects are parameters or gradients that match.
  private var matchingParameters = 0
  /// How many parameters or gradients are none of this layer's.
  private var foreignParameters = 0
  /// Whether a model is of other layers only.
  private var isOfAnotherLayer = false

  /// Weighs what was paired and what was left over.
  init(_ judgements: [Judgement], leftOver: [ActualTensor], of expected: ExpectedCase) {
    for judgement in judgements {
      let isGiven = judgement.expected.role?.isResult == false && judgement.update == nil
      if isGiven { given.count += 1 }
      if judgement.isMatch {
        matches += 1
        if isGiven { given.matching += 1 }
        let name = judgement.expected.name
        if expected.parameters.contains(where: {
          $0.name == name || expected.gradient(of: $0)?.name == name
        }) {
          matchingParameters += 1
        }
      }
      if judgement.isComparable {
        comparable += 1
      } else if isGiven, !Self.isTransposed(judgement) {
        given.misshapen += 1
      }
    }
    foreignParameters = leftOver.count { NameMatching.isParameterLike($0.name) }
    let models = Set(
      (judgements.map(\.actual) + leftOver).filter { $0.origin.key != nil }
        .compactMap { $0.origin.component.map(CasePairing.plain) })
    if !models.isEmpty {
      let own = expected.description?.component.map(CasePairing.plain)
      isOfAnotherLayer = expected.description != nil && !models.contains { $0 == own }
    }
  }

  private static func isTransposed(_ judgement: Judgement) -> Bool {
    let (wanted, found) = (judgement.expected.matrix, judgement.actual.tensor.matrix)
    return wanted.rows == found.columns && wanted.columns == found.rows
  }

  /// Whether nothing speaks against the case: enough where a name or a marker speaks for it.
  var isPossible: Bool {
    !isOfAnotherLayer && given.misshapen == 0 && foreignParameters <= matchingParameters
      && comparable > 0
  }

  /// Whether the numbers say that it is the case: some match, and of what was given most.
  var isShown: Bool { isPossible && matches > 0 && !isGivenMostlyOther }

  /// Whether what the layer was given is mostly something else.
  var isOnOtherData: Bool { given.count > 1 && isGivenMostlyOther }

  private var isGivenMostlyOther: Bool { 2 * given.matching < given.count }

  /// Whether another case fits worse.
  func isBetter(than other: CaseFit) -> Bool {
    (matches, comparable) > (other.matches, other.comparable)
  }
}
