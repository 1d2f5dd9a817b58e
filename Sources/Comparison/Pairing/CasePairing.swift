import KaldiIO

/// The dump's objects that belong to one case, paired by name.
struct CasePairing: Sendable {
  /// An expected tensor and what the dump has for it.
  struct Pair: Sendable {
    /// What should be there.
    var expected: ExpectedTensor
    /// What is there.
    var actual: ActualTensor
  }

  /// The pairs, in the order of the expected side, then the dump's.
  var pairs: [Pair] = []
  /// Objects that no expected name fits.
  var leftOver: [ActualTensor] = []

  /// Pairs by the user's map, then by name.
  ///
  /// An archive may hold several cases' tensors (`tflstm-in`, `sru-in`): as soon as one name
  /// carries this case's name in front, those with another word in front belong elsewhere.
  init(_ expected: ExpectedCase, _ actuals: [ActualTensor], options: ComparisonOptions) {
    if expected.tensors.count == 1, actuals.count == 1 {
      // One file held against one file: they are meant for each other, whatever they are called.
      pairs = [Pair(expected: expected.tensors[0], actual: actuals[0])]
      return
    }
    let names = NameMatching(names: expected.tensors.map(\.name))
    var places: [String: Int] = [:]
    for (index, tensor) in expected.tensors.enumerated() { places[tensor.name] = index }
    let matches = actuals.map { actual -> (name: String, prefix: String)? in
      if let settled = CasePairing.settled(actual, in: expected, options: options) {
        return (settled, "")
      }
      return names.match(actual.name).map { ($0.name, $0.prefix) }
    }
    let own = expected.name.map { Self.plain($0) }
    let namesThisCase =
      own != nil
      && matches.contains { match in
        guard let match, !match.prefix.isEmpty else { return false }
        return Self.plain(match.prefix) == own
      }
    var found: [[ActualTensor]] = Array(repeating: [], count: expected.tensors.count)
    for (actual, match) in zip(actuals, matches) {
      guard let match, let place = places[match.name],
        match.prefix.isEmpty || !namesThisCase || Self.plain(match.prefix) == own
      else {
        leftOver.append(actual)
        continue
      }
      found[place].append(actual)
    }
    for (tensor, actuals) in zip(expected.tensors, found) {
      for actual in actuals { pairs.append(Pair(expected: tensor, actual: actual)) }
    }
  }

  /// The expected name that `--map` settles for an object.
  static func settled(
    _ actual: ActualTensor, in expected: ExpectedCase, options: ComparisonOptions
  ) -> String? {
    for pair in options.map where Self.names(actual, as: pair.actual) {
      let parts = pair.expected.split(separator: "/", maxSplits: 1).map(String.init)
      let name = parts.last ?? pair.expected
      if parts.count == 2, let own = expected.name, parts[0] != own { continue }
      if expected.tensors.contains(where: { $0.name == pair.expected }) { return pair.expected }
      if expected.tensors.contains(where: { $0.name == name }) { return name }
    }
    return nil
  }

  /// Whether a user's word means this object: its name, key, or file with or without ending.
  private static func names(_ actual: ActualTensor, as word: String) -> Bool {
    if actual.name == word || actual.origin.key == word { return true }
    if actual.origin.key != nil { return false }
    let file = actual.origin.file
    guard let slash = file.lastIndex(of: "/") else { return file == word }
    return file == word || file[file.index(after: slash)...] == word
  }

  /// A name in lower case without punctuation, for comparing case names.
  static func plain(_ name: String) -> String {
    String(name.lowercased().filter { $0.isLetter || $0.isNumber })
  }
}
