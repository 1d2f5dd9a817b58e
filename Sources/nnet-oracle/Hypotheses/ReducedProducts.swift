import Arithmetic
import Tensors

/// A format to which the factors of a matrix product are rounded before they are multiplied.
protocol OperandFormat: Sendable {
  /// The number of the format that a program would take for a number.
  static func rounded(_ value: Double) -> Double
}

/// bfloat16: 8 bits, the range of binary32.
enum BFloat16Operands: OperandFormat {
  /// Rounded to nearest, ties to even.
  static func rounded(_ value: Double) -> Double { value.rounded(toBits: 8) }
}

/// TF32: 11 bits, the range of binary32.
enum TF32Operands: OperandFormat {
  /// Rounded to nearest, ties to even.
  static func rounded(_ value: Double) -> Double { value.rounded(toBits: 11) }
}

/// TF32 as the hardware takes a binary32 that nobody rounded: what is beyond 11 bits is cut off.
enum CutTF32Operands: OperandFormat {
  /// Rounded towards zero.
  static func rounded(_ value: Double) -> Double { value.rounded(toBits: 11, .towardZero) }
}

/// float16: 11 bits, and fewer below 2⁻¹⁴; infinite from 65520 on.
enum Float16Operands: OperandFormat {
  /// Rounded to nearest, ties to even.
  static func rounded(_ value: Double) -> Double {
    guard value.magnitude >= .leastNormalFloat16 else {
      return (value / .leastSpacingFloat16).rounded(.toNearestOrEven) * .leastSpacingFloat16
    }
    let kept = value.rounded(toBits: 11)
    return kept.magnitude > 65504 ? .infinity * (value < 0 ? -1 : 1) : kept
  }
}

/// What a program gives whose matrix products take factors of a lower precision.
///
/// Only the factors of matrix products are rounded, as tensor units and BLAS libraries do it; sums are
/// kept in full, and everything else is binary64, so that a result differs from that of such a binary32
/// program by rounding alone.
struct ReducedProducts<Format: OperandFormat>: Arithmetic {
  /// The running sum of such numbers.
  struct Sum: RunningSum {
    /// What has been added so far.
    var total: ReducedProducts

    /// The empty sum.
    init() { total = ReducedProducts(constant: 0) }
    /// Adds a term.
    mutating func accumulate(_ term: ReducedProducts) { total.value += term.value }
    /// Adds a product of two numbers as they are.
    mutating func accumulate(_ a: ReducedProducts, times b: ReducedProducts) {
      total.value += a.value * b.value
    }
  }

  /// The number.
  var value: Double

  /// The number itself.
  init(constant value: Double) { self.value = value }
  /// The number rounded to binary32, as such a program holds it.
  init(input value: Double) { self.value = Double(Float(value)) }

  /// Sum.
  static func + (left: Self, right: Self) -> Self {
    Self(constant: left.value + right.value)
  }
  /// Difference.
  static func - (left: Self, right: Self) -> Self {
    Self(constant: left.value - right.value)
  }
  /// Product of two numbers as they are.
  static func * (left: Self, right: Self) -> Self {
    Self(constant: left.value * right.value)
  }
  /// Negation.
  static prefix func - (value: Self) -> Self { Self(constant: -value.value) }

  /// The logistic function.
  func sigmoid() -> Self { Self(constant: value.sigmoid()) }
  /// The hyperbolic tangent.
  func tanh() -> Self { Self(constant: value.tanh()) }
  /// The value limited to a range.
  func clamped(to range: ClosedRange<Double>) -> Self {
    Self(constant: value.clamped(to: range))
  }
  /// 1 above 0, otherwise 0.
  var unitStep: Self { Self(constant: value.unitStep) }

  /// Adds a matrix product whose factors are rounded to the format.
  static func accumulateProduct(
    _ extent: ProductExtent, _ a: Span<Self>, _ aPlace: Placement, _ b: Span<Self>,
    _ bPlace: Placement, into sums: inout MutableSpan<Sum>, _ sumsPlace: Placement
  ) {
    accumulateProduct(
      extent, a, aPlace, b, bPlace, into: &sums, sumsPlace, from: .sums, threads: 1)
  }

  /// Adds a matrix product whose factors are rounded to the format, on the calling thread.
  static func accumulateProduct(
    _ extent: ProductExtent, _ a: Span<Self>, _ aPlace: Placement, _ b: Span<Self>,
    _ bPlace: Placement, into sums: inout MutableSpan<Sum>, _ sumsPlace: Placement,
    from start: ProductStart, threads: Int
  ) {
    for i in 0..<extent.rows {
      for j in 0..<extent.columns {
        var total = start == .zero ? 0 : sums[sumsPlace.index(i, j)].total.value
        for k in 0..<extent.inner {
          total +=
            Format.rounded(a[aPlace.index(i, k)].value)
            * Format.rounded(b[bPlace.index(k, j)].value)
        }
        sums[sumsPlace.index(i, j)].total.value = total
      }
    }
  }
}
