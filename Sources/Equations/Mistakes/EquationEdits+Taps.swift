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
}
