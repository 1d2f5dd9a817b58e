import Arithmetic

extension Run {
  /// Where an operand's rows lie for the frame at hand.
  struct Cursor {
    let operand: Operand<Scalar>
    let start: Int

    @inline(__always) func part(_ row: Int, _ columns: Int) -> Lane<Scalar> {
      operand.lane.part(start &+ row &* operand.row, columns)
    }
  }

  @inline(__always) private func cursor(_ operand: Operand<Scalar>, _ t: Int) -> Cursor {
    Cursor(operand: operand, start: operand.offset &+ t &* operand.frame)
  }

  /// Computes an elementwise instruction for some frames, of all streams or some.
  @inline(never) func compute(_ index: Int, _ t: Int, _ frames: Int, _ streams: Range<Int>?) {
    let list = instructions.lane
    let isWhole = streams == nil && list[index].isUniform
    guard isWhole || frames == 1 else {
      for t in t..<t + frames { compute(index, t, 1, streams) }
      return
    }
    // Adjoining rows of all frames come as one range, or as one row.
    var columns = list[index].columns
    var (first, end) = (0, list[index].rows &* (isWhole ? frames : 1))
    if let streams {
      let perStream = list[index].rows / plan.widths.streams
      (first, end) = (streams.lowerBound &* perStream, streams.upperBound &* perStream)
    }
    if list[index].isDense {
      columns = columns &* (end &- first)
      end = first &+ 1
    }
    if list[index].kind == .accumulate { return accumulate(index, t, first, end) }
    let table = operands.lane
    let base = list[index].firstOperand
    @inline(__always) func a(_ place: Int) -> Cursor { cursor(table[base &+ place], t) }
    guard let target = list[index].target else { return }
    let y = cursor(target, t)
    switch list[index].form {
    case .product2:
      let (p, q) = (a(0), a(1))
      for row in first..<end {
        let (y, p, q) = (y.part(row, columns), p.part(row, columns), q.part(row, columns))
        for j in 0..<columns { y[j] = p[j] * q[j] }
      }
    case .product3:
      let (p, q, r) = (a(0), a(1), a(2))
      for row in first..<end {
        let (y, p, q) = (y.part(row, columns), p.part(row, columns), q.part(row, columns))
        let r = r.part(row, columns)
        for j in 0..<columns { y[j] = p[j] * q[j] * r[j] }
      }
    case .slope1:
      let (p, q) = (a(0), a(1))
      slope(base &+ 1) { f in
        for row in first..<end {
          let (y, p, q) = (y.part(row, columns), p.part(row, columns), q.part(row, columns))
          for j in 0..<columns { y[j] = p[j] * f(q[j]) }
        }
      }
    case .slope2:
      let (p, q, r) = (a(0), a(1), a(2))
      slope(base &+ 2) { f in
        for row in first..<end {
          let (y, p, q) = (y.part(row, columns), p.part(row, columns), q.part(row, columns))
          let r = r.part(row, columns)
          for j in 0..<columns { y[j] = p[j] * q[j] * f(r[j]) }
        }
      }
    case .blend:
      let (f, p, q) = (a(0), a(1), a(2))
      for row in first..<end {
        let (y, f) = (y.part(row, columns), f.part(row, columns))
        let (p, q) = (p.part(row, columns), q.part(row, columns))
        for j in 0..<columns { y[j] = Scalar.blend(f[j], p[j], q[j]) }
      }
    case .complement:
      let (f, p) = (a(0), a(1))
      for row in first..<end {
        let (y, f, p) = (y.part(row, columns), f.part(row, columns), p.part(row, columns))
        for j in 0..<columns { y[j] = Scalar.complementProduct(f[j], p[j]) }
      }
    case .difference:
      let (p, q, d) = (a(0), a(1), a(2))
      for row in first..<end {
        let (y, d) = (y.part(row, columns), d.part(row, columns))
        let (p, q) = (p.part(row, columns), q.part(row, columns))
        for j in 0..<columns { y[j] = Scalar.scaledDifference(d[j], p[j], q[j]) }
      }
    case .differenceSlope:
      let (p, q, d, s) = (a(0), a(1), a(2), a(3))
      slope(base &+ 3) { f in
        for row in first..<end {
          let (y, d, s) = (y.part(row, columns), d.part(row, columns), s.part(row, columns))
          let (p, q) = (p.part(row, columns), q.part(row, columns))
          for j in 0..<columns {
            y[j] = Scalar.scaledDifference(d[j], p[j], q[j]) * f(s[j])
          }
        }
      }
    case .sum12:
      let (b, p, q) = (a(0), a(1), a(2))
      for row in first..<end {
        let (y, b) = (y.part(row, columns), b.part(row, columns))
        let (p, q) = (p.part(row, columns), q.part(row, columns))
        for j in 0..<columns {
          var sum = Scalar.Sum()
          sum.accumulate(b[j])
          sum.accumulate(p[j], times: q[j])
          y[j] = sum.total
        }
      }
    case .sum12222:
      let (b, p, q, r, s) = (a(0), a(1), a(2), a(3), a(4))
      let (u, v, w, x) = (a(5), a(6), a(7), a(8))
      for row in first..<end {
        let (y, b) = (y.part(row, columns), b.part(row, columns))
        let (p, q) = (p.part(row, columns), q.part(row, columns))
        let (r, s) = (r.part(row, columns), s.part(row, columns))
        let (u, v) = (u.part(row, columns), v.part(row, columns))
        let (w, x) = (w.part(row, columns), x.part(row, columns))
        for j in 0..<columns {
          var sum = Scalar.Sum()
          sum.accumulate(b[j])
          sum.accumulate(p[j], times: q[j])
          sum.accumulate(r[j], times: s[j])
          sum.accumulate(u[j], times: v[j])
          sum.accumulate(w[j], times: x[j])
          y[j] = sum.total
        }
      }
    case .closed, .closedPlus, .closedPlusProduct, .sum22:
      for row in first..<end { close(index, t, row, columns, y.part(row, columns)) }
    case .general:
      for row in first..<end { general(index, t, row, columns, y.part(row, columns)) }
    }
  }

