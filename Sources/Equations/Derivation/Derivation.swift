/// The backward equations of a layer, derived from its forward ones by the chain rule.
///
/// The adjoint of `q` is `dq`; of what enters a function `y = f(…)` it is `da_y = dy * f′`, the slope
/// told from the output. A contribution through `q[t-1]` is read at the next frame: every reference in
/// it is shifted the other way.
///
/// Order of a sum: the upstream gradient, then the equations that read `q` from the last to the first,
/// their terms from left to right.
struct Derivation {
  /// How the recurrent gradient is carried from frame `t+1` to frame `t`.
  let form: BackwardForm
  private let layer: LayerFile
  private let outputs: [(name: String, quantity: String)]
  private let starts: [(quantity: String, given: String?)]
  private let weights: [String: LayerFile.Tensor]
  private let inputs: Set<String>

  init(_ layer: LayerFile, _ form: LayerFile.Form, backward: BackwardForm) {
    self.layer = layer
    self.form = backward
    outputs = form.outputs
    starts = form.starts
    weights = Dictionary(layer.weights.map { ($0.name, $0) }) { first, _ in first }
    inputs = Set(layer.inputs.map(\.name))
  }

  /// A contribution to the adjoint of a quantity.
  private struct Contribution {
    var block: String?
    var shift: Shift
    var term: Term
    var through: String
  }

  private struct State {
    var contributions: [String: [Contribution]] = [:]
    var parameters: [Target: [Term]] = [:]
    var rowGradients: [Target: [Int: [Term]]] = [:]
    var equations: [Equation] = []
  }

  /// The name of what a forward equation's function is applied to.
  static func preactivation(_ name: String) -> String { "a_" + name }

  /// The backward equations, those of parameters last.
  ///
  /// - Parameter forward: The forward equations, in the order of the text.
  /// - Returns: Equations for adjoints, inputs, initial states and parameters.
  func equations(from forward: [Equation]) -> [Equation] {
    var state = State()
    for equation in forward.reversed() { spread(equation, &state) }
    var reached: Set<String> = []
    for equation in forward.reversed() {
      let name = equation.target.name
      // A quantity in blocks is met once a block: its adjoint stands before the first of them.
      if reached.insert(name).inserted { addAdjoint(name, equation.place, &state) }
      if equation.function != .identity { addPreactivation(equation, &state) }
    }
    for input in layer.inputs { addAdjoint(input.name, input.place, &state) }
    for (quantity, given) in starts {
      if let given { addInitial(quantity, given, &state) }
    }
    for weight in layer.weights { addParameter(weight, &state) }
    return state.equations
  }

  /// `dq`, whole or block by block.
  ///
  /// What is handed to all columns of a quantity in blocks is a sum of its own, `whole_dq`, of which
  /// each block takes its part.
  private func addAdjoint(_ name: String, _ place: SourcePlace, _ state: inout State) {
    let all = state.contributions[name] ?? []
    let above = outputs.filter { $0.quantity == name }.map { "d" + $0.name }
    let blocks = self.blocks(of: name, all)
    let toAll = all.filter { $0.block == nil }
    let hasParts = blocks != [nil] && !toAll.isEmpty
    if hasParts {
      let terms = self.terms(toAll, of: name, "_whole", place, &state)
      state.equations.append(
        Equation(target: Target("whole_d" + name), terms: terms, place: place))
    }
    for block in blocks {
      var terms = above.map { Term.plain(Reference($0, block)) }
      if hasParts { terms.append(.plain(Reference("whole_d" + name, block))) }
      terms += self.terms(
        all.filter { $0.block == block }, of: name, block.map { "_\($0)" } ?? "", place, &state)
      // The gradient from above is the adjoint itself where the output has the quantity's name.
      if terms != [.plain(Reference("d" + name, block))] {
        state.equations.append(
          Equation(target: Target("d" + name, block), terms: terms, place: place))
      }
    }
  }

  /// The blocks that an adjoint is told by: nil alone where nothing is handed to one of them.
  private func blocks(of name: String, _ all: [Contribution]) -> [String?] {
    let blocks = layer.quantityBlocks[name] ?? []
    let isWhole = all.allSatisfy { $0.block == nil } || blocks.isEmpty
    return isWhole ? [nil] : blocks.map(Optional.some)
  }

