/// The elementary functions of binary64, from IEEE basic operations alone.
///
/// libm is not used because its bits differ between machines (glibc picks a variant by whether the
/// CPU has fused multiply-add). There is no branch either: clamps, selects and bit arithmetic let a
/// loop over a span run in SIMD registers at the baseline instruction set.
///
/// Accuracy: every result is within 1 ulp of exact, over the whole range, subnormals included; at
/// worst 0.8 ulp was measured (`tools/peers/check_elementary.py`). Constants come from
/// `tools/constants/elementary.py`.
extension Double {
  /// The exponential function `eˣ`.
  ///
  /// Edge cases: `exp(±0) = 1`, `exp(-∞) = 0`, `exp(+∞) = +∞`; above about 709.78 the result is +∞,
  /// below about −745.13 it is 0, and below −708.4 it is subnormal. NaN gives NaN.
  @inlinable public func exp() -> Double {
    let part = ExponentialParts(Double.clamp(self, -746, 710))
    // 2ᵏ in two steps, since k may lie beyond the exponents of normal doubles on either side.
    let half = (0.5 * part.exponent + ExponentialParts.shifter) - ExponentialParts.shifter
    return (part.high + part.low) * ExponentialParts.powerOfTwo(half)
      * ExponentialParts.powerOfTwo(part.exponent - half)
  }

  /// The logistic function `σ(x) = 1 / (1 + e⁻ˣ)`.
  ///
  /// With `e = e^-|x|` it is `1 / (1 + e)` for `x ≥ 0` and `e / (1 + e)` for `x < 0`, so that nothing
  /// overflows and small results keep their relative accuracy.
  ///
  /// Edge cases: `σ(±0) = ½`, `σ(-∞) = 0`, `σ(+∞) = 1`; below about −745.13 the result is 0. NaN
  /// gives NaN.
  @inlinable public func sigmoid() -> Double {
    // The sign is set by bits: the optimiser would take a negation apart into dearer selects.
    let limited = self > 690 ? 690 : self
    let negative = Double(bitPattern: limited.bitPattern | Double.signBit)
    let part = ExponentialParts(negative < -746 ? -746 : negative)
    // 2ᵏ in two steps; the second, which may round into the subnormals, comes last of all. It is 1
    // for every x above -693.
    let first = part.exponent < -1000 ? -1000 : part.exponent
    let scale = ExponentialParts.powerOfTwo(first)
    let high = part.high * scale
    let low = part.low * scale
    let result = Double.sigmoid(ofExponential: high, low, isNegative: self < 0)
    return result * ExponentialParts.powerOfTwo(part.exponent - first)
  }

  /// `1 / (1 + e)`, or `e / (1 + e)` for a negative argument, where `e = high + low`.
  @inlinable @inline(__always) static func sigmoid(
    ofExponential high: Double, _ low: Double, isNegative: Bool
  ) -> Double {
    let divisor = 1 + high
    let divisorHigh = divisor.upperHalf
    let divisorLow = (high - (divisorHigh - 1)) + low
    return Double.quotient(
      isNegative ? high : 1, isNegative ? low : 0, divisor, divisorHigh, divisorLow)
  }

  /// The hyperbolic tangent.
  ///
  /// With `t = e^(-2|x|) - 1` it is `-t / (2 + t)`, given the sign of x.
  ///
  /// Edge cases: `tanh(±0) = ±0`, `tanh(±∞) = ±1`; subnormal arguments are returned unchanged. NaN
  /// gives NaN.
  @inlinable public func tanh() -> Double {
    let negative = 2 * Double(bitPattern: bitPattern | Double.signBit)
    let part = ExponentialParts(negative < -80 ? -80 : negative)
    let scale = ExponentialParts.powerOfTwo(part.exponent)
    return Double.tanh(ofExponential: part.high * scale, part.low * scale, sign: self)
  }

  /// `-t / (2 + t)` with the sign given, where `t = high + low - 1` and `high ≤ 1`.
  @inlinable @inline(__always) static func tanh(
    ofExponential high: Double, _ low: Double, sign: Double
  ) -> Double {
    // t as a normalised pair.
    let difference = high - 1
    let rest = (high - (difference + 1)) + low
    let t = difference + rest
    let tRest = (difference - t) + rest
    let divisor = 2 + t
    let divisorHigh = divisor.upperHalf
    let divisorLow = (t - (divisorHigh - 2)) + tRest
    let result = Double.quotient(t, tRest, divisor, divisorHigh, divisorLow)
    return Double(
      bitPattern: (result.bitPattern & ~Double.signBit) | (sign.bitPattern & Double.signBit))
  }

