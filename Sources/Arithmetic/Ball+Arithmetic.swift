/// Certified values: what the golden files hold.
extension Ball: Arithmetic {
  /// Sums have an enclosure of their own, wider than a ball's centre.
  public typealias Sum = BallSum

  /// The double, exact.
  @inlinable public init(constant value: Double) { self.init(value) }
  /// The double, exact.
  @inlinable public init(input value: Double) { self.init(value) }

  /// The ball limited to a range.
  ///
  /// A ball that certainly lies beyond an end becomes that end, exactly. Otherwise limiting brings
  /// no two numbers farther apart, so the limited midpoint with the same radius encloses the result.
  @inlinable public func clamped(to range: ClosedRange<Double>) -> Ball {
    if (self - Ball(range.lowerBound)).isCertainlyNegative { return Ball(range.lowerBound) }
    if (Ball(range.upperBound) - self).isCertainlyNegative { return Ball(range.upperBound) }
    return Ball(midpoint: midpoint.clamped(to: range), radius: radius)
  }

  /// Whether every enclosed number is below 0.
  @inlinable var isCertainlyNegative: Bool {
    midpoint.high < 0 && midpoint.high.magnitude * (1 - 0x1p-50) > radius
  }

  /// `y·(1 - y)`, enclosed.
  ///
  /// For `y = m + δ`, `|δ| ≤ ρ`, it differs from `m·(1 - m)` by `|δ·(1 - 2m - δ)| ≤ ρ·(|1 - 2m| + ρ)`,
  /// where the plain product, which does not know that both factors move together, would add ρ.
  @inlinable public var sigmoidSlope: Ball {
    let centre = Ball(midpoint: midpoint)
    let slope = centre * (1 - centre)
    if radius == 0 { return slope }
    let size = midpoint.high.magnitude
    let change = (1 - 2 * midpoint.high).magnitude + radius + 0x1p-50 * (1 + size)
    return slope.widened(by: radius * change * (1 + 0x1p-50) + 0x1p-1070)
  }
}
