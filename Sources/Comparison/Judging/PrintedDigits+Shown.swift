/// What the numbers of a text say about how they were printed.
extension PrintedDigits {
  /// The digits that an object's numbers show.
  ///
  /// Numbers tell where more digits were due than they show: `0.5` that should be `0.5` was printed
  /// with any number of digits, `0.5` that should be `0.4987` with one.
  ///
  /// With a fixed number of decimals no number shows more of them than the largest, so that all are
  /// whole multiples of one unit; under `%g` and `%e` small numbers show as many digits as large
  /// ones, hence more decimals, and of ten numbers one at most is a multiple by chance.
  ///
  /// - Parameters:
  ///   - numbers: The numbers.
  ///   - expected: What they should be; where that is not known they tell nothing.
  ///   - significantDigits: The most that any of them shows, zeros at its end included.
  /// - Returns: Significant digits, or a fixed number of decimals.
  static func shown(
    by numbers: [Double], of expected: [Double]?, significantDigits: Int
  ) -> PrintedDigits {
    let shown = PrintedDigits.significant(significantDigits)
    guard let expected, areTelling(numbers, expected, shown) else {
      return .significant(max(significantDigits, leastDigits))
    }
    if let decimals = fixedDecimals(of: numbers, significantDigits: significantDigits) {
      return .fixed(decimals)
    }
    return shown
  }

  /// Whether enough different fractional numbers show fewer digits than are due.
  private static func areTelling(
    _ numbers: [Double], _ expected: [Double], _ shown: PrintedDigits
  ) -> Bool {
    var seen: [Double] = []
    for (number, wanted) in zip(numbers, expected)
    where isFractional(number) && !shown.holds(wanted) && !seen.contains(number) {
      seen.append(number)
      if seen.count == telling { return true }
    }
    return false
  }

  private static func isFractional(_ number: Double) -> Bool {
    number.isFinite && number != number.rounded(.towardZero)
  }

  /// The decimals that all numbers have in common, if the smaller ones show no more than the largest.
  private static func fixedDecimals(of numbers: [Double], significantDigits: Int) -> Int? {
    let largest = numbers.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
    // Beyond 15 digits a binary64 number no longer tells the decimal it came from.
    guard largest > 0, significantDigits <= 15 else { return nil }
    let decade = DecimalUnit.decade(of: largest)
    let decimals = significantDigits - decade - 1
    guard (1...22).contains(decimals) else { return nil }
    let scale = DecimalUnit.power(decimals)
    var isOneSmaller = false
    for number in numbers where isFractional(number) {
      let multiple = number.magnitude * scale
      // The number was rounded once, its multiple once more.
      guard (multiple - multiple.rounded()).magnitude <= multiple * 0x1p-51 else { return nil }
      if !isOneSmaller { isOneSmaller = DecimalUnit.decade(of: number) < decade }
    }
    return isOneSmaller ? decimals : nil
  }
}
