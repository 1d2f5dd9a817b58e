import KaldiIO
import Tensors

/// Constants fitted to a wrong tensor: something added, a clip, a mask of zeros.
enum FittedTrials {
  /// The trials of one tensor at its place; the elements that show the constant must be several.
  static func all(
    _ judgement: Judgement, at place: Int, description: CaseDescription?
  ) -> [Trial] {
    guard judgement.update == nil, judgement.isComparable,
      judgement.actual.tensor.matrix.elements.allSatisfy(\.isFinite)
    else { return [] }
    let found = [
      offset(judgement), clip(judgement), mask(judgement, description),
    ].compactMap { $0 }
    return found.prefix(1).map { name, explanation, prediction in
      Trial(
        name: name, explanation: explanation, kind: .fitted,
        shares: [place: Fit.share(of: judgement, prediction: prediction, growth: nil)],
        predictions: [place: prediction])
    }
  }

  private typealias Found = (name: String, explanation: String, prediction: Matrix<Double>)

  /// A constant added to every element.
  private static func offset(_ judgement: Judgement) -> Found? {
    let wanted = judgement.expected.matrix
    let found = judgement.actual.tensor.matrix.elements
    // Fewer elements, or equal ones, show a factor as well.
    guard wanted.elements.count >= 4, Set(wanted.elements).count >= 3 else { return nil }
    var feasible = Feasible()
    for (index, pair) in zip(wanted.elements, found).enumerated() {
      feasible.require(
        factor: 1, near: pair.1 - pair.0,
        slack: judgement.tolerance.allowance(at: index, expected: pair.0, actual: pair.1))
    }
    guard let offset = feasible.simplest, offset != 0 else { return nil }
    let text = shortText(offset.magnitude, digits: 6)
    return (
      offset > 0 ? "\(text) added" : "\(text) subtracted",
      "every element is \(text) \(offset > 0 ? "more" : "less") than it should be",
      wanted.map { $0 + offset }
    )
  }

  /// Elements beyond a level cut to it, the others right.
  private static func clip(_ judgement: Judgement) -> Found? {
    let wanted = judgement.expected.matrix
    let found = judgement.actual.tensor.matrix.elements
    guard let low = found.min(), let high = found.max(), low < high else { return nil }
    // Each end that is in use shows at several elements that were different.
    func isCut(at level: Double, _ isBeyond: (Double) -> Bool) -> Bool {
      let cut = wanted.elements.indices.filter {
        found[$0] == level && isBeyond(wanted.elements[$0])
          && !isRight($0, judgement)
      }
      return Set(cut.map { wanted.elements[$0] }).count >= 2
    }
    let areShown = (
      low: isCut(at: low) { $0 < low }, high: isCut(at: high) { $0 > high }
    )
    // At ±L the end that shows speaks for the other.
    let isEven = low == -high && (areShown.low || areShown.high)
    let ends = (
      low: areShown.low || isEven ? low : nil, high: areShown.high || isEven ? high : nil
    )
    let name: String
    let words: String
    switch ends {
    case (nil, nil): return nil
    case (let low?, let high?) where low == -high:
      name = "clipped at \(numberText(high))"
      words = "what is beyond ±\(numberText(high)) is cut to it"
    case (let low?, let high?):
      name = "clipped at \(numberText(low)) and \(numberText(high))"
      words = "what is below \(numberText(low)) or above \(numberText(high)) is cut to it"
    case (let low?, nil):
      name = "clipped at \(numberText(low)) from below"
      words = "what is below \(numberText(low)) is cut to it"
    case (nil, let high?):
      name = "clipped at \(numberText(high)) from above"
      words = "what is above \(numberText(high)) is cut to it"
    }
    return checked(
      (
        name, words + ", the rest is right",
        wanted.map { min(max($0, ends.low ?? -.infinity), ends.high ?? .infinity) }
      ), judgement)
  }

  /// Zeros for some elements, one factor for the others.
  private static func mask(_ judgement: Judgement, _ description: CaseDescription?) -> Found? {
    let wanted = judgement.expected.matrix
    let found = judgement.actual.tensor.matrix.elements
    let zeros = found.indices.filter { found[$0] == 0 && !isRight($0, judgement) }
    let kept = found.indices.filter { found[$0] != 0 }
    guard zeros.count >= 2, kept.count >= 3 else { return nil }
    var feasible = Feasible()
    for index in kept {
      feasible.require(
        factor: wanted.elements[index], near: found[index],
        slack: 2
          * judgement.tolerance.allowance(
            at: index, expected: wanted.elements[index], actual: found[index]))
    }
    guard var factor = feasible.simplest, factor > 0 else { return nil }
    if kept.allSatisfy({ isRight($0, judgement) }) { factor = 1 }
    var prediction = wanted.map { $0 * factor }
    for index in zeros { prediction.elements[index] = 0 }
    let text = shortText(factor, digits: 6)
    let isPadding =
      description.map { Localisation($0).areInPadding(zeros, of: judgement.expected) } ?? false
    let counts = "\(zeros.count) of \(found.count) elements are 0"
    return checked(
      factor == 1
        ? (
          isPadding ? "0 in the padding frame" : "partly 0", "\(counts), the others are right",
          prediction
        )
        : (
          "0 or \(text) times",
          "\(counts), the others \(text) times what they should be (dropout?)",
          prediction
        ), judgement)
  }

  private static func checked(_ found: Found, _ judgement: Judgement) -> Found? {
    Fit.share(of: judgement, prediction: found.prediction, growth: nil) <= 1 ? found : nil
  }

  private static func isRight(_ index: Int, _ judgement: Judgement) -> Bool {
    ElementMetrics.judge(
      index, expected: judgement.expected.matrix.elements[index],
      actual: judgement.actual.tensor.matrix.elements[index], tolerance: judgement.tolerance
    ).share <= 1
  }
}
