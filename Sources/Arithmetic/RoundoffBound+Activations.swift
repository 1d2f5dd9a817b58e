extension RoundoffBound {
  /// The logistic function: the image of the interval, and `4u` for its evaluation.
  ///
  /// With `y = σ(v)`, `q` the smaller of `y` and `1 - y`, and `m = eᵉ - 1`,
  ///
  ///     max(σ(v + e) - σ(v), σ(v) - σ(v - e)) = q·(1 - q)·m / (1 + q·m)
  ///
  /// exactly: nothing cancels, so the image is as tight for an error of 2⁻⁵³ as for one of 10. A
  /// correct program's result lies in [0, 1], so it never errs by more than the larger of `y` and
  /// `1 - y`.
  @inlinable public func sigmoid() -> RoundoffBound {
    let output = value.sigmoid()
    let complement = 1 - output
    let small = min(output.high, complement.high)
    let large = max(output.high, complement.high)
    let error = Self.image(ofRadius: bound, smallerShare: small) + 4 * Format.unitRoundoff
    return limited(output, error, atMost: large)
  }

  /// The hyperbolic tangent: the image of the interval, and `4u` for its evaluation.
  ///
  /// `tanh x = 2σ(2x) - 1`, so its image is twice that of `σ` for twice the radius. A correct
  /// program's result lies in [-1, 1].
  @inlinable public func tanh() -> RoundoffBound {
    let output = value.tanh()
    let small = 0.5 * (1 - output.magnitude).high
    let error = 2 * Self.image(ofRadius: 2 * bound, smallerShare: small) + 4 * Format.unitRoundoff
    return limited(output, error, atMost: 1 + abs(output.high))
  }

  /// The value limited to a range: no error grows, and what lies outside for certain has none.
  ///
  /// An end that the format cannot hold is itself rounded.
  @inlinable public func clamped(to range: ClosedRange<Double>) -> RoundoffBound {
    let below = Format.holds(range.lowerBound) ? 0 : abs(range.lowerBound) * Format.unitRoundoff
    let above = Format.holds(range.upperBound) ? 0 : abs(range.upperBound) * Format.unitRoundoff
    let ends = max(below, above)
    let reach = bound * Self.outward + ends + abs(value.high) * 0x1p-50
    let isOutside =
      value.high - range.upperBound > reach || range.lowerBound - value.high > reach
    let width = range.upperBound - range.lowerBound
    return limited(
      value.clamped(to: range), (isOutside ? 0 : bound) + ends, atMost: width + 2 * ends)
  }

  /// A result with its bound, or with none if the argument has none.
  @inlinable func limited(
    _ output: DoubleDouble, _ error: Double, atMost limit: Double
  ) -> RoundoffBound {
    guard bound < .infinity else { return RoundoffBound(value: output, bound: .infinity) }
    return RoundoffBound(value: output, bound: min(error, limit) * Self.outward)
  }

  /// `q·(1 - q)·m / (1 + q·m)` from above, limited to `1 - q`.
  ///
  /// `q` is known to 2⁻¹⁰⁰ absolutely, so it enters raised by that much where it makes the image
  /// larger and lowered where it makes it smaller.
  @inlinable static func image(ofRadius radius: Double, smallerShare: Double) -> Double {
    let large = 1 - smallerShare
    guard radius < 32 else { return large }
    let growth = exponentialGrowth(radius)
    let raised = (smallerShare + 0x1p-100) * growth
    let lowered = max(smallerShare - 0x1p-100, 0) * growth
    return min(large, raised * large / (1 + lowered))
  }

  /// An upper bound of `eˣ - 1` for `0 ≤ x < 32`, to 3·10⁻⁴ of `eˣ` per unit of `x`.
  ///
  /// `x / (1 - x/2)` has the power series `x + x²/2 + x³/4 + …`, term by term at least that of
  /// `eˣ - 1`. It is used on `x / 2ᵏ ≤ 1/16`, then `m ↦ m·(2 + m)` squares `1 + m` as often as `x` was
  /// halved. Where there are halvings, the excess (`x²/12` of it, over 2⁻¹⁴) dwarfs the rounding.
  @inlinable static func exponentialGrowth(_ x: Double) -> Double {
    var part = x
    var halvings = 0
    while part > 0.0625 {
      part *= 0.5
      halvings += 1
    }
    var growth = part / (1 - 0.5 * part)
    for _ in 0..<halvings { growth *= 2 + growth }
    return growth
  }
}
