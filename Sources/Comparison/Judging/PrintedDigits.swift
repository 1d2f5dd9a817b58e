import KaldiIO
import Tensors

/// How much a dump's print may have rounded each element away from what the program held.
enum PrintedDigits: Sendable, Equatable {
  /// Binary: nothing was lost.
  case exact
  /// So many significant digits.
  case significant(Int)
  /// So many decimals.
  case fixed(Int)
  /// Lossy compression: the distance of neighbouring levels.
  case level(Double)

  /// The digits of a stored object under the options.
  ///
  /// The stream's digits count, not the element's: `%g` drops trailing zeros, so `0.7` was
  /// printed with 7 digits too. A file has at least 7, a log at least 6.
  init(_ stored: StoredTensor, isLog: Bool, options: ComparisonOptions) {
    switch stored.encoding {
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
    case .float32, .float64: self = .exact
    case .other(let name): self = Self.compressed(name, stored.matrix)
    }
  }

  /// The unit of the last place that an element was printed to; an exact 0 has none.
  func unit(of value: Double) -> Double {
    switch self {
    case .exact: 0
    case .level(let step): step
    case .significant(let digits): DecimalUnit.unit(of: value, digits: digits)
    case .fixed(let decimals): value == 0 || !value.isFinite ? 0 : DecimalUnit.power(-decimals)
    }
  }

  /// The levels of Kaldi's compressed matrices, from the range the numbers take.
  ///
  /// `CM2` spreads 65535 steps over the matrix, `CM3` 255, `CM` at least 63 over a quarter of each
  /// column.
  private static func compressed(_ name: String, _ matrix: Matrix<Double>) -> PrintedDigits {
    func range(_ elements: some Sequence<Double>) -> Double {
      var low = Double.infinity
      var high = -Double.infinity
      for element in elements where element.isFinite {
        low = min(low, element)
        high = max(high, element)
      }
      return low <= high ? high - low : 0
    }
    // A level is rounded to binary32 and was chosen with 0.499 for a half: a hundredth covers both.
    switch name {
    case "CM2": return .level(range(matrix.elements) / 65535 * 1.01)
    case "CM3": return .level(range(matrix.elements) / 255 * 1.01)
    case "CM":
      let widest = (0..<matrix.columns).map { column in
        range((0..<matrix.rows).map { matrix[$0, column] })
      }.max()
      return .level((widest ?? 0) / 63 * 1.01)
    default: return .exact
    }
  }
}
