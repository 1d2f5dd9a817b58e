/// A number held as the unevaluated sum of two doubles: about 106 bits.
///
/// The pair is normalised: `high` is the double nearest to the whole, so `|low| ≤ ½ ulp(high)`.
/// An infinity or a NaN sits in `high`, with a `low` of 0.
///
/// Accuracy, with `u = 2⁻⁵³` and away from overflow and underflow: a sum is within `3u²` of exact,
/// relative to itself even under cancellation, a product within `8u²`, a quotient within `16u²`
/// (so all within 2⁻¹⁰²); `exp`, `tanh` and `sigmoid` within 2⁻¹⁰⁰. Where an error term falls
/// below 2⁻¹⁰⁷⁴ the absolute error is a few units of 2⁻¹⁰⁷⁴ instead.
///
/// Sources: Dekker 1971; Knuth, TAOCP 2, 4.2.2; Joldes, Muller, Popescu, "Tight and rigorous error
/// bounds for basic building blocks of double-word arithmetic", 2017 (algorithms 6, 11 and 17).
@frozen public struct DoubleDouble: Sendable, Equatable {
  /// The double nearest to the value.
  public let high: Double
  /// The rest.
  public let low: Double

  /// A pair that is normalised already, such as a constant from a table.
  @inlinable public init(high: Double, low: Double) {
    self.high = high
    self.low = low
  }

  /// A double, exact.
  @inlinable public init(_ value: Double) {
    self.init(high: value, low: 0)
  }

  /// The exact sum of two doubles.
  @inlinable public init(sumOf a: Double, _ b: Double) {
    let (high, low) = ErrorFree.sum(a, b)
    self.init(high: high, low: high.isFinite ? low : 0)
  }

  /// The exact product of two doubles (within 2⁻¹⁰⁷⁴ where it underflows).
  @inlinable public init(productOf a: Double, _ b: Double) {
    let (high, low) = ErrorFree.product(a, b)
    self.init(high: high, low: low)
  }

  /// Normalises `high + low`, where `|high| ≥ |low|` or `high = 0`.
  @inlinable static func normalized(_ high: Double, _ low: Double) -> DoubleDouble {
    let (value, error) = ErrorFree.orderedSum(high, low)
    return DoubleDouble(high: value, low: value.isFinite ? error : 0)
  }

  /// The double nearest to the value.
  @inlinable public var nearestDouble: Double { high }

  /// The absolute value, exact.
  @inlinable public var magnitude: DoubleDouble { high < 0 ? -self : self }

  /// Whether the value is neither infinite nor NaN.
  @inlinable public var isFinite: Bool { high.isFinite }

  /// Sum, within `3u²` of exact relative to itself.
  @inlinable public static func + (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
    var (high, error) = ErrorFree.sum(left.high, right.high)
    guard high.isFinite else { return DoubleDouble(high) }
    let (lowSum, lowError) = ErrorFree.sum(left.low, right.low)
    (high, error) = ErrorFree.orderedSum(high, error + lowSum)
    return normalized(high, error + lowError)
  }

  /// Difference, within `3u²` of exact relative to itself.
  @inlinable public static func - (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
    left + -right
  }

  /// Product, within `8u²` of exact.
  @inlinable public static func * (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
    let (high, error) = ErrorFree.product(left.high, right.high)
    guard high.isFinite else { return DoubleDouble(high) }
    let cross = left.high * right.low + left.low * right.high
    return normalized(high, error + (cross + left.low * right.low))
  }

  /// Product with a double, within `4u²` of exact.
  @inlinable public static func * (left: DoubleDouble, right: Double) -> DoubleDouble {
    let (high, error) = ErrorFree.product(left.high, right)
    guard high.isFinite else { return DoubleDouble(high) }
    return normalized(high, error + left.low * right)
  }

  /// Quotient, within `16u²` of exact: long division with three digits of 53 bits.
  @inlinable public static func / (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
    let first = left.high / right.high
    guard first.isFinite, right.high.isFinite else { return DoubleDouble(first) }
    let firstRest = left - right * first
    let second = firstRest.high / right.high
    let third = (firstRest - right * second).high / right.high
    let (high, low) = ErrorFree.orderedSum(first, second)
    return normalized(high, low + third)
  }

  /// Negation, exact.
  @inlinable public static prefix func - (value: DoubleDouble) -> DoubleDouble {
    DoubleDouble(high: -value.high, low: -value.low)
  }

  /// The value times a power of two: exact, unless it overflows or falls below the normal doubles.
  @inlinable public func scaled(byPowerOfTwo factor: Double) -> DoubleDouble {
    let scaled = high * factor
    return DoubleDouble(high: scaled, low: scaled.isFinite ? low * factor : 0)
  }
}

extension DoubleDouble: Comparable {
  /// Whether one value is less than the other; false if either is NaN.
  @inlinable public static func < (left: DoubleDouble, right: DoubleDouble) -> Bool {
    left.high < right.high || (left.high == right.high && left.low < right.low)
  }
}

extension DoubleDouble: CustomStringConvertible {
  /// Both parts, in the shortest decimals that read back.
  public var description: String { low == 0 ? "\(high)" : "\(high) + \(low)" }
}
