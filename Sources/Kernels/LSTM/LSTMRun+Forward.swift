import Arithmetic

extension LSTMRun {
  /// Runs all frames forward, from the initial state in frame block 0 of ``hidden`` and ``cell``.
  ///
  ///     a = x_k·Wx + h′_k·Wh + h_{k-1}·Wk + b
  ///     i = σ(a_i + pi ⊙ c′)    f = σ(a_f + pf ⊙ c′)    g = tanh(a_g)
  ///     c = f ⊙ c′ + i ⊙ g      o = σ(a_o + po ⊙ c)     h = o ⊙ tanh(c)
  ///
  /// A prime marks the previous frame; `h_{k-1}` is the block below in the same frame, zero for the
  /// first. An LSTM has neither Wk nor peepholes.
  /// Order: a pre-activation is one running sum that takes its terms in the order written, each
  /// product by rising inner index; `c` takes `f ⊙ c′` first. Frames run upward, blocks upward.
  /// Source: notebook sections "LSTM: forward" and "TF-LSTM forward"; Kaldi nnet1 `TfLstm`.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Ball)
  @specialized(where Scalar == RoundoffBound<Binary32>)
  @specialized(where Scalar == RoundoffBound<Binary64>)
  @specialized(where Scalar == Dual<DoubleDouble>)
  public func forward() {
    // One text, compiled twice: with the oracle's variant every choice below folds away.
    if forwardVariant == LSTMVariant() {
      forward(as: LSTMVariant())
    } else {
      forward(as: forwardVariant)
    }
  }

  @inline(__always) private func forward(as variant: LSTMVariant) {
    addInputProducts(variant)
    for t in 0..<shape.frameCount {
      addRecurrentProduct(frame: t, variant)
      for step in 0..<shape.blockCount - (variant.dropsLastBlock ? 1 : 0) {
        let k = variant.reversesBlocks ? shape.blockCount - 1 - step : step
        if step > 0 {
          addBlockProduct(
            frame: t, block: k, below: variant.reversesBlocks ? k + 1 : k - 1, variant)
        }
        advanceCell(frame: t, k, variant)
      }
    }
  }

  /// x_k·Wx for all frames, block by block: nothing in it waits for the recurrence.
  @inline(__always) func addInputProducts(_ variant: LSTMVariant) {
    preactivations.lane.fill(Scalar.Sum())
    for k in 0..<shape.blockCount {
      let inputs = inputs(ofBlock: k, variant)
      Scalar.accumulateProduct(
        ProductExtent(rows: shape.rowCount, inner: inputs.count, columns: shape.gateSize),
        input.lane, Placement(offset: inputs.first, rowStride: shape.inputSize),
        inputWeights.lane, Placement(rowStride: shape.gateSize),
        into: preactivations.lane,
        Placement(offset: k * shape.gateSize, rowStride: shape.blockCount * shape.gateSize),
        threads: threads)
    }
  }

  /// h′_k·Wh for all blocks of a frame at once: the N·B state rows adjoin each other.
  @inline(__always) func addRecurrentProduct(frame t: Int, _ variant: LSTMVariant) {
    let transposes = variant.transposesRecurrentBlocks
    for index in 0..<weightPartCount(transposesBlocks: transposes) {
      let part = weightPart(index, transposesBlocks: transposes)
      Scalar.accumulateProduct(
        ProductExtent(
          rows: shape.batchSize * shape.blockCount, inner: shape.cellSize, columns: part.columns),
        hidden.lane,
        Placement(offset: frame(t, width: shape.stateSize), rowStride: shape.cellSize),
        recurrentWeights.lane, part.place,
        into: preactivations.lane,
        Placement(
          offset: frame(t, width: 4 * shape.stateSize) + part.firstColumn,
          rowStride: shape.gateSize))
    }
  }

  /// h_{k-1}·Wk of one block.
  @inline(__always) func addBlockProduct(
    frame t: Int, block k: Int, below: Int, _ variant: LSTMVariant
  ) {
    guard let blockWeights else { return }
    let source = variant.blockInput == .sameFrame ? t + 1 : t
    let transposes = variant.transposesBlockWeights
    for index in 0..<weightPartCount(transposesBlocks: transposes) {
      let part = weightPart(index, transposesBlocks: transposes)
      Scalar.accumulateProduct(
        ProductExtent(rows: shape.batchSize, inner: shape.cellSize, columns: part.columns),
        hidden.lane,
        Placement(
          offset: frame(source, width: shape.stateSize) + below * shape.cellSize,
          rowStride: shape.stateSize),
        blockWeights.lane, part.place,
        into: preactivations.lane,
        Placement(
          offset: frame(t, width: 4 * shape.stateSize) + k * shape.gateSize + part.firstColumn,
          rowStride: 4 * shape.stateSize))
    }
  }

