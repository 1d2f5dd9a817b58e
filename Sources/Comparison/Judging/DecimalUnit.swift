/// What the last printed digit of a decimal number is worth.
///
///     unit(v) = 10^(⌊log10 |v|⌋ - P + 1)        P significant digits
///
/// The logarithm is never taken: the decade is found by comparing with powers of ten, each the
/// double nearest to it, so that the result is the same on every machine.
enum DecimalUnit {
  /// The double nearest to 10^k for k = -340...308, element k + 340; 0 where it underflows.
  private static let powers: [Double] = (-340...308).map { Double("1e\($0)") ?? 0 }

  /// 10 to a power, 0 below the range of a double and infinity above it.
  static func power(_ exponent: Int) -> Double {
    if exponent < -340 { return 0 }
    return exponent > 308 ? .infinity : powers[exponent + 340]
  }

  /// `⌊log10 |v|⌋` of a finite number that is not 0.
  static func decade(of value: Double) -> Int {
    let magnitude = value.magnitude
    // 1233 / 4096 is log10(2) to four digits, so the guess is off by one at most.
    var guess = (Int(magnitude.exponent) * 1233) >> 12
    while guess < 308, magnitude >= power(guess + 1) { guess += 1 }
    while magnitude < power(guess) { guess -= 1 }
    return guess
  }

  /// For every exponent field of a double, the decade of the least number that has it, and the
  /// power of ten from which on the numbers are of the next decade; a binade meets one at most.
  ///
  /// The field 0, of the subnormal numbers, has no use.
  static let binades: [(decade: Int, next: Double)] = (0..<2047).map { field in
    let least = Double(bitPattern: UInt64(max(field, 1)) << 52)
    let decade = decade(of: least)
    return (decade, power(decade + 1))
  }

  /// What the last of `digits` significant digits of a value is worth; 0 for an exact 0.
  static func unit(of value: Double, digits: Int) -> Double {
    guard value != 0, value.isFinite else { return 0 }
    return power(decade(of: value) - digits + 1)
  }
}
