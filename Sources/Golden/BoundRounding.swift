/// The least number of a few significant decimal digits that is not below a bound.
///
/// The digits are found by exact comparisons of doubles read from decimal text, so that the result
/// is the same everywhere and never below the bound.
///
/// - Parameters:
///   - bound: A bound, not negative.
///   - count: How many digits; three unless told otherwise.
/// - Returns: The rounded bound; zero and infinity stay as they are.
func roundedUp(_ bound: Double, digits count: Int = 3) -> Double {
  guard bound > 0, bound.isFinite else { return bound }
  var (digits, exponent) = leadingDigits(of: bound, count)
  let limit = (0..<count).reduce(1) { limit, _ in 10 * limit }
  while true {
    let candidate = decimal(digits, exponent)
    if candidate >= bound { return candidate }
    digits += 1
    if digits == limit { (digits, exponent) = (limit / 10, exponent + 1) }
  }
}

/// The first digits of a number's shortest decimal, cut off, and the exponent of the last.
private func leadingDigits(of number: Double, _ count: Int) -> (digits: Int, exponent: Int) {
  // `description` is the shortest text that reads back, in one of two notations.
  let parts = number.description.split(separator: "e")
  var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
  let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
  var digits = String(mantissa[0])
  if mantissa.count > 1 {
    digits += mantissa[1]
    exponent -= mantissa[1].count
  }
  let significant = digits.drop { $0 == "0" }
  let padded = significant + String(repeating: "0", count: max(0, count - significant.count))
  return (Int(padded.prefix(count)) ?? 0, exponent + significant.count - count)
}

private func decimal(_ digits: Int, _ exponent: Int) -> Double {
  Double("\(digits)e\(exponent)") ?? .infinity
}
