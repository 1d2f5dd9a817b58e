import Arithmetic

extension Run {
  /// Calls a body for every row, with the columns of a row; adjoining rows come as one.
  @inline(__always) func forRows(
    _ instruction: Instruction<Scalar>, _ t: Int, _ frames: Int, _ streams: Range<Int>?,
    _ body: (_ t: Int, _ row: Int, _ columns: Int) -> Void
  ) {
    if streams == nil && instruction.isUniform {
      let rows = instruction.rows &* frames
      if instruction.isDense {
        body(t, 0, rows &* instruction.columns)
      } else {
        for row in 0..<rows { body(t, row, instruction.columns) }
      }
      return
    }
    let perStream = instruction.rows / plan.widths.streams
    let first = (streams?.lowerBound ?? 0) &* perStream
    let end = (streams?.upperBound ?? plan.widths.streams) &* perStream
    for t in t..<t + frames {
      if instruction.isDense {
        body(t, first, (end &- first) &* instruction.columns)
      } else {
        for row in first..<end { body(t, row, instruction.columns) }
      }
    }
  }

  @inline(__always) private func operand(
    _ instruction: Instruction<Scalar>, _ index: Int, _ t: Int, _ row: Int, _ columns: Int
  ) -> Lane<Scalar> {
    operands.lane[instruction.firstOperand &+ index].part(t, row, columns)
  }

  @inline(never) func compute(
    _ instruction: Instruction<Scalar>, _ t: Int, _ frames: Int, _ streams: Range<Int>?
  ) {
    if instruction.kind == .accumulate {
      guard let place = instruction.sums else { return }
      forRows(instruction, t, frames, streams) { t, row, columns in
        let sums = place.part(t, row, columns)
        if instruction.startsAtZero { sums.fill(Scalar.Sum()) }
        addTerms(instruction, t, row, columns, to: sums)
      }
      return
    }
    guard let target = instruction.target else { return }
    forRows(instruction, t, frames, streams) { t, row, columns in
      let y = target.part(t, row, columns)
      @inline(__always) func a(_ index: Int) -> Lane<Scalar> {
        operand(instruction, index, t, row, columns)
      }
      switch instruction.form {
      case .product2:
        let (p, q) = (a(0), a(1))
        for j in 0..<columns { y[j] = p[j] * q[j] }
      case .product3:
        let (p, q, r) = (a(0), a(1), a(2))
        for j in 0..<columns { y[j] = p[j] * q[j] * r[j] }
      case .slope1:
        let (p, q) = (a(0), a(1))
        slope(instruction, 1) { f in for j in 0..<columns { y[j] = p[j] * f(q[j]) } }
      case .slope2:
        let (p, q, r) = (a(0), a(1), a(2))
        slope(instruction, 2) { f in for j in 0..<columns { y[j] = p[j] * q[j] * f(r[j]) } }
      case .blend:
        let (f, p, q) = (a(0), a(1), a(2))
        for j in 0..<columns { y[j] = Scalar.blend(f[j], p[j], q[j]) }
      case .complement:
        let (f, p) = (a(0), a(1))
        for j in 0..<columns { y[j] = Scalar.complementProduct(f[j], p[j]) }
      case .difference:
        let (p, q, d) = (a(0), a(1), a(2))
        for j in 0..<columns { y[j] = Scalar.scaledDifference(d[j], p[j], q[j]) }
      case .differenceSlope:
        let (p, q, d, s) = (a(0), a(1), a(2), a(3))
        slope(instruction, 3) { f in
          for j in 0..<columns { y[j] = Scalar.scaledDifference(d[j], p[j], q[j]) * f(s[j]) }
        }
      case .general: general(instruction, t, row, columns, y)
      default: closeSum(instruction, t, row, columns, y)
      }
    }
  }

