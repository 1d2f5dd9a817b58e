/// Reads one logical line of a layer file, character by character.
///
/// A line goes on in the next one after a comma or inside brackets; `#` starts a comment. Errors name
/// the place of what was found.
struct Scanner {
  let file: String
  private let characters: [(character: Character, place: SourcePlace)]
  private(set) var index = 0
  private let end: SourcePlace

  init(file: String, characters: [(character: Character, place: SourcePlace)], end: SourcePlace) {
    self.file = file
    self.characters = characters
    self.end = end
    skipSpaces()
  }

  /// Cuts a text into logical lines without comments, empty ones left out.
  static func lines(of text: String, file: String) -> [Scanner] {
    var result: [Scanner] = []
    var current: [(character: Character, place: SourcePlace)] = []
    var depth = 0
    var number = 0
    func last(_ fallback: Int) -> SourcePlace {
      var place = current.last?.place ?? SourcePlace(line: fallback, column: 1)
      if !current.isEmpty { place.column += 1 }
      return place
    }
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      var inString = false
      for (column, character) in line.enumerated() {
        if character == "\"" { inString.toggle() }
        if character == "#" && !inString { break }
        if !inString {
          if "([".contains(character) { depth += 1 }
          if ")]".contains(character) { depth = max(0, depth - 1) }
        }
        current.append((character, SourcePlace(line: number, column: column + 1)))
      }
      while let item = current.last, item.character.isWhitespace { current.removeLast() }
      guard let final = current.last else { continue }
      if depth > 0 || final.character == "," {
        current.append((" ", SourcePlace(line: number, column: final.place.column + 1)))
        continue
      }
      result.append(Scanner(file: file, characters: current, end: last(number)))
      current = []
      depth = 0
    }
    if !current.isEmpty {
      result.append(Scanner(file: file, characters: current, end: last(number)))
    }
    return result
  }

  var isAtEnd: Bool { index >= characters.count }
  /// Where the next character stands.
  var place: SourcePlace { isAtEnd ? end : characters[index].place }
  var next: Character? { isAtEnd ? nil : characters[index].character }

  private mutating func skipSpaces() {
    while let character = next, character.isWhitespace { index += 1 }
  }

  /// The next word or character, for an error.
  var found: String {
    guard let first = next else { return "the end of the line" }
    var copy = self
    if let word = copy.identifier() { return "'\(word)'" }
    return "'\(first)'"
  }

  func error(_ expected: String) -> LayerFileError {
    LayerFileError(file: file, place: place, found: found, expected: expected)
  }

  /// A letter or underscore, then letters, digits and underscores.
  mutating func identifier() -> String? {
    guard let first = next, first.isASCII, first.isLetter || first == "_" else { return nil }
    var word = ""
    while let character = next, character.isASCII,
      character.isLetter || character.isNumber || character == "_"
    {
      word.append(character)
      index += 1
    }
    skipSpaces()
    return word
  }

  mutating func expectIdentifier(_ what: String) throws(LayerFileError) -> String {
    guard let word = identifier() else { throw error(what) }
    return word
  }

  /// Characters up to a space or a separator: names with hyphens, file words, ranges.
  mutating func word(_ what: String) throws(LayerFileError) -> String {
    var word = ""
    while let character = next, !character.isWhitespace, !",=\"".contains(character) {
      word.append(character)
      index += 1
    }
    guard !word.isEmpty else { throw error(what) }
    skipSpaces()
    return word
  }

  /// A text in double quotes.
  mutating func quoted(_ what: String) throws(LayerFileError) -> String {
    guard next == "\"" else { throw error(what) }
    index += 1
    var text = ""
    while let character = next, character != "\"" {
      text.append(character)
      index += 1
    }
    guard next == "\"" else { throw error("a closing quotation mark") }
    index += 1
    skipSpaces()
    return text
  }

  /// What is left of the line.
  mutating func rest() -> String {
    let text = String(characters[index...].map(\.character))
    index = characters.count
    return text
  }

  /// Whether a symbol comes next; if so it is read.
  mutating func take(_ symbol: String) -> Bool {
    guard index + symbol.count <= characters.count,
      zip(symbol, characters[index...]).allSatisfy({ $0 == $1.character })
    else { return false }
    index += symbol.count
    skipSpaces()
    return true
  }

  /// Whether a word comes next, whole; if so it is read.
  mutating func takeWord(_ word: String) -> Bool {
    var copy = self
    guard copy.identifier() == word else { return false }
    self = copy
    return true
  }

  mutating func expect(_ symbol: String) throws(LayerFileError) {
    guard take(symbol) else { throw error("'\(symbol)'") }
  }

  mutating func expectEnd() throws(LayerFileError) {
    guard isAtEnd else { throw error("the end of the line") }
  }

  /// A whole number without a sign.
  mutating func wholeNumber() -> Int? {
    var copy = self
    var digits = ""
    while let character = copy.next, character.isASCII, character.isNumber {
      digits.append(character)
      copy.index += 1
    }
    guard let value = Int(digits) else { return nil }
    copy.skipSpaces()
    self = copy
    return value
  }

  /// A decimal number without a sign.
  mutating func number() -> Double? {
    guard let first = next, first.isASCII, first.isNumber else { return nil }
    var copy = self
    var digits = ""
    while let character = copy.next,
      character.isASCII,
      character.isNumber || ".eE".contains(character)
        || ("+-".contains(character) && "eE".contains(digits.last ?? " "))
    {
      digits.append(character)
      copy.index += 1
    }
    guard let value = Double(digits), value.isFinite else { return nil }
    copy.skipSpaces()
    self = copy
    return value
  }

  /// Items separated by commas, to the end of the line.
  mutating func list(
    _ item: (inout Scanner) throws(LayerFileError) -> Void
  ) throws(LayerFileError) {
    repeat { try item(&self) } while take(",")
    try expectEnd()
  }
}
