/// A number's decimal rounded to a given count of significant digits, ties to even.
enum SignificantDecimal {
  /// The rounded decimal from one product with a 128-bit power of ten, where that decides it.
  ///
  /// The product holds the number's first digits as a whole part and at least 64 bits behind the
  /// point; what the table cuts off changes it by less than two units of its last bit, so that it
  /// decides unless the fraction lies within a few units of one half.
  ///
  /// - Parameters:
  ///   - value: A positive finite number.
  ///   - wanted: How many digits, at least 1.
  /// - Returns: Exactly `wanted` digits and the power of ten of the first, or nil where exact
  ///   arithmetic must decide.
  @inline(__always) static func quick(
    _ value: Double, digits wanted: Int
  ) -> (digits: UInt64, exponent: Int)? {
    guard wanted <= 17 else { return nil }
    let bits = value.bitPattern
    let field = Int(truncatingIfNeeded: bits >> 52)
    guard field != 0 else { return nil }
    let normal = (bits << 11) | 1 << 63
    let binaryExponent = field &- 1086
    // floor(log10 2^(binaryExponent + 63)): the first digit's power of ten or one less.
    var exponent = ((binaryExponent &+ 63) &* 78_913) >> 18
    let limit = DecimalDigits.powers[wanted]
    var attempt = 0
    while attempt < 2 {
      let power = wanted &- 1 &- exponent
      guard power >= PowersOfTen.first, power <= PowersOfTen.last else { return nil }
      let index = 2 &* (power &- PowersOfTen.first)
      let low = normal.multipliedFullWidth(by: PowersOfTen.words[index &+ 1]).high
      let product = normal.multipliedFullWidth(by: PowersOfTen.words[index])
      let (middle, overflow) = product.low.addingReportingOverflow(low)
      let top = product.high &+ (overflow ? 1 : 0)
      // The power of ten is its 128 bits times 2^(floor(log2 10^power) - 127), so `top` counts
      // units of 2^-shift.
      let shift = -(binaryExponent &+ 1 &+ (217_706 &* power) >> 16)
      guard shift > 0, shift < 64 else { return nil }
      var digits = top >> UInt64(shift)
      if digits >= limit {
        exponent &+= 1
        attempt &+= 1
        continue
      }
      let fraction = top << UInt64(64 &- shift) | middle >> UInt64(shift)
      let half: UInt64 = 1 << 63
      if fraction &- half &+ 8 <= 16 { return nil }
      if fraction > half { digits &+= 1 }
      if digits == limit { return (limit / 10, exponent &+ 1) }
      return (digits, exponent)
    }
    return nil
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
