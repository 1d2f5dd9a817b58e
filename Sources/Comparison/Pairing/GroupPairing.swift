import KaldiIO

extension CaseComparison {
  /// Compares named objects with whichever case they belong to.
  ///
  /// The folder's name settles it unless something speaks against that case (`tflstm-binary` is
  /// about `tflstm` when its numbers say so too), then names that begin with a case's (`sru-out`),
  /// then the numbers; a shape alone says nothing.
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
    var isCompared = false
    for index in groups.keys.sorted() {
      guard let group = groups[index] else { continue }
      if fit(of: group, with: index).isPossible {
        compareNamed(group, with: index)
        isCompared = true
      } else {
        rest.tensors += group.tensors
      }
    }
    guard !rest.tensors.isEmpty || !isCompared else {
      settleOthers(rest, names: nil, case: nil)
      return
    }
    var best: (index: Int, fit: CaseFit)?
    for index in cases.indices {
      let fit = fit(of: rest, with: index)
      guard fit.isShown, best.map({ fit.isBetter(than: $0.fit) }) ?? true else { continue }
      best = (index, fit)
    }
    if let best {
      compareNamed(rest, with: best.index)
    } else {
      for actual in rest.tensors { unrecognised(actual) }
      settleOthers(rest, names: nil, case: nil)
    }
  }

  /// The case that a folder's name speaks of.
  private func caseIndex(named folder: String, _ dump: Dump) -> Int? {
    if let exact = cases.firstIndex(where: { $0.name == folder }) {
      // A folder without matrices is about the case too: what it holds is reported against it.
      if dump.tensors.isEmpty { return exact }
      let fit = fit(of: dump, with: exact)
      return fit.isPossible && !fit.isOnOtherData ? exact : nil
    }
    let begun = cases.indices.filter { index in
      guard let name = cases[index].name, folder.hasPrefix(name), folder.count > name.count else {
        return false
      }
      return "-_.".contains(folder[folder.index(folder.startIndex, offsetBy: name.count)])
    }
    guard
      let longest = begun.max(by: { cases[$0].name?.count ?? 0 < cases[$1].name?.count ?? 0 }),
      fit(of: dump, with: longest).isShown
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

  /// How well named objects fit a case.
  private func fit(of dump: Dump, with index: Int) -> CaseFit {
    var probe = options
    probe.smallestPassing = false
    let pairing = CasePairing(cases[index], dump.tensors, options: probe)
    let judgements = pairing.pairs.map { judge($0.expected, against: $0.actual, options: probe) }
    return CaseFit(judgements, leftOver: pairing.leftOver, of: cases[index])
  }
}
