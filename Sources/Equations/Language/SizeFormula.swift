/// A size worked out from others, such as `(D - F) / S + 1` or `4*H`.
public indirect enum SizeFormula: Sendable, Hashable {
  /// A number.
  case number(Int)
  /// A size by its letter.
  case letter(String)
  /// A sum.
  case sum(SizeFormula, SizeFormula)
  /// A difference.
  case difference(SizeFormula, SizeFormula)
  /// A product.
  case product(SizeFormula, SizeFormula)
  /// A quotient that must come out whole.
  case quotient(SizeFormula, SizeFormula)

  /// The size at given letters.
  ///
  /// - Parameter sizes: The letters' values.
  /// - Returns: The size; nil where a quotient leaves a rest, a number overflows or a letter is unknown.
  public func value(_ sizes: [String: Int]) -> Int? {
    func two(
      _ a: SizeFormula, _ b: SizeFormula,
      _ combine: (Int) -> (Int) -> (partialValue: Int, overflow: Bool)
    ) -> Int? {
      guard let x = a.value(sizes), let y = b.value(sizes) else { return nil }
      let (value, overflow) = combine(x)(y)
      return overflow ? nil : value
    }
    switch self {
    case .number(let value): return value
    case .letter(let letter): return sizes[letter]
    case .sum(let a, let b): return two(a, b, Int.addingReportingOverflow)
    case .difference(let a, let b): return two(a, b, Int.subtractingReportingOverflow)
    case .product(let a, let b): return two(a, b, Int.multipliedReportingOverflow)
    case .quotient(let a, let b):
      guard let x = a.value(sizes), let y = b.value(sizes), y > 0, x % y == 0 else { return nil }
      return x / y
    }
  }

  /// The letters it needs.
  var letters: Set<String> {
    switch self {
    case .number: []
    case .letter(let letter): [letter]
    case .sum(let a, let b), .difference(let a, let b), .product(let a, let b),
      .quotient(let a, let b):
      a.letters.union(b.letters)
    }
  }
}

extension SizeFormula: CustomStringConvertible {
  /// The formula as it is written.
  public var description: String {
    switch self {
    case .number(let value): "\(value)"
    case .letter(let letter): letter
    case .sum(let a, let b): "\(a) + \(b)"
    case .difference(let a, let b): "\(a) - \(b)"
    case .product(let a, let b): "\(a.inBrackets)*\(b.inBrackets)"
    case .quotient(let a, let b): "\(a.inBrackets) / \(b.inBrackets)"
    }
  }

  private var inBrackets: String {
    switch self {
    case .sum, .difference: "(\(self))"
    default: description
    }
  }
}

extension Scanner {
  /// A size: sums of products of letters and numbers, brackets allowed.
  mutating func sizeFormula(depth: Int = 0) throws(LayerFileError) -> SizeFormula {
    guard depth < 16 else { throw error("fewer nested brackets") }
    var formula = try sizeProduct(depth: depth)
    while true {
      if take("+") {
        formula = .sum(formula, try sizeProduct(depth: depth))
      } else if take("-") {
        formula = .difference(formula, try sizeProduct(depth: depth))
      } else {
        return formula
      }
    }
  }

  private mutating func sizeProduct(depth: Int) throws(LayerFileError) -> SizeFormula {
    var formula = try sizeAtom(depth: depth)
    while true {
      if take("*") {
        formula = .product(formula, try sizeAtom(depth: depth))
      } else if take("/") {
        formula = .quotient(formula, try sizeAtom(depth: depth))
      } else {
        return formula
      }
    }
  }

  private mutating func sizeAtom(depth: Int) throws(LayerFileError) -> SizeFormula {
    if take("(") {
      let formula = try sizeFormula(depth: depth + 1)
      try expect(")")
      return formula
    }
    if let number = wholeNumber() { return .number(number) }
    guard let letter = identifier() else { throw error("a size such as H or 4*H") }
    return .letter(letter)
  }
}
