/// A number as files hold it: binary32 or binary64.
typealias StoredNumber = BinaryFloatingPoint & SIMDScalar & BitwiseCopyable & SendableMetatype

/// Numbers as they lie in memory, aligned or not; only ever read, indices asserted in debug builds.
@safe struct NumberRun<Stored: StoredNumber>: @unchecked Sendable {
  /// Where the first number begins.
  let start: UnsafeRawPointer
  /// How many there are.
  let count: Int

  /// One number.
  @inline(__always) subscript(index: Int) -> Double {
    assert(index >= 0 && index < count)
    return unsafe Double(
      start.loadUnaligned(fromByteOffset: index &* MemoryLayout<Stored>.stride, as: Stored.self))
  }

  /// Four numbers from an index on.
  @inline(__always) func four(_ index: Int) -> SIMD4<Double> {
    assert(index >= 0 && index + 4 <= count)
    let numbers = unsafe start.loadUnaligned(
      fromByteOffset: index &* MemoryLayout<Stored>.stride, as: SIMD4<Stored>.self)
    return SIMD4(
      Double(numbers[0]), Double(numbers[1]), Double(numbers[2]), Double(numbers[3]))
  }
}

extension SIMD4<Double> {
  /// The largest of numbers that are none of them NaN.
  @inline(__always) var largest: Double {
    Swift.max(Swift.max(self[0], self[1]), Swift.max(self[2], self[3]))
  }

  /// The numbers without their signs.
  @inline(__always) var magnitudes: Self {
    let bits = unsafe unsafeBitCast(self, to: SIMD4<UInt64>.self)
    return unsafe unsafeBitCast(bits & ~(1 << 63), to: Self.self)
  }
}
