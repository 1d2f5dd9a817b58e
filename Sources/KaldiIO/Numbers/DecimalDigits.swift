/// The digits of whole numbers.
enum DecimalDigits {
  /// "00", "01", … "99", each as two bytes in memory order.
  private static let pairs: [UInt16] = (0..<100).map { (value: UInt16) -> UInt16 in
    let tens: UInt16 = 0x30 + value / 10
    let ones: UInt16 = 0x30 + value % 10
    return UInt16(littleEndian: tens | ones << 8)
  }

  private static let powers: [UInt64] = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]

  /// How many decimal digits a number has; 1 for zero.
  @inline(__always) static func count(_ value: UInt64) -> Int {
    // 1233 / 4096 is just above log10 2.
    let guess = ((64 - value.leadingZeroBitCount) * 1233) >> 12
    return guess + (guess < 20 && value >= powers[guess] ? 1 : 0) + (value == 0 ? 1 : 0)
  }

  /// Writes exactly `count` digits, with zeros in front where the number has fewer.
  @inline(__always) static func write(
    _ value: UInt64, count: Int, to target: UnsafeMutablePointer<UInt8>
  ) {
    var rest = value
    var p = unsafe target + count
    while unsafe p - target >= 2 {
      unsafe p -= 2
      let quotient = rest / 100
      let pair = pairs[Int(truncatingIfNeeded: rest &- quotient &* 100)]
      unsafe UnsafeMutableRawPointer(p).storeBytes(of: pair, as: UInt16.self)
      rest = quotient
    }
    if unsafe p > target { unsafe target[0] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10) }
  }
}
