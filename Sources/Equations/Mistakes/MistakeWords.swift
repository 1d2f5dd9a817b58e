/// Names in words, made from edits: `i: without pi * c[t-1]` is `i-without-pi-times-previous-c`.
///
/// The same edit has the same name in every version.
enum MistakeWords {
  static func name(of key: String) -> String {
    var words: [String] = []
    // 1-n² is the slope of n, as i*(1-i) is of i.
    let spelled = key.replacing(/\(1-([A-Za-z_0-9]+)²\)/) { "\($0.output.1)*(1-\($0.output.1))" }
    var rest = Substring(spelled)
    while let piece = next(&rest) { words.append(piece) }
    return words.joined(separator: "-")
  }

  private static let symbols: [(String, String)] = [
    ("*(1-", "slope"), (" @ ", "times"), (" * ", "times"), (" - ", "minus"), (" + ", "plus"),
    ("ᵀ", "turned"), ("²", "squared"), ("Σ", "sum"), ("[0<", ""), (">0]", "is-positive"),
  ]

  private static func next(_ rest: inout Substring) -> String? {
    while let first = rest.first {
      if first.isASCII && (first.isLetter || first.isNumber) || first == "_" {
        return identifier(&rest)
      }
      if let (symbol, word) = symbols.first(where: { rest.hasPrefix($0.0) }) {
        rest = rest.dropFirst(symbol.count)
        if word == "slope" {
          // y*(1-y): the second y and the bracket are part of it.
          if let end = rest.firstIndex(of: ")") { rest = rest[rest.index(after: end)...] }
          return "slope"
        }
        if !word.isEmpty { return word }
        continue
      }
      rest = rest.dropFirst()
    }
    return nil
  }

  /// A name with its block, and the frame or frequency block it is read from before it.
  private static func identifier(_ rest: inout Substring) -> String {
    var name = ""
    while let character = rest.first,
      character.isASCII && (character.isLetter || character.isNumber) || character == "_"
        || character == "." && rest.dropFirst().first?.isLetter == true
    {
      name.append(character == "." ? "-" : character)
      rest = rest.dropFirst()
    }
    guard rest.first == "[", let end = rest.firstIndex(of: "]") else { return name }
    let inside = rest[rest.index(after: rest.startIndex)..<end]
    guard inside.allSatisfy({ "tk+-,0123456789".contains($0) }) else { return name }
    rest = rest[rest.index(after: end)...]
    var prefix: [String] = []
    for shift in inside.split(separator: ",") {
      switch shift {
      case "t-1": prefix.append("previous")
      case "t+1": prefix.append("next")
      case "k-1": prefix.append("lower")
      case "k+1": prefix.append("upper")
      default:
        prefix.append(String(shift).replacing("-", with: "minus").replacing("+", with: "plus"))
      }
    }
    return (prefix + [name]).joined(separator: "-")
  }
}
