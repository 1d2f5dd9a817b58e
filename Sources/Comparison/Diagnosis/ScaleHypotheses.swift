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

  /// The factors people really leave in or out, one a reading: the same number may have several.
  static func all(for description: CaseDescription?) -> [ScaleHypothesis] {
    var scales = [
      ScaleHypothesis(
        name: "sign flipped", explanation: "every element has the opposite sign", factor: -1),
      ScaleHypothesis(
        name: "doubled", explanation: "every element is twice what it should be", factor: 2),
      ScaleHypothesis(
        name: "halved", explanation: "every element is half of what it should be", factor: 0.5),
    ]
    for (letters, count) in counts(description?.dimensions ?? [:]) {
      scales.append(
        ScaleHypothesis(
          name: "divided by \(letters)",
          explanation: "a mean was taken where a sum belongs: 1/\(letters)", factor: 1 / count))
      scales.append(
        ScaleHypothesis(
          name: "multiplied by \(letters)",
          explanation: "a sum was taken where a mean belongs: times \(letters)", factor: count))
    }
    return scales
  }

  /// Every size, and the products of those that sums run over: streams, frames and blocks.
  private static func counts(_ sizes: [String: Int]) -> [(letters: String, count: Double)] {
    let order = ["N", "T", "B"]
    let sizes = sizes.filter { $0.value > 1 }
    let letters =
      order.filter { sizes[$0] != nil } + sizes.keys.filter { !order.contains($0) }.sorted()
    var counts = letters.map { (letters: $0, count: Double(sizes[$0] ?? 1)) }
    let summed = counts.prefix { order.contains($0.letters) }
    for first in summed.indices {
      for second in summed.indices where second > first {
        counts.append(
          (
            summed[first].letters + "·" + summed[second].letters,
            summed[first].count * summed[second].count
          ))
      }
    }
    if summed.count == 3 {
      counts.append(
        (summed.map(\.letters).joined(separator: "·"), summed.map(\.count).reduce(1, *)))
    }
    return counts
  }

  // MARK: Trials

  /// The trials of one tensor: one for each number that the factor may be, all its readings joined.
  static func trials(
    _ judgement: Judgement, at place: Int, among scales: [ScaleHypothesis]
  ) -> [Trial] {
    guard judgement.update == nil, judgement.isComparable else { return [] }
    var factors: [(factor: Double, readings: [ScaleHypothesis])] = []
    for scale in scales {
      if let same = factors.firstIndex(where: { $0.factor == scale.factor }) {
        factors[same].readings.append(scale)
      } else {
        factors.append((scale.factor, [scale]))
      }
    }
    let trials = factors.map { factor, readings in
      trial(
        readings.map(\.name).joined(separator: " or "),
        readings.map(\.explanation).joined(separator: ", or "), factor, judgement, place)
    }
    guard !trials.contains(where: { $0.explains(place) }),
      let fitted = fitted(to: judgement)
    else { return trials }
    return trials + [trial(fitted.name, fitted.explanation, fitted.factor, judgement, place)]
  }

  private static func trial(
    _ name: String, _ explanation: String, _ factor: Double, _ judgement: Judgement, _ place: Int
  ) -> Trial {
    let prediction = judgement.expected.matrix.map { $0 * factor }
    var trial = Trial(
      name: name, explanation: explanation, kind: .scale,
      shares: [
        place: Fit.share(of: judgement, prediction: prediction, growth: factor.magnitude)
      ])
    if trial.explains(place) { trial.predictions[place] = prediction }
    return trial
  }

  /// How far from 1 a factor must be to be told: nearer it is some error, no factor.
  private static let least = 1e-3

  /// The one factor that all elements of a tensor allow, as a short decimal.
  private static func fitted(to judgement: Judgement) -> ScaleHypothesis? {
    let wanted = judgement.expected.matrix.elements
    let found = judgement.actual.tensor.matrix.elements
    guard let largest = wanted.indices.max(by: { wanted[$0].magnitude < wanted[$1].magnitude }),
      wanted[largest] != 0, wanted[largest].isFinite, found[largest].isFinite,
      wanted.count(where: { $0 != 0 }) >= 3
    else { return nil }
    let rough = (found[largest] / wanted[largest]).magnitude
    var feasible = Feasible()
    for index in wanted.indices {
      guard found[index].isFinite else { return nil }
      let slack =
        judgement.tolerance.allowance(
          at: index, expected: wanted[index], actual: found[index]) * max(1, rough)
      feasible.require(factor: wanted[index], near: found[index], slack: slack)
    }
    guard let factor = feasible.simplest, (factor - 1).magnitude >= least, factor != 0 else {
      return nil
    }
    return ScaleHypothesis(
      name: "scaled by \(shortText(factor, digits: 6))",
      explanation: "every element is \(shortText(factor, digits: 6)) times what it should be "
        + "(\(remark(on: factor)))", factor: factor)
  }

  private static func remark(on factor: Double) -> String {
    switch factor {
    case 1..<2:
      "gradients of two passes added up with a momentum of \(shortText(factor - 1, digits: 6))?"
    default: "a learning rate or a loss scale applied?"
    }
  }
}

/// The numbers x with `|factor·x - value| ≤ slack` for every element.
struct Feasible {
  private var low = -Double.infinity
  private var high = Double.infinity

  /// Narrows them down by one element.
  mutating func require(factor: Double, near value: Double, slack: Double) {
    guard factor != 0 else {
      if value.magnitude > slack { (low, high) = (.infinity, -.infinity) }
      return
    }
    let ends = [(value - slack) / factor, (value + slack) / factor]
    low = max(low, min(ends[0], ends[1]))
    high = min(high, max(ends[0], ends[1]))
  }

  /// The shortest decimal among them, else their middle; `nil` where there is none.
  var simplest: Double? {
    guard low <= high, low.isFinite, high.isFinite else { return nil }
    return shortestDecimal(between: low, and: high)
  }
}

/// The shortest decimal between two numbers, else their middle.
func shortestDecimal(between low: Double, and high: Double) -> Double {
  let middle = low + (high - low) / 2
  for digits in 1...16 {
    if let value = Double(shortText(middle, digits: digits)), value >= low, value <= high {
      return value
    }
  }
  return middle
}
