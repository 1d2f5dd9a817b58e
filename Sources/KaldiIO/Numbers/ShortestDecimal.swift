/// The shortest decimal that lies nearer to a number than to its neighbours, and of those the
/// nearest to the number.
///
/// The method is Schubfach (Giulietti, "The Schubfach way to render doubles", 2020): with a power
/// of ten to 128 bits (64 for binary32), rounded to odd, three products tell the number and both
/// ends of its rounding interval, scaled to whole units of the last decimal, well enough that
/// every comparison comes out as in exact arithmetic.
enum ShortestDecimal {
  /// The shortest decimal of a positive finite binary64 number.
  ///
  /// - Parameter value: The number.
  /// - Returns: Digits, at most 17, zeros at their end perhaps, and the power of ten of the last.
  @inline(__always) static func of(_ value: Double) -> (digits: UInt64, power: Int) {
    let bits = value.bitPattern
    let stored = bits & 0x000f_ffff_ffff_ffff
    let field = Int(bits >> 52)
    let significand = field == 0 ? stored : stored | 1 << 52
    let exponent = max(field, 1) - 1075
    if exponent <= 0 && exponent > -53 {
      let shift = UInt64(-exponent)
      if significand & (1 << shift - 1) == 0 { return (significand >> shift, 0) }
    }
    let lowerIsCloser = stored == 0 && field > 1
    // floor(log10 2^exponent), and of three quarters of it where the interval is lopsided.
    let power = (exponent * 1_262_611 - (lowerIsCloser ? 524_031 : 0)) >> 22
    let shift = UInt64(exponent + ((-power * 1_741_647) >> 19) + 1)
    let index = 2 * (-power - PowersOfTen.first)
    var high = PowersOfTen.words[index]
    var low = PowersOfTen.words[index + 1]
    if power > 27 || power < -55 {
      // The table cuts off; here the power of ten is wanted from above.
      low &+= 1
      if low == 0 { high &+= 1 }
    }
    let middle = significand << 2
    let lower = roundedToOdd(high, low, (middle - (lowerIsCloser ? 1 : 2)) << shift)
    let centre = roundedToOdd(high, low, middle << shift)
    let upper = roundedToOdd(high, low, (middle + 2) << shift)
    return choose(lower, centre, upper, isEven: significand & 1 == 0, power: power)
  }

  /// The shortest decimal of a positive finite binary32 number.
  ///
  /// - Parameter value: The number.
  /// - Returns: Digits, at most 17, zeros at their end perhaps, and the power of ten of the last.
  @inline(__always) static func of(_ value: Float) -> (digits: UInt64, power: Int) {
    let bits = UInt64(value.bitPattern)
    let stored = bits & 0x007f_ffff
    let field = Int(bits >> 23)
    let significand = field == 0 ? stored : stored | 1 << 23
    let exponent = max(field, 1) - 150
    if exponent <= 0 && exponent > -24 {
      let shift = UInt64(-exponent)
      if significand & (1 << shift - 1) == 0 { return (significand >> shift, 0) }
    }
    let lowerIsCloser = stored == 0 && field > 1
    let power = (exponent * 1_262_611 - (lowerIsCloser ? 524_031 : 0)) >> 22
    let shift = UInt64(exponent + ((-power * 1_741_647) >> 19) + 1)
    let index = 2 * (-power - PowersOfTen.first)
    var high = PowersOfTen.words[index]
    if PowersOfTen.words[index + 1] != 0 { high &+= 1 }
    let middle = significand << 2
    let lower = roundedToOdd(high, (middle - (lowerIsCloser ? 1 : 2)) << shift)
    let centre = roundedToOdd(high, middle << shift)
    let upper = roundedToOdd(high, (middle + 2) << shift)
    return choose(lower, centre, upper, isEven: significand & 1 == 0, power: power)
  }

  /// The decimal of one digit less if one lies inside the interval, otherwise the nearest.
  ///
  /// The bounds count quarters of `10^power`.
  @inline(__always) private static func choose(
    _ lower: UInt64, _ centre: UInt64, _ upper: UInt64, isEven: Bool, power: Int
  ) -> (digits: UInt64, power: Int) {
    let least = lower + (isEven ? 0 : 1)
    let most = upper - (isEven ? 0 : 1)
    let units = centre >> 2
    if units >= 10 {
      let tens = units / 10
      let downFits = least <= 40 * tens
      let upFits = 40 * tens + 40 <= most
      if downFits != upFits { return (tens + (upFits ? 1 : 0), power + 1) }
    }
    let downFits = least <= 4 * units
    let upFits = 4 * units + 4 <= most
    if downFits != upFits { return (units + (upFits ? 1 : 0), power) }
    let half = 4 * units + 2
    let up = centre > half || (centre == half && units & 1 == 1)
    return (units + (up ? 1 : 0), power)
  }

  /// The high part of a product with a 128-bit number; its last bit tells of what is cut off.
  @inline(__always) private static func roundedToOdd(
    _ high: UInt64, _ low: UInt64, _ factor: UInt64
  ) -> UInt64 {
    let carried = low.multipliedFullWidth(by: factor).high
    let product = high.multipliedFullWidth(by: factor)
    let (middle, overflow) = product.low.addingReportingOverflow(carried)
    return (product.high &+ (overflow ? 1 : 0)) | (middle > 1 ? 1 : 0)
  }

  /// The same for a 64-bit number and a factor below 2^32.
  @inline(__always) private static func roundedToOdd(_ high: UInt64, _ factor: UInt64) -> UInt64 {
    let product = high.multipliedFullWidth(by: factor)
    return product.high | (product.low >> 32 > 1 ? 1 : 0)
  }
}
