/// Numbers of fewer significant bits than binary64 has: bfloat16 has 8, TF32 and float16 11.
extension Double {
  /// The distance of neighbouring numbers of so many significant bits, as at this number; 0 where the
  /// number is 0 or none.
  public func spacing(ofBits bits: Int) -> Double {
    guard isFinite, self != 0 else { return 0 }
    return Double(sign: .plus, exponent: Int(exponent) - (bits - 1), significand: 1)
  }

  /// The number with so many significant bits, whatever its exponent.
  public func rounded(
    toBits bits: Int, _ rule: FloatingPointRoundingRule = .toNearestOrEven
  ) -> Double {
    let step = spacing(ofBits: bits)
    return step > 0 ? (self / step).rounded(rule) * step : self
  }

  /// The least number of float16 that has all its 11 bits.
  public static let leastNormalFloat16 = 0x1p-14
  /// The distance of the numbers of float16 below ``leastNormalFloat16``.
  public static let leastSpacingFloat16 = 0x1p-24
}