  /// Gates, cell and output of one block of one frame.
  @inline(__always) func advanceCell(frame t: Int, _ k: Int, _ variant: LSTMVariant) {
    let rows = t * shape.batchSize..<(t + 1) * shape.batchSize
    if variant.inputForgetPeepholes == .new {
      // A program that looks at the cell before it is there: gates without peepholes make it.
      open(earlyStretches, rows, k, peepholes: nil, variant)
      for row in rows { updateCell(row: row, k, variant) }
    }
    open(earlyStretches, rows, k, peepholes: variant.inputForgetPeepholes, variant)
    for row in rows {
      updateCell(row: row, k, variant)
      if let clip = variant.cellClip {
        let new = stateLane(cell, row + shape.batchSize, k)
        for j in 0..<shape.cellSize { new[j] = new[j].clamped(to: -clip...clip) }
      }
    }
    open(lateStretches, rows, k, peepholes: variant.outputPeephole, variant)
    for row in rows {
      let new = stateLane(cell, row + shape.batchSize, k)
      let squashed = stateLane(squashedCell, row, k)
      for j in 0..<shape.cellSize { squashed[j] = new[j] }
    }
    variant.cellOutput.apply(
      to: squashedCell.lane,
      RowPlacement(
        offset: rows.lowerBound * shape.stateSize + k * shape.cellSize, rows: shape.batchSize,
        columns: shape.cellSize, rowStride: shape.stateSize))
    for row in rows {
      let o = gateLane(.output, row, k)
      let squashed = stateLane(squashedCell, row, k)
      let h = stateLane(hidden, row + shape.batchSize, k)
      for j in 0..<shape.cellSize { h[j] = o[j] * squashed[j] }
    }
  }

  /// c = f ⊙ c′ + i ⊙ g of one block of one row.
  @inline(__always) private func updateCell(row: Int, _ k: Int, _ variant: LSTMVariant) {
    let i = gateLane(.input, row, k)
    let f = gateLane(.forget, row, k)
    let g = gateLane(.candidate, row, k)
    let previous = stateLane(cell, row, k)
    let new = stateLane(cell, row + shape.batchSize, k)
    for j in 0..<shape.cellSize {
      var c = Scalar.Sum()
      c.accumulate(f[j], times: previous[j])
      c.accumulate(i[j], times: g[j])
      new[j] = c.total
    }
  }

  /// Opens gates of one block of one frame: bias, peephole and squashing function, over as many
  /// columns at a time as have the same one.
  @inline(__always) func open(
    _ stretches: [GateStretch], _ rows: Range<Int>, _ k: Int, peepholes: LSTMVariant.Cell?,
    _ variant: LSTMVariant
  ) {
    for stretch in stretches {
      let shift = peepholes == .new ? shape.batchSize : 0
      for row in rows {
        let seen = stateLane(cell, row + shift, k)
        if stretch.hasPeepholes, peepholes != nil, !variant.peepholesAfterSquash {
          if stretch.holds.input { add(.input, row, k, sees: seen, variant) }
          if stretch.holds.forget { add(.forget, row, k, sees: seen, variant) }
          if stretch.holds.output { add(.output, row, k, sees: seen, variant) }
        } else {
          addBiases(stretch, row, k)
        }
      }
      let squash = stretch.isCandidate ? variant.candidate : variant.gate
      squash.apply(
        to: gates.lane,
        RowPlacement(
          offset: (rows.lowerBound * shape.blockCount + k) * shape.gateSize + stretch.firstColumn,
          rows: shape.batchSize, columns: stretch.columns,
          rowStride: shape.blockCount * shape.gateSize))
      if variant.peepholesAfterSquash, peepholes != nil {
        for row in rows { addLatePeepholes(stretch, row, k, shift, variant) }
      }
    }
  }

