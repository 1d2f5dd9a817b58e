/// A number as some program printed it: its value and how it was written.
struct PrintedNumber {
  /// The value; binary64, rounded once.
  var value: Double
  /// Digits from the first that is not zero.
  var significantDigits: Int
  /// Digits behind the point.
  var decimals: Int
  /// Whether an exponent was printed.
  var hasExponent: Bool
  /// Whether the point is the last character, as NumPy prints whole numbers.
  var endsWithPoint: Bool
  /// The index behind the number.
  var end: Int

  /// Reads a number, or the words `inf`, `infinity` and `nan` in any case and with any sign.
  ///
  /// There is none where no number stands, or one that no binary64 number can hold.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - start: Where the number begins.
  @inline(__always) init?(_ bytes: [UInt8], from start: Int) {
    let count = bytes.count
    var index = start
    var isNegative = false
    if index < count && (bytes[index] == 0x2d || bytes[index] == 0x2b) {
      isNegative = bytes[index] == 0x2d
      index += 1
    }
    var mantissa: UInt64 = 0
    var significant = 0
    var decimals = 0
    var digits = 0
    while index < count, bytes[index] &- 0x30 < 10 {
      let digit = bytes[index] &- 0x30
      if significant > 0 || digit != 0 {
        significant += 1
        if significant <= 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
      }
      digits += 1
      index += 1
    }
    var endsWithPoint = false
    if index < count && bytes[index] == 0x2e {
      index += 1
      let first = index
      while index < count, bytes[index] &- 0x30 < 10 {
        let digit = bytes[index] &- 0x30
        if significant > 0 || digit != 0 {
          significant += 1
          if significant <= 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
        }
        index += 1
      }
      decimals = index - first
      digits += decimals
      endsWithPoint = decimals == 0
    }
    guard digits > 0 else {
      guard let word = Self.word(bytes, index) else { return nil }
      self.init(
        value: isNegative ? -word.value : word.value, significantDigits: 0, decimals: 0,
        hasExponent: false, endsWithPoint: false, end: word.end)
      return
    }
    var exponent = 0
    var hasExponent = false
    if index < count && (bytes[index] | 0x20) == 0x65 {
      var after = index + 1
      var isMinus = false
      if after < count && (bytes[after] == 0x2d || bytes[after] == 0x2b) {
        isMinus = bytes[after] == 0x2d
        after += 1
      }
      let first = after
      while after < count, bytes[after] &- 0x30 < 10 {
        if exponent < 100_000 { exponent = exponent * 10 + Int(bytes[after] &- 0x30) }
        after += 1
      }
      guard after > first else { return nil }
      if isMinus { exponent = -exponent }
      hasExponent = true
      endsWithPoint = false
      index = after
    }
    let scale = exponent - decimals
    var value: Double
    if significant == 0 {
      value = 0
    } else if significant <= 15 && scale >= -22 && scale <= 22 {
      // Both operands are exact, so the one operation rounds once.
      value =
        scale < 0
        ? Double(mantissa) / powersOfTenUpTo22[-scale]
        : Double(mantissa) * powersOfTenUpTo22[scale]
    } else {
      let text = String(decoding: bytes[start..<index], as: UTF8.self)
      guard let slow = Double(text), slow.isFinite else { return nil }
      value = slow.magnitude
    }
    if isNegative { value = -value }
    self.init(
      value: value, significantDigits: max(1, significant), decimals: decimals,
      hasExponent: hasExponent, endsWithPoint: endsWithPoint, end: index)
  }

  @inline(__always) private init(
    value: Double, significantDigits: Int, decimals: Int, hasExponent: Bool, endsWithPoint: Bool,
    end: Int
  ) {
    self.value = value
    self.significantDigits = significantDigits
    self.decimals = decimals
    self.hasExponent = hasExponent
    self.endsWithPoint = endsWithPoint
    self.end = end
  }

  private static func word(_ bytes: [UInt8], _ start: Int) -> (value: Double, end: Int)? {
    var end = start
    while end < bytes.count, end - start < 9, (bytes[end] | 0x20) &- 0x61 < 26 { end += 1 }
    switch String(decoding: bytes[start..<end].map { $0 | 0x20 }, as: UTF8.self) {
    case "inf", "infinity": return (.infinity, end)
    case "nan": return (.nan, end)
    default: return nil
    }
  }
}

/// Powers of ten that binary64 holds exactly.
private let powersOfTenUpTo22: [Double] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]
