/// What decimal conversion must know of a binary floating-point format.
struct BinaryFormat {
  /// Bits of the significand that are stored.
  let storedBits: Int
  /// The exponent's bias.
  let bias: Int
  /// The exponent field of infinity.
  let infiniteExponent: Int
  /// Below this decimal exponent every number of 19 digits is nearer to 0 than to the smallest.
  let smallestPower: Int
  /// Above this decimal exponent every number but 0 overflows.
  let largestPower: Int
  /// The decimal exponents for which a product may lie exactly between two neighbours.
  let tiePowers: ClosedRange<Int>

  /// The exponent of the unit in the last place of a subnormal number.
  var smallestExponent: Int { 1 - bias - storedBits }

  static let binary64 = BinaryFormat(
    storedBits: 52, bias: 1023, infiniteExponent: 0x7ff, smallestPower: -342, largestPower: 308,
    tiePowers: -4...23)
  static let binary32 = BinaryFormat(
    storedBits: 23, bias: 127, infiniteExponent: 0xff, smallestPower: -64, largestPower: 38,
    tiePowers: -17...10)

  /// The bits of the number nearest to `decimal · 10^power`, ties to even.
  ///
  /// One or two 64-by-64-bit products with the 128-bit power of ten decide every case (Lemire,
  /// "Number parsing at a gigabyte per second", 2021; Mushtak and Lemire, "Fast number parsing
  /// without fallback", 2023, which proves that 128 bits always suffice for 19 digits).
  ///
  /// - Parameters:
  ///   - decimal: The digits as a whole number.
  ///   - power: The power of ten.
  /// - Returns: The bits without a sign; those of infinity on overflow.
  func nearest(_ decimal: UInt64, power: Int) -> UInt64 {
    let infinity = UInt64(infiniteExponent) << UInt64(storedBits)
    if decimal == 0 || power < smallestPower { return 0 }
    if power > largestPower { return infinity }
    let leadingZeros = decimal.leadingZeroBitCount
    let normal = decimal << UInt64(leadingZeros)
    let index = 2 * (power - PowersOfTen.first)
    var (high, low) = normal.multipliedFullWidth(by: PowersOfTen.words[index])
    let undecided = UInt64.max >> UInt64(storedBits + 3)
    if high & undecided == undecided {
      let correction = normal.multipliedFullWidth(by: PowersOfTen.words[index + 1]).high
      let (sum, overflow) = low.addingReportingOverflow(correction)
      low = sum
      if overflow { high &+= 1 }
    }
    let top = Int(high >> 63)
    let shift = UInt64(top + 61 - storedBits)
    var significand = high >> shift
    // floor(power · log2 10) for every power in the table.
    let binaryPower = (217_706 * power) >> 16
    var exponent = binaryPower + 63 + top - leadingZeros + bias
    if exponent <= 0 {
      if 1 - exponent >= 64 { return 0 }
      significand >>= UInt64(1 - exponent)
      significand = (significand + (significand & 1)) >> 1
      // A carry out of the subnormal range lands in the exponent field by itself.
      return significand
    }
    if low <= 1 && tiePowers.contains(power) && significand & 3 == 1
      && significand << shift == high
    {
      significand &= ~1
    }
    significand = (significand + (significand & 1)) >> 1
    if significand >= 2 << UInt64(storedBits) {
      significand = 1 << UInt64(storedBits)
      exponent += 1
    }
    if exponent >= infiniteExponent { return infinity }
    let stored = significand & (1 << UInt64(storedBits) - 1)
    return UInt64(exponent) << UInt64(storedBits) | stored
  }

  /// The bits of the number nearest to `digits · 10^power`, by exact arithmetic.
  ///
  /// - Parameters:
  ///   - digits: Decimal digits 0...9, the first not 0.
  ///   - power: The power of ten.
  /// - Returns: The bits without a sign; those of infinity on overflow.
  func nearestExactly(digits: [UInt8], power: Int) -> UInt64 {
    let infinity = UInt64(infiniteExponent) << UInt64(storedBits)
    let magnitude = digits.count + power
    if digits.isEmpty || magnitude < smallestPower { return 0 }
    if magnitude > largestPower + 2 { return infinity }
    var numerator = BigNatural(digits: digits)
    var denominator = BigNatural(1)
    if power >= 0 {
      numerator.multiply(byPowerOfFive: power)
      numerator.shiftLeft(power)
    } else {
      denominator.multiply(byPowerOfFive: -power)
      denominator.shiftLeft(-power)
    }
    // The quotient of numerator and denominator · 2^unit has storedBits + 1 or + 2 bits, or fewer
    // where the number is subnormal.
    let precision = storedBits + 1
    var unit = max(
      numerator.bitWidth - denominator.bitWidth - precision, smallestExponent)
    var (quotient, comparison) = divide(numerator, by: denominator, unit: unit)
    if quotient >> UInt64(precision) != 0 {
      unit += 1
      (quotient, comparison) = divide(numerator, by: denominator, unit: unit)
    }
    if comparison > 0 || (comparison == 0 && quotient & 1 == 1) { quotient += 1 }
    if quotient >> UInt64(precision) != 0 {
      quotient >>= 1
      unit += 1
    }
    if quotient >> UInt64(storedBits) == 0 { return quotient }
    let exponent = unit - smallestExponent + 1
    if exponent >= infiniteExponent { return infinity }
    return UInt64(exponent) << UInt64(storedBits) | (quotient & (1 << UInt64(storedBits) - 1))
  }

  /// The whole quotient by `denominator · 2^unit`, and how the remainder compares with its half.
  private func divide(
    _ numerator: BigNatural, by denominator: BigNatural, unit: Int
  ) -> (quotient: UInt64, comparison: Int) {
    var remainder = numerator
    var divisor = denominator
    if unit >= 0 { divisor.shiftLeft(unit) } else { remainder.shiftLeft(-unit) }
    let bits = storedBits + 3
    divisor.shiftLeft(bits)
    var quotient: UInt64 = 0
    for step in 0...bits {
      if step > 0 { divisor.halve() }
      quotient <<= 1
      if remainder >= divisor {
        remainder.subtract(divisor)
        quotient |= 1
      }
    }
    remainder.shiftLeft(1)
    return (quotient, remainder > divisor ? 1 : remainder == divisor ? 0 : -1)
  }
}