  /// The pre-activations of gates without peepholes.
  @inline(__always) private func addBiases(_ stretch: GateStretch, _ row: Int, _ k: Int) {
    let first = (row * shape.blockCount + k) * shape.gateSize + stretch.firstColumn
    let sums = preactivations.lane[first, stretch.columns]
    let values = gates.lane[first, stretch.columns]
    let bias = bias.lane[stretch.firstColumn, stretch.columns]
    for j in 0..<stretch.columns {
      var a = sums[j]
      a.accumulate(bias[j])
      values[j] = a.total
    }
  }

  /// The pre-activations of one gate with its peephole.
  @inline(__always) private func add(
    _ gate: Gate, _ row: Int, _ k: Int, sees cell: Lane<Scalar>, _ variant: LSTMVariant
  ) {
    let column = column(gate)
    let size = shape.cellSize
    let sums = preactivations.lane[
      (row * shape.blockCount + k) * shape.gateSize + column, size]
    let values = gateLane(gate, row, k)
    let bias = bias.lane[column, size]
    guard let weights = peephole(gate), variant.omittedPeephole != gate else {
      for j in 0..<size {
        var a = sums[j]
        a.accumulate(bias[j])
        values[j] = a.total
      }
      return
    }
    for j in 0..<size {
      var a = sums[j]
      a.accumulate(bias[j])
      a.accumulate(weights[j], times: cell[j])
      values[j] = a.total
    }
  }

  /// The peepholes of a program that adds them to the opened gates.
  private func addLatePeepholes(
    _ stretch: GateStretch, _ row: Int, _ k: Int, _ shift: Int, _ variant: LSTMVariant
  ) {
    let seen = stateLane(cell, row + shift, k)
    for gate in Gate.allCases where stretch.contains(gate) && variant.omittedPeephole != gate {
      guard let weights = peephole(gate) else { continue }
      let values = gateLane(gate, row, k)
      for j in 0..<shape.cellSize { values[j] = values[j] + weights[j] * seen[j] }
    }
  }

  /// The numbers of one block of one row in a store of state columns.
  @inline(__always) private func stateLane(
    _ store: Store<Scalar>, _ row: Int, _ k: Int
  ) -> Lane<Scalar> {
    store.lane[row * shape.stateSize + k * shape.cellSize, shape.cellSize]
  }

  /// The values of one gate of one block of one row.
  @inline(__always) func gateLane(_ gate: Gate, _ row: Int, _ k: Int) -> Lane<Scalar> {
    gates.lane[(row * shape.blockCount + k) * shape.gateSize + column(gate), shape.cellSize]
  }

  /// A gate's peephole weights, if it has any.
  @inline(__always) func peephole(_ gate: Gate) -> Lane<Scalar>? {
    guard let peepholes, let place = gate.peepholePlace else { return nil }
    return peepholes.lane[place * shape.cellSize, shape.cellSize]
  }
}

extension Gate {
  /// The gate's place among the peepholes pi, pf, po; the candidate has none.
  var peepholePlace: Int? {
    switch self {
    case .input: 0
    case .forget: 1
    case .output: 2
    case .candidate: nil
    }
  }
}

/// Adjoining gate blocks that open together and by the same function.
struct GateStretch: Sendable {
  var holds: (input: Bool, forget: Bool, output: Bool)
  var firstColumn: Int
  var columns: Int
  var isCandidate: Bool
  var hasPeepholes: Bool

  /// Whether a gate's block is part of it.
  func contains(_ gate: Gate) -> Bool {
    switch gate {
    case .input: holds.input
    case .forget: holds.forget
    case .output: holds.output
    case .candidate: isCandidate
    }
  }

  /// The stretches that given gates make in storage order.
  static func all(
    of gates: Set<Gate>, in order: GateOrder, cellSize: Int, timeFrequency: Bool
  ) -> [GateStretch] {
    var result: [GateStretch] = []
    for (block, gate) in order.gates.enumerated() where gates.contains(gate) {
      let last = result.last
      if gate == .candidate || last?.isCandidate != false
        || last.map({ $0.firstColumn + $0.columns }) != block * cellSize
      {
        result.append(
          GateStretch(
            holds: (false, false, false), firstColumn: block * cellSize, columns: 0,
            isCandidate: gate == .candidate, hasPeepholes: timeFrequency && gate != .candidate))
      }
      let end = result.count - 1
      result[end].columns += cellSize
      switch gate {
      case .input: result[end].holds.input = true
      case .forget: result[end].holds.forget = true
      case .output: result[end].holds.output = true
      case .candidate: break
      }
    }
    return result
  }
}
