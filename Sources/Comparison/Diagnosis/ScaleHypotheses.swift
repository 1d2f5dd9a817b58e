import KaldiIO
import Tensors

/// A factor between what was expected and what was found.
struct ScaleHypothesis: Sendable {
  /// The mistake's name.
  var name: String
  /// What to do about it.
  var explanation: String
  /// What the expected numbers would be multiplied by.
  var factor: Double

  /// The factors people really leave in or out; readings of the same number are joined.
  static func all(for description: CaseDescription?) -> [ScaleHypothesis] {
    var scales = [
      ScaleHypothesis(
        name: "sign flipped", explanation: "every element has the opposite sign", factor: -1),
      ScaleHypothesis(
        name: "doubled", explanation: "every element is twice what it should be", factor: 2),
      ScaleHypothesis(
        name: "halved", explanation: "every element is half of what it should be", factor: 0.5),
    ]
    let sizes = description?.dimensions ?? [:]
    // In a memory block N is the order of a filter: only layers with cells run several streams.
    let streams = sizes["H"] == nil ? nil : sizes["N"].map(Double.init)
    let frames = sizes["T"].map(Double.init)
    var counts = [("N", streams), ("T", frames)].filter { $0.1.map { $0 > 1 } ?? false }
    if counts.count == 2, let streams, let frames { counts.append(("(N*T)", streams * frames)) }
    for case (let letters, let count?) in counts {
      scales.append(
        ScaleHypothesis(
          name: "divided by \(letters)",
          explanation: "a mean was taken where a sum belongs: 1/\(letters)", factor: 1 / count))
      scales.append(
        ScaleHypothesis(
          name: "multiplied by \(letters)",
          explanation: "a sum was taken where a mean belongs: times \(letters)", factor: count))
    }
    var joined: [ScaleHypothesis] = []
    for scale in scales {
      if let same = joined.firstIndex(where: { $0.factor == scale.factor }) {
        joined[same].name += " or " + scale.name
        joined[same].explanation += ", or " + scale.explanation
      } else {
        joined.append(scale)
      }
    }
    return joined
  }

  /// The one factor that least squares finds between all tensors, as a short decimal.
  static func common(among judgements: [Judgement]) -> ScaleHypothesis? {
    var products = 0.0
    var squares = 0.0
    for judgement in judgements {
      let wanted = judgement.expected.matrix.elements
      let found = judgement.actual.tensor.matrix.elements
      guard wanted.count == found.count else { return nil }
      // Each tensor counts alike, whatever its size.
      let size = wanted.reduce(0) { max($0, $1.magnitude) }
      guard size > 0, size.isFinite else { continue }
      for (e, a) in zip(wanted, found) where e.isFinite && a.isFinite {
        products += (e / size) * (a / size)
        squares += (e / size) * (e / size)
      }
    }
    guard squares > 0 else { return nil }
    let factor = products / squares
    guard factor.isFinite, factor != 0, factor != 1 else { return nil }
    let short = Double(shortText(factor, digits: 3)) ?? factor
    let chosen = (short - factor).magnitude <= 1e-5 * factor.magnitude ? short : factor
    return ScaleHypothesis(
      name: "scaled by one factor",
      explanation: "every element is \(shortText(chosen, digits: 6)) times what it should be "
        + "(a learning rate or a loss scale applied?)", factor: chosen)
  }
}
