/// The digits of whole numbers.
enum DecimalDigits {
  /// The powers of ten that fit in 64 bits.
  static let powers: [UInt64] = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]

  /// How many decimal digits a number has; 1 for zero.
  @inline(__always) static func count(_ value: UInt64) -> Int {
    // 1233 / 4096 is just above log10 2.
    let guess = ((64 &- value.leadingZeroBitCount) &* 1233) >> 12
    if guess >= powers.count { return guess }
    return guess &+ (value >= powers[guess] ? 1 : 0) &+ (value == 0 ? 1 : 0)
  }

  /// Eight digits (0...9) of a number below 10^8, the first in the lowest byte.
  @inline(__always) static func spread(_ value: UInt64) -> UInt64 {
    // Halves of four digits, then pairs, then single digits, all lanes at once.
    let high = (value &* 109_951_163) >> 40
    let fours = high | (value &- high &* 10_000) << 32
    let hundreds = (fours &* 10_486) >> 20 & 0x0000_007f_0000_007f
    let pairs = hundreds | (fours &- hundreds &* 100) << 16
    let tens = (pairs &* 103) >> 10 & 0x000f_000f_000f_000f
    return tens | (pairs &- tens &* 10) << 8
  }
}

/// Up to 17 significant digits, ready to be stored.
struct DigitRun {
  /// How many digits remain without the zeros at the end.
  let count: Int
  private let first: UInt8
  private let next: UInt64
  private let last: UInt64

  /// The digits of a number.
  ///
  /// - Parameters:
  ///   - digits: The number, not 0.
  ///   - count: How many digits it has, at most 17.
  @inline(__always) init(_ digits: UInt64, count: Int) {
    var tail: UInt64 = 0
    let head: UInt64
    if count <= 9 {
      head = digits &* DecimalDigits.powers[9 &- count]
    } else {
      let whole = digits &* DecimalDigits.powers[17 &- count]
      head = whole / 100_000_000
      tail = whole &- head &* 100_000_000
    }
    let top = head / 100_000_000
    let middle = head &- top &* 100_000_000
    first = UInt8(truncatingIfNeeded: top)
    next = DecimalDigits.spread(middle)
    last = DecimalDigits.spread(tail)
    self.count =
      tail != 0
      ? 17 &- last.leadingZeroBitCount >> 3
      : middle != 0 ? 9 &- next.leadingZeroBitCount >> 3 : 1
  }

  /// Stores 17 digits, zeros at the end among them.
  @inline(__always) func store(to target: UnsafeMutablePointer<UInt8>) {
    let raw = UnsafeMutableRawPointer(target)
    unsafe target[0] = first &+ 0x30
    unsafe store(next, at: raw + 1)
    unsafe store(last, at: raw + 9)
  }

  /// Stores 17 digits with a point behind the first.
  @inline(__always) func storeWithPoint(to target: UnsafeMutablePointer<UInt8>) {
    let raw = UnsafeMutableRawPointer(target)
    unsafe target[0] = first &+ 0x30
    unsafe target[1] = 0x2e
    unsafe store(next, at: raw + 2)
    unsafe store(last, at: raw + 10)
  }

  @inline(__always) private func store(_ digits: UInt64, at place: UnsafeMutableRawPointer) {
    unsafe place.storeBytes(
      of: (digits | 0x3030_3030_3030_3030).littleEndian, as: UInt64.self)
  }
}
