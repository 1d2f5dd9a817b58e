extension RoundoffBound {
  /// A sum whose bound covers every order, every blocking and fused products.
  ///
  ///     e = Σ (|a|·e_b + |b|·e_a + e_a·e_b) + γₙ Σ M_a·M_b        γₙ = n·u / (1 - n·u)
  ///
  /// A plain term is a product with an exact 1. `n` is one less than the number of terms, and one
  /// more if any of them is a product: in whatever order they are added, each term passes through at
  /// most that many roundings. Exact zeros are no terms.
  ///
  /// The value is kept as a double and all that was rounded away from it, added up in a second one
  /// (Ogita, Rump, Oishi 2005): within `(m + 3)²·2⁻¹⁰⁶ Σ M_a·M_b` of exact for `m` terms, a part of
  /// `(m + 16)·2⁻⁵³` of the bound at most, with which the bound is raised. It is cheaper than sums of
  /// `DoubleDouble`; products beyond 2⁹⁹⁵ have no value and no bound.
  @frozen public struct Sum: RunningSum {
    @usableFromInline var value = 0.0
    @usableFromInline var rest = 0.0
    @usableFromInline var propagated = 0.0
    @usableFromInline var magnitude = 0.0
    @usableFromInline var terms = 0
    @usableFromInline var products = 0

    /// The empty sum: exactly 0.
    @inlinable public init() {}

    /// Adds one term.
    @inlinable public mutating func accumulate(_ term: RoundoffBound) {
      if term.isExactZero { return }
      let sum = ErrorFree.sum(value, term.value.high)
      value = sum.value
      rest += sum.error + term.value.low
      propagated += term.bound
      magnitude += term.magnitude
      terms += 1
    }

    /// Adds the product of two numbers.
    @inlinable public mutating func accumulate(_ a: RoundoffBound, times b: RoundoffBound) {
      let left = a.magnitude
      let right = b.magnitude
      magnitude += left * right  // before the test, so that 0·∞ is noticed
      if left == 0 || right == 0 { return }
      let product = a.value.high * b.value.high
      let lost = ErrorFree.splitError(a.value.high, b.value.high, product)
      let cross = a.value.high * b.value.low + a.value.low * b.value.high
      let sum = ErrorFree.sum(value, product)
      value = sum.value
      rest += sum.error + (lost + cross)
      propagated += abs(a.value.high) * b.bound + right * a.bound
      terms += 1
      products += 1
    }

    /// What has been added so far.
    @inlinable public var total: RoundoffBound {
      let value = DoubleDouble(sumOf: value, rest)
      if terms <= 1 && products == 0 {  // a copy: no program rounds it
        return RoundoffBound(value: value, bound: magnitude < .infinity ? propagated : .nan)
      }
      let roundings = Double(terms - 1 + (products > 0 ? 1 : 0)) * Format.unitRoundoff
      let spread = roundings / (1 - roundings)
      let flushes = 2 * Double(terms + products) * Format.smallestNormal
      let outward = 1 + Double(2 * terms + 64) * 0x1p-52
      let error = (propagated + spread * magnitude + flushes) * outward
      let fits =
        roundings < 0.5 && magnitude <= 0.25 * Format.greatestFinite && value.isFinite
      return RoundoffBound(value: value, bound: fits ? error : .infinity)
    }
  }
}
