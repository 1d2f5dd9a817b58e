/// The exact value, and how far from it any correct program in a format may end up.
///
/// A kernel run in this arithmetic yields, for each result, a number `e` such that every program
/// which keeps the contract (any order of summation, fused or not, flushing or not, in any of the
/// usual algebraic forms) computes something within `e` of the exact result. The contract and the
/// derivation of every rule stand on the documentation page <doc:Roundoff-Bounds>.
///
/// In short, writing `u` for the unit roundoff, `x̂` for what a program holds where the exact number
/// is `x`, and `|x̂ - x| ≤ e`, `M = |x| + e`:
///
/// - a rounding adds `u` times the largest magnitude its result can have, and the smallest normal
///   number, which a flush to zero may cost;
/// - the bound's own arithmetic is ordinary `Double` arithmetic on numbers that are not negative,
///   raised at the end by 2⁻⁴⁸, more than its few roundings can lose;
/// - `value` is a `DoubleDouble`, whose own error obeys the same rules with a unit below 2⁻¹⁰⁰: a
///   2⁻⁴⁶th part of `e` at most, which ``errorBound(roundedTo:)`` adds.
///
/// Exact zeros (value and bound 0) cost no rounding anywhere.
@frozen public struct RoundoffBound<Format: RoundoffFormat>: Arithmetic {
  /// The exact number, to about 106 bits.
  public var value: DoubleDouble
  /// How far a program's number may lie from it; infinite where the format may overflow.
  public var bound: Double

  /// A number with the error it already carries.
  ///
  /// - Parameters:
  ///   - value: The exact number.
  ///   - bound: How far a program's number may lie from it.
  @inlinable public init(value: DoubleDouble, bound: Double) {
    self.value = value
    self.bound = bound
  }

  /// A number exact by definition: it errs only where the format cannot hold it.
  @inlinable public init(constant value: Double) {
    let error = Format.holds(value) ? 0 : abs(value) * Format.unitRoundoff + Format.smallestNormal
    self.init(value: DoubleDouble(constant: value), bound: error)
  }

  /// A given number: typed perhaps, then rounded to the format, flushed if subnormal.
  ///
  /// Zero is exact however it is written.
  @inlinable public init(input value: Double) {
    var error = 0.0
    if value != 0 {
      let rounding = Format.holds(value) && Format.typedError == 0 ? 0 : Format.unitRoundoff
      let flush = abs(value) < Format.smallestNormal ? Format.smallestNormal : 0
      error = (abs(value) + Format.typedError) * rounding + Format.typedError + flush
      error *= Self.outward
    }
    self.init(value: DoubleDouble(constant: value), bound: error)
  }

  /// An upper bound of the distance from a golden number to what a correct program may compute.
  ///
  /// The golden number was rounded too, and stands half an ulp from the exact one at most; that
  /// distance is measured, not assumed.
  ///
  /// - Parameter golden: The number beside which the bound will be written.
  /// - Returns: The bound; infinite where the format may overflow.
  @inlinable public func errorBound(roundedTo golden: Double) -> Double {
    let distance = abs((value - DoubleDouble(constant: golden)).high)
    let total = bound * (1 + 0x1p-40) + distance * (1 + 0x1p-40) + abs(golden) * 0x1p-100
    return total < .infinity ? total : .infinity
  }

  /// Whether this is 0 in every program.
  @inlinable public var isExactZero: Bool { bound == 0 && value.high == 0 }

  /// The largest magnitude a program's number can have.
  @inlinable public var magnitude: Double { abs(value.high) + bound }

  /// What the bound's own roundings are covered by: `1 + 2⁻⁴⁸`, 32 of them and more.
  @inlinable static var outward: Double { 0x1.000000000001p0 }

  /// A result with the bound of its operands' errors and of its own roundings.
  ///
  /// The factor `1 + 8u` covers what up to four roundings in a row add to each other's magnitude.
  ///
  /// - Parameters:
  ///   - value: The exact result.
  ///   - propagated: What the operands' errors alone amount to.
  ///   - magnitudes: The largest magnitudes of all results that are rounded, added up.
  ///   - flushes: How many times the smallest normal number may be lost.
  /// - Returns: The result; without a bound where the format may overflow.
  @inlinable static func rounded(
    _ value: DoubleDouble, propagated: Double, magnitudes: Double, flushes: Double
  ) -> RoundoffBound {
    let unit = Format.unitRoundoff * (1 + 8 * Format.unitRoundoff)
    let error = propagated + unit * magnitudes + 2 * flushes * Format.smallestNormal
    let fits = magnitudes <= 0.5 * Format.greatestFinite
    return RoundoffBound(value: value, bound: fits ? error * outward : .infinity)
  }

  /// Sum, rounded once.
  @inlinable public static func + (left: RoundoffBound, right: RoundoffBound) -> RoundoffBound {
    if right.isExactZero { return left }
    if left.isExactZero { return right }
    let value = left.value + right.value
    let propagated = left.bound + right.bound
    return rounded(
      value, propagated: propagated, magnitudes: abs(value.high) + propagated, flushes: 1)
  }

  /// Difference, rounded once.
  @inlinable public static func - (left: RoundoffBound, right: RoundoffBound) -> RoundoffBound {
    left + -right
  }

  /// Product, rounded once; a program may fuse it with a sum, which rounds less.
  @inlinable public static func * (left: RoundoffBound, right: RoundoffBound) -> RoundoffBound {
    let value = left.value * right.value
    let magnitudes = left.magnitude * right.magnitude
    if magnitudes == 0 && (left.isExactZero || right.isExactZero) {
      return RoundoffBound(value: value, bound: 0)
    }
    return rounded(
      value, propagated: abs(left.value.high) * right.bound + right.magnitude * left.bound,
      magnitudes: magnitudes, flushes: 1)
  }

  /// Negation, exact.
  @inlinable public static prefix func - (value: RoundoffBound) -> RoundoffBound {
    RoundoffBound(value: -value.value, bound: value.bound)
  }
}
