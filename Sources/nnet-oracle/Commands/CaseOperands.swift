import Golden

/// The cases that a command line names; all of them if it names none.
func goldenCases(named names: [String]) throws(Trouble) -> [GoldenCase] {
  guard !names.isEmpty else { return Catalogue.cases }
  var cases: [GoldenCase] = []
  for name in names where !cases.contains(where: { $0.name == name }) {
    cases.append(try goldenCase(named: name))
  }
  return cases
}

/// The case of a name.
func goldenCase(named name: String) throws(Trouble) -> GoldenCase {
  if let found = Catalogue.cases.first(where: { $0.name == name }) { return found }
  throw Trouble(
    "unknown case '\(name)': \(suggestion(for: name, among: Catalogue.cases.map(\.name)))")
}

extension GoldenCase {
  /// The case with settings changed as `--set` gives them, `K=V` each.
  func changed(by settings: [String]) throws(Trouble) -> GoldenCase {
    var changed = self
    for text in settings {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw Trouble("--set \(text): expected K=V, such as T=7 or x=-1:1")
      }
      let key = String(parts[0])
      do {
        try changed.settings.set(key, to: String(parts[1]), ofCase: name)
      } catch {
        if case .unknownSetting(let name, _, let known) = error {
          throw Trouble(
            "case \(name) has no setting '\(key)': \(suggestion(for: key, among: known))")
        }
        throw Trouble(error)
      }
    }
    return changed
  }
}
