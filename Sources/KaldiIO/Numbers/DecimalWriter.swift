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
  /// The most bytes that a number can take, those written beyond its end included.
  static func maximumLength(_ style: NumberStyle) -> Int {
    switch style {
    case .shortestDouble, .shortestFloat: 48
    case .significantDigits(let digits): max(1, digits) + 48
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

  /// Writes `digits · 10^power`; fixed notation for first digits worth 10^-5 to 10^16.
  @inline(__always) private static func writeShortest(
    _ digits: UInt64, power: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    let count = DecimalDigits.count(digits)
    let exponent = count &+ power &- 1
    let run = DigitRun(digits, count: count)
    if exponent >= -5 && exponent < 17 {
      return unsafe writeFixed(run, exponent: exponent, to: target)
    }
    return unsafe writeScientific(run, exponent: exponent, to: target)
  }

  /// Writes the digits in fixed notation, the first being worth `10^exponent`, from -7 to 16.
  @inline(__always) static func writeFixed(
    _ run: DigitRun, exponent: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    if exponent < 0 {
      unsafe UnsafeMutableRawPointer(target).storeBytes(
        of: 0x3030_3030_3030_2e30, as: UInt64.self)
      unsafe run.store(to: target + (1 &- exponent))
      return unsafe target + (1 &- exponent &+ run.count)
    }
    let whole = exponent &+ 1
    unsafe run.store(to: target)
    if run.count <= whole { return unsafe target + whole }
    // What is behind the point moves up by its width.
    let fraction = unsafe UnsafeMutableRawPointer(target + whole)
    let moved = unsafe fraction.loadUnaligned(as: SIMD16<UInt8>.self)
    unsafe (fraction + 1).storeBytes(of: moved, as: SIMD16<UInt8>.self)
    unsafe target[whole] = 0x2e
    return unsafe target + (run.count &+ 1)
  }

  /// Writes the digits as `d.ddde±xx`.
  static func writeScientific(
    _ run: DigitRun, exponent: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    unsafe run.storeWithPoint(to: target)
    return unsafe writeExponent(exponent, to: target + (run.count == 1 ? 1 : run.count &+ 1))
  }

  private static func writeExponent(
    _ exponent: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    unsafe target[0] = 0x65
    unsafe target[1] = exponent < 0 ? 0x2d : 0x2b
    var p = unsafe target + 2
    var rest = exponent < 0 ? -exponent : exponent
    if rest >= 100 {
      unsafe p[0] = 0x30 + UInt8(rest / 100)
      unsafe p += 1
      rest %= 100
    }
    unsafe p[0] = 0x30 + UInt8(rest / 10)
    unsafe p[1] = 0x30 + UInt8(rest % 10)
    return unsafe p + 2
  }

  /// Writes a positive finite number as `%.{digits}g` does.
  @inline(__always) private static func writeSignificant(
    _ magnitude: Double, digits wanted: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    if let (digits, exponent) = SignificantDecimal.quick(magnitude, digits: wanted) {
      let run = DigitRun(digits, count: wanted)
      if exponent >= -4 && exponent < wanted {
        return unsafe writeFixed(run, exponent: exponent, to: target)
      }
      return unsafe writeScientific(run, exponent: exponent, to: target)
    }
    return unsafe writeExactly(magnitude, digits: wanted, to: target)
  }

  /// The same by exact arithmetic.
  @inline(never) private static func writeExactly(
    _ magnitude: Double, digits wanted: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
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
