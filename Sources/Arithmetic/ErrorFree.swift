/// Error-free transforms: an IEEE operation together with exactly what it rounded away.
///
/// Everything here uses additions, subtractions and multiplications rounded to nearest, never a
/// fused multiply-add, so that the bits are those of every machine and every set of build flags.
@frozen public enum ErrorFree {
  /// Products below this may have an error term that no double can hold.
  @usableFromInline static let smallestSafeProduct = 0x1p-960

  /// Sum and its rounding error, for operands of any order (Knuth's two-sum).
  ///
  /// `a + b = value + error` exactly, unless the sum overflows; then `error` is not a number.
  /// Sums never lose anything to underflow.
  @inlinable public static func sum(_ a: Double, _ b: Double) -> (value: Double, error: Double) {
    let value = a + b
    let fromB = value - a
    let fromA = value - fromB
    return (value, (a - fromA) + (b - fromB))
  }

  /// Sum and its rounding error, where `|a| ≥ |b|` or `a = 0` (Dekker's fast two-sum).
  @inlinable public static func orderedSum(
    _ a: Double, _ b: Double
  ) -> (value: Double, error: Double) {
    let value = a + b
    return (value, b - (value - a))
  }

  /// Product and its rounding error (Dekker's two-product, by splitting each factor in halves).
  ///
  /// `a · b = value + error` exactly whenever the product is zero or at least 2⁻⁹⁶⁰ in magnitude
  /// and does not overflow. Below that, `error` is within 2⁻¹⁰⁷⁴ of the exact error
  /// (see ``productLoss(_:_:)``). Where splitting a huge factor would overflow, the factors are
  /// scaled first. The error term of an infinite or undefined product is 0.
  @inlinable public static func product(
    _ a: Double, _ b: Double
  ) -> (value: Double, error: Double) {
    let value = a * b
    let error = splitError(a, b, value)
    // An overflow anywhere in the splitting leaves an infinity or a NaN in the error.
    if value.magnitude >= smallestSafeProduct && error.magnitude < .infinity {
      return (value, error)
    }
    return scaledProduct(a, b)
  }

  /// What ``product(_:_:)`` could not represent: 0 if `value + error` is exact, else a bound on it.
  ///
  /// Only products below 2⁻⁹⁶⁰ can lose anything, and they lose less than 2⁻¹⁰⁷⁴. An overflow loses
  /// everything: the bound is infinite.
  @inlinable public static func productLoss(_ a: Double, _ b: Double) -> Double {
    let magnitude = (a * b).magnitude
    if (magnitude >= smallestSafeProduct && magnitude < .infinity) || a == 0 || b == 0 { return 0 }
    return scaledProductLoss(a, b)
  }

  /// The rounding error of `value = a · b` from halves of 26 bits, all of whose products are exact.
  @inlinable static func splitError(_ a: Double, _ b: Double, _ value: Double) -> Double {
    let spreadA = 0x1.0000002p27 * a
    let highA = spreadA - (spreadA - a)
    let lowA = a - highA
    let spreadB = 0x1.0000002p27 * b
    let highB = spreadB - (spreadB - b)
    let lowB = b - highB
    return lowA * lowB - (((value - highA * highB) - lowA * highB) - highA * lowB)
  }

  /// The product with factors brought to magnitudes of [1, 2) first, for what splitting cannot do.
  @usableFromInline static func scaledProduct(
    _ a: Double, _ b: Double
  ) -> (value: Double, error: Double) {
    let value = a * b
    guard a != 0, b != 0, value.isFinite, a.isFinite, b.isFinite else { return (value, 0) }
    let error = exactScaledError(a, b, value)
    return (value, scaled(error.value, by: Int(a.exponent) + Int(b.exponent)))
  }

  /// A bound on what the error of a tiny product lost when it was scaled back: 0 or 2⁻¹⁰⁷⁴.
  @usableFromInline static func scaledProductLoss(_ a: Double, _ b: Double) -> Double {
    let value = a * b
    guard value.isFinite, a.isFinite, b.isFinite else { return .infinity }
    let exponent = Int(a.exponent) + Int(b.exponent)
    let error = exactScaledError(a, b, value)
    let kept = scaled(scaled(error.value, by: exponent), by: -exponent)
    return error.error == 0 && kept == error.value ? 0 : .leastNonzeroMagnitude
  }

  /// The error of `value = a · b`, divided by `2^(exponent a + exponent b)`, as an exact pair.
  ///
  /// Both factors become significands in [1, 2), whose product and error are plain doubles. The
  /// rounded `value`, divided by the same power, is a double no larger than 4 (or 0), and it
  /// differs from that product by a whole number of its last places, so their difference is exact.
  private static func exactScaledError(
    _ a: Double, _ b: Double, _ value: Double
  ) -> (value: Double, error: Double) {
    let significandA = scaled(a, by: -Int(a.exponent))
    let significandB = scaled(b, by: -Int(b.exponent))
    let product = significandA * significandB
    let error = splitError(significandA, significandB, product)
    return sum(product - scaled(value, by: -Int(a.exponent) - Int(b.exponent)), error)
  }

  /// `value · 2^exponent`: exact, or rounded to a multiple of 2⁻¹⁰⁷⁴.
  private static func scaled(_ value: Double, by exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: value)
  }

  /// `2^exponent` for an exponent of a normal double.
  @inlinable static func powerOfTwo(_ exponent: Int) -> Double {
    Double(bitPattern: UInt64(bitPattern: Int64(exponent &+ 1023)) &<< 52)
  }
}
