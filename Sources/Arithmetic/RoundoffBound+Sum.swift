extension RoundoffBound {
  /// A sum whose bound covers every order, every blocking and fused products.
  ///
  ///     e = Σ (|a|·e_b + |b|·e_a + e_a·e_b) + γₙ Σ M_a·M_b        γₙ = n·u / (1 - n·u)
  ///
  /// A plain term is a product with an exact 1. `n` is one less than the number of terms, and one
  /// more if any of them is a product: in whatever order they are added, each term passes through at
  /// most that many roundings. Exact zeros are no terms.
  @frozen public struct Sum: RunningSum {
    @usableFromInline var value = DoubleDouble.Sum()
    @usableFromInline var propagated = 0.0
    @usableFromInline var magnitude = 0.0
    @usableFromInline var terms = 0
    @usableFromInline var products = 0

    /// The empty sum: exactly 0.
    @inlinable public init() {}

    /// Adds one term.
    @inlinable public mutating func accumulate(_ term: RoundoffBound) {
      if term.isExactZero { return }
      value.accumulate(term.value)
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
      value.accumulate(a.value, times: b.value)
      propagated += abs(a.value.high) * b.bound + right * a.bound
      terms += 1
      products += 1
    }

    /// What has been added so far.
    @inlinable public var total: RoundoffBound {
      if terms <= 1 && products == 0 {  // a copy: no program rounds it
        return RoundoffBound(value: value.total, bound: magnitude < .infinity ? propagated : .nan)
      }
      let roundings = Double(terms - 1 + (products > 0 ? 1 : 0)) * Format.unitRoundoff
      let spread = roundings / (1 - roundings)
      let flushes = 2 * Double(terms + products) * Format.smallestNormal
      let outward = 1 + Double(terms + 32) * 0x1p-52
      let error = (propagated + spread * magnitude + flushes) * outward
      let fits = roundings < 0.5 && magnitude <= 0.25 * Format.greatestFinite
      return RoundoffBound(value: value.total, bound: fits ? error : .infinity)
    }
  }
}
