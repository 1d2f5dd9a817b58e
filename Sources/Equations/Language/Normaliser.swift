/// Turns right-hand sides into sums of terms, and gives what is nested a name of its own.
///
/// `f * a + (1 - f) * b` becomes `blend(f, a, b)`, `(1 - f) * a` and `d * (a - b)` the primitives whose
/// bounds cover every usual form; anything else in brackets becomes a quantity `<name>_1`.
struct Normaliser {
  private let layer: LayerFile
  private let inputs: Set<String>
  private let weights: [String: LayerFile.Tensor]
  private let counts: [String: LayerFile.Counts]

  init(_ layer: LayerFile) {
    self.layer = layer
    inputs = Set(layer.inputs.map(\.name))
    weights = Dictionary(layer.weights.map { ($0.name, $0) }) { first, _ in first }
    counts = Dictionary(layer.counts.map { ($0.name, $0) }) { first, _ in first }
  }

  /// What grows while equations are read.
  private struct State {
    var equations: [Equation] = []
    var blocks: [String: [String]] = [:]
    var names: Set<String>
    var lifted = 0
    var current = ""
  }

  func equations(
    from syntax: [(name: String, expression: Syntax, place: SourcePlace)]
  ) throws(LayerFileError) -> ([Equation], [String: [String]]) {
    var state = State(names: Set(syntax.map(\.name)))
    for input in layer.inputs { state.blocks[input.name] = input.columns.blocks }
    for (name, expression, place) in syntax {
      guard !inputs.contains(name), weights[name] == nil, counts[name] == nil else {
        throw layer.error(place, found: "an equation for '\(name)'", expected: "a new quantity")
      }
      state.current = name
      state.lifted = 0
      try add(name, expression, place, &state)
    }
    return (state.equations, state.blocks)
  }

  private func add(
    _ name: String, _ syntax: Syntax, _ place: SourcePlace, _ state: inout State
  ) throws(LayerFileError) {
    if case .call("concat", let parts, let start) = syntax {
      guard parts.count > 1 else {
        throw layer.error(start, found: "\(parts.count) parts", expected: "at least two")
      }
      var labels: [String] = []
      for part in parts {
        guard case .name(let written) = part, written.block == nil, !labels.contains(written.name)
        else {
          throw layer.error(part.place, found: "a part", expected: "quantities, each once")
        }
        labels.append(written.name)
        let reference = try self.reference(written, state)
        state.equations.append(
          Equation(target: Target(name, written.name), terms: [.plain(reference)], place: place))
      }
      state.blocks[name] = labels
      return
    }
    var function = Function.identity
    var inner = syntax
    if case .call(let called, let arguments, let start) = syntax,
      let (found, argument) = try self.function(called, arguments, start)
    {
      function = found
      inner = argument
    }
    let terms = try self.terms(inner, &state)
    state.equations.append(
      Equation(target: Target(name), terms: terms, function: function, place: place))
    if function == .identity { state.blocks[name] = blocks(of: terms, state) }
  }

  /// The blocks a sum of terms falls into: those of the first term that has any.
  private func blocks(of terms: [Term], _ state: State) -> [String] {
    for term in terms {
      switch term.kind {
      case .product(let product) where !product.isTransposed && product.weight.block == nil:
        if let blocks = weights[product.weight.name]?.columns.blocks, !blocks.isEmpty {
          return blocks
        }
      case .elementwise(.none, let atoms) where atoms.count == 1:
        if case .weight(let weight) = atoms[0], weight.block == nil,
          let blocks = weights[weight.name]?.columns.blocks, !blocks.isEmpty
        {
          return blocks
        }
      default: break
      }
    }
    return []
  }

  /// A function of one number and its argument; nil for the calls that are terms.
  private func function(
    _ name: String, _ arguments: [Syntax], _ place: SourcePlace
  ) throws(LayerFileError) -> (Function, Syntax)? {
    let one: [String: Function] = [
      "sigmoid": .sigmoid, "tanh": .tanh, "relu": .relu, "hard_sigmoid": .hardSigmoid,
    ]
    if let function = one[name] {
      guard arguments.count == 1 else {
        throw layer.error(place, found: "\(arguments.count) arguments of \(name)", expected: "one")
      }
      return (function, arguments[0])
    }
    if name == "clip" {
      guard arguments.count == 3, let low = constant(arguments[1]),
        let high = constant(arguments[2]), low < high
      else {
        throw layer.error(place, found: "clip", expected: "clip(quantity, low, high), low < high")
      }
      return (.clip(low, high), arguments[0])
    }
    return nil
  }

  private func constant(_ syntax: Syntax) -> Double? {
    switch syntax {
    case .number(let value, _): value
    case .sum(let items, _) where items.count == 1:
      if case .number(let value, _) = items[0].1 {
        items[0].isNegative ? -value : value
      } else {
        nil
      }
    default: nil
    }
  }

