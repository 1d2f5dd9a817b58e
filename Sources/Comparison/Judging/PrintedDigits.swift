import KaldiIO

/// How much a dump's print may have rounded each element away from what the program held.
enum PrintedDigits: Sendable, Equatable {
  /// Binary: nothing was lost.
  case exact
  /// So many significant digits.
  case significant(Int)
  /// So many decimals.
  case fixed(Int)

  /// The digits of a stored object under the options.
  ///
  /// The stream's digits count, not the element's: `%g` drops trailing zeros, so `0.7` was
  /// printed with 7 digits too. A file has at least 7, a log at least 6.
  init(_ encoding: StoredTensor.Encoding, isLog: Bool, options: ComparisonOptions) {
    switch encoding {
    case .text(let seen):
      if let decimals = options.decimals {
        self = .fixed(decimals)
      } else {
        self = .significant(options.digits ?? max(seen, isLog ? 6 : 7))
      }
    case .fixedPoint(let decimals):
      if let digits = options.digits {
        self = .significant(digits)
      } else {
        self = .fixed(options.decimals ?? decimals)
      }
    case .float32, .float64, .other: self = .exact
    }
  }

  /// The unit of the last place that an element was printed to; an exact 0 has none.
  func unit(of value: Double) -> Double {
    switch self {
    case .exact: 0
    case .significant(let digits): DecimalUnit.unit(of: value, digits: digits)
    case .fixed(let decimals): value == 0 || !value.isFinite ? 0 : DecimalUnit.power(-decimals)
    }
  }
}
