import Arithmetic

/// Binds the steps of a plan to the memory of a run.
struct Binder<Scalar: Arithmetic> {
  let run: Run<Scalar>
  var instructions: [Instruction<Scalar>] = []
  var operands: [Operand<Scalar>] = []
  var slopes: [Function] = []
  var terms: [BoundTerm] = []

  init(_ run: Run<Scalar>) { self.run = run }

  private var widths: Widths { run.plan.widths }

  // MARK: Stages

  mutating func bind(_ stage: PlannedStage) -> Run<Scalar>.Stage {
    let prelude = collect { binder in
      for step in stage.prelude { binder.bind(step, block: nil, inLoop: false) }
    }
    let groups = stage.groups.map { group -> Run<Scalar>.Group in
      switch group {
      case .straight(let steps):
        return .straight(
          collect { binder in
            for step in steps { binder.bind(step, block: nil, inLoop: false) }
          })
      case .loop(let sections, let ends):
        let middle = collect { binder in for section in sections { binder.bind(section) } }
        return .loop(
          middle,
          ends: ends.map { sections in
            collect { binder in for section in sections { binder.bind(section) } }
          })
      }
    }
    let all = groups.flatMap { group -> [Int] in
      switch group {
      case .straight(let range): Array(range)
      case .loop(let range, let ends): Array(range) + ends.flatMap { Array($0) }
      }
    }
    return .init(
      prelude: prelude, isDown: stage.isDown ?? false, groups: groups,
      sharesStreams: all.allSatisfy { instructions[$0].kind == .elementwise })
  }

  private mutating func collect(_ body: (inout Binder) -> Void) -> Range<Int> {
    let first = instructions.count
    body(&self)
    let merged = Fusion.merged(Array(instructions[first...]), operands: operands)
    instructions.removeSubrange(first...)
    instructions += merged
    return first..<instructions.count
  }

  mutating func bind(_ section: PlannedSection) {
    for (place, steps) in section.steps.enumerated() {
      for step in steps { bind(step, block: section.blocks?[place], inLoop: true) }
    }
  }

  // MARK: Steps

  /// Binds a step, for one block or for all of them: at once where their rows adjoin.
  mutating func bind(_ step: PlannedStep, block: Int?, inLoop: Bool) {
    // A step into something without blocks (an input's gradient, one window's sums) stands alone.
    let isWhole = block != nil || widths.blocks == 1 || result(of: step).block == 0
    if !isWhole && !fields(step).allSatisfy(rowsAdjoin) {
      for k in 0..<widths.blocks { bindOnce(step, block: k, inLoop: inLoop) }
    } else {
      bindOnce(step, block: block, inLoop: inLoop)
    }
  }

  private func rowsAdjoin(_ field: Field) -> Bool {
    field.stream == widths.blocks * field.block
  }

  private func result(of step: PlannedStep) -> Field {
    switch step {
    case .elementwise(let step): step.target
    case .accumulate(let sums, _, _), .taps(let sums, _, _), .unsplice(let sums, _, _, _),
      .clear(let sums):
      sums
    case .product(let product): product.sums
    case .splice(let target, _, _): target
    }
  }

  private func fields(_ step: PlannedStep) -> [Field] {
    switch step {
    case .elementwise(let step):
      [step.target] + (step.sums.map { [$0] } ?? [])
        + step.terms.flatMap { $0.factors.map(\.field) }
    case .accumulate(let sums, let terms, _):
      [sums] + terms.flatMap { $0.factors.map(\.field) }
    case .product(let product): [product.left, product.sums]
    case .taps(let sums, let taps, _): [sums, taps.source]
    case .splice(let target, let source, _): [target, source]
    case .unsplice(let sums, let source, _, _): [sums, source]
    case .clear(let sums): [sums]
    }
  }