  /// Sums of a known shape, each made and closed in a register.
  @inline(__always) private func closeSum(
    _ instruction: Instruction<Scalar>, _ t: Int, _ row: Int, _ columns: Int, _ y: Lane<Scalar>
  ) {
    @inline(__always) func a(_ index: Int) -> Lane<Scalar> {
      operand(instruction, index, t, row, columns)
    }
    switch instruction.form {
    case .closed:
      guard let s = instruction.sums?.part(t, row, columns) else { return }
      fill(instruction, t, row, y) { j in s[j].total }
    case .closedPlus:
      guard let s = instruction.sums?.part(t, row, columns) else { return }
      let b = a(0)
      fill(instruction, t, row, y) { j in
        var sum = s[j]
        sum.accumulate(b[j])
        return sum.total
      }
    case .closedPlusProduct:
      guard let s = instruction.sums?.part(t, row, columns) else { return }
      let (b, p, q) = (a(0), a(1), a(2))
      fill(instruction, t, row, y) { j in
        var sum = s[j]
        sum.accumulate(b[j])
        sum.accumulate(p[j], times: q[j])
        return sum.total
      }
    case .sum22:
      let (p, q, r, s) = (a(0), a(1), a(2), a(3))
      fill(instruction, t, row, y) { j in
        var sum = Scalar.Sum()
        sum.accumulate(p[j], times: q[j])
        sum.accumulate(r[j], times: s[j])
        return sum.total
      }
    case .sum12:
      let (b, p, q) = (a(0), a(1), a(2))
      for j in 0..<columns {
        var sum = Scalar.Sum()
        sum.accumulate(b[j])
        sum.accumulate(p[j], times: q[j])
        y[j] = sum.total
      }
    case .sum122:
      let (b, p, q, r, s) = (a(0), a(1), a(2), a(3), a(4))
      for j in 0..<columns {
        var sum = Scalar.Sum()
        sum.accumulate(b[j])
        sum.accumulate(p[j], times: q[j])
        sum.accumulate(r[j], times: s[j])
        y[j] = sum.total
      }
    case .sum1222:
      let (b, p, q, r, s, u, v) = (a(0), a(1), a(2), a(3), a(4), a(5), a(6))
      for j in 0..<columns {
        var sum = Scalar.Sum()
        sum.accumulate(b[j])
        sum.accumulate(p[j], times: q[j])
        sum.accumulate(r[j], times: s[j])
        sum.accumulate(u[j], times: v[j])
        y[j] = sum.total
      }
    case .sum12222:
      let (b, p, q, r, s) = (a(0), a(1), a(2), a(3), a(4))
      let (u, v, w, x) = (a(5), a(6), a(7), a(8))
      for j in 0..<columns {
        var sum = Scalar.Sum()
        sum.accumulate(b[j])
        sum.accumulate(p[j], times: q[j])
        sum.accumulate(r[j], times: s[j])
        sum.accumulate(u[j], times: v[j])
        sum.accumulate(w[j], times: x[j])
        y[j] = sum.total
      }
    default: break
    }
    if instruction.function != .identity, !instruction.form.goesThroughFunction {
      apply(instruction.function, y) { j in y[j] }
    }
  }

  /// A function of arguments; the arguments are kept and a product follows, where told.
  @inline(__always) private func fill(
    _ instruction: Instruction<Scalar>, _ t: Int, _ row: Int, _ y: Lane<Scalar>,
    _ argument: (Int) -> Scalar
  ) {
    let keep = instruction.keep?.part(t, row, y.count)
    if let factor = instruction.factor?.part(t, row, y.count),
      let then = instruction.then?.part(t, row, y.count)
    {
      switch instruction.function {
      case .sigmoid:
        Scalar.fillSigmoid(y, keeping: keep, then: then, argument) { factor[$0] * $1 }
      case .tanh:
        Scalar.fillTanh(y, keeping: keep, then: then, argument) { factor[$0] * $1 }
      default:
        y.fill(keeping: keep, then: then, argument, { instruction.function($0) }) {
          factor[$0] * $1
        }
      }
      return
    }
    switch instruction.function {
    case .identity: for j in 0..<y.count { y[j] = argument(j) }
    case .sigmoid: Scalar.fillSigmoid(y, keeping: keep, then: nil, argument) { $1 }
    case .tanh: Scalar.fillTanh(y, keeping: keep, then: nil, argument) { $1 }
    default:
      y.fill(keeping: keep, then: nil, argument, { instruction.function($0) }) { $1 }
    }
  }

