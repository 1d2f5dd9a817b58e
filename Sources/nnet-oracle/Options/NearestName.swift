/// How many single-character edits (insert, delete, replace, swap neighbours) turn one word into
/// another.
func editDistance(_ first: String, _ second: String) -> Int {
  let first = Array(first.lowercased())
  let second = Array(second.lowercased())
  var twoBack: [Int] = []
  var previous = Array(0...second.count)
  for i in 0..<first.count {
    var current = [i + 1]
    for j in 0..<second.count {
      var distance = min(
        previous[j + 1] + 1, current[j] + 1, previous[j] + (first[i] == second[j] ? 0 : 1))
      if i > 0 && j > 0 && first[i] == second[j - 1] && first[i - 1] == second[j] {
        distance = min(distance, twoBack[j - 1] + 1)
      }
      current.append(distance)
    }
    twoBack = previous
    previous = current
  }
  return previous[second.count]
}

/// The candidate that a mistyped word most likely meant, the first of equals.
///
/// A candidate that the word begins counts as near (`insp` for `inspect`), one that differs in more
/// than a third of its letters does not.
func nearestName(to word: String, among candidates: [String]) -> String? {
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    let isStart = word.count >= 3 && candidate.hasPrefix(word.lowercased())
    let distance = isStart ? 1 : editDistance(word, candidate)
    let allowed = max(1, max(word.count, candidate.count) / 3)
    if distance <= allowed && distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

/// The end of a message about an unknown name: what was probably meant, or what there is.
func suggestion(for word: String, among candidates: [String], prefix: String = "") -> String {
  if let name = nearestName(to: word, among: candidates) {
    return "did you mean '\(prefix)\(name)'?"
  }
  guard !candidates.isEmpty else { return "there is none" }
  return "there is " + candidates.map { prefix + $0 }.joined(separator: ", ")
}
