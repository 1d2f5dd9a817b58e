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
  let equations: [Equation]
  let layer: LayerFile
  let widths: Widths
  /// Quantities that some equation reads at another frame: where a frame is easily mistaken.
  let recurrent: Set<String>
  /// Quantities that weigh two others: `f` and `1 - f` are easily exchanged.
  let gates: Set<Atom>
  /// Quantities that are a block of another one, like `da_f` of `da`: `da.f = da_f`.
  let blocks: [String: Reference]
  let isBackward: Bool

  /// Edits of the equations of one pass; those of the other tell what is read at which frames.
  init(
    _ equations: [Equation], beside others: [Equation], _ layer: LayerFile, _ widths: Widths,
    isBackward: Bool
  ) {
    self.equations = equations
    self.layer = layer
    self.widths = widths
    self.isBackward = isBackward
    let shifted = (layer.equations + others + equations).flatMap(\.terms).flatMap(\.references)
      .filter { $0.shift.frames != 0 }.map(\.name)
    recurrent = Set(shifted).union(shifted.map { "d" + $0 })
      .union(shifted.filter { $0.hasPrefix("d") }.map { String($0.dropFirst()) })
    gates = Set(
      layer.equations.flatMap(\.terms).compactMap { term in
        if case .elementwise(.blend(let f, _, _), _) = term.kind { f } else { nil }
      })
    blocks = Dictionary(
      equations.compactMap { equation in
        guard equation.isPlain, let block = equation.target.block,
          let own = equation.terms[0].plainReference, own.block == nil
        else { return nil }
        return (own.name, Reference(equation.target.name, block))
      }
    ) { first, _ in first }
  }

  /// Edits of the same equations in another form.
  init(_ equations: [Equation], of other: EquationEdits) {
    self.equations = equations
    layer = other.layer
    widths = other.widths
    recurrent = other.recurrent
    gates = other.gates
    blocks = other.blocks
    isBackward = other.isBackward
  }

  /// All edits, each key once.
  var all: [EquationEdit] {
    var edits: [EquationEdit] = []
    for index in equations.indices {
      let equation = equations[index]
      guard equation.extent != .initial else { continue }
      if equation.isPlain {
        // What is only another name for a block is no equation that anybody writes; a sum of it is.
        if equation.extent == .sum { edits += kindEdits(index, 0) }
        continue
      }
      for place in equation.terms.indices { edits += termEdits(index, place) }
      edits += functionEdits(index)
      for place in equation.terms.indices {
        edits += kindEdits(index, place) + openedEdits(index, place)
      }
    }
    edits += everyFunction + everyTap + everyWeight + everyBias
    var seen: Set<String> = []
    return edits.filter { seen.insert($0.key).inserted }
  }

  func edit(
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

  func termEdits(_ index: Int, _ place: Int) -> [EquationEdit] {
    let term = equations[index].terms[place]
    let text = Printer.text(term)
    var edits: [EquationEdit] = []
    // A whole sum over frames taken twice or negated is a matter of scale.
    if equations[index].extent == .sum, equations[index].terms.count == 1 { return [] }
    if equations[index].terms.count > 1 {
      edits.append(
        edit(index, "without \(text)", "\(text) is left out") { $0.terms.remove(at: place) })
    }
    edits.append(
      edit(index, "\(text) twice", "\(text) is added twice") { $0.terms.insert(term, at: place) })
    edits.append(
      edit(index, "\(text) with the wrong sign", "\(text) has the wrong sign") {
        $0.terms[place].isNegative.toggle()
      })
    return edits
  }

  // MARK: Functions

  func others(_ function: Function) -> [Function] {
    switch function {
    case .sigmoid: [.tanh, .hardSigmoid, .identity]
    case .tanh: [.sigmoid, .identity]
    case .relu: [.identity]
    case .hardSigmoid: [.sigmoid]
    case .clip: [.identity]
    case .identity: []
    }
  }

  func name(_ function: Function) -> String {
    function == .identity ? "identity" : function.name
  }

  func functionEdits(_ index: Int) -> [EquationEdit] {
    let function = equations[index].function
    return others(function).map { other in
      edit(
        index, "\(name(function)) as \(name(other))",
        other == .identity
          ? "\(name(function)) is left out" : "\(name(other)) stands for \(name(function))"
      ) { $0.function = other }
    }
  }

  // MARK: What a term is

  func kindEdits(_ index: Int, _ place: Int) -> [EquationEdit] {
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
      for other in otherBlocks(product.weight.name, product.weight.block) {
        var changed = product
        changed.weight.block = other
        let (new, old) = (Printer.text(changed.weight), Printer.text(product.weight))
        edits.append(
          replaced(
            "\(new) for \(old) in \(Printer.text(term))", "\(new) stands for \(old)",
            .product(changed)))
      }
      // What is multiplied with a window would have to be cut out of the weight's turned gradient.
      if hasSquareBlocks(product.weight), !product.readsWindow {
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

  func hasSquareBlocks(_ weight: WeightReference) -> Bool {
    guard let whole = widths.weights[weight.name] else { return false }
    return whole.rows == whole.block && whole.rows > 1
  }

  /// A product with each square block of its weight transposed: block by block.
  func transposed(_ index: Int, _ place: Int, _ product: ProductTerm) -> EquationEdit {
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
  func transposedGradient(_ index: Int, _ left: Reference, _ right: Reference)
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
}
