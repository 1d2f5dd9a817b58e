import KaldiIO
import Tensors

/// How far an element of a dump may lie from the expected one.
///
///     result      |actual - expected| ≤ bound + unit/2
///     parameter   |actual - expected| ≤ u|v| + 1e-8 + unit
///     unbounded   |actual - expected| ≤ atol + rtol |expected| + unit/2
///
/// `bound` covers every correct program, `unit` is what the last printed digit is worth. Inputs
/// and parameters may have been typed, stored and printed more than once, hence the whole unit
/// and the `1e-8`; in a binary file too, which may have been text before: there the unit is that
/// of the seventh digit, unless a binary64 program is judged. A print of few digits was made last and
/// once: of it half a unit counts, and a whole one of the sixth digit for what went before.
struct Tolerance: Sendable {
  /// Where the allowance comes from.
  enum Rule: Sendable {
    /// A proven bound, element by element.
    case bounded(Matrix<Double>)
    /// An input, upstream gradient or parameter.
    case given(unitRoundoff: Double)
    /// Nothing is known: relative and absolute tolerance.
    case relative(rtol: Double, atol: Double)
  }

  /// The unit roundoff of binary32.
  static let float32Roundoff = 0x1p-24
  /// The unit roundoff of binary64.
  static let float64Roundoff = 0x1p-53
  /// What typing a number to 8 decimals twice may change.
  static let typed = 1e-8

  /// The rule.
  var rule: Rule
  /// What the print rounded away.
  var digits: PrintedDigits

  /// The tolerance where nothing is known but how the numbers are stored: the user's, or the default.
  init(digits: PrintedDigits, isDouble: Bool, options: ComparisonOptions) {
    let fallback = Self.defaults(double: options.double || isDouble)
    // One tolerance given alone stands alone, as `numpy.allclose(rtol=…, atol=0)` would.
    let given = options.hasOwnTolerance
    rule = .relative(
      rtol: options.rtol ?? (given ? 0 : fallback.rtol),
      atol: options.atol ?? (given ? 0 : fallback.atol))
    self.digits = digits
  }

  init(rule: Rule, digits: PrintedDigits) {
    self.rule = rule
    self.digits = digits
  }

  /// The largest permitted `|actual - expected|` of one element.
  func allowance(at index: Int, expected: Double, actual: Double) -> Double {
    let unit = digits.unit(of: actual)
    switch rule {
    case .bounded(let bound):
      return Self.bounded(SIMD4(repeating: bound.elements[index]), SIMD4(repeating: unit))[0]
    case .given(let roundoff):
      let stored =
        digits == .exact && roundoff > Tolerance.float64Roundoff
        ? DecimalUnit.unit(of: actual, digits: 7)
        : min(unit, unit / 2 + DecimalUnit.unit(of: actual, digits: PrintedDigits.leastDigits))
      return roundoff * expected.magnitude + Tolerance.typed + stored
    case .relative(let rtol, let atol):
      return Self.relative(
        SIMD4(repeating: expected), rtol: rtol, atol: atol, SIMD4(repeating: unit))[0]
    }
  }

  /// `bound + unit/2` of four elements side by side.
  @inline(__always) static func bounded(
    _ bounds: SIMD4<Double>, _ units: SIMD4<Double>
  ) -> SIMD4<Double> {
    bounds + units / 2
  }

  /// `atol + rtol |expected| + unit/2` of four elements side by side.
  @inline(__always) static func relative(
    _ expected: SIMD4<Double>, rtol: Double, atol: Double, _ units: SIMD4<Double>
  ) -> SIMD4<Double> {
    atol + rtol * expected.magnitudes + units / 2
  }

  /// Defaults where there are no bounds: about 170 rounding errors relative, 17 absolute.
  static func defaults(double: Bool) -> (rtol: Double, atol: Double) {
    double ? (1e-12, 1e-13) : (1e-5, 1e-6)
  }
}

extension StoredTensor.Encoding {
  /// Whether numbers stored so can hold more than binary32 does.
  var isDouble: Bool {
    switch self {
    case .float64: true
    case .text(let digits): digits > 9
    case .fixedPoint, .float32, .other: false
    }
  }
}
