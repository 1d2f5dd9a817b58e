/// Steps that programs write in more than one algebraic form: each bound covers all of them.
///
/// What the operands' errors amount to is the same for every form, since all are one function of the
/// same computed operands; only the roundings differ, and the dearest form counts.
extension RoundoffBound {
  /// `σ′ = y(1 - y)` of a computed output; covers `y·(1 - y)` and `y - y·y`.
  ///
  /// Errors: `ŷ(1 - ŷ) - y(1 - y) = (ŷ - y)(1 - 2y) - (ŷ - y)²`. Roundings: two of the result's own
  /// size, or one of `y²` and one of the result.
  @inlinable public var sigmoidSlope: RoundoffBound {
    let slope = value * (1 - value)
    let propagated = (abs((1 - (value + value)).high) + bound) * bound
    let size = abs(slope.high) + propagated
    let square = magnitude * magnitude
    return Self.rounded(
      slope, propagated: propagated, magnitudes: size + max(size, square), flushes: 2)
  }

  /// `tanh′ = 1 - y²` of a computed output; covers `1 - y·y` and `(1 - y)·(1 + y)`.
  ///
  /// Errors: `|ŷ² - y²| ≤ (2|y| + e)·e`. Roundings: one of `y²` and one of the result, or three of
  /// the result's own size.
  @inlinable public var tanhSlope: RoundoffBound {
    let slope = 1 - value * value
    let propagated = (2 * abs(value.high) + bound) * bound
    let size = abs(slope.high) + propagated
    let square = magnitude * magnitude
    return Self.rounded(
      slope, propagated: propagated, magnitudes: size + max(2 * size, square), flushes: 2)
  }

  /// `f·a + (1 - f)·b`; covers `b - f·b + f·a` in any order, and `b + f·(a - b)`.
  ///
  /// Errors: `f̂â + (1-f̂)b̂ - fa - (1-f)b = f̂(â-a) + (1-f̂)(b̂-b) + (f̂-f)(a-b)`. Roundings: besides the
  /// result's own, two of `(1-f)·b` and one of `f·a`; or those of `f·b`, of `f·a` and of the first
  /// partial sum; or two of `f·(a-b)`.
  @inlinable public static func blend(
    _ f: RoundoffBound, _ a: RoundoffBound, _ b: RoundoffBound
  ) -> RoundoffBound {
    if a.isExactZero && f.bound < .infinity { return complementProduct(f, b) }
    if b.isExactZero && f.bound < .infinity { return f * a }
    let value = DoubleDouble.blend(f.value, a.value, b.value)
    let complement = abs((1 - f.value).high) + f.bound
    let difference = abs((a.value - b.value).high)
    let propagated = f.magnitude * a.bound + complement * b.bound + f.bound * difference
    let first = f.magnitude * a.magnitude
    let product = first + 2 * complement * b.magnitude
    let expanded = f.magnitude * b.magnitude + first + (first + b.magnitude)
    let pulled = 2 * f.magnitude * (difference + a.bound + b.bound)
    return rounded(
      value, propagated: propagated,
      magnitudes: abs(value.high) + propagated + max(product, expanded, pulled),
      flushes: 4 + f.magnitude)
  }

  /// `(1 - f)·a`; covers `a - f·a`.
  ///
  /// Roundings: the result's own, and one more of its size or that of `f·a`.
  @inlinable public static func complementProduct(
    _ f: RoundoffBound, _ a: RoundoffBound
  ) -> RoundoffBound {
    if a.isExactZero { return f * a }
    if f.isExactZero { return a }
    let complement = abs((1 - f.value).high) + f.bound
    let size = complement * a.magnitude
    return rounded(
      DoubleDouble.complementProduct(f.value, a.value),
      propagated: complement * a.bound + abs(a.value.high) * f.bound,
      magnitudes: size + max(size, f.magnitude * a.magnitude), flushes: 2)
  }

  /// `d·(a - b)`; covers `d·a - d·b`.
  ///
  /// The computed `d` is the same in both products, so its error is multiplied by `a - b` in either
  /// form. Roundings: two of the result's own size, or one of it and those of both products.
  @inlinable public static func scaledDifference(
    _ d: RoundoffBound, _ a: RoundoffBound, _ b: RoundoffBound
  ) -> RoundoffBound {
    if b.isExactZero { return d * a }
    if a.isExactZero { return -(d * b) }
    if d.isExactZero { return d * (a - b) }
    let difference = abs((a.value - b.value).high)
    let error = a.bound + b.bound
    let size = d.magnitude * (difference + error)
    return rounded(
      DoubleDouble.scaledDifference(d.value, a.value, b.value),
      propagated: d.magnitude * error + d.bound * difference,
      magnitudes: size + d.magnitude * (a.magnitude + b.magnitude), flushes: 3 + d.magnitude)
  }
}
