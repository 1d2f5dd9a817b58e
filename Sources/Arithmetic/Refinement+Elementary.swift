/// The elementary functions of `DoubleDouble` and `Ball`, one text for both.
///
/// Error of the `DoubleDouble` results, with `u = 2⁻⁵³`; `Ball` computes its own:
/// - reduction: `x = k·ln 2 + r`, ln 2 as three doubles off by 2⁻¹⁴⁰, so r is off by less than
///   `|k|·2⁻¹³⁷ + 6u²`, and `eʳ` by as much relative to itself;
/// - series: `s = r/8` (or r itself below 2⁻⁵), 15 terms, the rest below 2⁻¹¹¹ relative; each step of
///   Horner's scheme errs by at most 11u² of a value near its coefficient, and what it hands on is
///   multiplied by `|s|/n < 0.03`, so `eˢ - 1` is within 20u²;
/// - three doublings `E ← E·(2 + E)`: each adds at most 11u², and does not enlarge what is there by more
///   than `(2 + 2E)/(2 + E) < 1.2`;
/// - quotient and last sums: 16u² + 6u².
/// Altogether below 2⁻¹⁰⁰, where 2⁻¹⁰³ is the worst measured. Constants come from
/// `tools/constants/elementary.py`.
extension Refinement {
  /// `x = k·ln 2 + r`, and from it `eˣ = 2ᵏ·(1 + E)`: k, a whole number, and `E = eʳ - 1`.
  ///
  /// For `|x| < 2000`.
  @inline(__always) func exponentialParts() -> (exponent: Double, minusOne: Self) {
    let k = (leading * 0x1.71547652b82fep0 + 0x1.8p52) - 0x1.8p52
    var r = self
    if k != 0 {
      // k has 11 bits, the first two parts of ln 2 have 41 each: both products are exact.
      let coarse = Self(constant: k * 0x1.62e42fefa4p-1)
      let fine = DoubleDouble(sumOf: k * -0x1.8432a1b0e2p-43, k * -0x1.8cff81a12a17ep-85)
      r = (self - coarse) - Self(fine, within: k.magnitude * 0x1p-137)
    }
    let isSmall = r.leading.magnitude < 0x1p-5
    let s = isSmall ? r : r.scaled(byPowerOfTwo: 0x1p-3)
    var series = Self(constant: 0)
    for coefficient in Series.inverseFactorials {
      series = series * s + Self(coefficient, within: coefficient.high * 0x1p-107)
    }
    // e^s = 1 + s + s²/2 + s³·series; the two short coefficients are exact.
    series = (series * s + Self(constant: 0.5)) * s + 1
    var result = (series * s).widened(by: s.leading.magnitude * 0x1p-110)
    if !isSmall {
      for _ in 0..<3 { result = result * (result + 2) }
    }
    return (k, result)
  }

  /// `value · 2^exponent` in two steps, the first of which is exact for values near 1.
  @inline(__always) func scaled(byExponent exponent: Double) -> Self {
    let first = Double.clamp(exponent, -900, 900)
    return scaled(byPowerOfTwo: Double.powerOfTwo(first))
      .scaled(byPowerOfTwo: Double.powerOfTwo(exponent - first))
  }

  /// `eˣ` for a single number x.
  @inline(__always) func exponential() -> Self {
    // e⁻⁸⁰⁰ < 2⁻¹⁰⁷⁵ and e⁸⁰⁰ overflows.
    if leading < -800 { return Self(constant: 0).widened(by: 0x1p-1074) }
    if leading.isNaN { return self }
    if leading > 800 { return Self(constant: .infinity) }
    let (k, minusOne) = exponentialParts()
    return (minusOne + 1).scaled(byExponent: k)
  }

  /// `σ(x)` for a single number x.
  ///
  /// With `e = e^-|x|` it is `1 / (1 + e)` or, for negative x, `e / (1 + e)`.
  @inline(__always) func logistic() -> Self {
    let isNegative = leading < 0
    if leading.magnitude > 800 {
      return Self(constant: isNegative ? 0 : 1).widened(by: 0x1p-1074)
    }
    if leading.isNaN { return self }
    let (k, minusOne) = (isNegative ? self : -self).exponentialParts()
    let significand = minusOne + 1
    // As an addend to 1, anything below 2⁻⁹⁰⁰ may stand for any other.
    let exponential =
      k < -900
      ? Self(constant: 0).widened(by: 0x1p-898)
      : significand.scaled(byPowerOfTwo: Double.powerOfTwo(k))
    let divisor = exponential + 1
    return isNegative ? (significand / divisor).scaled(byExponent: k) : 1 / divisor
  }

  /// `tanh(x)` for a single number x.
  ///
  /// With `t = e^(-2|x|) - 1` it is `-t / (2 + t)`, given the sign of x.
  @inline(__always) func hyperbolicTangent() -> Self {
    // tanh x = x·(1 - x²/3 + …), and 1 - tanh x < 2·e^(-2x).
    if leading.magnitude < 0x1p-500 {
      return leading == 0 ? self : widened(by: leading.magnitude * 0x1p-900 + 0x1p-1074)
    }
    let isNegative = leading < 0
    if leading.magnitude > 300 {
      return Self(constant: isNegative ? -1 : 1).widened(by: 0x1p-800)
    }
    if leading.isNaN { return self }
    let (k, minusOne) = (isNegative ? self : -self).scaled(byPowerOfTwo: 2).exponentialParts()
    let power = Double.powerOfTwo(k)
    let t = minusOne.scaled(byPowerOfTwo: power) + (Self(constant: power) - 1)
    return (isNegative ? t : -t) / (t + 2)
  }
}

/// The coefficients of the exponential series.
private enum Series {
  /// `1/n!` for n from 15 down to 3, each within a factor 2⁻¹⁰⁷ of exact.
  static let inverseFactorials = [
    DoubleDouble(high: 0x1.ae7f3e733b81fp-41, low: 0x1.1d8656b0ee8cbp-97),  // 1/15!
    DoubleDouble(high: 0x1.93974a8c07c9dp-37, low: 0x1.05d6f8a2efd1fp-92),  // 1/14!
    DoubleDouble(high: 0x1.6124613a86d09p-33, low: 0x1.f28e0cc748ebep-87),  // 1/13!
    DoubleDouble(high: 0x1.1eed8eff8d898p-29, low: -0x1.2aec959e14c06p-83),  // 1/12!
    DoubleDouble(high: 0x1.ae64567f544e4p-26, low: -0x1.c062e06d1f209p-80),  // 1/11!
    DoubleDouble(high: 0x1.27e4fb7789f5cp-22, low: 0x1.cbbc05b4fa99ap-76),  // 1/10!
    DoubleDouble(high: 0x1.71de3a556c734p-19, low: -0x1.c154f8ddc6cp-73),  // 1/9!
    DoubleDouble(high: 0x1.a01a01a01a01ap-16, low: 0x1.a01a01a01a01ap-76),  // 1/8!
    DoubleDouble(high: 0x1.a01a01a01a01ap-13, low: 0x1.a01a01a01a01ap-73),  // 1/7!
    DoubleDouble(high: 0x1.6c16c16c16c17p-10, low: -0x1.f49f49f49f49fp-65),  // 1/6!
    DoubleDouble(high: 0x1.1111111111111p-7, low: 0x1.1111111111111p-63),  // 1/5!
    DoubleDouble(high: 0x1.5555555555555p-5, low: 0x1.5555555555555p-59),  // 1/4!
    DoubleDouble(high: 0x1.5555555555555p-3, low: 0x1.5555555555555p-57),  // 1/3!
  ]
}