  /// Whether a field's blocks are windows or one block: then its rows are streams.
  private func operand<Element>(
    _ field: Field, _ lane: Lane<Element>, _ block: Int?
  ) -> Operand<Element> {
    let isByBlock = block != nil || widths.blocks == 1 || field.block == 0
    return Operand(
      lane: lane, offset: field.offset + (block ?? 0) * field.block, frame: field.frame,
      row: isByBlock ? field.stream : field.block)
  }

  private func scalar(_ field: Field, _ block: Int?) -> Operand<Scalar> {
    operand(field, run.scalars[field.store].lane, block)
  }

  private func sum(_ field: Field, _ block: Int?) -> Operand<Scalar.Sum> {
    operand(field, run.sums[field.store].lane, block)
  }

  private mutating func bindOnce(_ step: PlannedStep, block: Int?, inLoop: Bool) {
    let byStream = block != nil || result(of: step).block == 0
    let rows = byStream ? widths.streams : widths.streams * widths.blocks
    switch step {
    case .elementwise(let step):
      var instruction = Instruction<Scalar>(
        kind: .elementwise, columns: step.target.columns, rows: rows)
      instruction.target = scalar(step.target, block)
      instruction.sums = step.sums.map { sum($0, block) }
      instruction.function = step.function
      // A sum that is its own total, where it stands already.
      if step.terms.isEmpty, step.function == .identity, let sums = instruction.sums,
        let same = sums as? Operand<Scalar>, let target = instruction.target,
        same.isSame(as: target)
      {
        return
      }
      add(instruction, step.terms, block)
    case .accumulate(let sums, let terms, let startsAtZero):
      var instruction = Instruction<Scalar>(kind: .accumulate, columns: sums.columns, rows: rows)
      instruction.sums = sum(sums, block)
      instruction.startsAtZero = startsAtZero
      add(instruction, terms, block)
    case .clear(let sums):
      var instruction = Instruction<Scalar>(kind: .clear, columns: sums.columns, rows: rows)
      instruction.sums = sum(sums, block)
      instructions.append(instruction)
    case .product(let product):
      instructions.append(bound(product, block, rows: rows, inLoop: inLoop))
    case .taps(let sums, let taps, let startsAtZero):
      var instruction = Instruction<Scalar>(kind: .taps, columns: sums.columns, rows: rows)
      instruction.sums = sum(sums, block)
      instruction.keep = scalar(taps.source, block)
      instruction.startsAtZero = startsAtZero
      instruction.isNegative = taps.isNegative
      instruction.taps = run.bound(taps)
      instructions.append(instruction)
    case .splice(let target, let source, let offsets):
      for (index, offset) in offsets.enumerated() {
        var instruction = Instruction<Scalar>(kind: .splice, columns: source.columns, rows: rows)
        instruction.target = scalar(target.columns((index * source.columns, source.columns)), block)
        instruction.keep = scalar(source, block)
        instruction.inner = offset
        instructions.append(instruction)
      }
    case .unsplice(let sums, let source, let offsets, let startsAtZero):
      for (index, offset) in offsets.enumerated() {
        var instruction = Instruction<Scalar>(kind: .unsplice, columns: sums.columns, rows: rows)
        instruction.sums = sum(sums, block)
        instruction.keep = scalar(source.columns((index * sums.columns, sums.columns)), block)
        instruction.startsAtZero = startsAtZero && index == 0
        instruction.inner = offset
        instructions.append(instruction)
      }
    }
  }

  private func bound(
    _ product: PlannedProduct, _ block: Int?, rows: Int, inLoop: Bool
  ) -> Instruction<Scalar> {
    var instruction = Instruction<Scalar>(
      kind: .product, columns: product.sums.columns, rows: rows)
    instruction.keep = scalar(product.left, block)
    instruction.sums = sum(product.sums, block)
    instruction.inner = product.inner
    instruction.startsAtZero = product.startsAtZero
    instruction.isNegative = product.isNegative
    guard let whole = widths.weights[product.weight], let weight = run.weights[product.weight] else {
      return instruction
    }
    instruction.weight = weight.lane
    instruction.weightPlace = Placement(offset: product.firstColumn, rowStride: whole.columns)
    if product.isTransposed {
      if inLoop, let turned = run.turned[product.weight] {
        instruction.weight = turned.lane
        instruction.weightPlace = Placement(
          offset: product.firstColumn * whole.rows, rowStride: whole.rows)
      } else {
        instruction.weightPlace = instruction.weightPlace.transposed
      }
    }
    return instruction
  }

