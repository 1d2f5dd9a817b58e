/// The elementary functions of binary64, from IEEE basic operations alone.
///
/// libm is not used because its bits differ between machines (glibc picks a variant by whether the
/// CPU has fused multiply-add). The functions are written once, over numbers side by side
/// (``DoubleVector``); a single number is the first of two.
///
/// Accuracy: `exp` is within 2 ulp of exact, `sigmoid` within 3 and `tanh` within 4, over the whole
/// range, subnormals included, and neither of these two is off by more than 2⁻⁵²
/// (`tools/constants/README.md`; `tools/peers/check_elementary.py` holds them to it). Constants come
/// from `tools/constants/elementary.py`.
extension Double {
  /// The exponential function.
  ///
  /// Edge cases: `exp(±0) = 1`, `exp(-∞) = 0`, `exp(+∞) = +∞`; above about 709.78 the result is +∞,
  /// below about −745.13 it is 0, and below −708.4 it is subnormal. NaN gives NaN.
  public func exp() -> Double { SIMD2(self, 0).exp()[0] }

  /// The logistic function `σ(x) = 1 / (1 + e⁻ˣ)`.
  ///
  /// Edge cases: `σ(±0) = ½`, `σ(-∞) = 0`, `σ(+∞) = 1`; below about −745.13 the result is 0. NaN
  /// gives NaN.
  public func sigmoid() -> Double { SIMD2(self, 0).sigmoid()[0] }

  /// The hyperbolic tangent.
  ///
  /// Edge cases: `tanh(±0) = ±0`, `tanh(±∞) = ±1`; subnormal arguments are returned unchanged. NaN
  /// gives NaN.
  public func tanh() -> Double { SIMD2(self, 0).tanh()[0] }

  /// `2^exponent`, for a whole number that is the exponent of a normal double.
  @inline(__always) static func powerOfTwo(_ exponent: Double) -> Double {
    SIMD2.powerOfTwo(SIMD2(exponent, 0))[0]
  }

  /// The nearest value in a range; NaN stays NaN.
  @inline(__always) static func clamp(_ value: Double, _ lower: Double, _ upper: Double) -> Double {
    SIMD2(value, 0).limited(from: lower, to: upper)[0]
  }
}

extension DoubleVector {
  /// `eˣ = 2ᵏ·(1 + 2b/(a - b))`.
  @inline(__always) func exp() -> Self {
    let ratio = ExponentialRatio(limited(from: -746, to: 710))
    // 2ᵏ in two steps, since k may lie beyond the exponents of normal doubles on either side.
    let half = (0.5 * ratio.exponent + Self.shifter) - Self.shifter
    let significand = 1 + (ratio.odd + ratio.odd) / (ratio.even - ratio.odd)
    return significand * Self.powerOfTwo(half) * Self.powerOfTwo(ratio.exponent - half)
  }

  /// `σ(x) = 2ᵏ·(a + b) / ((a - b) + 2ᵏ·(a + b))`.
  ///
  /// Nothing cancels in it: small results keep their relative accuracy.
  @inline(__always) func sigmoid() -> Self {
    let isModerate = all(magnitude .<= 690)
    let ratio = ExponentialRatio(isModerate ? self : limited(from: -746, to: 690))
    guard !isModerate else { return ratio.sigmoid(scale: Self.powerOfTwo(ratio.exponent)) }
    // 2ᵏ in two steps; the second, which may round into the subnormals, comes last of all.
    let first = ratio.exponent.limited(from: -1000, to: 1000)
    return ratio.sigmoid(scale: Self.powerOfTwo(first))
      * Self.powerOfTwo(ratio.exponent - first)
  }

  /// `tanh|x| = (e - 1) / (e + 1)`, of the exponential `e` of `2|x|`, given the sign of x.
  ///
  /// For `k ≤ 1` the dividend is `2ᵏ·(a + b) - (a - b)`, gathered so that a and b each meet their like
  /// and nothing cancels; beyond, it is the divisor less `2·(a - b)`, so that both err alike.
  @inline(__always) func tanh() -> Self {
    let twice = magnitude + magnitude
    let ratio = ExponentialRatio(twice.replacing(with: 80, where: twice .> 80))
    let scale = Self.powerOfTwo(ratio.exponent)
    let (even, odd) = (scale * ratio.even, scale * ratio.odd)
    let rest = ratio.even - ratio.odd
    let divisor = (even + odd) + rest
    let near = (even - ratio.even) + (odd + ratio.odd)
    let far = divisor - (rest + rest)
    let result = far.replacing(with: near, where: scale .< 3) / divisor
    return Self(bits: result.bits | (bits & Self.signBits))
  }
}

/// The exponentials of doubles as `2^exponent · (even + odd) / (even - odd)`, before any division.
///
/// `x = k·ln 2 + r` with `|r| ≤ ½ ln 2`; ln 2 is cut into 41 bits, so that `k` times the first
/// part is exact, and 53 more. Then `tanh(r/2) = odd/even`, where `odd = r·p(r²)` and
/// `even = q(r²)` with p and q of degree 2, so that `eʳ` is met within 2⁻⁵⁷.
private struct ExponentialRatio<Vector: DoubleVector> {
  /// The power of two, a whole number.
  let exponent: Vector
  /// Between 30258 and 30664.
  let even: Vector
  /// Of the sign of r, and below 0.18 times `even`.
  let odd: Vector

  /// The parts of `eˣ` for `|x| < 2000`.
  @inline(__always) init(_ x: Vector) {
    let k = (x * 0x1.71547652b82fep0 + Vector.shifter) - Vector.shifter
    let r = (x - k * 0x1.62e42fefa4p-1) - k * -0x1.8432a1b0e2634p-43
    let square = r * r
    exponent = k
    odd = r * ((square + 0x1.a437e9d2c6509p8) * square + 0x1.d8c9649290a9ep13)
    even = (0x1.e02cb8abec365p4 * square + 0x1.a43ee82bbcaf6p11) * square + 0x1.d8c9649290a9ep14
  }

  /// `σ(x)`, with `2^exponent` handed in.
  @inline(__always) func sigmoid(scale: Vector) -> Vector {
    let scaled = scale * (even + odd)
    return scaled / ((even - odd) + scaled)
  }
}
