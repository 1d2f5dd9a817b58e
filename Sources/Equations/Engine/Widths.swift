/// The sizes a run has, and how wide each quantity is.
struct Widths {
  /// N, streams.
  let streams: Int
  /// T, frames.
  let frames: Int
  /// B, frequency blocks.
  let blocks: Int
  /// Whether there are frequency blocks at all.
  let hasBlocks: Bool
  /// Every size by its letter.
  let sizes: [String: Int]
  private(set) var columns: [String: Int] = [:]
  /// Rows, columns and columns of a block of each parameter.
  private(set) var weights: [String: (rows: Int, columns: Int, block: Int)] = [:]
  /// The first column of each block, by quantity or parameter.
  private(set) var blockNames: [String: [String]]

  /// Works out all sizes.
  ///
  /// - Throws: ``EquationError`` where a size is not positive or a formula does not come out whole.
  init(
    _ layer: LayerFile, sizes given: [String: Int], order: [String]?, isStep: Bool
  ) throws(EquationError) {
    var sizes = given
    for (letter, formula, place) in layer.derivedSizes {
      guard let value = formula.value(sizes), value > 0 else {
        let parts = formula.letters.sorted().map { "\($0)=\(sizes[$0].map(String.init) ?? "?")" }
        throw EquationError(
          place: place,
          problem: "\(letter) = \(formula) is no whole number of at least 1 at "
            + parts.joined(separator: ", "))
      }
      sizes[letter] = value
    }
    self.sizes = sizes
    streams = layer.streams.map { sizes[$0] ?? 1 } ?? 1
    frames = isStep ? 1 : sizes[layer.frames] ?? 1
    hasBlocks = layer.blockAxis != nil
    blocks = layer.blockAxis.flatMap { sizes[$0] } ?? 1
    blockNames = layer.quantityBlocks
    for input in layer.inputs { columns[input.name] = try size(input.columns, sizes, input.place) }
    for weight in layer.weights {
      let block = try positive(weight.columns.size, sizes, weight.place)
      let rows = try weight.rows.map { (rows) throws(EquationError) in
        try positive(rows, sizes, weight.place)
      }
      let names = Self.inOrder(weight.columns, order)
      weights[weight.name] = (rows ?? 1, max(names.count, 1) * block, block)
      blockNames[weight.name] = names
    }
    for (name, blocks) in blockNames where weights[name] == nil {
      // Quantities take the order of the weights they come from.
      if let order, blocks.sorted() == order.sorted(),
        layer.order?.blocks.sorted() == blocks.sorted()
      {
        blockNames[name] = order
      }
    }
  }

  private static func inOrder(_ columns: LayerFile.Columns, _ order: [String]?) -> [String] {
    columns.order == nil ? columns.blocks : order ?? columns.blocks
  }

  private func positive(
    _ formula: SizeFormula, _ sizes: [String: Int], _ place: SourcePlace
  ) throws(EquationError) -> Int {
    guard let value = formula.value(sizes), value > 0, value < 1 << 40 else {
      throw EquationError(place: place, problem: "the size \(formula) is not at least 1")
    }
    return value
  }

  private func size(
    _ columns: LayerFile.Columns, _ sizes: [String: Int], _ place: SourcePlace
  ) throws(EquationError) -> Int {
    try positive(columns.size, sizes, place) * max(columns.blocks.count, 1)
  }

  /// Columns of a quantity or of one of its blocks: the first, and how many.
  func stretch(_ name: String, _ block: String?) -> (first: Int, count: Int)? {
    guard let whole = weights[name]?.columns ?? columns[name] else { return nil }
    guard let block else { return (0, whole) }
    if let parts = concatenated[name] {
      guard let part = parts[block] else { return nil }
      return part
    }
    guard let names = blockNames[name], let place = names.firstIndex(of: block) else { return nil }
    let size = whole / names.count
    return (place * size, size)
  }

  /// Parts of uneven width, where a quantity is put together from others.
  private(set) var concatenated: [String: [String: (first: Int, count: Int)]] = [:]

