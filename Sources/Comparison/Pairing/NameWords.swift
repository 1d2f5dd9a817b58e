/// A name in words, from which decorations are taken off at both ends.
struct NameWords: Sendable {
  private struct Word {
    var text: String
    /// Whether a `-`, `.`, `:`, space or bracket stands in front of it, not just `_` or a capital.
    var startsPiece: Bool
  }

  private var words: [Word] = []
  /// Whether a mark that says "gradient" was taken off.
  var isGradient = false

  /// The words that say "gradient of".
  static let gradientMarks: Set<String> = [
    "grad", "grads", "gradient", "gradients", "corr", "diff", "delta",
  ]
  /// Words that say how a thing is held, not what it is.
  private static let holders: Set<String> = ["param", "params", "parameter", "mat", "vec", "cu"]
  private static let makers: Set<String> = ["kaldi", "actual", "golden"]
  private static let devices: Set<String> = ["cpu", "gpu", "host", "kaldi", "actual"]
  /// Words that behind a point say what kind of thing the name in front is.
  private static let kinds: Set<String> = ["weight", "weights", "data", "value"]
  /// Words that with a number say when or where a thing was printed.
  private static let times: Set<String> = [
    "iter", "iteration", "step", "epoch", "batch", "minibatch", "run", "pass", "call", "frame",
    "rank", "job",
  ]
  /// Words that with a number name a component.
  private static let components: Set<String> = [
    "comp", "component", "layer", "nnet", "net", "module", "block", "rnn", "lstm", "tflstm", "sru",
    "fsmn", "vfsmn", "cell", "l",
  ]

  /// The words of some pieces.
  init(_ pieces: ArraySlice<[String]>) {
    for piece in pieces {
      for (index, text) in piece.enumerated() {
        words.append(Word(text: text, startsPiece: index == 0))
      }
    }
  }

  /// The letters and digits that are left.
  var core: String { words.map(\.text).joined() }

  /// Takes one word off; false when every word left belongs to the name.
  mutating func peel() -> Bool {
    guard words.count > 1, let first = words.first, let last = words.last else { return false }
    if Self.gradientMarks.contains(first.text) || first.text == "d" {
      isGradient = true
      words.removeFirst()
    } else if Self.isDecoration(first.text) || Self.makers.contains(first.text)
      || Int(first.text) != nil || Self.isNumbered(first.text, among: Self.components)
    {
      words.removeFirst()
    } else if Self.gradientMarks.contains(last.text) {
      isGradient = true
      words.removeLast()
    } else if Self.isDecoration(last.text) || Self.devices.contains(last.text)
      || Int(last.text) != nil || Self.times.contains(last.text)
      || Self.isNumbered(last.text, among: Self.times)
      || (last.startsPiece && Self.kinds.contains(last.text))
    {
      words.removeLast()
    } else {
      return false
    }
    return true
  }

  /// Whether a word says only how a thing is held.
  static func isDecoration(_ word: String) -> Bool { holders.contains(word) }

  /// Whether a word is one of some with a number behind it.
  private static func isNumbered(_ word: String, among words: Set<String>) -> Bool {
    let letters = word.prefix { $0.isLetter }
    return letters.count < word.count && word.dropFirst(letters.count).allSatisfy(\.isNumber)
      && words.contains(String(letters))
  }

  // MARK: Taking names apart

  /// A name's letters and digits in lower case.
  static func squeezed(_ name: String) -> String {
    name.lowercased().filter { $0.isLetter || $0.isNumber }
  }

  /// White space, list marks and trailing underscores off; the last path component only.
  static func trimmed(_ name: String) -> String {
    var text = Substring(name)
    func isEdge(_ character: Character) -> Bool {
      character.isWhitespace || character == ":" || character == "=" || character == ","
        || character == "\"" || character == "'"
    }
    while let last = text.last, isEdge(last) || last == "_" { text.removeLast() }
    while let first = text.first, isEdge(first) { text.removeFirst() }
    if let slash = text.lastIndex(of: "/") { text = text[text.index(after: slash)...] }
    for ending in [".mat", ".vec", ".txt", ".npy", ".csv", ".bin", ".ark"]
    where text.hasSuffix(ending) && text.count > ending.count {
      text.removeLast(ending.count)
    }
    while let last = text.last, last == "_" { text.removeLast() }
    return String(text)
  }

  /// The pieces between `-`, `.`, `:`, spaces and brackets, each in its words: parts between `_`, or
  /// that begin with a capital (`WGifoX` is `w`, `gifo`, `x`).
  static func pieces(of name: String) -> [[String]] {
    name.split(whereSeparator: { "-.:/ []()".contains($0) }).map { piece in
      piece.split(separator: "_").flatMap { capitalised(Array($0)) }
    }.filter { !$0.isEmpty }
  }

  private static func capitalised(_ letters: [Character]) -> [String] {
    var words: [String] = []
    var word = ""
    for (index, letter) in letters.enumerated() {
      let next = index + 1 < letters.count ? letters[index + 1] : nil
      let begins =
        index > 0 && letter.isUppercase
        && (!letters[index - 1].isUppercase || next?.isLowercase == true)
      if begins {
        words.append(word)
        word = ""
      }
      word += letter.lowercased()
    }
    return words + [word]
  }
}