  /// A function of arguments.
  @inline(__always) func apply(
    _ function: Function, _ y: Lane<Scalar>, _ argument: (Int) -> Scalar
  ) {
    switch function {
    case .sigmoid: Scalar.fillSigmoid(y, keeping: nil, then: nil, argument) { $1 }
    case .tanh: Scalar.fillTanh(y, keeping: nil, then: nil, argument) { $1 }
    default: for j in 0..<y.count { y[j] = function(argument(j)) }
    }
  }

  /// A slope as a function that loops can hold: the two common ones as constants of the loop.
  @inline(__always) private func slope(
    _ instruction: Instruction<Scalar>, _ index: Int, _ body: ((Scalar) -> Scalar) -> Void
  ) {
    let function = slopes.lane[instruction.firstOperand &+ index]
    switch function {
    case .sigmoid: body { $0.sigmoidSlope }
    case .tanh: body { $0.tanhSlope }
    default: body { function.slope(ofOutput: $0) }
    }
  }

  // MARK: The general form

  /// Any terms: one as it is, several in sums in scratch memory.
  @inline(never) private func general(
    _ instruction: Instruction<Scalar>, _ t: Int, _ row: Int, _ columns: Int, _ y: Lane<Scalar>
  ) {
    let own = row % instruction.rows
    if instruction.sums == nil && instruction.termCount == 1 {
      let term = terms.lane[instruction.firstTerm]
      setValue(term, term.count, t, row, columns, y)
      if term.isNegative { for j in 0..<columns { y[j] = -y[j] } }
      if instruction.function != .identity { apply(instruction.function, y) { j in y[j] } }
      return
    }
    guard let sums = instruction.scratch?.part(0, own, columns) else { return }
    if let open = instruction.sums?.part(t, row, columns) {
      for j in 0..<columns { sums[j] = open[j] }
    } else {
      sums.fill(Scalar.Sum())
    }
    addTerms(instruction, t, row, columns, to: sums)
    apply(instruction.function, y) { j in sums[j].total }
  }

  /// Adds an instruction's terms to sums, one after another.
  @inline(never) private func addTerms(
    _ instruction: Instruction<Scalar>, _ t: Int, _ row: Int, _ columns: Int,
    to sums: Lane<Scalar.Sum>
  ) {
    for index in instruction.firstTerm..<instruction.firstTerm &+ instruction.termCount {
      add(terms.lane[index], t, row, columns, row % instruction.rows, to: sums)
    }
  }

  @inline(never) func add(
    _ term: BoundTerm, _ t: Int, _ row: Int, _ columns: Int, _ scratchRow: Int,
    to sums: Lane<Scalar.Sum>
  ) {
    let last = term.first &+ term.count &- 1
    let isLastPlain = slopes.lane[last] == .identity
    let a = operands.lane[term.first].part(t, row, columns)
    let isFirstPlain = slopes.lane[term.first] == .identity
    if term.head == .none, term.count == 1, isFirstPlain {
      if term.isNegative {
        for j in 0..<columns { sums[j].accumulate(-a[j]) }
      } else {
        for j in 0..<columns { sums[j].accumulate(a[j]) }
      }
      return
    }
    if term.head == .none, term.count == 2, isFirstPlain, isLastPlain {
      let b = operands.lane[last].part(t, row, columns)
      if term.isNegative {
        for j in 0..<columns { sums[j].accumulate(-a[j], times: b[j]) }
      } else {
        for j in 0..<columns { sums[j].accumulate(a[j], times: b[j]) }
      }
      return
    }
    let width = values.lane.count / max(1, plan.widths.streams &* plan.widths.blocks)
    let value = values.lane.part(scratchRow &* width, columns)
    // The last factor of a longer product joins its sum, as an inner product's does.
    let joins = term.head == .none && term.count > 2 && isLastPlain
    setValue(term, joins ? term.count &- 1 : term.count, t, row, columns, value)
    if term.isNegative { for j in 0..<columns { value[j] = -value[j] } }
    if joins {
      let b = operands.lane[last].part(t, row, columns)
      for j in 0..<columns { sums[j].accumulate(value[j], times: b[j]) }
    } else {
      for j in 0..<columns { sums[j].accumulate(value[j]) }
    }
  }

