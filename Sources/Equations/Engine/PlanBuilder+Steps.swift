/// Equations as steps.
extension PlanBuilder {
  mutating func constant(_ value: Double, columns: Int) -> Field {
    if let field = constantFields[[value, Double(columns)]] { return field }
    let store = store(columns)
    constants.append((store, value))
    let field = Field(store: store, columns: columns)
    constantFields[[value, Double(columns)]] = field
    return field
  }

  /// Where a reference lies; nil beyond an end, where there is nothing.
  func field(_ reference: Reference, _ spot: Spot) throws(EquationError) -> Field? {
    guard let field = fields[reference.name],
      let stretch = widths.stretch(reference.name, reference.block)
    else {
      throw EquationError(place: nil, problem: "\(reference.name) is never set")
    }
    guard spot.has(reference.shift, isSkipped: skipped.contains(reference.name)) else { return nil }
    return field.columns(stretch).shifted(reference.shift)
  }

  mutating func factor(
    _ atom: Atom, _ columns: Int, _ spot: Spot
  ) throws(EquationError) -> PlannedFactor? {
    switch atom {
    case .quantity(let reference):
      return try field(reference, spot).map { PlannedFactor(field: $0, slope: nil) }
    case .slope(let function, let reference):
      return try field(reference, spot).map { PlannedFactor(field: $0, slope: function) }
    case .constant(let value):
      return PlannedFactor(field: constant(value, columns: columns), slope: nil)
    case .weight(let weight):
      guard let stretch = widths.stretch(weight.name, weight.block),
        let whole = widths.weights[weight.name], var field = fields["weight " + weight.name]
      else { throw EquationError(place: nil, problem: "\(weight.name) is no parameter") }
      guard (weight.row ?? 0) < whole.rows else {
        throw EquationError(
          place: nil, problem: "\(weight.name) has no row \(weight.row ?? 0)")
      }
      field.offset += (weight.row ?? 0) * whole.columns
      return PlannedFactor(field: field.columns(stretch), slope: nil)
    }
  }

  /// An elementwise term; nil where it is nothing at this frame and block.
  mutating func term(
    _ head: Head, _ atoms: [Atom], negative: Bool, _ columns: Int, _ spot: Spot
  ) throws(EquationError) -> PlannedTerm? {
    var factors: [PlannedFactor] = []
    for (index, atom) in (head.atoms + atoms).enumerated() {
      if let factor = try factor(atom, columns, spot) {
        factors.append(factor)
      } else if index < head.atoms.count {
        factors.append(PlannedFactor(field: constant(0, columns: columns), slope: nil))
      } else {
        return nil
      }
    }
    return PlannedTerm(isNegative: negative, head: head.planned, factors: factors)
  }

  /// The frame and block that steps are made for: how far it is from the ends.
  struct Spot {
    /// Frames to the last one, and to the first; nil for a frame far from both.
    var toEnd: Int?
    var toStart: Int?
    var block: Int?
    var blocks: Int

    func has(_ shift: Shift, isSkipped: Bool) -> Bool {
      if isSkipped {
        if let toEnd, shift.frames > toEnd { return false }
        if let toStart, -shift.frames > toStart { return false }
      }
      guard let block else { return shift.blocks == 0 || blocks == 0 }
      return (0..<blocks).contains(block + shift.blocks)
    }
  }

  /// The steps of an equation at a spot: what runs over all frames first, what once a frame, what at
  /// each block.
  struct Steps {
    var early: [PlannedStep] = []
    var frame: [PlannedStep] = []
    var late: [PlannedStep] = []

    /// What has come to waiting for a frame or block: what is added behind it waits too, also at a
    /// block where it is nothing itself.
    private(set) var reached = Time.early

    mutating func reach(_ time: Time) { reached = max(reached, time) }

    mutating func add(_ step: PlannedStep, _ time: Time) {
      reach(time)
      switch reached {
      case .early: early.append(step)
      case .frame: frame.append(step)
      case .late: late.append(step)
      }
    }
  }

  /// When something that reads certain quantities may run.
  enum Time: Comparable { case early, frame, late }

