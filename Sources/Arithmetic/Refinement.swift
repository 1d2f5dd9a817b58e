/// What the elementary functions need of an arithmetic, so that they are written only once.
///
/// `DoubleDouble` answers with values and ignores every bound; `Ball` answers with enclosures and
/// takes every bound in. A function written against this protocol is then *enclosed by construction*,
/// if it follows one rule: a plain `Double` operation in it must be exact (multiplying a small whole
/// number by a short constant, comparing, building a power of two) or be covered by a bound that is
/// handed over. `2ᵏ - 1`, for one, is not exact below `k = -53`, and is computed in the arithmetic.
protocol Refinement: Arithmetic {
  /// A constant known to within a distance.
  init(_ value: DoubleDouble, within distance: Double)

  /// A double next to the value, to choose a reduction by.
  var leading: Double { get }

  /// Quotient.
  static func / (left: Self, right: Self) -> Self

  /// The value times a power of two, which may be inexact only below the normal doubles.
  func scaled(byPowerOfTwo factor: Double) -> Self

  /// The value, with an error of this size admitted.
  func widened(by distance: Double) -> Self
}

extension DoubleDouble: Refinement {
  /// The constant.
  init(_ value: DoubleDouble, within distance: Double) { self = value }
  /// The double nearest to the value.
  var leading: Double { high }
  /// The value itself.
  func widened(by distance: Double) -> DoubleDouble { self }
}

extension Ball: Refinement {
  /// The constant as a ball.
  init(_ value: DoubleDouble, within distance: Double) {
    self.init(midpoint: value, radius: distance)
  }

  /// The double nearest to the midpoint.
  var leading: Double { midpoint.high }

  /// The ball times a power of two: what underflow rounds away is added.
  ///
  /// Each of the three numbers is exact or, below the normal doubles, within 2⁻¹⁰⁷⁵ of exact.
  public func scaled(byPowerOfTwo factor: Double) -> Ball {
    let scaled = midpoint.scaled(byPowerOfTwo: factor)
    let width = radius * factor
    let isExact =
      scaled.high / factor == midpoint.high && scaled.low / factor == midpoint.low
      && width / factor == radius
    return Ball(midpoint: scaled, radius: isExact ? width : width + 0x1p-1072)
  }
}
