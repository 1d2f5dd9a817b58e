/// A small seeded generator, the same numbers on every machine.
///
///     state += 0x9E3779B97F4A7C15
///     z = (state ^ state >> 30) · 0xBF58476D1CE4E5B9
///     z = (z ^ z >> 27) · 0x94D049BB133111EB          result z ^ z >> 31
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator; equal seeds give equal numbers.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number from −1 to 1 that is a multiple of 2⁻⁵², each as likely.
  public mutating func nextSymmetric() -> Double {
    Double(next() >> 11) * 0x1p-52 - 1
  }

  /// A number of mean 0 and variance 1, bell-shaped: twelve uniform numbers less six.
  ///
  /// A true normal would need a logarithm, whose bits differ between machines.
  public mutating func nextBell() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += Double(next() >> 11) * 0x1p-53 }
    return sum
  }
}
