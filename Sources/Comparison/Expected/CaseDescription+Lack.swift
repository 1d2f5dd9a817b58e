import KaldiIO

/// What a description must say for its folder to be judged by; nothing is made up in its place.
extension CaseDescription {
  /// What is missing from a view, and what should be there; `nil` where nothing is.
  func lack(in view: String) -> (found: String, expected: String)? {
    var roles: [String: Role] = [:]
    for entry in tensors {
      for file in entry.files where file.view == view { roles[file.name] = entry.role }
    }
    // A view that is not there at all is told by its name.
    guard !roles.isEmpty else { return nil }
    guard roles.values.contains(.output) else {
      return ("no output in the \(view) view", "at least one")
    }
    for entry in tensors {
      for file in entry.files where file.view == view {
        let name = file.name
        if entry.role.isResult, file.float32Bound == nil || file.float64Bound == nil {
          return ("'\(name)' without bounds", "'float32Bound' and 'float64Bound' of every result")
        }
        if entry.role == .weight,
          roles[name + "_corr"] != .gradient, roles["d" + name] != .gradient
        {
          return ("parameter '\(name)' without its gradient", "'\(name)_corr' or 'd\(name)'")
        }
        if ["time-major", "batch-major"].contains(file.layout), dimensions["T"] ?? 0 < 1 {
          return ("'\(name)' laid out \(file.layout) without dimension T", "its number of frames")
        }
      }
    }
    return nil
  }
}