  // MARK: Terms

  private mutating func add(
    _ unbound: Instruction<Scalar>, _ planned: [PlannedTerm], _ block: Int?
  ) {
    var instruction = unbound
    let (rows, columns) = (instruction.rows, instruction.columns)
    instruction.firstOperand = operands.count
    instruction.firstTerm = terms.count
    instruction.termCount = planned.count
    for term in planned { terms.append(bound(term, block)) }
    instruction.form = Self.form(planned, instruction)
    instruction.isLone =
      planned.count == 1 && planned[0].head == .none && planned[0].factors.count == 1
      && planned[0].factors[0].slope == nil && !planned[0].isNegative
      && (instruction.sums == nil || instruction.kind == .accumulate)
    instruction.scratch = Operand(
      lane: run.scratch.lane, offset: 0, frame: 0, row: run.scratch.lane.count / max(rows, 1))
    var placed = operands[instruction.firstOperand...].map { ($0.frame, $0.row) }
    if let target = instruction.target { placed.append((target.frame, target.row)) }
    if let sums = instruction.sums { placed.append((sums.frame, sums.row)) }
    instruction.isUniform = placed.allSatisfy { $0.0 == rows * $0.1 }
    instruction.isDense =
      instruction.form != .general && instruction.isUniform
      && placed.allSatisfy { $0.1 == columns }
    instructions.append(instruction)
  }

  private mutating func bound(_ term: PlannedTerm, _ block: Int?) -> BoundTerm {
    let first = operands.count
    for factor in term.factors {
      operands.append(scalar(factor.field, block))
      slopes.append(factor.slope ?? .identity)
    }
    return BoundTerm(
      isNegative: term.isNegative, head: term.head, first: first, count: term.factors.count)
  }

  private static func form(
    _ terms: [PlannedTerm], _ instruction: Instruction<Scalar>
  ) -> ElementwiseForm {
    guard instruction.kind == .elementwise, !terms.contains(where: \.isNegative) else {
      return .general
    }
    let isPlain = terms.allSatisfy { term in
      term.head == .none && term.factors.count <= 2 && term.factors.allSatisfy { $0.slope == nil }
    }
    let shape = isPlain ? terms.map { $0.factors.count } : [0]
    if instruction.sums != nil {
      switch shape {
      case []: return .closed
      case [1]: return .closedPlus
      case [1, 2]: return .closedPlusProduct
      default: return .general
      }
    }
    guard terms.count == 1 else {
      switch shape {
      case [2, 2]: return .sum22
      case [1, 2]: return .sum12
      case [1, 2, 2, 2, 2]: return .sum12222
      default: return .general
      }
    }
    guard instruction.function == .identity else { return .general }
    let slopes = terms[0].factors.map { $0.slope != nil }
    switch (terms[0].head, slopes) {
    case (.none, [false, false]): return .product2
    case (.none, [false, false, false]): return .product3
    case (.none, [false, true]): return .slope1
    case (.none, [false, false, true]): return .slope2
    case (.blend, [false, false, false]): return .blend
    case (.complement, [false, false]): return .complement
    case (.difference, [false, false, false]): return .difference
    case (.difference, [false, false, false, true]): return .differenceSlope
    default: return .general
    }
  }
}

