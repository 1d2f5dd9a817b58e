/// The right-hand side of an equation as it is written.
indirect enum Syntax: Sendable {
  case number(Double, SourcePlace)
  case name(NameSyntax)
  case sum([(isNegative: Bool, Syntax)], SourcePlace)
  case product([Syntax], SourcePlace)
  case matrix(Syntax, Syntax, SourcePlace)
  case call(String, [Syntax], SourcePlace)

  var place: SourcePlace {
    switch self {
    case .number(_, let place), .sum(_, let place), .product(_, let place),
      .matrix(_, _, let place),
      .call(_, _, let place):
      place
    case .name(let name): name.place
    }
  }
}

/// A name with its block, shift, row, or first row.
struct NameSyntax: Sendable {
  var name: String
  var block: String?
  var shift = Shift.none
  var row: Int?
  var firstRow: Int?
  var place: SourcePlace
}

extension Scanner {
  /// A sum of terms.
  mutating func expression(depth: Int = 0) throws(LayerFileError) -> Syntax {
    guard depth < 32 else { throw error("fewer nested brackets") }
    let start = place
    var isNegative = take("-")
    var items: [(isNegative: Bool, Syntax)] = []
    while true {
      items.append((isNegative, try term(depth: depth)))
      if take("+") {
        isNegative = false
      } else if take("-") {
        isNegative = true
      } else {
        break
      }
    }
    return items.count == 1 && !items[0].isNegative ? items[0].1 : .sum(items, start)
  }

  private mutating func term(depth: Int) throws(LayerFileError) -> Syntax {
    let start = place
    var left = try factor(depth: depth)
    while true {
      if take("*") {
        let right = try factor(depth: depth)
        if case .product(let factors, let place) = left {
          left = .product(factors + [right], place)
        } else {
          left = .product([left, right], start)
        }
      } else if take("@") {
        left = .matrix(left, try factor(depth: depth), start)
      } else {
        return left
      }
    }
  }

  private mutating func factor(depth: Int) throws(LayerFileError) -> Syntax {
    let start = place
    if let value = number() { return .number(value, start) }
    if take("(") {
      let inner = try expression(depth: depth + 1)
      try expect(")")
      return inner
    }
    guard let word = identifier() else {
      throw error("a quantity, weight, number or bracket")
    }
    if take("(") {
      var arguments: [Syntax] = []
      if !take(")") {
        repeat { arguments.append(try expression(depth: depth + 1)) } while take(",")
        try expect(")")
      }
      return .call(word, arguments, start)
    }
    var name = NameSyntax(name: word, place: start)
    if take(".") { name.block = try expectIdentifier("a block's name") }
    if take("[") { try index(&name) }
    return .name(name)
  }

  /// `[t-1]`, `[t+1, k-1]`, `[0]` or `[1:]`.
  private mutating func index(_ name: inout NameSyntax) throws(LayerFileError) {
    if let row = wholeNumber() {
      if take(":") { name.firstRow = row } else { name.row = row }
      return try expect("]")
    }
    repeat {
      let axis = try expectIdentifier("t or k, or a row's number")
      guard axis == "t" || axis == "k" else { throw error("t or k") }
      var distance = 0
      if !(next == "," || next == "]") {
        let isNegative = take("-")
        if !isNegative { try expect("+") }
        guard let size = wholeNumber(), (1...1000).contains(size) else {
          throw error("a distance from 1 to 1000")
        }
        distance = isNegative ? -size : size
      }
      if axis == "t" { name.shift.frames = distance } else { name.shift.blocks = distance }
    } while take(",")
    try expect("]")
  }
}
