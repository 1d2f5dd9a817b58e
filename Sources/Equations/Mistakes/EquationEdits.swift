/// One way to write an equation wrongly: a single edit of it.
public struct EquationEdit: Sendable {
  /// The equation's place among those of its pass.
  let index: Int
  /// What stands there then; several where one edit touches several equations.
  let replacements: [(index: Int, equations: [Equation])]
  /// The edit in the language of layer files, such as `i: without pi * c[t-1]`.
  public let key: String
  /// What is wrong, made from the equation.
  public let explanation: String
}

/// Every single edit of equations.
struct EquationEdits {
  private let equations: [Equation]
  private let layer: LayerFile
  private let widths: Widths
  /// Quantities that some equation reads at another frame: where a frame is easily mistaken.
  private let recurrent: Set<String>
  /// Quantities that weigh two others: `f` and `1 - f` are easily exchanged.
  private let gates: Set<Atom>
  private let isBackward: Bool

  init(_ equations: [Equation], _ layer: LayerFile, _ widths: Widths, isBackward: Bool) {
    self.equations = equations
    self.layer = layer
    self.widths = widths
    self.isBackward = isBackward
    let shifted = (layer.equations + equations).flatMap(\.terms).flatMap(\.references)
      .filter { $0.shift.frames != 0 }.map(\.name)
    recurrent = Set(shifted).union(shifted.map { "d" + $0 })
      .union(shifted.filter { $0.hasPrefix("d") }.map { String($0.dropFirst()) })
    gates = Set(
      layer.equations.flatMap(\.terms).compactMap { term in
        if case .elementwise(.blend(let f, _, _), _) = term.kind { f } else { nil }
      })
  }

  /// All edits, each key once.
  var all: [EquationEdit] {
    var edits: [EquationEdit] = []
    for index in equations.indices {
      let equation = equations[index]
      guard equation.extent != .initial else { continue }
      // What is only another name for a block is no equation that anybody writes.
      if equation.terms.count == 1, equation.function == .identity,
        equation.terms[0].plainReference?.shift == Shift.none
      {
        continue
      }
      edits += termEdits(index)
      edits += functionEdits(index)
      for place in equation.terms.indices {
        edits += kindEdits(index, place)
      }
    }
    edits += everyFunction + everyTap
    var seen: Set<String> = []
    return edits.filter { seen.insert($0.key).inserted }
  }

  private func edit(
    _ index: Int, _ words: String, _ explanation: String, _ change: (inout Equation) -> Void
  ) -> EquationEdit {
    var equation = equations[index]
    change(&equation)
    let target = Printer.text(equation.target)
    return EquationEdit(
      index: index, replacements: [(index, [equation])], key: "\(target): \(words)",
      explanation: "in \(Printer.text(equations[index])), \(explanation)")
  }

  // MARK: Terms

  private func termEdits(_ index: Int) -> [EquationEdit] {
    let equation = equations[index]
    return equation.terms.indices.flatMap { place -> [EquationEdit] in
      let term = equation.terms[place]
      let text = Printer.text(term)
      var edits: [EquationEdit] = []
      if equation.terms.count > 1 {
        edits.append(
          edit(index, "without \(text)", "\(text) is left out") { $0.terms.remove(at: place) })
      }
      edits.append(
        edit(index, "\(text) twice", "\(text) is added twice") {
          $0.terms.insert(term, at: place)
        })
      edits.append(
        edit(index, "\(text) with the wrong sign", "\(text) has the wrong sign") {
          $0.terms[place].isNegative.toggle()
        })
      return edits
    }
  }

  // MARK: Functions

  private func others(_ function: Function) -> [Function] {
    switch function {
    case .sigmoid: [.tanh, .hardSigmoid, .identity]
    case .tanh: [.sigmoid, .identity]
    case .relu: [.identity]
    case .hardSigmoid: [.sigmoid]
    case .clip: [.identity]
    case .identity: []
    }
  }

  private func name(_ function: Function) -> String {
    function == .identity ? "identity" : function.name
  }

  private func functionEdits(_ index: Int) -> [EquationEdit] {
    let function = equations[index].function
    return others(function).map { other in
      edit(
        index, "\(name(function)) as \(name(other))",
        other == .identity
          ? "\(name(function)) is left out" : "\(name(other)) stands for \(name(function))"
      ) { $0.function = other }
    }
  }

