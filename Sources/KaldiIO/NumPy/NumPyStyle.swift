public import Tensors

/// Prints arrays as NumPy 1.13 prints them under `precision=8, suppress=True`, the form of the seed
/// notebooks' outputs.
///
///     [[  1.     2.5 ]
///      [ 10.    -0.25]]
///
/// Every number of an array gets the same width: a column for the sign always, the longest integer
/// part, the longest fraction. Nothing is elided, however large the array. Rows wrap where the next
/// number would end beyond column 75. From 1e8 on the whole array is printed with exponents.
public enum NumPyStyle {
  /// Prints an array of floating-point numbers, without a final newline.
  public static func text(of tensor: Tensor<Double>) -> String {
    let words =
      tensor.elements.contains { $0.isFinite && $0.magnitude >= 1e8 }
      ? scientificWords(tensor.elements) : positionalWords(tensor.elements)
    return layOut(words, shape: tensor.shape)
  }

  /// Prints an array of whole numbers, which have no point, without a final newline.
  public static func text(ofIntegers tensor: Tensor<Int>) -> String {
    layOut(padded(tensor.elements.map(String.init)), shape: tensor.shape)
  }

  // MARK: Brackets and lines

  private static let lineWidth = 75

  /// Nests words in brackets, one pair an axis; matrices of a higher array stand an empty line apart.
  private static func layOut(_ words: [String], shape: [Int]) -> String {
    guard !words.isEmpty else { return "[]" }
    return block(words[...], shape: shape[...], indent: 1)
  }

  private static func block(
    _ words: ArraySlice<String>, shape: ArraySlice<Int>, indent: Int
  ) -> String {
    let margin = String(repeating: " ", count: indent)
    guard shape.count > 1, let count = shape.first else {
      return "[" + row(words, margin: margin) + "]"
    }
    let size = words.count / count
    let gap = String(repeating: "\n", count: shape.count - 1)
    var text = "["
    for i in 0..<count {
      let start = words.startIndex + i * size
      if i > 0 { text += gap + margin }
      text += block(words[start..<start + size], shape: shape.dropFirst(), indent: indent + 1)
    }
    return text + "]"
  }

  private static func row(_ words: ArraySlice<String>, margin: String) -> String {
    var lines: [String] = []
    var line = margin
    for (index, word) in words.enumerated() {
      if index > 0 { line += " " }
      if line.utf8.count + word.utf8.count > lineWidth {
        lines.append(withoutTrailingBlanks(line))
        line = margin
      }
      line += word
    }
    return (lines + [line]).joined(separator: "\n").dropFirst(margin.utf8.count).description
  }

  private static func withoutTrailingBlanks(_ line: String) -> String {
    let end = line.lastIndex { $0 != " " }.map { line.index(after: $0) }
    return String(line[..<(end ?? line.startIndex)])
  }

  private static func padded(_ words: [String], to least: Int = 0) -> [String] {
    let width = max(least, words.map(\.utf8.count).max() ?? 0)
    return words.map { String(repeating: " ", count: width - $0.utf8.count) + $0 }
  }

  // MARK: Words

  /// The words for NaN and the infinities, nil for a finite number.
  private static func special(_ value: Double) -> String? {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return nil
  }

  private static func positionalWords(_ values: [Double]) -> [String] {
    var left = 0
    var right = 0
    let parts = values.map { value -> (whole: String, fraction: String)? in
      guard value.isFinite else { return nil }
      let (whole, fraction) = positional(value.magnitude)
      left = max(left, 1 + whole.utf8.count)
      right = max(right, fraction.utf8.count)
      return (value.sign == .minus ? "-" + whole : whole, fraction)
    }
    let words = zip(parts, values).map { part, value in
      guard let part else { return special(value) ?? "" }
      let blank = String(repeating: " ", count: right - part.fraction.utf8.count)
      return part.whole + "." + part.fraction + blank
    }
    // "-inf" is given room whenever the array holds anything that is not finite.
    let width = left + 1 + right
    return padded(words, to: values.allSatisfy(\.isFinite) ? width : max(width, 4))
  }

  private static func scientificWords(_ values: [Double]) -> [String] {
    var exponentDigits = 2
    let parts = values.map { value -> (mantissa: String, exponent: Int)? in
      guard value.isFinite else { return nil }
      let (digits, exponent) = scientific(value.magnitude)
      exponentDigits = max(exponentDigits, String(abs(exponent)).utf8.count)
      let sign = value.sign == .minus ? "-" : ""
      return ("\(sign)\(digits.prefix(1)).\(digits.dropFirst())", exponent)
    }
    let words = zip(parts, values).map { part, value in
      guard let part else { return special(value) ?? "" }
      let digits = String(abs(part.exponent))
      let zeros = String(repeating: "0", count: exponentDigits - digits.utf8.count)
      return part.mantissa + (part.exponent < 0 ? "e-" : "e+") + zeros + digits
    }
    // A blank, the sign, a digit, the point, eight digits, `e`, a sign, the exponent.
    return padded(words, to: 4 + precision + 2 + exponentDigits)
  }

  // MARK: Digits

  private static let precision = 8

  /// The digits before the point and those after it, rounded to eight, no zeros at the end.
  private static func positional(_ magnitude: Double) -> (whole: String, fraction: String) {
    guard magnitude != 0 else { return ("0", "") }
    let shortest = ShortestDecimal.of(magnitude)
    var digits = String(shortest.digits)
    var power = shortest.power
    let kept = digits.utf8.count + power + precision
    if power < -precision {
      // Below the last decimal at most one unit is left; 5e-9 itself lies just above the half.
      guard kept > 0 else { return ("0", kept == 0 && magnitude >= 5e-9 ? "00000001" : "") }
      let rounded = SignificantDecimal.exact(magnitude, digits: kept)
      digits = text(of: rounded.digits)
      power = rounded.exponent - (digits.utf8.count - 1)
    }
    if power >= 0 { return (digits + String(repeating: "0", count: power), "") }
    let missing = max(0, 1 - power - digits.utf8.count)
    digits = String(repeating: "0", count: missing) + digits
    return (String(digits.dropLast(-power)), String(digits.suffix(-power)))
  }

  /// Nine digits, and the power of ten of the first.
  private static func scientific(_ magnitude: Double) -> (digits: String, exponent: Int) {
    let count = precision + 1
    guard magnitude != 0 else { return (String(repeating: "0", count: count), 0) }
    let (rounded, exponent) = SignificantDecimal.exact(magnitude, digits: count)
    return (text(of: rounded + Array(repeating: 0, count: count - rounded.count)), exponent)
  }

  private static func text(of digits: [UInt8]) -> String {
    digits.map { String($0) }.joined()
  }
}