  mutating func steps(
    _ equation: Equation, _ spot: Spot, when time: (Reference) -> Time
  ) throws(EquationError) -> Steps {
    let name = equation.target.name
    guard let whole = fields[name], let stretch = widths.stretch(name, equation.target.block) else {
      throw EquationError(place: equation.place, problem: "\(name) has no place")
    }
    let target = whole.columns(stretch)
    // What lies where another quantity lies is there with it.
    if let source = equation.soleReference, !open.contains(source.name),
      try field(source, spot) == target
    {
      return Steps()
    }
    var sums = sumFields[name]
    if let group = sums, group.columns != target.columns { sums = group.columns(stretch) }
    func needSums() throws(EquationError) -> Field {
      guard let sums else {
        throw EquationError(place: equation.place, problem: "\(name) has no place for its sum")
      }
      return sums
    }
    var steps = Steps()
    var isOpen = false
    var pending: [PlannedTerm] = []
    // Whether elementwise terms wait to be added, and for what, be they nothing at this block.
    var pendingTime: Time?
    for (index, term) in equation.terms.enumerated() {
      if index == 0, let source = term.plainReference, open.contains(source.name) {
        isOpen = true
        steps.frame = []
        continue
      }
      switch term.kind {
      case .elementwise(let head, let atoms):
        if let planned = try self.term(
          head, atoms, negative: term.isNegative, target.columns, spot)
        {
          pending.append(planned)
        }
        let isLate = term.references.contains { time($0) == .late }
        pendingTime = max(pendingTime ?? .frame, isLate ? .late : .frame)
        continue
      case .splice(let reference, let offsets, false):
        guard equation.terms.count == 1, let source = try field(reference, spot) else {
          throw EquationError(
            place: equation.place, problem: "\(name): a splice stands alone in its equation")
        }
        steps.add(.splice(target: target, source: source, offsets: offsets), .late)
        return steps
      default: break
      }
      let sums = try needSums()
      if let pendingTime { steps.reach(pendingTime) }
      if !pending.isEmpty {
        steps.add(.accumulate(sums: sums, pending, startsAtZero: !isOpen), pendingTime ?? .frame)
        pending = []
        isOpen = true
      }
      pendingTime = nil
      let due = term.references.map(time).contains(.late) ? Time.late : time(term.references[0])
      steps.reach(due)
      switch term.kind {
      case .product(let product):
        for step in try self.product(product, term.isNegative, sums, spot, startsAtZero: !isOpen) {
          steps.add(step, due)
          isOpen = true
        }
      case .taps(let taps):
        let planned = try self.taps(taps, isNegative: term.isNegative, spot)
        steps.add(.taps(sums: sums, planned, startsAtZero: !isOpen), .late)
        isOpen = true
      case .splice(let reference, let offsets, _):
        guard let source = try field(reference, spot) else { continue }
        steps.add(
          .unsplice(sums: sums, source: source, offsets: offsets, startsAtZero: !isOpen), .late)
        isOpen = true
      default: break
      }
    }
    if open.contains(name) {
      if !pending.isEmpty {
        steps.add(
          .accumulate(sums: try needSums(), pending, startsAtZero: !isOpen), pendingTime ?? .frame)
      } else if !isOpen {
        steps.add(.clear(try needSums()), .frame)
      }
      return steps
    }
    if !isOpen && pending.isEmpty {
      let nothing = PlannedFactor(field: constant(0, columns: target.columns), slope: nil)
      pending = [PlannedTerm(isNegative: false, head: .none, factors: [nothing])]
    }
    steps.add(
      .elementwise(
        PlannedElementwise(
          target: target, sums: isOpen ? try needSums() : nil, terms: pending,
          function: equation.function)), .late)
    return steps
  }

  /// A product as one step, or one for each window.
  mutating func product(
    _ product: ProductTerm, _ isNegative: Bool, _ sums: Field, _ spot: Spot, startsAtZero: Bool
  ) throws(EquationError) -> [PlannedStep] {
    guard let whole = widths.weights[product.weight.name],
      let stretch = widths.stretch(product.weight.name, product.weight.block)
    else {
      throw EquationError(place: nil, problem: "\(product.weight.name) is no parameter")
    }
    guard let left = try field(product.left, spot) else { return [] }
    func step(_ left: Field, _ sums: Field, _ inner: Int, _ startsAtZero: Bool) -> PlannedStep {
      .product(
        PlannedProduct(
          left: left, sums: sums, weight: product.weight.name, firstColumn: stretch.first,
          inner: inner, isTransposed: product.isTransposed, startsAtZero: startsAtZero,
          isNegative: isNegative))
    }
    let inner = product.isTransposed ? stretch.count : whole.rows
    guard product.readsWindow || product.addsToWindow else {
      return [step(left, sums, inner, startsAtZero)]
    }
    if product.readsWindow {
      // At one block its own window alone, where the sum has come to waiting for blocks.
      let blocks = spot.block.map { $0..<$0 + 1 } ?? 0..<widths.blocks
      return blocks.map { k in
        let place = window(k, exchanged: product.exchangesWidthAndStride)
        var window = left.columns(place)
        window.block = 0
        var target = sums
        target.offset += k * sums.block
        target.block = 0
        return step(window, target, place.count, startsAtZero)
      }
    }
    // Blocks from the last to the first, each into the inputs it saw.
    var steps: [PlannedStep] = startsAtZero ? [.clear(sums)] : []
    for k in (0..<widths.blocks).reversed() {
      var source = left
      source.offset += k * left.block
      source.block = 0
      let place = window(k, exchanged: product.exchangesWidthAndStride)
      steps.append(step(source, sums.columns(place), inner, product.overwritesWindows))
    }
    return steps
  }

  /// The inputs that block `k` sees.
  func window(_ k: Int, exchanged: Bool) -> (first: Int, count: Int) {
    let (width, stride) = (widths.sizes["F"] ?? 1, widths.sizes["S"] ?? 1)
    guard exchanged else { return (k * stride, width) }
    let total = widths.columns[layer.inputs[0].name] ?? 1
    let first = min(k * width, total)
    return (first, min(stride, width, total - first))
  }

  mutating func taps(
    _ taps: TapsTerm, isNegative: Bool, _ spot: Spot
  ) throws(EquationError) -> PlannedTaps {
    guard !widths.hasBlocks, let whole = widths.weights[taps.filter], whole.rows > taps.first,
      let source = try field(taps.quantity, spot)
    else {
      throw EquationError(place: nil, problem: "\(taps.filter) has no row \(taps.first)")
    }
    return PlannedTaps(
      filter: taps.filter, first: taps.first, rows: whole.rows - taps.first, source: source,
      counts: taps.counts, isAhead: taps.isAhead, stride: taps.stride, isAdjoint: taps.isAdjoint,
      isNegative: isNegative, start: taps.start, extra: taps.extra, isUnbounded: taps.isUnbounded)
  }
}

extension Head {
  /// The head without its factors.
  var planned: PlannedTerm.Head {
    switch self {
    case .none: .none
    case .complement: .complement
    case .difference: .difference
    case .blend: .blend
    }
  }
}
