/// Which words of a prefix name the process that a line is of: a container, a job, a program's number.
///
/// No time, date, level or count is one: what is new on every line tells no lines apart.
struct LineTags {
  /// The places of the words that do, in the prefix.
  private let places: [Int]

  /// How many processes may share a log that is told apart.
  private static let mostNames = 16

  /// What names a process in prefixes of one pattern.
  init(in prefixes: [ArraySlice<UInt8>]) {
    let lines = prefixes.map(Self.words)
    guard let first = lines.first else {
      places = []
      return
    }
    var places: [Int] = []
    for place in first.indices where lines.allSatisfy({ $0.count == first.count }) {
      let words = Set(lines.map { $0[place] })
      guard words.count <= Self.mostNames, 2 * words.count <= lines.count else { continue }
      // `rank 0`: a number that a name stands before.
      let isNumber = words.allSatisfy { $0.allSatisfy(isDigit) }
      let isNumbered = isNumber && place > 0 && places.last == place - 1
      if isNumbered || words.allSatisfy(Self.isName) { places.append(place) }
    }
    self.places = places
  }

  /// The words of a prefix that name the process; empty where none does.
  func tag(of prefix: ArraySlice<UInt8>) -> String {
    if places.isEmpty { return "" }
    let words = Self.words(prefix)
    let own = places.filter { $0 < words.count }.map { String(decoding: words[$0], as: UTF8.self) }
    return own.joined(separator: " ")
  }

  private static func words(_ prefix: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    prefix.split { $0 == 0x20 || $0 == 0x09 }
  }

  /// Whether a word may name a process: neither time, date, level, nor a number by itself.
  private static func isName(_ word: ArraySlice<UInt8>) -> Bool {
    if LinePattern.isTime(word) { return false }
    let letters = word.filter { ($0 | 0x20) &- 0x61 < 26 || $0 >= 0x80 }
    if letters.isEmpty {
      // `0:` and `[12]` are ranks and processes; dates and fractions are none.
      let signs = word.filter { !isDigit($0) }
      return !signs.isEmpty && signs.count < word.count
        && signs.allSatisfy { "[](){}<>:#".utf8.contains($0) }
    }
    let text = String(decoding: letters, as: UTF8.self)
    let isCount = word.first.map { isDigit($0) || $0 == 0x2b } ?? false
    return !LinePattern.levels.contains(text.uppercased()) && !shortLevels.contains(text)
      && !calendar.contains(text) && !(isCount && units.contains(text))
  }

  private static let shortLevels: Set<String> = ["T", "D", "I", "N", "W", "E", "C", "F", "V"]
  private static let calendar: Set<String> = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Mon",
    "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "AM", "PM", "am", "pm", "UTC", "GMT", "Z",
  ]
  private static let units: Set<String> = ["ns", "us", "µs", "ms", "s", "m", "h", "d"]
}