  /// One function taken for another wherever it stands.
  private var everyFunction: [EquationEdit] {
    var seen: [Function] = []
    for equation in equations where equation.function != .identity {
      if !seen.contains(equation.function) { seen.append(equation.function) }
    }
    return seen.flatMap { function -> [EquationEdit] in
      let places = equations.indices.filter { equations[$0].function == function }
      guard places.count > 1 else { return [] }
      return others(function).map { other in
        let names = places.map { equations[$0].target.name }.joined(separator: ", ")
        return EquationEdit(
          index: places[0],
          replacements: places.map { place in
            var equation = equations[place]
            equation.function = other
            return (place, [equation])
          },
          key: "every \(name(function)) as \(name(other))",
          explanation: "\(names) go through \(name(other)), not \(name(function))")
      }
    }
  }

  // MARK: What a term is

  private func kindEdits(_ index: Int, _ place: Int) -> [EquationEdit] {
    let term = equations[index].terms[place]
    func replaced(_ words: String, _ explanation: String, _ kind: Term.Kind) -> EquationEdit {
      edit(index, words, explanation) { $0.terms[place].kind = kind }
    }
    switch term.kind {
    case .elementwise(let head, let atoms):
      return elementwiseEdits(index, place, head, atoms)
    case .product(let product):
      var edits = readingEdits(product.left, in: term).map { other, words in
        var changed = product
        changed.left = other
        return replaced(
          words, "\(Printer.text(other)) is read for \(Printer.text(product.left))",
          .product(changed))
      }
      if hasSquareBlocks(product.weight) {
        edits.append(transposed(index, place, product))
      }
      if product.readsWindow, widths.sizes["F"] != widths.sizes["S"] {
        var changed = product
        changed.exchangesWidthAndStride = true
        edits.append(
          replaced(
            "width and stride of the window exchanged",
            "windows start every F inputs and hold S (inputs beyond the frame are zero)",
            .product(changed)))
      }
      if product.addsToWindow, (widths.sizes["S"] ?? 1) < (widths.sizes["F"] ?? 1) {
        var changed = product
        changed.overwritesWindows = true
        edits.append(
          replaced(
            "overlapping windows overwritten", "what windows share is overwritten, not added to",
            .product(changed)))
      }
      return edits
    case .taps(let taps):
      return tapEdits(taps).map { changed, words in replaced(words, words, .taps(changed)) }
    case .tapsGradient(let taps, let gradient):
      return tapEdits(taps).map { changed, words in
        replaced(words, words, .tapsGradient(changed, gradient))
      }
    case .outer(let left, let isWindow, let right):
      let weight = String(equations[index].target.name.dropFirst())
      let turned =
        equations[index].terms.count == 1 && !isWindow && hasSquareBlocks(WeightReference(weight))
        ? [transposedGradient(index, left, right)] : []
      return turned
        + readingEdits(left, in: term).map { other, words in
          replaced(
            words, "\(Printer.text(other)) is read for \(Printer.text(left))",
            .outer(other, isWindow: isWindow, right))
        }
        + readingEdits(right, in: term).map { other, words in
          replaced(
            words, "\(Printer.text(other)) is read for \(Printer.text(right))",
            .outer(left, isWindow: isWindow, other))
        }
    case .splice: return []
    }
  }

  private func hasSquareBlocks(_ weight: WeightReference) -> Bool {
    guard let whole = widths.weights[weight.name] else { return false }
    return whole.rows == whole.block && whole.rows > 1
  }

  /// A product with each square block of its weight transposed: block by block.
  private func transposed(_ index: Int, _ place: Int, _ product: ProductTerm) -> EquationEdit {
    let equation = equations[index]
    let blocks = product.weight.block == nil ? widths.blockNames[product.weight.name] ?? [] : []
    var turned = product
    turned.isTransposed.toggle()
    func term(_ block: String) -> Term {
      var part = turned
      part.weight.block = block
      if product.isTransposed { part.left.block = block }
      return Term(.product(part), isNegative: equation.terms[place].isNegative)
    }
    var changed = [equation]
    if blocks.isEmpty {
      changed[0].terms[place].kind = .product(turned)
    } else if product.isTransposed {
      changed[0].terms.replaceSubrange(place...place, with: blocks.map(term))
    } else {
      changed = blocks.map { block in
        var part = equation
        part.target.block = block
        part.terms = equation.terms.map { $0.restricted(to: block) }
        part.terms[place] = term(block)
        return part
      }
    }
    let weight = product.weight.name
    return EquationEdit(
      index: index, replacements: [(index, changed)],
      key: "\(Printer.text(equation.target)): \(weight) transposed",
      explanation: "in \(Printer.text(equation)), each square block of \(weight) is transposed")
  }