  /// Adds the widths of equations' targets and checks that every term fits.
  ///
  /// - Throws: ``EquationError`` with the names of what does not fit.
  mutating func add(
    _ equations: [Equation], unchecked: Bool = false
  ) throws(EquationError) {
    var open = equations.filter { columns[$0.target.name] == nil }
    var progress = true
    while progress {
      progress = false
      var left: [Equation] = []
      for equation in open {
        if let width = equation.terms.compactMap(width).first {
          settle(equation.target, width)
          progress = true
        } else {
          left.append(equation)
        }
      }
      open = left
    }
    guard !unchecked else { return }
    for equation in open where !equation.terms.isEmpty {
      throw EquationError(
        place: equation.place, problem: "\(equation.target.name): its width follows from nothing")
    }
    for equation in equations { try check(equation) }
  }

  /// Sets a width that an adjoint has from the quantity it belongs to.
  mutating func set(_ name: String, as other: String) {
    if let width = columns[other] { columns[name] = width }
    if let names = blockNames[other] { blockNames[name] = names }
    if let parts = concatenated[other] { concatenated[name] = parts }
  }

  private mutating func settle(_ target: Target, _ width: Int) {
    guard let block = target.block else {
      columns[target.name] = columns[target.name] ?? width
      return
    }
    guard let names = blockNames[target.name],
      columns[target.name] == nil || concatenated[target.name] != nil
    else { return }
    var parts = concatenated[target.name] ?? [:]
    guard parts[block] == nil else { return }
    parts[block] = (0, width)
    var first = 0
    for name in names {
      guard let part = parts[name] else { continue }
      parts[name] = (first, part.count)
      first += part.count
    }
    concatenated[target.name] = parts
    columns[target.name] = first
  }

  /// The width of a term; nil where it does not follow yet.
  private func width(_ term: Term) -> Int? {
    switch term.kind {
    case .elementwise(let head, let atoms):
      return (head.atoms + atoms).compactMap(width).first
    case .product(let product):
      guard let weight = weights[product.weight.name] else { return nil }
      if product.addsToWindow { return nil }
      if product.isTransposed { return weight.rows }
      return stretch(product.weight.name, product.weight.block)?.count
    case .taps(let taps): return stretch(taps.quantity.name, taps.quantity.block)?.count
    case .splice(let reference, let offsets, let isAdjoint):
      guard let count = stretch(reference.name, reference.block)?.count else { return nil }
      return isAdjoint ? count / offsets.count : count * offsets.count
    case .outer, .tapsGradient: return nil
    }
  }

  private func width(_ atom: Atom) -> Int? {
    switch atom {
    case .quantity(let reference), .slope(_, let reference):
      stretch(reference.name, reference.block)?.count
    case .weight(let weight): stretch(weight.name, weight.block)?.count
    case .constant: nil
    }
  }

  private func check(_ equation: Equation) throws(EquationError) {
    guard equation.extent != .sum else { return }
    let name = equation.target.name + (equation.target.block.map { ".\($0)" } ?? "")
    let due = stretch(equation.target.name, equation.target.block)?.count
    func refuse(_ text: String) -> EquationError {
      EquationError(place: equation.place, problem: "\(name): \(text)")
    }
    for term in equation.terms {
      for atom in term.elementwiseAtoms {
        guard case .constant = atom else {
          guard let width = width(atom), width == due else {
            throw refuse(
              "\(Printer.text(atom)) has \(width(atom).map(String.init) ?? "no known number of")"
                + " columns, \(name) has \(due.map(String.init) ?? "none")")
          }
          continue
        }
      }
      if case .product(let product) = term.kind {
        try check(product, name, equation.place)
      }
      if let width = width(term), width != due {
        throw refuse(
          "\(Printer.text(term)) has \(width) columns, \(name) has \(due.map(String.init) ?? "none")"
        )
      }
    }
  }

  private func check(
    _ product: ProductTerm, _ name: String, _ place: SourcePlace
  ) throws(EquationError) {
    guard let weight = weights[product.weight.name],
      let stretch = stretch(product.weight.name, product.weight.block)
    else {
      throw EquationError(place: place, problem: "\(name): \(product.weight.name) is unknown")
    }
    let due = product.isTransposed ? stretch.count : weight.rows
    let found =
      product.readsWindow ? sizes["F"] : self.stretch(product.left.name, product.left.block)?.count
    guard found == due else {
      throw EquationError(
        place: place,
        problem:
          "\(name): \(product.left.name) has \(found.map(String.init) ?? "no known number of")"
          + " columns, \(product.weight.name) multiplies \(due)")
    }
  }
}

extension Term {
  /// The factors of an elementwise term, its head's first.
  var elementwiseAtoms: [Atom] {
    if case .elementwise(let head, let atoms) = kind { return head.atoms + atoms }
    return []
  }
}
