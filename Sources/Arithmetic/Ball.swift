/// A certified enclosure: every real number within `radius` of `midpoint`.
///
/// Whatever reals the operands enclose, the result of an operation encloses the exact result for
/// them. So a value computed from exact inputs *proves* where the true result lies, and
/// ``nearestDouble`` proves which double is nearest to it.
///
/// An operation whose midpoint came out exact adds nothing to the radius: radii are made from the
/// actual residuals of error-free transforms, not from a general bound. So exact results keep
/// radius 0, and a result that lies exactly half way between two doubles stays decidable.
///
/// Radii are sums and products of non-negative doubles, computed in ordinary rounding. Each
/// operation shrinks them by at most a factor `1 - 2⁻⁵³` (sums of doubles do not underflow; products
/// can, and get an absolute 2⁻¹⁰⁷⁰), and the last step multiplies by more than was lost. What
/// overflows, or is not a number, has an infinite radius.
@frozen public struct Ball: Sendable, Equatable {
  /// The centre.
  public let midpoint: DoubleDouble
  /// How far the enclosed value may lie from the centre; infinite where nothing is known.
  public let radius: Double

  /// A ball from its centre and radius; a negative or undefined radius counts as infinite.
  @inlinable public init(midpoint: DoubleDouble, radius: Double = 0) {
    self.midpoint = midpoint
    self.radius = radius >= 0 && midpoint.isFinite ? radius : .infinity
  }

  /// One double, exact.
  @inlinable public init(_ value: Double) {
    self.init(midpoint: DoubleDouble(value))
  }

  /// Sum: the exact sum of four doubles, what did not fit, and both radii.
  @inlinable public static func + (left: Ball, right: Ball) -> Ball {
    var sum = BallSum(left)
    sum.accumulate(right)
    return sum.total
  }

  /// Difference.
  @inlinable public static func - (left: Ball, right: Ball) -> Ball {
    left + -right
  }

  /// Product.
  @inlinable public static func * (left: Ball, right: Ball) -> Ball {
    var sum = BallSum()
    sum.accumulate(left, times: right)
    return sum.total
  }

  /// Negation, exact.
  @inlinable public static prefix func - (value: Ball) -> Ball {
    Ball(midpoint: -value.midpoint, radius: value.radius)
  }

  /// Quotient.
  ///
  /// Whatever the approximate quotient q of the midpoints, `|a/b - q| = |a - q·b| / |b|`. The
  /// numerator is enclosed by a running sum, with the radii of a and b; the denominator is at least
  /// `|midpoint| - radius`. A divisor that may be 0 gives an infinite radius.
  @inlinable public static func / (left: Ball, right: Ball) -> Ball {
    let quotient = left.midpoint / right.midpoint
    guard quotient.isFinite else { return Ball(midpoint: quotient, radius: .infinity) }
    var sum = BallSum(left)
    sum.accumulate(Ball(midpoint: -quotient), times: right)
    let rest = sum.total.magnitudeBound
    if rest == 0 { return Ball(midpoint: quotient) }
    let divisor = right.midpoint.high.magnitude * (1 - 0x1p-50) - right.radius * (1 + 0x1p-50)
    guard divisor > 0 else { return Ball(midpoint: quotient, radius: .infinity) }
    return Ball(midpoint: quotient, radius: rest / divisor * (1 + 0x1p-50) + 0x1p-1070)
  }

  /// The same centre with a radius larger by `distance ≥ 0`.
  @inlinable public func widened(by distance: Double) -> Ball {
    Ball(midpoint: midpoint, radius: (radius + distance) * (1 + 0x1p-51))
  }

  /// At least the largest magnitude of any enclosed value; exact for one double.
  @inlinable public var magnitudeBound: Double {
    if midpoint.low == 0 && radius == 0 { return midpoint.high.magnitude }
    return (midpoint.high.magnitude + midpoint.low.magnitude + radius) * (1 + 0x1p-50)
  }

  /// Whether a number is certainly enclosed.
  @inlinable public func contains(_ value: DoubleDouble) -> Bool {
    let distance = Ball(midpoint: value) - Ball(midpoint: midpoint)
    return radius == .infinity || distance.magnitudeBound <= radius
  }

  /// Whether a double is certainly enclosed.
  @inlinable public func contains(_ value: Double) -> Bool {
    contains(DoubleDouble(value))
  }

  /// The double that is provably nearest to every enclosed number, or nil if that is not decided.
  ///
  /// A ball of radius 0 is always decided, exact ties to even as IEEE 754 rounds them. Otherwise
  /// every enclosed number must lie strictly nearer to one double than to its neighbours. Zero comes
  /// without a sign.
  public var nearestDouble: Double? {
    let nearest = midpoint.high + midpoint.low
    guard nearest.isFinite, radius < .infinity else { return nil }
    if radius == 0 { return nearest == 0 ? 0 : nearest }
    // Exact: the midpoint is normalised, so `high` differs from `nearest` by nothing or one place.
    let rest = ErrorFree.sum(midpoint.high, midpoint.low).error
    let above = nearest.nextUp - nearest
    let below = nearest - nearest.nextDown
    let up = ErrorFree.sum(2 * rest, 2 * radius)
    let down = ErrorFree.sum(-2 * rest, 2 * radius)
    let isBelowTie = up.value < above || (up.value == above && up.error < 0)
    let isAboveTie = down.value < below || (down.value == below && down.error < 0)
    return isBelowTie && isAboveTie ? nearest : nil
  }
}

extension Ball: CustomStringConvertible {
  /// The midpoint and the radius.
  public var description: String { "\(midpoint) ± \(radius)" }
}