  private func terms(_ syntax: Syntax, _ state: inout State) throws(LayerFileError) -> [Term] {
    if let blend = try blend(syntax, &state) { return [blend] }
    guard case .sum(let items, _) = syntax else { return [try term(syntax, &state)] }
    var result: [Term] = []
    for (isNegative, item) in items {
      if case .sum = item {
        for var term in try terms(item, &state) {
          if isNegative { term.isNegative.toggle() }
          result.append(term)
        }
      } else {
        var term = try term(item, &state)
        if isNegative { term.isNegative.toggle() }
        result.append(term)
      }
    }
    return result
  }

  /// `f * a + (1 - f) * b` in either order.
  private func blend(_ syntax: Syntax, _ state: inout State) throws(LayerFileError) -> Term? {
    guard case .sum(let items, _) = syntax, items.count == 2, items.allSatisfy({ !$0.isNegative })
    else { return nil }
    func factors(_ item: Syntax) -> [Syntax]? {
      if case .product(let factors, _) = item, factors.count == 2 { return factors }
      return nil
    }
    for (first, second) in [(items[0].1, items[1].1), (items[1].1, items[0].1)] {
      guard let kept = factors(second), let gated = factors(first) else { continue }
      for (index, factor) in kept.enumerated() {
        guard let gate = complemented(factor), case .name(let f) = gate else { continue }
        for (place, candidate) in gated.enumerated() {
          guard case .name(let other) = candidate, other.name == f.name, other.block == f.block,
            other.shift == f.shift
          else { continue }
          return Term(
            .elementwise(
              .blend(
                try atom(gate, &state), try atom(gated[1 - place], &state),
                try atom(kept[1 - index], &state)), []))
        }
      }
    }
    return nil
  }

  /// `f` of `1 - f`.
  private func complemented(_ syntax: Syntax) -> Syntax? {
    guard case .sum(let items, _) = syntax, items.count == 2, !items[0].isNegative,
      items[1].isNegative, case .number(1, _) = items[0].1
    else { return nil }
    return items[1].1
  }

  private func term(_ syntax: Syntax, _ state: inout State) throws(LayerFileError) -> Term {
    switch syntax {
    case .matrix(let left, let right, let place): return try product(left, right, place, &state)
    case .call("taps", let arguments, let place): return try taps(arguments, place, state)
    case .call("blend", let arguments, let place):
      guard arguments.count == 3 else {
        throw layer.error(place, found: "\(arguments.count) arguments of blend", expected: "three")
      }
      return Term(
        .elementwise(
          .blend(
            try atom(arguments[0], &state), try atom(arguments[1], &state),
            try atom(arguments[2], &state)), []))
    case .call("splice", let arguments, let place):
      let offsets = arguments.dropFirst().compactMap(constant).compactMap { Int(exactly: $0) }
      guard let first = arguments.first, case .name(let written) = first,
        !offsets.isEmpty, offsets.count == arguments.count - 1,
        offsets.allSatisfy({ abs($0) <= 1000 })
      else {
        throw layer.error(place, found: "splice", expected: "splice(x, -1, 0, 1): whole offsets")
      }
      return Term(.splice(try reference(written, state), offsets, isAdjoint: false))
    case .product(let factors, _): return try elementwise(factors, &state)
    case .call(let called, let arguments, let place):
      let found = try function(called, arguments, place)
      guard called == "concat" || found != nil else {
        throw layer.error(
          place, found: "\(called)(…)",
          expected: called == "window"
            ? "it on the left of '@'"
            : "sigmoid, tanh, relu, hard_sigmoid, clip, blend, taps, splice, concat or window")
      }
      return .product([try atom(syntax, &state)])
    default: return .product([try atom(syntax, &state)])
    }
  }

  private func elementwise(
    _ factors: [Syntax], _ state: inout State
  ) throws(LayerFileError) -> Term {
    var head = Head.none
    var atoms: [Atom] = []
    for factor in factors {
      if case .none = head, let gate = complemented(factor) {
        head = .complement(try atom(gate, &state))
      } else if case .none = head, case .sum(let items, _) = factor, items.count == 2,
        !items[0].isNegative, items[1].isNegative
      {
        head = .difference(try atom(items[0].1, &state), try atom(items[1].1, &state))
      } else {
        atoms.append(try atom(factor, &state))
      }
    }
    return Term(.elementwise(head, atoms))
  }

