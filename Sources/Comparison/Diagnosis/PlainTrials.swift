import KaldiIO
import Tensors

/// What a wrong tensor holds in plain sight: nothing, one number over and over, or no numbers.
enum PlainTrials {
  /// The trials of one mismatching tensor at its place.
  static func all(
    _ judgement: Judgement, at place: Int, description: CaseDescription?
  ) -> [Trial] {
    guard judgement.isComparable else { return [] }
    func trial(_ name: String, _ explanation: String) -> Trial {
      Trial(name: name, explanation: explanation, kind: .plain, shares: [place: 0])
    }
    if judgement.isNotUpdated {
      return [trial("not updated", "the parameter is the one before the update")]
    }
    let found = judgement.actual.tensor.matrix.elements
    if judgement.isNothing {
      return [
        trial("nothing computed", "the results are zero: the code that fills them did not run")
      ]
    }
    guard judgement.update == nil else { return [] }
    if let constant = judgement.constant {
      return [
        trial(
          "constant \(numberText(constant))",
          "every element is \(numberText(constant)), whatever was to be computed")
      ]
    }
    let odd = found.indices.filter { !found[$0].isFinite }
    guard !odd.isEmpty, areOthersRight(judgement, but: Set(odd)) else { return [] }
    let what = found.contains(where: \.isNaN) ? "not a number" : "infinite"
    let isPadding =
      description.map { Localisation($0).areInPadding(odd, of: judgement.expected) } ?? false
    let name = isPadding ? what + " in the padding frame" : what
    return [
      trial(
        name,
        odd.count == found.count
          ? "no element is a finite number"
          : "\(odd.count) of \(found.count) elements are \(name), the others are right")
    ]
  }

  private static func areOthersRight(_ judgement: Judgement, but odd: Set<Int>) -> Bool {
    let wanted = judgement.expected.matrix.elements
    let found = judgement.actual.tensor.matrix.elements
    return wanted.indices.allSatisfy { index in
      odd.contains(index)
        || ElementMetrics.judge(
          index, expected: wanted[index], actual: found[index], tolerance: judgement.tolerance
        ).share <= 1
    }
  }

  /// All mismatching tensors hold nothing but zeros, or were not updated: one cause for the whole case.
  static func nothing(_ judgements: [Judgement], places: [Int]) -> Trial? {
    let mismatches = places.map { judgements[$0] }
    guard mismatches.allSatisfy({ $0.isNothing || $0.isNotUpdated }) else { return nil }
    let isBackward = mismatches.allSatisfy {
      $0.isNotUpdated || $0.expected.role == .gradient || $0.update != nil
    }
    return Trial(
      name: isBackward ? "backward not computed" : "nothing computed",
      explanation: isBackward
        ? "gradients are zero or not applied: the backward pass did nothing"
        : "the results are zero: the code that fills them did not run",
      kind: .plain, shares: Dictionary(uniqueKeysWithValues: places.map { ($0, 0) }))
  }
}

extension Judgement {
  /// The number other than 0 that every element is, where the expected ones differ.
  var constant: Double? {
    guard let first = actual.tensor.matrix.elements.first, first != 0, first.isFinite,
      actual.tensor.matrix.elements.count > 1,
      actual.tensor.matrix.elements.allSatisfy({ $0 == first }),
      let head = expected.matrix.elements.first,
      expected.matrix.elements.contains(where: { $0 != head })
    else { return nil }
    return first
  }
}
