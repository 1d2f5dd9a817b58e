import Tensors

/// The random numbers of all tests: seeded, so that a failure can be met again.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var source: SplitMix64

  /// A generator; equal seeds give equal numbers.
  public init(seed: UInt64) { source = SplitMix64(seed: seed) }

  /// The next 64 bits.
  public mutating func next() -> UInt64 { source.next() }

  /// A number below a bound.
  public mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