  /// A parameter's gradient with each square block transposed.
  private func transposedGradient(_ index: Int, _ left: Reference, _ right: Reference)
    -> EquationEdit
  {
    let equation = equations[index]
    let weight = String(equation.target.name.dropFirst())
    let blocks =
      equation.target.block == nil ? (widths.blockNames[weight] ?? []).map(Optional.some) : []
    let changed = (blocks.isEmpty ? [equation.target.block] : blocks).map { block -> Equation in
      var part = equation
      part.target.block = block
      let rows = blocks.isEmpty ? right : Reference(right.name, block, right.shift)
      part.terms = [Term(.outer(rows, isWindow: false, left))]
      return part
    }
    return EquationEdit(
      index: index, replacements: [(index, changed)],
      key: "\(Printer.text(equation.target)): transposed",
      explanation: "each square block of \(Printer.text(equation)) is transposed")
  }

  private func elementwiseEdits(
    _ index: Int, _ place: Int, _ head: Head, _ atoms: [Atom]
  ) -> [EquationEdit] {
    let term = equations[index].terms[place]
    let text = Printer.text(term)
    func replaced(
      _ words: String, _ explanation: String, _ head: Head, _ atoms: [Atom], flips: Bool = false
    ) -> EquationEdit {
      edit(index, words, explanation) {
        $0.terms[place].kind = .elementwise(head, atoms)
        if flips { $0.terms[place].isNegative.toggle() }
      }
    }
    var edits: [EquationEdit] = []
    if atoms.count > 1 || head != .none && !atoms.isEmpty && head.isComplete {
      for (position, atom) in atoms.enumerated() {
        // The first factor of a head is part of it.
        if head != .none && !head.isBlend && position == 0 { continue }
        var rest = atoms
        rest.remove(at: position)
        edits.append(
          replaced(
            "\(Printer.text(atom)) left out of \(text)",
            "the factor \(Printer.text(atom)) is left out",
            head, rest))
      }
    }
    switch head {
    case .none: break
    case .complement(let f):
      edits.append(
        replaced(
          "(1 - \(Printer.text(f))) left out of \(text)",
          "the factor 1 - \(Printer.text(f)) is left out", .none, atoms))
      edits.append(
        replaced(
          "\(Printer.text(f)) for 1 - \(Printer.text(f))",
          "\(Printer.text(f)) stands for 1 - \(Printer.text(f))", .none,
          [atoms[0], f] + atoms.dropFirst()))
    case .difference(let a, let b):
      edits.append(
        replaced(
          "without \(Printer.text(b))", "\(Printer.text(b)) is left out", .none,
          [atoms[0], a] + atoms.dropFirst()))
      edits.append(
        replaced(
          "without \(Printer.text(a))", "\(Printer.text(a)) is left out", .none,
          [atoms[0], b] + atoms.dropFirst(), flips: true))
    case .blend(let f, let a, let b):
      edits.append(
        replaced(
          "\(Printer.text(f)) and 1 - \(Printer.text(f)) exchanged",
          "\(Printer.text(f)) stands for 1 - \(Printer.text(f)), and the reverse",
          .blend(f, b, a), atoms))
      edits.append(
        replaced(
          "without (1 - \(Printer.text(f))) * \(Printer.text(b))",
          "(1 - \(Printer.text(f))) * \(Printer.text(b)) is left out", .none, [f, a] + atoms))
      edits.append(
        replaced(
          "without \(Printer.text(f)) * \(Printer.text(a))",
          "\(Printer.text(f)) * \(Printer.text(a)) is left out", .complement(f), [b] + atoms))
    }
    for (position, atom) in atoms.enumerated() where gates.contains(atom.unshifted) && head == .none
    {
      var rest = atoms
      rest.remove(at: position)
      guard !rest.isEmpty else { continue }
      edits.append(
        replaced(
          "1 - \(Printer.text(atom)) for \(Printer.text(atom)) in \(text)",
          "1 - \(Printer.text(atom)) stands for \(Printer.text(atom))", .complement(atom), rest))
    }
    // Every factor read elsewhere.
    let all = head.atoms + atoms
    for (position, atom) in all.enumerated() {
      for (other, words) in atomEdits(atom, in: text) {
        var changed = all
        changed[position] = other
        let count = head.atoms.count
        edits.append(
          replaced(
            words, "\(Printer.text(other)) stands for \(Printer.text(atom))",
            head.with(Array(changed[..<count])), Array(changed[count...])))
      }
    }
    return edits
  }

