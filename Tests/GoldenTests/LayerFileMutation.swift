import Tensors

/// A text altered as a slip of the keyboard alters it, from a seed.
struct LayerFileMutation {
  private var generator: SplitMix64
  private var lines: [String]

  init(_ text: String, seed: UInt64) {
    generator = SplitMix64(seed: seed)
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for _ in 0..<pick(3) + 1 { mutate() }
  }

  var text: String { lines.joined(separator: "\n") }

  private mutating func pick(_ count: Int) -> Int { Int(generator.next() >> 1) % max(count, 1) }

  private mutating func mutate() {
    // A comment or an empty line would hide the slip.
    let places = lines.indices.filter { !lines[$0].isEmpty && !lines[$0].hasPrefix("#") }
    guard !places.isEmpty else { return }
    let place = places[pick(places.count)]
    switch pick(13) {
    case 0: lines.remove(at: place)
    case 1: lines.insert(lines[place], at: place)
    case 2: lines.swapAt(place, places[pick(places.count)])
    case 3...6: lines[place] = characters(lines[place])
    case 7, 8: lines[place] = number(lines[place])
    default: lines[place] = tokens(lines[place])
    }
  }

  private mutating func characters(_ line: String) -> String {
    var all = Array(line)
    let at = pick(all.count)
    let strange = Array("()[]{}*@+-=,.:;\"'#<>_ 0123456789abcdtkTNDHxé²σ\t\u{0}\u{301}\u{1F9EE}")
    switch pick(4) {
    case 0: all.remove(at: at)
    case 1: all.insert(all[at], at: at)
    case 2: all[at] = strange[pick(strange.count)]
    default: all.insert(strange[pick(strange.count)], at: at)
    }
    return String(all)
  }

  /// A number that stands in the line replaced by another.
  private mutating func number(_ line: String) -> String {
    var parts = pieces(line)
    let places = parts.indices.filter { parts[$0].allSatisfy(\.isNumber) }
    guard !places.isEmpty else { return tokens(line) }
    let others = ["0", "1", "2", "7", "17", "1e3", "-1", "999999999999999999999", "0.5", "1000001"]
    parts[places[pick(places.count)]] = others[pick(others.count)]
    return parts.joined()
  }

  private mutating func tokens(_ line: String) -> String {
    var parts = pieces(line)
    let at = pick(parts.count)
    switch pick(4) {
    case 0: parts.remove(at: at)
    case 1: parts.insert(parts[at], at: at)
    case 2: parts.swapAt(at, pick(parts.count))
    default:
      // A word of another line.
      let other = pieces(lines[pick(lines.count)])
      if !other.isEmpty { parts[at] = other[pick(other.count)] }
    }
    return parts.joined()
  }

  /// Words, numbers, and every other character by itself.
  private func pieces(_ line: String) -> [String] {
    var result: [String] = []
    var isWord = false
    for character in line {
      let belongs = character.isLetter || character.isNumber || character == "_"
      if belongs && isWord {
        result[result.count - 1].append(character)
      } else {
        result.append(String(character))
      }
      isWord = belongs
    }
    return result
  }
}