  /// What is handed to a quantity, or to one of its blocks; what comes from another frame step by step
  /// is finished there.
  private func terms(
    _ items: [Contribution], of name: String, _ suffix: String, _ place: SourcePlace,
    _ state: inout State
  ) -> [Term] {
    var terms: [Term] = []
    var carried: [Int: [Term]] = [:]
    for item in items {
      var term = item.term
      let frames = item.shift.frames
      if let path = layer.paths.first(where: { $0.to == name && $0.through == item.through }),
        frames == 0
      {
        state.equations.append(Equation(target: Target(path.name), terms: [term], place: place))
        term = .plain(Reference(path.name))
      }
      guard form == .stepByStep && frames != 0 else {
        terms.append(term)
        continue
      }
      if carried[frames] == nil { terms.append(.plain(Self.carried(name, suffix, frames))) }
      carried[frames, default: []].append(term.shifted(back: Shift(frames: -frames)))
    }
    for (frames, all) in carried.sorted(by: { $0.key < $1.key }) {
      let target = Target(Self.carried(name, suffix, frames).name)
      state.equations.append(Equation(target: target, terms: all, place: place))
    }
    return terms
  }

  /// What another frame has finished for a quantity that it reads.
  private static func carried(_ name: String, _ suffix: String, _ frames: Int) -> Reference {
    let distance = abs(frames) == 1 ? "" : "_\(abs(frames))"
    let side = frames > 0 ? "_back" : ""
    return Reference(
      "carried_\(name)\(suffix)\(side)\(distance)", nil, Shift(frames: -frames))
  }

  /// The adjoint of what an equation's terms add up to: `da_y` before a function, otherwise `dy`.
  private func innermost(_ equation: Equation) -> Atom {
    let name = equation.target.name
    return .quantity(
      equation.function == .identity
        ? Reference("d" + name, equation.target.block)
        : Reference("d" + Self.preactivation(name)))
  }

  /// `da_y = dy * f′`, or `dy` itself where the slope is passed over.
  private func addPreactivation(_ equation: Equation, _ state: inout State) {
    let name = equation.target.name
    var terms = [Term.plain(Reference("d" + name))]
    // dy is nothing but what its slope multiplies: one product, and no quantity of its own.
    if let last = state.equations.last, last.target == Target("d" + name), last.terms.count == 1,
      last.terms[0].isElementwise, last.terms[0].plainReference == nil
    {
      terms = state.equations.removeLast().terms
    }
    if !equation.passes, case .elementwise(let head, let atoms) = terms[0].kind {
      terms[0].kind = .elementwise(head, atoms + [.slope(equation.function, Reference(name))])
    }
    state.equations.append(
      Equation(
        target: Target("d" + Self.preactivation(name)), terms: terms, place: equation.place))
  }

  /// Adds what an equation hands to everything it reads.
  private func spread(_ equation: Equation, _ state: inout State) {
    let adjoint = innermost(equation)
    for term in equation.terms {
      switch term.kind {
      case .elementwise(let head, let atoms):
        spreadElementwise(equation, term, head, atoms, adjoint, &state)
      case .product(let product):
        guard case .quantity(let above) = adjoint else { continue }
        let back = ProductTerm(
          left: above, addsToWindow: product.readsWindow, weight: product.weight,
          isTransposed: !product.isTransposed)
        hand(Term(.product(back), isNegative: term.isNegative), to: product.left, equation, &state)
        let target = Target("d" + product.weight.name, product.weight.block)
        let outer: Term.Kind =
          product.isTransposed
          ? .outer(above, isWindow: false, product.left)
          : .outer(product.left, isWindow: product.readsWindow, above)
        state.parameters[target, default: []].append(Term(outer, isNegative: term.isNegative))
      case .taps(let taps):
        guard case .quantity(let above) = adjoint else { continue }
        var back = taps
        back.quantity = above
        back.isAdjoint = true
        hand(Term(.taps(back), isNegative: term.isNegative), to: taps.quantity, equation, &state)
        state.parameters[Target("d" + taps.filter), default: []].append(
          Term(.tapsGradient(taps, above), isNegative: term.isNegative))
      case .splice(let reference, let offsets, _):
        guard case .quantity(let above) = adjoint else { continue }
        hand(
          Term(.splice(above, offsets, isAdjoint: true), isNegative: term.isNegative),
          to: reference, equation, &state)
      case .outer, .tapsGradient: break
      }
    }
  }