  /// A function of sums of a known shape, each made and closed in a register.
  @inline(__always) private func close(
    _ index: Int, _ t: Int, _ row: Int, _ columns: Int, _ y: Lane<Scalar>
  ) {
    let list = instructions.lane
    let table = operands.lane
    let base = list[index].firstOperand
    @inline(__always) func a(_ place: Int) -> Lane<Scalar> {
      table[base &+ place].part(t, row, columns)
    }
    if list[index].form == .sum22 {
      let (p, q, r, s) = (a(0), a(1), a(2), a(3))
      return fill(index, t, row, y) { j in
        var sum = Scalar.Sum()
        sum.accumulate(p[j], times: q[j])
        sum.accumulate(r[j], times: s[j])
        return sum.total
      }
    }
    guard let s = list[index].sums?.part(t, row, columns) else { return }
    switch list[index].form {
    case .closedPlus:
      let b = a(0)
      apply(list[index].function, y) { j in
        var sum = s[j]
        sum.accumulate(b[j])
        return sum.total
      }
    case .closedPlusProduct:
      let (b, p, q) = (a(0), a(1), a(2))
      apply(list[index].function, y) { j in
        var sum = s[j]
        sum.accumulate(b[j])
        sum.accumulate(p[j], times: q[j])
        return sum.total
      }
    default: apply(list[index].function, y) { j in s[j].total }
    }
  }

  /// A function of arguments; the arguments are kept and a product follows, where told.
  @inline(__always) private func fill(
    _ index: Int, _ t: Int, _ row: Int, _ y: Lane<Scalar>, _ argument: (Int) -> Scalar
  ) {
    let list = instructions.lane
    guard let keep = list[index].keep?.part(t, row, y.count) else {
      return apply(list[index].function, y, argument)
    }
    let function = list[index].function
    if let factor = list[index].factor?.part(t, row, y.count),
      let then = list[index].then?.part(t, row, y.count)
    {
      if function == .tanh {
        Scalar.fillTanh(y, keeping: keep, then: then, argument) { factor[$0] * $1 }
      } else {
        y.fill(keeping: keep, then: then, argument, { function($0) }) { factor[$0] * $1 }
      }
    } else if function == .tanh {
      Scalar.fillTanh(y, keeping: keep, then: nil, argument) { $1 }
    } else {
      y.fill(keeping: keep, then: nil, argument, { function($0) }) { $1 }
    }
  }

  /// A function of arguments.
  @inline(__always) func apply(
    _ function: Function, _ y: Lane<Scalar>, _ argument: (Int) -> Scalar
  ) {
    switch function {
    case .identity: for j in 0..<y.count { y[j] = argument(j) }
    case .sigmoid: Scalar.fillSigmoid(y, keeping: nil, then: nil, argument) { $1 }
    case .tanh: Scalar.fillTanh(y, keeping: nil, then: nil, argument) { $1 }
    default: for j in 0..<y.count { y[j] = function(argument(j)) }
    }
  }

  /// A slope as a function that loops can hold: the two common ones as constants of the loop.
  @inline(__always) private func slope(_ place: Int, _ body: ((Scalar) -> Scalar) -> Void) {
    let function = slopes.lane[place]
    switch function {
    case .sigmoid: body { $0.sigmoidSlope }
    case .tanh: body { $0.tanhSlope }
    default: body { function.slope(ofOutput: $0) }
    }
  }

  /// Adds an instruction's terms to open sums.
  @inline(__always) private func accumulate(_ index: Int, _ t: Int, _ first: Int, _ end: Int) {
    let list = instructions.lane
    let columns = list[index].columns
    guard let place = list[index].sums else { return }
    let startsAtZero = list[index].startsAtZero
    if list[index].isLone, startsAtZero {
      let source = operands.lane[list[index].firstOperand]
      for row in first..<end {
        let (sums, p) = (place.part(t, row, columns), source.part(t, row, columns))
        for j in 0..<columns {
          var sum = Scalar.Sum()
          sum.accumulate(p[j])
          sums[j] = sum
        }
      }
      return
    }
    for row in first..<end {
      let sums = place.part(t, row, columns)
      if startsAtZero { sums.fill(Scalar.Sum()) }
      addTerms(index, t, row, columns, to: sums)
    }
  }

  // MARK: The general form

  /// Any terms: one as it is, several in sums in scratch memory.
  @inline(never) private func general(
    _ index: Int, _ t: Int, _ row: Int, _ columns: Int, _ y: Lane<Scalar>
  ) {
    let instruction = instructions.lane[index]
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
    addTerms(index, t, row, columns, to: sums)
    apply(instruction.function, y) { j in sums[j].total }
  }

  /// Adds an instruction's terms to sums, one after another.
  @inline(never) private func addTerms(
    _ index: Int, _ t: Int, _ row: Int, _ columns: Int, to sums: Lane<Scalar.Sum>
  ) {
    let list = instructions.lane
    let (first, count, rows) = (list[index].firstTerm, list[index].termCount, list[index].rows)
    for place in first..<first &+ count {
      add(terms.lane[place], t, row, columns, row % rows, to: sums)
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