/// The gradients of parameters.
extension Binder {
  mutating func bind(_ reduction: PlannedReduction) -> [Reduction<Scalar>] {
    guard let store = run.gradients[reduction.weight],
      let whole = widths.weights[reduction.weight]
    else { return [] }
    let first = reduction.row * whole.columns + reduction.firstColumn
    var bound = Reduction<Scalar>(
      kind: .columns, sums: store.lane, isFirst: reduction.isFirst,
      isNegative: reduction.isNegative)
    switch reduction.kind {
    case .outer(let left, let right):
      bound.kind = .outer
      bound.place = Placement(offset: first, rowStride: whole.columns)
      return bind(reduction, bound, left, right)
    case .columns(let term):
      let columns = term.factors.first?.field.columns ?? 0
      bound.sums = store.lane[first, columns]
      bound.cleared = bound.sums
      bound.frames = reduction.frames
      let isSimple =
        term.head == .none && !reduction.isNegative && term.factors.allSatisfy { $0.slope == nil }
      bound.isPlain = isSimple && term.factors.count == 1
      bound.isPair = isSimple && term.factors.count == 2
      var signed = term
      signed.isNegative = reduction.isNegative
      let adjoins = term.factors.allSatisfy { rowsAdjoin($0.field) }
      if widths.blocks == 1 || adjoins && reduction.blocks == 0..<widths.blocks {
        bound.rows = widths.streams * widths.blocks
        bound.term = self.bound(signed, nil)
        return [bound]
      }
      bound.rows = widths.streams
      return reduction.blocks.map { k in
        var part = bound
        part.term = self.bound(signed, k)
        part.isFirst = bound.isFirst && k == reduction.blocks.lowerBound
        return part
      }
    case .taps(let taps, let gradient):
      bound.kind = .taps
      bound.frames = reduction.frames
      bound.sums = store.lane[first, taps.rows * whole.columns]
      bound.cleared = bound.sums
      bound.extent.columns = whole.columns
      bound.taps = run.bound(taps)
      bound.term.first = operands.count
      operands += [scalar(taps.source, nil), scalar(gradient, nil)]
      slopes += [.identity, .identity]
      return [bound]
    }
  }

  private func bind(
    _ reduction: PlannedReduction, _ unplaced: Reduction<Scalar>, _ left: Field, _ right: Field
  ) -> [Reduction<Scalar>] {
    let adjoins = rowsAdjoin(left) && rowsAdjoin(right)
    let isWhole = widths.blocks > 1 && adjoins && reduction.blocks == 0..<widths.blocks
    let rows = reduction.frames.count * widths.streams * (isWhole ? widths.blocks : 1)
    func placed(_ field: Field, _ block: Int) -> Placement {
      Placement(
        offset: field.offset + reduction.frames.lowerBound * field.frame + block * field.block,
        rowStride: isWhole ? field.block : field.stream)
    }
    var bound = unplaced
    bound.left = run.scalars[left.store].lane
    bound.right = run.scalars[right.store].lane
    bound.extent = ProductExtent(rows: left.columns, inner: rows, columns: right.columns)
    // Where no product sets the sums, they are set to nothing.
    if bound.isNegative || reduction.blocks.isEmpty || rows == 0 { bound.cleared = bound.sums }
    guard !isWhole, !reduction.blocks.isEmpty else {
      if reduction.blocks.isEmpty { bound.extent.inner = 0 }
      bound.leftPlace = placed(left, 0).transposed
      bound.rightPlace = placed(right, 0)
      return [bound]
    }
    return reduction.blocks.map { k in
      var part = bound
      part.leftPlace = placed(left, k).transposed
      part.rightPlace = placed(right, k)
      part.isFirst = bound.isFirst && k == reduction.blocks.lowerBound
      return part
    }
  }
}

extension Run {
  /// Taps bound to memory.
  func bound(_ taps: PlannedTaps) -> BoundTaps<Scalar>? {
    guard let filter = weights[taps.filter], let counts = counters[taps.counts],
      let whole = plan.widths.weights[taps.filter]
    else { return nil }
    return BoundTaps(
      filter: filter.lane[taps.first * whole.columns, taps.rows * whole.columns], rows: taps.rows,
      counts: counts.lane, isAhead: taps.isAhead, stride: taps.stride, isAdjoint: taps.isAdjoint, start: taps.start,
      extra: taps.extra, isUnbounded: taps.isUnbounded)
  }
}