  private func spreadElementwise(
    _ equation: Equation, _ term: Term, _ head: Head, _ atoms: [Atom], _ above: Atom,
    _ state: inout State
  ) {
    func give(_ atom: Atom, _ head: Head, _ factors: [Atom], negative: Bool = false) {
      let isNegative = term.isNegative != negative
      switch atom {
      case .quantity(let reference):
        // Weights first, as a program multiplies them.
        let weights = factors.filter(\.isWeight)
        let ordered = weights + factors.filter { !$0.isWeight }
        hand(
          Term(.elementwise(head, ordered), isNegative: isNegative), to: reference, equation,
          &state)
      case .weight(let weight):
        let summed = Term(.elementwise(head, factors), isNegative: isNegative)
        if let row = weight.row {
          state.rowGradients[Target("d" + weight.name, weight.block), default: [:]][
            row, default: []
          ]
          .append(summed)
        } else {
          state.parameters[Target("d" + weight.name, weight.block), default: []].append(summed)
        }
      case .constant, .slope: break
      }
    }
    switch head {
    case .blend(let f, let a, let b):
      give(f, .difference(a, b), [above] + atoms)
      give(a, .none, [above, f] + atoms)
      give(b, .complement(f), [above] + atoms)
    case .complement(let f): give(f, .none, [above] + atoms, negative: true)
    case .difference(let a, let b):
      give(a, .none, [above] + atoms)
      give(b, .none, [above] + atoms, negative: true)
    case .none: break
    }
    for (index, atom) in atoms.enumerated() {
      var others = [above]
      for (other, factor) in atoms.enumerated() where other != index { others.append(factor) }
      give(atom, head, others)
    }
  }

  /// Hands a term to the adjoint of what was read, at the frame and block it was read from.
  private func hand(
    _ term: Term, to read: Reference, _ equation: Equation, _ state: inout State
  ) {
    state.contributions[read.name, default: []].append(
      Contribution(
        block: read.block, shift: read.shift, term: term.shifted(back: read.shift),
        through: equation.target.name))
  }

  /// The gradient of a state before the first frame: what frame 0 hands to it.
  private func addInitial(_ quantity: String, _ given: String, _ state: inout State) {
    let all = state.contributions[quantity] ?? []
    let place =
      layer.equations.first { $0.target.name == quantity }?.place
      ?? SourcePlace(line: 1, column: 1)
    func add(_ target: Target, _ first: [Term], _ suffix: String, from block: String?) {
      var terms = first
      for item in all where item.block == block && item.shift.frames != 0 {
        guard form == .stepByStep else {
          terms.append(item.term)
          continue
        }
        let carried = Term.plain(Self.carried(quantity, suffix, item.shift.frames))
        if !terms.contains(carried) { terms.append(carried) }
      }
      state.equations.append(
        Equation(target: target, terms: terms, extent: .initial, place: place))
    }
    let blocks = self.blocks(of: quantity, all)
    let hasParts =
      blocks != [nil] && all.contains { $0.block == nil && $0.shift.frames != 0 }
    if hasParts { add(Target("whole_d" + given), [], "_whole", from: nil) }
    for block in blocks {
      add(
        Target("d" + given, block),
        hasParts ? [.plain(Reference("whole_d" + given, block))] : [],
        block.map { "_\($0)" } ?? "", from: block)
    }
  }

  /// The gradient of a parameter: one sum over frames, streams and blocks for each of its blocks.
  private func addParameter(_ weight: LayerFile.Tensor, _ state: inout State) {
    let name = "d" + weight.name
    let whole = state.parameters[Target(name)] ?? []
    var blocks: [String?] = [nil]
    if weight.columns.blocks.contains(where: { state.parameters[Target(name, $0)] != nil }) {
      blocks = weight.columns.blocks.map(Optional.some)
    }
    for (row, terms) in (state.rowGradients[Target(name)] ?? [:]).sorted(by: { $0.key < $1.key }) {
      state.equations.append(
        Equation(
          target: Target(name, "[\(row)]"), terms: terms, extent: .sum, place: weight.place))
    }
    for block in blocks {
      let terms = block == nil ? whole : whole + (state.parameters[Target(name, block)] ?? [])
      if block == nil && terms.isEmpty && state.rowGradients[Target(name)] != nil { continue }
      state.equations.append(
        Equation(target: Target(name, block), terms: terms, extent: .sum, place: weight.place))
    }
  }
}

/// How a sequence's backward pass carries the recurrent gradient from frame `t+1` to frame `t`.
public enum BackwardForm: String, Sendable, CaseIterable {
  /// Frame `t+1` finishes what it hands down; frame `t` adds those values (the notebooks' step
  /// functions in a loop).
  case stepByStep = "step-by-step"
  /// Frame `t` takes the derivatives of frame `t+1` and adds their products into its own sums (Kaldi's
  /// way).
  case advance
}

extension Atom {
  var isWeight: Bool {
    if case .weight = self { return true }
    return false
  }
}