  /// The nearest value in a range; NaN stays NaN.
  @inlinable static func clamp(_ value: Double, _ lower: Double, _ upper: Double) -> Double {
    let raised = value < lower ? lower : value
    return raised > upper ? upper : raised
  }

  /// `(a + aRest) / (bHigh + bLow)`, within 0.51 ulp.
  ///
  /// A first quotient, cut to 26 bits, leaves a remainder that can be computed almost exactly: the
  /// cut quotient times `bHigh`, which has 26 bits too, fits a double, and so does `a` minus that;
  /// the other terms are 2²⁶ times smaller. The remainder over `b` is then a small correction, and
  /// adding it is the only rounding of note.
  ///
  /// - Parameters:
  ///   - a: The dividend, rounded.
  ///   - aRest: The rest of the dividend, below an ulp.
  ///   - b: The divisor, rounded.
  ///   - bHigh: Its upper half.
  ///   - bLow: The rest of the divisor; `bHigh + bLow - b` must be below an ulp or so.
  /// - Returns: The quotient.
  @inlinable static func quotient(
    _ a: Double, _ aRest: Double, _ b: Double, _ bHigh: Double, _ bLow: Double
  ) -> Double {
    let reciprocal = 1 / b
    let cut = (a * reciprocal).upperHalf
    let remainder = ((a - cut * bHigh) - cut * bLow) + aRest
    return cut + remainder * reciprocal
  }

  /// The bit that holds the sign.
  @inlinable static var signBit: UInt64 { 0x8000_0000_0000_0000 }

  /// The value with the last 27 bits of its significand cleared.
  @inlinable var upperHalf: Double { Double(bitPattern: bitPattern & 0xFFFF_FFFF_F800_0000) }
}

/// The exponential of a double as `2^exponent · (high + low)`, before anything was rounded.
///
/// `x = k·ln 2 + r` with `|r| ≤ ½ ln 2`; ln 2 is cut into 41 bits, so that `k` times the first
/// part is exact, and 53 more. Then `eʳ = 1 + r + r²·q(r)`, q of degree 10 with an error of 2⁻⁶¹,
/// and `high + low` is its sum as a pair, low below 2⁻⁵², within 2⁻⁵⁶ of `eʳ`.
@frozen @usableFromInline struct ExponentialParts {
  /// The power of two, a whole number.
  @usableFromInline let exponent: Double
  /// `1 + r`, rounded.
  @usableFromInline let high: Double
  /// What is missing: at most an ulp or so.
  @usableFromInline let low: Double

  /// Adding this to a small number leaves the nearest whole number in the last bits.
  @inlinable static var shifter: Double { 0x1.8p52 }

  /// `2^exponent`, for a whole number that is the exponent of a normal double.
  @inlinable static func powerOfTwo(_ exponent: Double) -> Double {
    Double(bitPattern: (exponent + (shifter + 1023)).bitPattern &<< 52)
  }

  /// The parts of `eˣ` for `|x| < 2000`.
  @inlinable init(_ x: Double) {
    let k = (x * 0x1.71547652b82fep0 + ExponentialParts.shifter) - ExponentialParts.shifter
    let coarse = x - k * 0x1.62e42fefa4p-1
    let fine = k * -0x1.8432a1b0e2634p-43
    let r = coarse - fine

    let r2 = r * r
    let r4 = r2 * r2
    let q01 = 0x1p-1 + 0x1.5555555555557p-3 * r
    let q23 = 0x1.5555555555556p-5 + 0x1.11111111100dfp-7 * r
    let q45 = 0x1.6c16c16c162d6p-10 + 0x1.a01a01abe62ddp-13 * r
    let q67 = 0x1.a01a01a6d7808p-16 + 0x1.71de02375656cp-19 * r
    let q89 = 0x1.27e4db67b4303p-22 + 0x1.af4ddd8488352p-26 * r
    let upper = (q45 + q67 * r2) + (q89 + 0x1.1f72fc730b52fp-29 * r2) * r4
    let q = (q01 + q23 * r2) + upper * r4

    let curve = r2 * q

    exponent = k
    high = 1 + (r + curve)
    low = ((coarse - (high - 1)) - fine) + curve
  }
}
