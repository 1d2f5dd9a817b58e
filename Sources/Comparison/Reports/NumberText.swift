/// A number as reports print it: the shortest decimal that reads back, without a trailing `.0`.
func numberText(_ value: Double) -> String {
  if value.isNaN { return "nan" }
  if value.isInfinite { return value < 0 ? "-inf" : "inf" }
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// A number to a few significant digits, for columns of a table.
///
/// Digits are cut from the shortest decimal with rounding half up in decimal, so that no libc
/// formatting is involved.
func shortText(_ value: Double, digits: Int = 4) -> String {
  guard value.isFinite, value != 0 else { return numberText(value) }
  var mantissa: [UInt8] = []
  var exponent = 0
  var pointSeen = false
  var fraction = 0
  let text = Array("\(value.magnitude)".utf8)
  var index = 0
  while index < text.count {
    let byte = text[index]
    if byte == UInt8(ascii: "e") {
      exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
      break
    }
    if byte == UInt8(ascii: ".") {
      pointSeen = true
    } else {
      mantissa.append(byte - UInt8(ascii: "0"))
      if pointSeen { fraction += 1 }
    }
    index += 1
  }
  exponent -= fraction
  while mantissa.count > 1, mantissa[0] == 0 { mantissa.removeFirst() }
  if mantissa.count > digits {
    let up = mantissa[digits] >= 5
    exponent += mantissa.count - digits
    mantissa.removeLast(mantissa.count - digits)
    if up {
      var place = digits - 1
      while place >= 0 {
        mantissa[place] += 1
        if mantissa[place] < 10 { break }
        mantissa[place] = 0
        place -= 1
      }
      if place < 0 {
        mantissa.insert(1, at: 0)
        mantissa.removeLast()
        exponent += 1
      }
    }
  }
  while mantissa.count > 1, mantissa.last == 0 {
    mantissa.removeLast()
    exponent += 1
  }
  return assemble(mantissa, exponent: exponent, negative: value < 0)
}

/// Digits and a power of ten as `%g` would lay them out.
private func assemble(_ mantissa: [UInt8], exponent: Int, negative: Bool) -> String {
  let digits = mantissa.map { "\($0)" }.joined()
  let decade = exponent + mantissa.count - 1
  let sign = negative ? "-" : ""
  if decade < -4 || decade >= 9 {
    let tail = digits.dropFirst()
    let size = decade.magnitude < 10 ? "0\(decade.magnitude)" : "\(decade.magnitude)"
    return sign + String(digits.prefix(1)) + (tail.isEmpty ? "" : "." + tail) + "e"
      + (decade < 0 ? "-" : "+") + size
  }
  if exponent >= 0 { return sign + digits + String(repeating: "0", count: exponent) }
  if decade < 0 { return sign + "0." + String(repeating: "0", count: -decade - 1) + digits }
  return sign + digits.prefix(decade + 1) + "." + digits.dropFirst(decade + 1)
}