  private func atomEdits(_ atom: Atom, in text: String) -> [(Atom, String)] {
    switch atom {
    case .quantity(let reference):
      return readings(reference).map { other in
        (.quantity(other), "\(Printer.text(other)) for \(Printer.text(reference)) in \(text)")
      }
    case .slope(let function, let reference):
      let slopes: [Function] =
        switch function {
        case .sigmoid: [.tanh]
        case .tanh: [.sigmoid]
        default: []
        }
      return slopes.map { other in
        let wrong = Atom.slope(other, reference)
        return (wrong, "\(Printer.text(wrong)) for \(Printer.text(atom))")
      }
        + readings(reference).filter { $0.block == reference.block }.map { other in
          let wrong = Atom.slope(function, other)
          return (wrong, "\(Printer.text(wrong)) for \(Printer.text(atom))")
        }
    case .weight, .constant: return []
    }
  }

  private func readingEdits(_ reference: Reference, in term: Term) -> [(Reference, String)] {
    readings(reference).map {
      ($0, "\(Printer.text($0)) for \(Printer.text(reference)) in \(Printer.text(term))")
    }
  }

  /// The frames, frequency blocks and blocks of columns that may be taken for the right ones.
  private func readings(_ reference: Reference) -> [Reference] {
    var others: [Reference] = []
    if recurrent.contains(reference.name) {
      let steps =
        switch reference.shift.frames {
        case 0: [-1, 1]
        case ..<0: [0, 1]
        default: [0, -1]
        }
      others += steps.map {
        Reference(
          reference.name, reference.block, Shift(frames: $0, blocks: reference.shift.blocks))
      }
    }
    if reference.shift.blocks != 0 {
      for blocks in [0, -reference.shift.blocks] {
        others.append(
          Reference(
            reference.name, reference.block, Shift(frames: reference.shift.frames, blocks: blocks)))
      }
      if reference.shift.frames == 0 {
        // The block below of the frame before, or for a derivative the block above of the next.
        let frames = isBackward ? 1 : -1
        others.append(
          Reference(
            reference.name, reference.block,
            Shift(frames: frames, blocks: reference.shift.blocks)))
      }
    }
    if let block = reference.block {
      for other in widths.blockNames[reference.name] ?? [] where other != block {
        if widths.stretch(reference.name, other)?.count
          == widths.stretch(reference.name, block)?.count
        {
          others.append(Reference(reference.name, other, reference.shift))
        }
      }
    }
    return others
  }

  // MARK: Taps

  private func tapEdits(_ taps: TapsTerm) -> [(TapsTerm, String)] {
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
  private var everyTap: [EquationEdit] {
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

extension Head {
  /// Whether it is a value before any factor follows.
  var isComplete: Bool { isBlend }

  var isBlend: Bool {
    if case .blend = self { return true }
    return false
  }

  /// The same head of other atoms.
  func with(_ atoms: [Atom]) -> Head {
    switch self {
    case .none: .none
    case .complement: .complement(atoms[0])
    case .difference: .difference(atoms[0], atoms[1])
    case .blend: .blend(atoms[0], atoms[1], atoms[2])
    }
  }
}

extension Atom {
  /// The atom at the frame at hand.
  var unshifted: Atom {
    guard case .quantity(var reference) = self else { return self }
    reference.shift = .none
    return .quantity(reference)
  }
}
