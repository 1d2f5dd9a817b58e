/// How numbers are spelled in text.
public enum NumberStyle: Sendable, Equatable {
  /// The shortest decimal that reads back as the same binary64 number.
  case shortestDouble
  /// The shortest decimal that reads back as the same binary32 number.
  case shortestFloat
  /// So many significant digits, as C's `%.Pg` prints them, correctly rounded.
  case significantDigits(Int)
}

/// Spells numbers as decimal text.
///
/// The shortest styles use fixed notation for 1e-5 ≤ |v| < 1e17 and `d.ddde-07` beyond it; whole
/// numbers have no point. Infinities are `inf` and `-inf`, NaN is `nan` or `-nan` by its sign bit.
enum DecimalWriter {
  /// The most bytes that a number can take.
  static func maximumLength(_ style: NumberStyle) -> Int {
    switch style {
    case .shortestDouble, .shortestFloat: 32
    case .significantDigits(let digits): max(1, digits) + 32
    }
  }

  /// Writes a number.
  ///
  /// - Parameters:
  ///   - value: The number.
  ///   - style: How to spell it.
  ///   - target: Where; has room for ``maximumLength(_:)`` bytes.
  /// - Returns: How many bytes it took.
  @inline(__always) static func write(
    _ value: Double, style: NumberStyle, to target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var p = unsafe target
    if value.sign == .minus {
      unsafe p[0] = 0x2d
      unsafe p += 1
    }
    let magnitude = value.magnitude
    if !value.isFinite || value == 0 {
      return unsafe writeSpecial(magnitude, to: p) - target
    }
    switch style {
    case .shortestDouble:
      let (digits, power) = ShortestDecimal.of(magnitude)
      return unsafe writeShortest(digits, power: power, to: p) - target
    case .shortestFloat:
      let single = Float(magnitude)
      if !single.isFinite || single == 0 {
        return unsafe writeSpecial(Double(single), to: p) - target
      }
      let (digits, power) = ShortestDecimal.of(single)
      return unsafe writeShortest(digits, power: power, to: p) - target
    case .significantDigits(let count):
      return unsafe writeSignificant(magnitude, digits: max(1, count), to: p) - target
    }
  }

  private static func writeSpecial(
    _ magnitude: Double, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    if magnitude == 0 {
      unsafe target[0] = 0x30
      return unsafe target + 1
    }
    let word: (UInt8, UInt8, UInt8) =
      magnitude.isNaN ? (0x6e, 0x61, 0x6e) : (0x69, 0x6e, 0x66)
    unsafe target[0] = word.0
    unsafe target[1] = word.1
    unsafe target[2] = word.2
    return unsafe target + 3
  }

  /// Writes `digits · 10^power`, the digits without trailing zeros.
  @inline(__always) private static func writeShortest(
    _ digits: UInt64, power: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    let count = DecimalDigits.count(digits)
    let exponent = count + power - 1
    let p = unsafe target
    if exponent >= -5 && exponent < 17 {
      return unsafe writeFixed(digits, count: count, exponent: exponent, to: p)
    }
    return unsafe writeScientific(digits, count: count, exponent: exponent, to: p)
  }

  /// Writes the digits in fixed notation, the first being worth `10^exponent`.
  @inline(__always) static func writeFixed(
    _ digits: UInt64, count: Int, exponent: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    if exponent < 0 {
      let zeros = -exponent
      unsafe target[0] = 0x30
      unsafe target[1] = 0x2e
      for index in 0..<zeros { unsafe target[1 + index] = index == 0 ? 0x2e : 0x30 }
      unsafe DecimalDigits.write(digits, count: count, to: target + 1 + zeros)
      return unsafe target + 1 + zeros + count
    }
    let whole = exponent + 1
    if count <= whole {
      unsafe DecimalDigits.write(digits, count: count, to: target)
      for index in count..<whole { unsafe target[index] = 0x30 }
      return unsafe target + whole
    }
    // One place to the right, then the whole part moves back over the point's place.
    unsafe DecimalDigits.write(digits, count: count, to: target + 1)
    for index in 0..<whole { unsafe target[index] = target[index + 1] }
    unsafe target[whole] = 0x2e
    return unsafe target + count + 1
  }

  /// Writes the digits as `d.ddde±xx`.
  static func writeScientific(
    _ digits: UInt64, count: Int, exponent: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    unsafe DecimalDigits.write(digits, count: count, to: target + 1)
    unsafe target[0] = target[1]
    var p = unsafe target + 1
    if count > 1 {
      unsafe target[1] = 0x2e
      unsafe p += count
    }
    return unsafe writeExponent(exponent, to: p)
  }

  private static func writeExponent(
    _ exponent: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    unsafe target[0] = 0x65
    unsafe target[1] = exponent < 0 ? 0x2d : 0x2b
    let magnitude = UInt64(exponent.magnitude)
    let count = magnitude < 100 ? 2 : 3
    unsafe DecimalDigits.write(magnitude, count: count, to: target + 2)
    return unsafe target + 2 + count
  }

  /// Writes a positive finite number as `%.{digits}g` does.
  private static func writeSignificant(
    _ magnitude: Double, digits wanted: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    if let (digits, power) = SignificantDecimal.quick(magnitude, digits: wanted) {
      let count = DecimalDigits.count(digits)
      let exponent = count + power - 1
      if exponent >= -4 && exponent < wanted {
        return unsafe writeFixed(digits, count: count, exponent: exponent, to: target)
      }
      return unsafe writeScientific(digits, count: count, exponent: exponent, to: target)
    }
    let (digits, exponent) = SignificantDecimal.exact(magnitude, digits: wanted)
    var p = unsafe target
    let isFixed = exponent >= -4 && exponent < wanted
    if isFixed && exponent < 0 {
      unsafe p[0] = 0x30
      unsafe p[1] = 0x2e
      unsafe p += 2
      for _ in 0..<(-exponent - 1) {
        unsafe p[0] = 0x30
        unsafe p += 1
      }
      for digit in digits {
        unsafe p[0] = 0x30 + digit
        unsafe p += 1
      }
      return unsafe p
    }
    let whole = isFixed ? exponent + 1 : 1
    for index in 0..<max(whole, digits.count) {
      if index == whole {
        unsafe p[0] = 0x2e
        unsafe p += 1
      }
      unsafe p[0] = 0x30 + (index < digits.count ? digits[index] : 0)
      unsafe p += 1
    }
    return isFixed ? unsafe p : unsafe writeExponent(exponent, to: p)
  }
}

extension NumberStyle {
  /// A number spelled in this style.
  ///
  /// - Parameter value: The number.
  /// - Returns: Its text.
  public func spell(_ value: Double) -> String {
    let most = DecimalWriter.maximumLength(self)
    return unsafe String(unsafeUninitializedCapacity: most) { memory in
      guard let start = memory.baseAddress else { return 0 }
      return unsafe DecimalWriter.write(value, style: self, to: start)
    }
  }
}
