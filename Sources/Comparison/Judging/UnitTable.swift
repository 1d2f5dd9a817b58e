/// The unit of the last printed place by the number's exponent, ready to be looked up.
struct UnitTable {
  private enum Digits {
    /// The same for every number.
    case fixed(Double)
    /// By the decade: so many significant digits.
    case significant(Int)
  }

  private let digits: Digits
  private let binades = DecimalUnit.binades

  /// A table, where one is of use.
  init?(_ printed: PrintedDigits) {
    switch printed {
    case .exact: digits = .fixed(0)
    case .level(let step): digits = .fixed(step)
    case .significant(let count) where 1...40 ~= count: digits = .significant(count)
    case .significant, .fixed: return nil
    }
  }

  /// The unit of every number, where it is one.
  var fixed: Double? {
    if case .fixed(let unit) = digits { unit } else { nil }
  }

  /// What ``PrintedDigits/unit(of:)`` gives for finite numbers; NaN where the table does not say.
  @inline(__always) func units(of values: SIMD4<Double>) -> SIMD4<Double> {
    switch digits {
    case .fixed(let unit): return SIMD4(repeating: unit)
    case .significant(let count):
      var units = SIMD4<Double>()
      for lane in 0..<4 { units[lane] = unit(of: values[lane], digits: count) }
      return units
    }
  }

  @inline(__always) private func unit(of value: Double, digits: Int) -> Double {
    let field = Int(truncatingIfNeeded: value.bitPattern >> 52) & 0x7ff
    if field == 0 || field == 0x7ff { return value == 0 ? 0 : .nan }
    let (decade, next) = binades[field]
    return DecimalUnit.power((value.magnitude >= next ? decade + 1 : decade) &- digits &+ 1)
  }
}