  private func product(
    _ left: Syntax, _ right: Syntax, _ place: SourcePlace, _ state: inout State
  ) throws(LayerFileError) -> Term {
    guard case .name(let written) = right, let weight = weights[written.name], weight.rows != nil,
      written.shift == .none, written.row == nil, written.firstRow == nil
    else {
      throw layer.error(
        right.place, found: "the right side of '@'", expected: "a weight with rows and columns")
    }
    let reference = WeightReference(written.name, try block(written, weight.columns.blocks))
    if case .call("window", let arguments, let start) = left {
      guard arguments.count == 3, case .name(let input) = arguments[0],
        inputs.contains(input.name), case .name(let width) = arguments[1],
        case .name(let stride) = arguments[2], layer.blockAxis != nil
      else {
        throw layer.error(
          start, found: "window",
          expected: "window(input, F, S) in a layer with frequency blocks")
      }
      guard width.name == "F" && stride.name == "S" else {
        throw layer.error(
          start, found: "window(\(input.name), \(width.name), \(stride.name))",
          expected: "the sizes F (width) and S (stride)")
      }
      return Term(
        .product(
          ProductTerm(
            left: try self.reference(input, state), readsWindow: true, weight: reference)))
    }
    let rows = try atom(left, &state)
    guard case .quantity(let quantity) = rows else {
      throw layer.error(left.place, found: "the left side of '@'", expected: "a quantity")
    }
    return Term(.product(ProductTerm(left: quantity, weight: reference)))
  }

  private func taps(
    _ arguments: [Syntax], _ place: SourcePlace, _ state: State
  ) throws(LayerFileError) -> Term {
    guard (3...4).contains(arguments.count), case .name(let filter) = arguments[0],
      let weight = weights[filter.name], weight.rows != nil,
      case .name(let quantity) = arguments[1], case .name(let list) = arguments[2],
      let counter = counts[list.name]
    else {
      throw layer.error(
        place, found: "taps",
        expected:
          "taps(filter, quantity, positions) or taps(filter[1:], quantity, positions, stride)")
    }
    var stride = 1
    if arguments.count == 4 {
      guard let value = constant(arguments[3]), let whole = Int(exactly: value),
        (1...1000).contains(whole)
      else {
        throw layer.error(
          arguments[3].place, found: "a stride", expected: "a number from 1 to 1000")
      }
      stride = whole
    }
    return Term(
      .taps(
        TapsTerm(
          filter: filter.name, first: filter.firstRow ?? 0,
          quantity: try reference(quantity, state), counts: list.name, isAhead: counter.isAhead,
          stride: stride)))
  }

  /// A factor; what is more than a name or number gets a name.
  private func atom(_ syntax: Syntax, _ state: inout State) throws(LayerFileError) -> Atom {
    switch syntax {
    case .number(let value, _): return .constant(value)
    case .name(let written):
      if let weight = weights[written.name] {
        guard written.shift == .none, written.firstRow == nil else {
          throw layer.error(
            written.place, found: "\(written.name) of another frame", expected: "a weight as it is")
        }
        guard (weight.rows == nil) == (written.row == nil) else {
          throw layer.error(
            written.place, found: "the matrix or vector \(written.name)",
            expected: weight.rows == nil ? "no row of a vector" : "a row such as \(written.name)[0]"
          )
        }
        return .weight(
          WeightReference(
            written.name, try block(written, weight.columns.blocks), row: written.row))
      }
      return .quantity(try reference(written, state))
    default:
      state.lifted += 1
      let name = "\(state.current)_\(state.lifted)"
      guard !state.names.contains(name) else {
        throw layer.error(syntax.place, found: "a bracket", expected: "a quantity of its own")
      }
      state.names.insert(name)
      let outer = state.current
      try add(name, syntax, syntax.place, &state)
      state.current = outer
      return .quantity(Reference(name))
    }
  }

  private func reference(
    _ written: NameSyntax, _ state: State
  ) throws(LayerFileError) -> Reference {
    guard state.names.contains(written.name) || inputs.contains(written.name) else {
      let known = (state.names.sorted() + inputs.sorted() + weights.keys.sorted())
      throw layer.error(
        written.place, found: "'\(written.name)'",
        expected: "one of \(known.joined(separator: ", "))")
    }
    guard written.row == nil, written.firstRow == nil else {
      throw layer.error(
        written.place, found: "a row of \(written.name)", expected: "[t-1], [t+1] or [k-1]")
    }
    guard written.shift.blocks == 0 || layer.blockAxis != nil else {
      throw layer.error(
        written.place, found: "a shift of blocks", expected: "a line 'blocks B' above")
    }
    return Reference(
      written.name, try block(written, state.blocks[written.name] ?? []), written.shift)
  }

  private func block(
    _ written: NameSyntax, _ blocks: [String]
  ) throws(LayerFileError) -> String? {
    guard let block = written.block else { return nil }
    guard blocks.contains(block) else {
      throw layer.error(
        written.place, found: "'\(written.name).\(block)'",
        expected: blocks.isEmpty
          ? "\(written.name), which has no blocks"
          : "one of the blocks \(blocks.joined(separator: ", ")) of \(written.name)")
    }
    return block
  }
}
