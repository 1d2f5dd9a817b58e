/// Finds the expected tensor that a decorated name stands for.
///
/// Producers decorate: `param-w_xfrh.mat`, `grad-w_xfrh.vec`, `w_xfrh_corr_`, `mat_out`,
/// `tflstm-in`, `03-out_diff`. The decoration is taken off piece by piece; a mark that says
/// "gradient" is never dropped, so `grad-bias` cannot become `bias`.
struct NameMatching: Sendable {
  /// The names to be found.
  private let names: [String]
  private let byLowercase: [String: String]

  /// A matching over the names of one view.
  init(names: [String]) {
    self.names = names
    var table: [String: String] = [:]
    var doubled: Set<String> = []
    for name in names where table.updateValue(name, forKey: name.lowercased()) != nil {
      doubled.insert(name.lowercased())
    }
    for name in doubled { table[name] = nil }
    byLowercase = table
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
    let trimmed = NameMatching.trim(decorated)
    guard !trimmed.isEmpty else { return nil }
    if let name = find(trimmed) { return Match(name: name, prefix: "") }
    let (parts, isGradient) = NameMatching.split(trimmed)
    for start in parts.indices {
      let core = parts[start...].joined(separator: "-")
      for candidate in NameMatching.peel(core) {
        if let name = find(candidate, isGradient: isGradient) {
          return Match(name: name, prefix: parts[..<start].joined(separator: "-"))
        }
      }
    }
    return nil
  }

  private func find(_ name: String) -> String? {
    if names.contains(name) { return name }
    return byLowercase[name.lowercased()]
  }

  private func find(_ core: String, isGradient: Bool) -> String? {
    if !isGradient, let name = find(core) { return name }
    if let base = NameMatching.gradientBase(core) ?? (isGradient ? core : nil) {
      for form in [base + "_corr", "d" + base, base + "_diff"] {
        if let name = find(form) { return name }
      }
      return nil
    }
    switch core {
    case "bposition": return find("position")
    case "position": return find("bposition")
    case "input", "mat_in": return find("in") ?? find("x")
    case "output": return find("out")
    default: return nil
    }
  }

  /// White space, list marks and trailing underscores off; the last path component only.
  private static func trim(_ name: String) -> String {
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

  /// The pieces between `-`, `.`, `:` and spaces, with marks of a gradient taken out.
  private static func split(_ name: String) -> (parts: [String], isGradient: Bool) {
    var isGradient = false
    var parts: [String] = []
    for piece in name.split(whereSeparator: { "-.: []()".contains($0) }) {
      switch piece.lowercased() {
      case "grad", "gradient", "gradients", "corr", "diff": isGradient = true
      case "param", "params", "parameter", "mat", "vec", "cu": continue
      default: parts.append(String(piece))
      }
    }
    // A number in front or behind is a count of the producer's.
    while parts.count > 1, Int(parts[0]) != nil { parts.removeFirst() }
    while parts.count > 1, let last = parts.last, Int(last) != nil { parts.removeLast() }
    return (parts, isGradient)
  }

  /// The name as it is, then with one decoration after the other taken off.
  private static func peel(_ core: String) -> [String] {
    var stages = [core]
    var text = Substring(core)
    let prefixes = ["mat_", "vec_", "cu_", "param_", "params_", "kaldi_", "actual_", "golden_"]
    let suffixes = ["_mat", "_vec", "_cpu", "_gpu", "_host", "_kaldi", "_actual", "_"]
    var changed = true
    while changed {
      changed = false
      for prefix in prefixes where text.hasPrefix(prefix) && text.count > prefix.count {
        text.removeFirst(prefix.count)
        stages.append(String(text))
        changed = true
      }
      for suffix in suffixes where text.hasSuffix(suffix) && text.count > suffix.count {
        text.removeLast(suffix.count)
        stages.append(String(text))
        changed = true
      }
      if let line = text.lastIndex(of: "_"), text.index(after: line) != text.endIndex,
        line != text.startIndex, text[text.index(after: line)...].allSatisfy(\.isNumber)
      {
        text = text[..<line]
        stages.append(String(text))
        changed = true
      }
      if let line = text.firstIndex(of: "_"), line != text.startIndex,
        text.index(after: line) != text.endIndex, text[..<line].allSatisfy(\.isNumber)
      {
        text = text[text.index(after: line)...]
        stages.append(String(text))
        changed = true
      }
    }
    return stages
  }

  /// The parameter whose gradient a name with underscores speaks of.
  private static func gradientBase(_ name: String) -> String? {
    for prefix in ["grad_", "gradient_", "d_"] where name.hasPrefix(prefix) {
      return String(name.dropFirst(prefix.count))
    }
    for suffix in ["_grad", "_gradient", "_corr", "_diff"] where name.hasSuffix(suffix) {
      return String(name.dropLast(suffix.count))
    }
    return nil
  }
}
