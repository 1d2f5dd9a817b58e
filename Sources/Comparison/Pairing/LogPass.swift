import KaldiIO

/// One run of a component as a log shows it: the objects between two component markers.
struct LogPass: Sendable {
  /// The marker, such as `<TfLstm>`.
  var component: String?
  /// The function that logged the first object.
  var function: String?
  /// The objects, in the order of the log.
  var items: [ActualTensor] = []

  /// Where the pass begins.
  var source: String? { items.first?.source }

  /// Cuts a log into passes.
  ///
  /// A pass ends where the component or, without components, the function changes, and where a
  /// function's own source line jumps back: the test runs again.
  static func cut(_ items: [ActualTensor]) -> [LogPass] {
    var passes: [LogPass] = []
    var last: ActualTensor?
    for item in items {
      let isNew = last.map { item.beginsRun || isCut(between: $0, and: item) } ?? true
      if isNew {
        passes.append(LogPass(component: item.origin.component, function: item.origin.function))
      }
      passes[passes.count - 1].items.append(item)
      last = item
    }
    return passes
  }

  /// Whether a pass ends between two objects of which the second follows the first.
  static func isCut(between last: ActualTensor, and item: ActualTensor) -> Bool {
    last.origin.component != item.origin.component || last.origin.file != item.origin.file
      || (item.origin.component == nil && last.origin.function != item.origin.function)
      || jumpsBack(from: last, to: item)
  }

  private static func jumpsBack(from last: ActualTensor, to item: ActualTensor) -> Bool {
    guard last.origin.function == item.origin.function,
      let before = sourceLine(last.origin.sourceLine), let now = sourceLine(item.origin.sourceLine),
      before.file == now.file
    else { return false }
    return now.line < before.line
  }

  /// `nnet-component-test.cc:467` in two parts.
  private static func sourceLine(_ text: String?) -> (file: Substring, line: Int)? {
    guard let text, let colon = text.lastIndex(of: ":"),
      let line = Int(text[text.index(after: colon)...])
    else { return nil }
    return (text[..<colon], line)
  }

  /// The cases this pass may be about: by marker, else by the function's name, else all.
  func candidates(among cases: [ExpectedCase]) -> [Int] {
    if let component {
      let marker = CasePairing.plain(component)
      return cases.indices.filter { index in
        guard let own = cases[index].description?.component else {
          // A plain expected source belongs to no component and may be about any.
          return cases[index].description == nil
        }
        return CasePairing.plain(own) == marker
      }
    }
    if let function {
      let name = CasePairing.plain(function)
      let named = cases.indices.filter { index in
        guard let own = cases[index].description?.component else { return false }
        return name.contains(CasePairing.plain(own))
      }
      if !named.isEmpty {
        // `UnitTestBiCompactVfsmn` also contains `CompactVfsmn`: the longest name is meant.
        let longest = named.map { cases[$0].description?.component?.count ?? 0 }.max()
        return named.filter { cases[$0].description?.component?.count == longest }
      }
    }
    return Array(cases.indices)
  }
}
