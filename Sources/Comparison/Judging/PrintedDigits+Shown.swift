import KaldiIO
import Tensors

/// What the numbers of a text say about how they were printed.
extension PrintedDigits {
  /// The digits that an object's numbers show.
  ///
  /// With a fixed number of decimals small numbers show fewer significant digits than large ones;
  /// with `%g` and `%e` they show as many, hence more decimals. A number drops the last digit one
  /// time in ten, so the form in which more numbers are filled up is the one that was used.
  ///
  /// - Parameters:
  ///   - numbers: The numbers.
  ///   - significantDigits: The most that any of them shows, zeros at its end included.
  /// - Returns: Significant digits, or a fixed number of decimals.
  static func shown(by numbers: [Double], significantDigits: Int) -> PrintedDigits {
    // From nine digits on the print is worth less than a binary32 number's rounding.
    guard significantDigits <= 9 else { return .significant(significantDigits) }
    let sample = Sample(numbers)
    guard sample.different >= telling else {
      return .significant(max(significantDigits, leastDigits))
    }
    if sample.hasSeveralDecades, sample.withMostDecimals > sample.withMostDigits(significantDigits),
      10 * sample.withMostDecimals >= 7 * sample.count
    {
      return .fixed(sample.mostDecimals)
    }
    return .significant(significantDigits)
  }

  /// Fractional numbers of an object, as their shortest decimals show them.
  private struct Sample {
    /// Numbers looked at: more tell no more.
    private static let largest = 4096

    /// How many fractional numbers there are.
    private(set) var count = 0
    /// How many different ones, as far as it matters.
    var different: Int { seen.count }
    /// The most decimals of any.
    private(set) var mostDecimals = 0
    /// How many have the most decimals.
    private(set) var withMostDecimals = 0
    /// Whether some are ten times as large as others.
    var hasSeveralDecades: Bool { decades.count > 1 }

    private var seen: Set<Double> = []
    private var decades: Set<Int> = []
    private var byDigits: [Int: Int] = [:]

    init(_ numbers: [Double]) {
      // An object may begin with rows of zeros: the sample is spread over all of it.
      let step = max(1, numbers.count / Self.largest)
      for index in stride(from: 0, to: numbers.count, by: step) {
        let number = numbers[index].magnitude
        guard number.isFinite, number != number.rounded(.towardZero) else { continue }
        count += 1
        if seen.count < PrintedDigits.telling { seen.insert(number) }
        let (digits, decimals) = ShownDecimal.digits(of: number)
        decades.insert(DecimalUnit.decade(of: number))
        byDigits[digits, default: 0] += 1
        if decimals > mostDecimals {
          (mostDecimals, withMostDecimals) = (decimals, 1)
        } else if decimals == mostDecimals {
          withMostDecimals += 1
        }
      }
    }

    /// How many show so many significant digits.
    func withMostDigits(_ digits: Int) -> Int { byDigits[digits] ?? 0 }
  }
}

/// The shortest decimal of a number, counted.
enum ShownDecimal {
  /// Significant digits and decimals of the shortest decimal that reads back.
  static func digits(of magnitude: Double) -> (significant: Int, decimals: Int) {
    var digits = 0
    var trailingZeros = 0
    var decimals = 0
    var isBehindPoint = false
    var exponent = 0
    var exponentSign = 0
    for byte in "\(magnitude)".utf8 {
      switch byte {
      case UInt8(ascii: "."): isBehindPoint = true
      case UInt8(ascii: "e"): exponentSign = 1
      case UInt8(ascii: "-"): exponentSign = -1
      case UInt8(ascii: "+"): break
      default:
        let digit = Int(byte) - 0x30
        if exponentSign != 0 {
          exponent = exponent * 10 + digit
          continue
        }
        if digits > 0 || digit != 0 { digits += 1 }
        trailingZeros = digit == 0 ? trailingZeros + 1 : 0
        if isBehindPoint { decimals += 1 }
      }
    }
    // `5.0` shows a zero of its own, `5e-07` none.
    if digits > 0 { digits -= min(trailingZeros, digits - 1) }
    decimals = max(0, decimals - trailingZeros) - exponentSign * exponent
    return (digits, max(0, decimals))
  }
}
