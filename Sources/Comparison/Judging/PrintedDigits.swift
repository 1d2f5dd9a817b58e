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

  /// From so many different fractional numbers on, the digits they show are those of the print.
  static let telling = 8
  /// The digits a print is taken to have at least where too few numbers show them: C++'s default.
  static let leastDigits = 6

  /// The digits of a stored object under the options.
  ///
  /// The object's digits count, not the element's: `%g` drops trailing zeros, so `0.7` was printed
  /// with as many as its neighbours. Nothing but the numbers is asked: a file's name says nothing.
  ///
  /// - Parameters:
  ///   - stored: The object.
  ///   - expected: What is expected of it, element by element; `nil` where that is not known.
  ///   - options: The user's wishes.
  init(_ stored: StoredTensor, expected: [Double]?, options: ComparisonOptions) {
    switch stored.encoding {
    case .text(let seen):
      self =
        Self.given(by: options)
        ?? Self.shown(by: stored.matrix.elements, of: expected, significantDigits: seen)
    case .fixedPoint(let decimals): self = Self.given(by: options) ?? .fixed(decimals)
    case .float32, .float64: self = .exact
    case .other(let name): self = Self.compressed(name, stored.matrix)
    }
  }

  /// What the user says of the print.
  private static func given(by options: ComparisonOptions) -> PrintedDigits? {
    options.decimals.map { .fixed($0) } ?? options.digits.map { .significant($0) }
  }

  /// The unit of the last place that an element was printed to; an exact 0 has none, unless the
  /// decimals were fixed and a small number prints as 0.
  func unit(of value: Double) -> Double {
    switch self {
    case .exact: 0
    case .level(let step): step
    case .significant(let digits): DecimalUnit.unit(of: value, digits: digits)
    case .fixed(let decimals): value.isFinite ? DecimalUnit.power(-decimals) : 0
    }
  }

  /// Whether a number may have been printed so, at most rounded to binary32 afterwards.
  func holds(_ value: Double) -> Bool {
    let unit = unit(of: value)
    guard unit > 0 else { return true }
    let multiple = value / unit
    // Of eight digits and more that rounding would leave nothing to tell.
    let rounding = min(Tolerance.float32Roundoff * multiple.magnitude, 1.0 / 16)
    return (multiple - multiple.rounded()).magnitude <= rounding
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
