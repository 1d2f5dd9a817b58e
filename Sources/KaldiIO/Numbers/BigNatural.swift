/// A natural number of any size, for the few decimals that need exact arithmetic.
struct BigNatural {
  /// Base 2^64, least significant first, without leading zeros.
  private(set) var limbs: [UInt64]

  init(_ value: UInt64) { limbs = value == 0 ? [] : [value] }

  /// The number that decimal digits (0...9, not their letters) spell.
  init(digits: [UInt8]) {
    limbs = []
    var index = 0
    while index < digits.count {
      var group: UInt64 = 0
      var scale: UInt64 = 1
      while index < digits.count && scale < 1_000_000_000_000_000_000 {
        group = group * 10 + UInt64(digits[index])
        scale *= 10
        index += 1
      }
      multiply(by: scale, adding: group)
    }
  }

  var isZero: Bool { limbs.isEmpty }

  /// How many bits the number has; 0 for zero.
  var bitWidth: Int {
    guard let top = limbs.last else { return 0 }
    return limbs.count * 64 - top.leadingZeroBitCount
  }

  mutating func multiply(by factor: UInt64, adding addend: UInt64 = 0) {
    var carry = addend
    for index in limbs.indices {
      let (high, low) = limbs[index].multipliedFullWidth(by: factor)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      limbs[index] = sum
      carry = high + (overflow ? 1 : 0)
    }
    if carry != 0 { limbs.append(carry) }
  }

  mutating func multiply(byPowerOfFive exponent: Int) {
    var left = exponent
    while left >= 27 {
      multiply(by: 7_450_580_596_923_828_125)
      left -= 27
    }
    var rest: UInt64 = 1
    for _ in 0..<left { rest *= 5 }
    multiply(by: rest)
  }

  mutating func shiftLeft(_ count: Int) {
    guard count > 0, !isZero else { return }
    let bits = UInt64(count % 64)
    if bits != 0 {
      var carry: UInt64 = 0
      for index in limbs.indices {
        let limb = limbs[index]
        limbs[index] = limb << bits | carry
        carry = limb >> (64 - bits)
      }
      if carry != 0 { limbs.append(carry) }
    }
    limbs.insert(contentsOf: repeatElement(0, count: count / 64), at: 0)
  }

  mutating func halve() {
    var carry: UInt64 = 0
    for index in limbs.indices.reversed() {
      let limb = limbs[index]
      limbs[index] = limb >> 1 | carry
      carry = limb << 63
    }
    trim()
  }

  /// Takes a smaller or equal number away.
  mutating func subtract(_ other: BigNatural) {
    var borrow = false
    for index in limbs.indices {
      let part = index < other.limbs.count ? other.limbs[index] : 0
      let (first, under) = limbs[index].subtractingReportingOverflow(part)
      let (second, underAgain) = first.subtractingReportingOverflow(borrow ? 1 : 0)
      limbs[index] = second
      borrow = under || underAgain
    }
    trim()
  }

  /// Divides by a number below 2^64 and returns the remainder.
  mutating func divide(by divisor: UInt64) -> UInt64 {
    var remainder: UInt64 = 0
    for index in limbs.indices.reversed() {
      let (quotient, rest) = divisor.dividingFullWidth((remainder, limbs[index]))
      limbs[index] = quotient
      remainder = rest
    }
    trim()
    return remainder
  }

  /// The decimal digits (0...9), most significant first; none for zero.
  func decimalDigits() -> [UInt8] {
    var rest = self
    var digits: [UInt8] = []
    while !rest.isZero {
      var group = rest.divide(by: 10_000_000_000_000_000_000)
      for _ in 0..<19 {
        digits.append(UInt8(group % 10))
        group /= 10
      }
    }
    while digits.last == 0 { digits.removeLast() }
    return digits.reversed()
  }

  private mutating func trim() {
    while limbs.last == 0 { limbs.removeLast() }
  }
}

extension BigNatural: Comparable {
  static func < (left: BigNatural, right: BigNatural) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    for index in left.limbs.indices.reversed() where left.limbs[index] != right.limbs[index] {
      return left.limbs[index] < right.limbs[index]
    }
    return false
  }
}
