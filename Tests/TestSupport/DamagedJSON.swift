/// Seeded damage to a JSON text: values that no reader should believe, and pieces gone or doubled.
///
/// - Parameters:
///   - text: Sound JSON.
///   - generator: The randomness.
/// - Returns: The text with one to three pieces of damage; it may be JSON or not.
public func damagedJSON(_ text: String, _ generator: inout SeededGenerator) -> String {
  let values = [
    "-1", "0", "1", "4611686018427387904", "9223372036854775807", "-9223372036854775808", "1e308",
    "1e999", "0.5", "null", "true", "\"x\"", "\"\"", "[]", "{}", "[3, 9223372036854775807]",
    "\"../x\"",
    "\"/etc/passwd\"", "\"touch PWNED |\"", "\"-\"", "\"\\u0000\"", "\"\\ud800\"",
  ]
  // Numbers, strings and signs each are a piece.
  var pieces: [String] = []
  var isInString = false
  for character in text {
    let isQuote = character == "\""
    let joins = isInString || (character.isNumber && pieces.last?.last?.isNumber == true)
    if joins, let last = pieces.indices.last {
      pieces[last].append(character)
    } else {
      pieces.append(String(character))
    }
    if isQuote { isInString.toggle() }
  }
  for _ in 0...generator.next(below: 3) where !pieces.isEmpty {
    let place = generator.next(below: pieces.count)
    switch generator.next(below: 8) {
    case 0: pieces.remove(at: place)
    case 1: pieces.insert(pieces[place], at: place)
    case 2: pieces.removeSubrange(place..<min(pieces.count, place + 20))
    case 3: pieces.removeSubrange(place...)
    default:
      // A value in place of a number or a string, the next one from here on.
      let isValue = { (piece: String) in piece.first == "\"" || piece.first?.isNumber == true }
      if let found = pieces[place...].firstIndex(where: isValue) {
        pieces[found] = values[generator.next(below: values.count)]
      }
    }
  }
  return pieces.joined()
}
