import KaldiIO

extension CaseComparison {
  /// Compares named objects with whichever case they belong to.
  ///
  /// The folder's name settles it (`tflstm-binary` is about `tflstm` when its values say so too),
  /// then names that begin with a case's (`sru-out`), then the values.
  ///
  /// - Parameters:
  ///   - dump: The objects of one folder or file.
  ///   - folder: The folder's own name.
  mutating func compareAmongAll(_ dump: Dump, folder: String?) {
    if cases.count == 1 {
      compareNamed(dump, with: 0)
      return
    }
    if let folder, let index = caseIndex(named: folder, dump) {
      compareNamed(dump, with: index)
      return
    }
    var groups: [Int: Dump] = [:]
    var rest = dump
    rest.tensors = []
    for actual in dump.tensors {
      if let index = caseIndex(inName: actual.name) {
        groups[index, default: Dump()].tensors.append(actual)
      } else {
        rest.tensors.append(actual)
      }
    }
    for index in groups.keys.sorted() {
      if let group = groups[index] { compareNamed(group, with: index) }
    }
    guard !rest.tensors.isEmpty || groups.isEmpty else {
      settleOthers(rest, names: nil, case: nil)
      return
    }
    let scored = cases.indices.map { ($0, score(rest, with: $0)) }
    if let best = scored.max(by: { $0.1 < $1.1 }), best.1 > 0 {
      compareNamed(rest, with: scored.first { $0.1 == best.1 }?.0 ?? best.0)
    } else {
      for actual in rest.tensors { unrecognised(actual) }
      settleOthers(rest, names: nil, case: nil)
    }
  }

  /// The case that a folder's name speaks of.
  private func caseIndex(named folder: String, _ dump: Dump) -> Int? {
    if let exact = cases.firstIndex(where: { $0.name == folder }) { return exact }
    let begun = cases.indices.filter { index in
      guard let name = cases[index].name, folder.hasPrefix(name) else { return false }
      return "-_.".contains(folder[folder.index(folder.startIndex, offsetBy: name.count)])
    }
    guard
      let longest = begun.max(by: { cases[$0].name?.count ?? 0 < cases[$1].name?.count ?? 0 }),
      score(dump, with: longest) >= 1000
    else { return nil }
    return longest
  }

  /// The case whose name stands in front of an object's.
  private func caseIndex(inName name: String) -> Int? {
    let plain = name.lowercased()
    let begun = cases.indices.filter { index in
      guard let own = cases[index].name?.lowercased(), plain.hasPrefix(own),
        plain.count > own.count
      else { return false }
      guard "-_.:/".contains(plain[plain.index(plain.startIndex, offsetBy: own.count)]) else {
        return false
      }
      return NameMatching(names: cases[index].tensors.map(\.name)).match(name) != nil
    }
    return begun.max { cases[$0].name?.count ?? 0 < cases[$1].name?.count ?? 0 }
  }

  /// How well named objects fit a case: matching values count most, fitting names little.
  private func score(_ dump: Dump, with index: Int) -> Int {
    var probe = options
    probe.smallestPassing = false
    let pairing = CasePairing(cases[index], dump.tensors, options: probe)
    var score = 0
    for pair in pairing.pairs {
      let judgement = judge(pair.expected, against: pair.actual, options: probe)
      score += judgement.isMismatch ? (judgement.isComparable ? 1 : 0) : 1000
    }
    return score
  }
}
