/// Doubles side by side, and what the elementary functions do to their bits.
///
/// More than a register's worth at a time keeps a processor busy that would otherwise wait, in a
/// function's long chain of operations, for each result.
protocol DoubleVector: SIMD<Double> {
  /// As many 64-bit patterns.
  associatedtype Bits: SIMD<UInt64>
}

extension SIMD2<Double>: DoubleVector {
  typealias Bits = SIMD2<UInt64>
}
extension SIMD4<Double>: DoubleVector {
  typealias Bits = SIMD4<UInt64>
}

extension DoubleVector {
  /// The numbers with the bits given.
  @inline(__always) init(bits: Bits) {
    self = unsafe unsafeBitCast(bits, to: Self.self)
  }

  /// The numbers' bits.
  @inline(__always) var bits: Bits { unsafe unsafeBitCast(self, to: Bits.self) }

  /// The bits that hold the signs.
  @inline(__always) static var signBits: Bits { Bits(repeating: 1 << 63) }

  /// The numbers without their signs.
  @inline(__always) var magnitude: Self { Self(bits: bits & ~Self.signBits) }

  /// The nearest values in a range; NaN stays NaN.
  @inline(__always) func limited(from lower: Double, to upper: Double) -> Self {
    let raised = replacing(with: lower, where: self .< lower)
    return raised.replacing(with: upper, where: raised .> upper)
  }

  /// Adding this to a small number leaves the nearest whole number in the last bits.
  @inline(__always) static var shifter: Double { 0x1.8p52 }

  /// `2^exponent`, for whole numbers that are exponents of normal doubles.
  @inline(__always) static func powerOfTwo(_ exponent: Self) -> Self {
    Self(bits: (exponent + (shifter + 1023)).bits &<< 52)
  }
}
