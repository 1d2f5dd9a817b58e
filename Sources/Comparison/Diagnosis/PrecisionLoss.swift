import KaldiIO
import Tensors

/// A lower precision than the bounds are for, named by its magnitude.
///
/// The smallest unit roundoff whose scaled bound covers every tensor is named, but only if the
/// errors look like rounding: of both signs, in most elements, and no finer format would do.
struct PrecisionLoss: Sendable {
  /// The format's name.
  var name: String
  /// What to do about it.
  var explanation: String
  /// The largest share of the scaled bounds.
  var share: Double

  private struct Format {
    var name: String
    var words: String
    var roundoff: Double
    /// Bits of the significand, for recognising stored values.
    var bits: Int
  }

  private static let formats = [
    Format(name: "float32", words: "numbers were rounded to binary32", roundoff: 0x1p-24, bits: 24),
    Format(
      name: "float16", words: "numbers were stored in float16 (11 bits)", roundoff: 0x1p-11,
      bits: 11),
    Format(
      name: "bfloat16", words: "numbers were stored in bfloat16 (8 bits)", roundoff: 0x1p-8,
      bits: 8),
  ]

  /// The format that explains all mismatches; `nil` when none does.
  init?(_ mismatches: [Judgement], all judgements: [Judgement], double: Bool) {
    let roundoff = double ? Tolerance.float64Roundoff : Tolerance.float32Roundoff
    let results = mismatches.filter { $0.isComparable && $0.update == nil }
    guard results.count == mismatches.count, Self.looksLikeRounding(results) else { return nil }
    for format in Self.formats where format.roundoff > roundoff {
      let scale = format.roundoff / roundoff
      let share = results.map { Self.share(of: $0, scale: scale, roundoff: format.roundoff) }
        .max()
      guard let share, share <= 1, Self.mostErr(results, by: format.roundoff) else { continue }
      let isStored = results.allSatisfy { Self.holds($0, bits: format.bits) }
      // Products cannot spoil what the layer was only given, and spoil every result alike.
      if !isStored, judgements.contains(where: { $0.isResult == $0.isMatch }) { return nil }
      if format.bits == 11, !isStored {
        name = "TF32 or float16 products"
        explanation =
          "the errors have the size of an 11-bit significand: products were rounded to TF32 or "
          + "float16"
      } else {
        name = isStored ? "stored in \(format.name)" : "\(format.name) products"
        explanation = isStored ? format.words : "the errors have the size of \(format.name)"
      }
      self.share = share
      return
    }
    return nil
  }

  /// Errors of both signs in most elements of every tensor that has more than a few.
  private static func looksLikeRounding(_ results: [Judgement]) -> Bool {
    var positive = 0
    var negative = 0
    var count = 0
    for judgement in results {
      let wanted = judgement.expected.matrix.elements
      for (e, a) in zip(wanted, judgement.actual.tensor.matrix.elements) {
        guard e.isFinite, a.isFinite else { return false }
        count += 1
        if a > e { positive += 1 }
        if a < e { negative += 1 }
      }
    }
    return count >= 4 && min(positive, negative) * 8 >= count
  }

  /// Whether most numbers err by what a format's rounding amounts to, a 256th of it at least.
  ///
  /// A few wrong numbers among many right ones may lie within a format's bound by chance; the right
  /// ones show that it is not the format.
  private static func mostErr(_ results: [Judgement], by roundoff: Double) -> Bool {
    var erring = 0
    var count = 0
    for judgement in results {
      let wanted = judgement.expected.matrix.elements
      for (e, a) in zip(wanted, judgement.actual.tensor.matrix.elements) where e != 0 {
        count += 1
        if (a - e).magnitude > roundoff / 256 * e.magnitude { erring += 1 }
      }
    }
    return 2 * erring >= count
  }

  private static func share(of judgement: Judgement, scale: Double, roundoff: Double) -> Double {
    var tolerance = judgement.tolerance
    switch tolerance.rule {
    case .bounded(let bound): tolerance.rule = .bounded(bound.map { $0 * scale })
    case .given: tolerance.rule = .given(unitRoundoff: roundoff)
    case .relative(let rtol, let atol):
      tolerance.rule = .relative(rtol: rtol * scale, atol: atol * scale)
    }
    return ElementMetrics(
      expected: judgement.expected.matrix.elements, actual: judgement.actual.tensor.matrix.elements,
      tolerance: tolerance
    ).largestShare
  }

  /// Whether every element is a number of so many significant bits, as far as the print shows.
  private static func holds(_ judgement: Judgement, bits: Int) -> Bool {
    judgement.actual.tensor.matrix.elements.allSatisfy { value in
      guard value.isFinite, value != 0 else { return true }
      let step = Double(sign: .plus, exponent: value.exponent - (bits - 1), significand: 1)
      guard step > 0 else { return true }
      let remainder = value.remainder(dividingBy: step).magnitude
      return remainder <= judgement.tolerance.digits.unit(of: value) / 2
    }
  }
}

extension Judgement {
  /// Whether it is about something that the layer computed; all of a plain file may be.
  fileprivate var isResult: Bool { expected.role?.isResult ?? isMismatch }
}
