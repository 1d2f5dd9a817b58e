/// Edits of filter taps.
extension EquationEdits {
  // MARK: Taps

  func tapEdits(_ taps: TapsTerm) -> [(TapsTerm, String)] {
    func changed(_ words: String, _ change: (inout TapsTerm) -> Void) -> (TapsTerm, String) {
      var result = taps
      change(&result)
      return (result, "\(words) in \(Printer.text(Term(.taps(taps))))")
    }
    var edits = [
      changed("each filter row one frame too near") { $0.start -= 1 },
      changed("one term too many") { $0.extra += 1 },
      changed("one term too few") { $0.extra -= 1 },
      changed("positions ignored") { $0.isUnbounded = true },
      changed("the other direction") { $0.isAhead.toggle() },
    ]
    for other in layer.counts where other.name != taps.counts {
      edits.append(changed("the positions \(other.name)") { $0.counts = other.name })
    }
    if taps.first > 0 { edits.append(changed("filter rows one too low") { $0.first -= 1 }) }
    return edits
  }

  /// One mistake made in all taps of the layer.
  var everyTap: [EquationEdit] {
    let places = equations.indices.flatMap { index in
      equations[index].terms.indices.compactMap { place -> (Int, Int, TapsTerm)? in
        if case .taps(let taps) = equations[index].terms[place].kind { return (index, place, taps) }
        return nil
      }
    }
    guard places.count > 1 else { return [] }
    let kinds: [(String, (inout TapsTerm) -> Void)] = [
      ("each filter row one frame too near", { $0.start -= 1 }),
      ("one term too many", { $0.extra += 1 }), ("one term too few", { $0.extra -= 1 }),
      ("positions ignored", { $0.isUnbounded = true }),
      ("the other direction", { $0.isAhead.toggle() }),
    ]
    return kinds.map { words, change in
      var changed: [Int: Equation] = [:]
      for (index, place, taps) in places {
        var taps = taps
        change(&taps)
        changed[index, default: equations[index]].terms[place].kind = .taps(taps)
      }
      return EquationEdit(
        index: places[0].0,
        replacements: changed.sorted { $0.key < $1.key }.map { ($0.key, [$0.value]) },
        key: "every filter: \(words)", explanation: "in every filter, \(words)")
    }
  }
}
