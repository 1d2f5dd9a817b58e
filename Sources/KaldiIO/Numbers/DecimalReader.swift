/// A number read from decimal text.
@unsafe struct DecimalNumber {
  /// Why there is no value.
  enum Failure: UInt8 {
    case none
    case notANumber
    case overflow
  }

  /// The number, correctly rounded to the storage type and held as a double.
  var value: Double
  /// Behind the last byte of the number.
  var end: UnsafePointer<UInt8>
  /// A whole number with as many digits as the text shows significant ones.
  var digitsShown: UInt64
  /// Why there is no value.
  var failure: Failure
  /// All digits as a whole number, unless ``isLong``.
  var decimal: UInt64 = 0
  /// How many digits stand behind the point; nil where there is no point.
  var decimals: Int?
  /// Whether there is an exponent.
  var hasExponent = false
  /// Whether there are more digits than ``decimal`` holds.
  var isLong = false
}

/// Reads decimal numbers exactly: the nearest representable number, ties to even.
///
/// `sign? digits? ('.' digits?)? ([eE] sign? digits)?` with at least one digit before the exponent.
/// Text must be followed by a byte that is part of no number.
enum DecimalReader {
  private static let exactPowers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Reads the number that starts at a pointer.
  ///
  /// - Parameters:
  ///   - start: The first byte.
  ///   - single: Whether to round to binary32 rather than binary64.
  /// - Returns: The number, or why there is none.
  @inline(__always) static func read(
    _ start: UnsafePointer<UInt8>, single: Bool
  ) -> DecimalNumber {
    var p = unsafe start
    let isNegative = unsafe p[0] == 0x2d
    if isNegative { unsafe p += 1 } else if unsafe p[0] == 0x2b { unsafe p += 1 }
    let first = unsafe p
    var decimal: UInt64 = 0
    while true {
      let digit = unsafe UInt64(p[0]) &- 0x30
      if digit > 9 { break }
      decimal = decimal &* 10 &+ digit
      unsafe p += 1
    }
    var count = unsafe p - first
    var power = 0
    var decimals: Int?
    if unsafe p[0] == 0x2e {
      unsafe p += 1
      let point = unsafe p
      while true {
        // Eight bytes at once; those behind the last digit are shifted out.
        let eight = unsafe UInt64(
          littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt64.self))
        let ones = eight ^ 0x3030_3030_3030_3030
        let others = nonDigits(ones)
        if others == 0 {
          decimal = decimal &* 100_000_000 &+ value(ofDigits: ones)
          unsafe p += 8
          continue
        }
        let digits = others.trailingZeroBitCount &>> 3
        if digits > 0 {
          decimal =
            decimal &* DecimalDigits.powers[digits] &+ value(ofDigits: ones &<< (64 &- 8 &* digits))
          unsafe p += digits
        }
        break
      }
      power = unsafe point - p
      count -= power
      decimals = -power
    }
    if count == 0 {
      return unsafe DecimalNumber(value: 0, end: p, digitsShown: 0, failure: .notANumber)
    }
    var hasExponent = false
    if unsafe p[0] | 0x20 == 0x65 {
      hasExponent = true
      unsafe p += 1
      let exponentIsNegative = unsafe p[0] == 0x2d
      if exponentIsNegative { unsafe p += 1 } else if unsafe p[0] == 0x2b { unsafe p += 1 }
      var exponent = 0
      let before = unsafe p
      while true {
        let digit = unsafe Int(p[0]) &- 0x30
        if digit < 0 || digit > 9 { break }
        if exponent < 1_000_000_000_000 { exponent = exponent &* 10 &+ digit }
        unsafe p += 1
      }
      if unsafe p == before {
        return unsafe DecimalNumber(value: 0, end: p, digitsShown: 0, failure: .notANumber)
      }
      power += exponentIsNegative ? -exponent : exponent
    }
    if count > 19 {
      return unsafe readLong(first, end: p, power: power, isNegative: isNegative, single: single)
    }
    var shown = decimal
    if decimals == nil && !hasExponent { shown = withoutTrailingZeros(decimal) }
    let magnitude: Double
    if !single && decimal <= 1 << 53 && power >= -22 && power <= 22 {
      let scale = exactPowers[power < 0 ? -power : power]
      magnitude = power < 0 ? Double(decimal) / scale : Double(decimal) * scale
    } else {
      let (number, overflow) = convert(decimal, power: power, single: single)
      if overflow {
        return unsafe DecimalNumber(value: 0, end: p, digitsShown: 0, failure: .overflow)
      }
      magnitude = number
    }
    return unsafe DecimalNumber(
      value: isNegative ? -magnitude : magnitude, end: p, digitsShown: shown, failure: .none,
      decimal: decimal, decimals: decimals, hasExponent: hasExponent)
  }

  /// The high bit of each byte that is above 9.
  @inline(__always) private static func nonDigits(_ ones: UInt64) -> UInt64 {
    ((ones & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7676_7676_7676_7676 | ones) & 0x8080_8080_8080_8080
  }

  /// The value of eight digits (0...9) in memory order: pairs, then fours, then all.
  @inline(__always) private static func value(ofDigits ones: UInt64) -> UInt64 {
    let pairs = (ones &* 10 &+ ones >> 8) & 0x00ff_00ff_00ff_00ff
    let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_ffff_0000_ffff
    return (fours &* 10000 &+ fours >> 32) & 0xffff_ffff
  }

  @inline(__always) private static func withoutTrailingZeros(_ decimal: UInt64) -> UInt64 {
    if decimal < 10 { return decimal }
    var rest = decimal
    while rest % 10 == 0 { rest /= 10 }
    return rest
  }

  /// `decimal · 10^power` as a double, and whether it overflows the format.
  private static func convert(
    _ decimal: UInt64, power: Int, single: Bool
  ) -> (value: Double, overflow: Bool) {
    let number: Double
    if single {
      let bits = BinaryFormat.binary32.nearest(decimal, power: power)
      number = Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    } else {
      number = Double(bitPattern: BinaryFormat.binary64.nearest(decimal, power: power))
    }
    return (number, number == .infinity)
  }

  /// A number of more than 19 digits, leading zeros among them.
  @inline(never) private static func readLong(
    _ first: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, power: Int, isNegative: Bool,
    single: Bool
  ) -> DecimalNumber {
    // More digits than 768 decide nothing but whether a number lies exactly between two others.
    let most = 800
    var digits: [UInt8] = []
    var dropped = 0
    var droppedAny = false
    var p = unsafe first
    while unsafe p < end {
      let byte = unsafe p[0]
      unsafe p += 1
      if byte == 0x2e { continue }
      if byte < 0x30 || byte > 0x39 { break }
      if digits.isEmpty && byte == 0x30 { continue }
      if digits.count < most {
        digits.append(byte - 0x30)
      } else {
        dropped += 1
        droppedAny = droppedAny || byte != 0x30
      }
    }
    var power = power + dropped
    var shown: UInt64 = 1
    for _ in 1..<max(1, min(digits.count, 19)) { shown *= 10 }
    if droppedAny {
      digits.append(1)
      power -= 1
    }
    var decimal: UInt64 = 0
    for digit in digits.prefix(19) { decimal = decimal * 10 + UInt64(digit) }
    let rest = max(0, digits.count - 19)
    var (number, overflow) = convert(decimal, power: power + rest, single: single)
    if rest > 0 {
      let above = convert(decimal + 1, power: power + rest, single: single)
      if above.value != number {
        let format: BinaryFormat = single ? .binary32 : .binary64
        let bits = format.nearestExactly(digits: digits, power: power)
        number =
          single
          ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
          : Double(bitPattern: bits)
        overflow = number == .infinity
      }
    }
    return unsafe DecimalNumber(
      value: isNegative ? -number : number, end: end, digitsShown: shown,
      failure: overflow ? .overflow : .none, isLong: true)
  }
}