  /// The first factors of a term, multiplied from left to right.
  @inline(never) private func setValue(
    _ term: BoundTerm, _ count: Int, _ t: Int, _ row: Int, _ columns: Int, _ y: Lane<Scalar>
  ) {
    @inline(__always) func a(_ index: Int) -> Lane<Scalar> {
      operands.lane[term.first &+ index].part(t, row, columns)
    }
    var next = 0
    switch term.head {
    case .none:
      let (p, function) = (a(0), slopes.lane[term.first])
      if function == .identity {
        for j in 0..<columns { y[j] = p[j] }
      } else {
        for j in 0..<columns { y[j] = function.slope(ofOutput: p[j]) }
      }
      next = 1
    case .complement:
      let (f, p) = (a(0), a(1))
      for j in 0..<columns { y[j] = Scalar.complementProduct(f[j], p[j]) }
      next = 2
    case .difference:
      let (p, q, d) = (a(0), a(1), a(2))
      for j in 0..<columns { y[j] = Scalar.scaledDifference(d[j], p[j], q[j]) }
      next = 3
    case .blend:
      let (f, p, q) = (a(0), a(1), a(2))
      for j in 0..<columns { y[j] = Scalar.blend(f[j], p[j], q[j]) }
      next = 3
    }
    for index in next..<max(next, count) {
      let (p, function) = (a(index), slopes.lane[term.first &+ index])
      if function == .identity {
        for j in 0..<columns { y[j] = y[j] * p[j] }
      } else {
        for j in 0..<columns { y[j] = y[j] * function.slope(ofOutput: p[j]) }
      }
    }
  }
}

extension ElementwiseForm {
  /// Whether its loop applies the function itself.
  @inline(__always) var goesThroughFunction: Bool {
    switch self {
    case .closed, .closedPlus, .closedPlusProduct, .sum22: true
    default: false
    }
  }
}

extension Function {
  @inline(__always) func callAsFunction<Scalar: Arithmetic>(_ x: Scalar) -> Scalar {
    switch self {
    case .sigmoid: x.sigmoid()
    case .tanh: x.tanh()
    case .relu: x.clamped(to: 0...0x1.fffffep127)
    case .hardSigmoid: (Scalar(constant: 0.2) * x + Scalar(constant: 0.5)).clamped(to: 0...1)
    case .clip(let low, let high): x.clamped(to: low...high)
    case .identity: x
    }
  }

  /// The slope at an output: 0 at the ends of a clip, where a program has passed them.
  @inline(__always) func slope<Scalar: Arithmetic>(ofOutput y: Scalar) -> Scalar {
    switch self {
    case .sigmoid: y.sigmoidSlope
    case .tanh: y.tanhSlope
    case .relu: y.unitStep
    case .hardSigmoid: y.unitStep * (1 - y).unitStep * Scalar(constant: 0.2)
    case .clip(let low, let high):
      (y - Scalar(constant: low)).unitStep * (Scalar(constant: high) - y).unitStep
    case .identity: 1
    }
  }
}
