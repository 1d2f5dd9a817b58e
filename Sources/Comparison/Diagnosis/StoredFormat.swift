import KaldiIO
import Tensors

/// Numbers stored in a format of fewer digits, told by the numbers themselves.
///
/// Every number is one of the format's, as far as its print shows, which by chance a few would be and
/// many never; and each is the right one rounded to the format. A format that changes nothing but the
/// size of errors (reduced products, sums) leaves no such trace, and is not concluded here.
enum StoredFormat {
  /// The chance that numbers lie on a grid by accident, from which on they are not believed to.
  private static let accident = 1e-6

  /// The trial of one tensor at its place.
  static func trials(_ judgement: Judgement, at place: Int) -> [Trial] {
    guard judgement.update == nil, judgement.isComparable,
      case .bounded = judgement.tolerance.rule
    else { return [] }
    for bits in [8, 11] where isHeld(judgement, bits: bits) {
      let prediction = judgement.expected.matrix.map { $0.rounded(toBits: bits) }
      guard areRounded(judgement, bits: bits) else { continue }
      let (name, words) = label(judgement, bits: bits)
      return [
        Trial(
          name: name, explanation: words, kind: .stored, shares: [place: 0],
          predictions: [place: prediction])
      ]
    }
    return []
  }

  private static func label(_ judgement: Judgement, bits: Int) -> (String, String) {
    guard bits == 11 else {
      return ("stored in bfloat16", "each number is the right one rounded to bfloat16 (8 bits)")
    }
    // Below 2⁻¹⁴ float16 has steps of 2⁻²⁴, where TF32 keeps its 11 bits.
    let small = judgement.actual.tensor.matrix.elements.filter {
      $0 != 0 && $0.magnitude < .leastNormalFloat16
    }
    let coarse = small.filter { isOn($0, step: .leastSpacingFloat16, judgement) }
    let finer = zip(judgement.expected.matrix.elements, judgement.actual.tensor.matrix.elements)
      .contains { wanted, found in
        found != 0 && found.magnitude < 0x1p-16
          && (wanted.rounded(toBits: 11) - found).magnitude > .leastSpacingFloat16 / 4
      }
    if !small.isEmpty, coarse.count == small.count, finer {
      return ("stored in float16", "each number is the right one rounded to float16")
    }
    if coarse.count < small.count {
      return ("stored in TF32", "each number is the right one rounded to TF32 (11 bits)")
    }
    return (
      "stored in reduced precision",
      "each number is the right one rounded to 11 bits, as float16 and TF32 have"
    )
  }

  /// Whether the numbers are of so many bits, and not by accident.
  private static func isHeld(_ judgement: Judgement, bits: Int) -> Bool {
    var chance = 1.0
    let wanted = judgement.expected.matrix.elements
    for (index, value) in judgement.actual.tensor.matrix.elements.enumerated() {
      guard value.isFinite else { return false }
      guard value != 0 else { continue }
      let step = value.spacing(ofBits: bits)
      guard isOn(value, step: step, judgement) else { return false }
      // A number that was due on the grid shows nothing.
      guard !isOn(wanted[index], step: step, judgement) else { continue }
      let unit = max(judgement.tolerance.digits.unit(of: value), value.magnitude.ulp)
      chance *= min(1, unit / step)
    }
    return chance <= accident
  }

  private static func isOn(_ value: Double, step: Double, _ judgement: Judgement) -> Bool {
    let remainder = value.remainder(dividingBy: step).magnitude
    // The decimal was cut from the number once; to binary32 it may have been rounded before.
    return remainder
      <= judgement.tolerance.digits.unit(of: value) / 2 * (1 + 0x1p-20) + value.magnitude * 0x1p-50
  }

  /// Whether every number is the expected one rounded, a number near the middle of two steps either.
  private static func areRounded(_ judgement: Judgement, bits: Int) -> Bool {
    let wanted = judgement.expected.matrix.elements
    let found = judgement.actual.tensor.matrix.elements
    return wanted.indices.allSatisfy { index in
      let half = max(wanted[index].magnitude, found[index].magnitude).spacing(ofBits: bits) / 2
      let allowance = judgement.tolerance.allowance(
        at: index, expected: wanted[index], actual: found[index])
      // Small numbers of float16 have wider steps.
      return (found[index] - wanted[index]).magnitude
        <= max(half, bits == 11 ? .leastSpacingFloat16 / 2 : 0) + allowance
    }
  }
}
