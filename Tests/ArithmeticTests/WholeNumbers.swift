import TestSupport

extension SeededGenerator {
  /// A whole number of up to 53 bits, either sign, of any length.
  mutating func whole() -> Int64 {
    let magnitude = Int64(next() >> 11) >> Int64.random(in: 0...52, using: &self)
    return Bool.random(using: &self) ? magnitude : -magnitude
  }
}
