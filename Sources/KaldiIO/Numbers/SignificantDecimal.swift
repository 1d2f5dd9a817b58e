/// A number's decimal rounded to a given count of significant digits, ties to even.
enum SignificantDecimal {
  /// The rounded decimal, from the shortest one where that decides it.
  ///
  /// With n digits in the shortest decimal D of v:
  /// - n ≤ P ≤ 15 and v normal: D has at most P digits and rounds to v, and up to 15 digits
  ///   survive the way through binary64, so the nearest P-digit decimal is D.
  /// - n > P: a halfway point H of P digits has P + 1 ≤ n digits. Were H strictly between D and v,
  ///   it would be in the rounding interval too, and either shorter than D or as long and nearer:
  ///   against what D is. So D and v round alike unless D is itself halfway.
  ///
  /// - Parameters:
  ///   - value: A positive finite number.
  ///   - wanted: How many digits, at least 1.
  /// - Returns: Digits without trailing zeros and the power of ten of the last, or nil where exact
  ///   arithmetic must decide.
  static func quick(_ value: Double, digits wanted: Int) -> (digits: UInt64, power: Int)? {
    let (digits, power) = ShortestDecimal.of(value)
    let count = DecimalDigits.count(digits)
    if count <= wanted {
      return wanted <= 15 && value.isNormal ? (digits, power) : nil
    }
    let dropped = count - wanted
    var unit: UInt64 = 1
    for _ in 0..<dropped { unit *= 10 }
    var kept = digits / unit
    let rest = digits % unit
    if rest == unit / 2 { return nil }
    if rest > unit / 2 { kept += 1 }
    var shift = dropped
    while kept % 10 == 0 {
      kept /= 10
      shift += 1
    }
    return (kept, power + shift)
  }

  /// The rounded decimal by exact arithmetic.
  ///
  /// - Parameters:
  ///   - value: A positive finite number.
  ///   - wanted: How many digits, at least 1.
  /// - Returns: Digits 0...9 without trailing zeros, and the power of ten of the first.
  static func exact(_ value: Double, digits wanted: Int) -> (digits: [UInt8], exponent: Int) {
    let bits = value.bitPattern
    let field = Int(bits >> 52)
    let stored = bits & 0x000f_ffff_ffff_ffff
    let power = max(field, 1) - 1075
    var number = BigNatural(field == 0 ? stored : stored | 1 << 52)
    if power >= 0 { number.shiftLeft(power) } else { number.multiply(byPowerOfFive: -power) }
    var digits = number.decimalDigits()
    var exponent = digits.count - 1 + min(power, 0)
    if digits.count > wanted {
      let next = digits[wanted]
      let isAbove = digits[(wanted + 1)...].contains { $0 != 0 }
      let isUp = next > 5 || (next == 5 && (isAbove || digits[wanted - 1] & 1 == 1))
      digits.removeSubrange(wanted...)
      if isUp {
        var index = wanted - 1
        while index >= 0 && digits[index] == 9 {
          digits[index] = 0
          index -= 1
        }
        if index >= 0 {
          digits[index] += 1
        } else {
          digits.insert(1, at: 0)
          exponent += 1
        }
      }
    }
    while digits.last == 0 { digits.removeLast() }
    return (digits, exponent)
  }
}
