/// Finds the expected tensor that a decorated name stands for.
///
/// Producers decorate: `param-w_xfrh.mat`, `grad-w_xfrh.vec`, `w_xfrh_corr_`, `mat_out`,
/// `tflstm-in`, `03-out_diff`, `comp3_bias`, `out.iter0`, `lstm1.w_gifo_x.weight`, `w-gifo-x`,
/// `WGifoX`, `dWx`, `delta_w_xfrh`. Names are compared by their letters and digits alone, and the
/// decoration is taken off word by word; a mark that says "gradient" is never dropped, so
/// `grad-bias` cannot become `bias`.
struct NameMatching: Sendable {
  /// The names to be found.
  private let names: Set<String>
  /// The names by their letters and digits in lower case; those that two names share are left out.
  private let bySqueezed: [String: String]

  /// A matching over the names of one view.
  init(names: [String]) {
    self.names = Set(names)
    var table: [String: String] = [:]
    var doubled: Set<String> = []
    for name in self.names {
      let squeezed = NameWords.squeezed(name)
      if table.updateValue(name, forKey: squeezed) != nil { doubled.insert(squeezed) }
    }
    for name in doubled { table[name] = nil }
    bySqueezed = table
  }

  /// An expected name, and what stood before it in the producer's (`tflstm` in `tflstm-in`).
  struct Match: Sendable, Equatable {
    /// The expected name.
    var name: String
    /// What was dropped in front; empty for a name that is only decorated.
    var prefix: String
  }

  /// The expected name that a producer's name stands for.
  func match(_ decorated: String) -> Match? {
    let trimmed = NameWords.trimmed(decorated)
    guard !trimmed.isEmpty else { return nil }
    if let name = find(trimmed) { return Match(name: name, prefix: "") }
    let pieces = NameWords.pieces(of: trimmed)
    for start in pieces.indices {
      // A word in front may be anything: a component's name, a layer's, a count.
      let front = pieces[..<start].joined()
      var words = NameWords(pieces[start...])
      words.isGradient = front.contains { NameWords.gradientMarks.contains($0) }
      repeat {
        if let name = find(words.core, isGradient: words.isGradient) {
          let prefix = front.filter { !NameWords.isDecoration($0) && Int($0) == nil }
          return Match(name: name, prefix: prefix.joined(separator: "-"))
        }
      } while words.peel()
    }
    return nil
  }

  /// Whether a name is marked as a parameter or as a parameter's gradient.
  static func isParameterLike(_ name: String) -> Bool {
    let words = NameWords.pieces(of: NameWords.trimmed(name)).joined()
    return words.contains {
      ["param", "params", "parameter", "grad", "gradient", "corr"].contains($0)
    }
  }

  private func find(_ name: String) -> String? {
    names.contains(name) ? name : bySqueezed[NameWords.squeezed(name)]
  }

  private func find(_ core: String, isGradient: Bool) -> String? {
    guard !core.isEmpty else { return nil }
    if isGradient { return gradient(of: core) }
    if let name = bySqueezed[core] { return name }
    // `dbias` is the gradient of `bias`, where there is a `bias`.
    if core.hasPrefix("d"), bySqueezed[String(core.dropFirst())] != nil,
      let name = gradient(of: String(core.dropFirst()))
    {
      return name
    }
    switch core {
    case "bposition": return bySqueezed["position"]
    case "position": return bySqueezed["bposition"]
    case "input": return bySqueezed["in"] ?? bySqueezed["x"]
    case "output": return bySqueezed["out"]
    default: return nil
    }
  }

  /// The gradient of a tensor by any of the forms it goes by.
  private func gradient(of base: String) -> String? {
    bySqueezed[base + "corr"] ?? bySqueezed["d" + base] ?? bySqueezed[base + "diff"]
  }
}
