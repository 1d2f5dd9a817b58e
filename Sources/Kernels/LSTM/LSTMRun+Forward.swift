import Arithmetic
import Concurrency

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
    // One text, compiled twice: with the oracle's choices every other one below folds away.
    if forwardVariant == LSTMVariant() {
      forward(as: LSTMOracle())
    } else {
      forward(as: forwardVariant)
    }
  }

  @inline(__always) private func forward(as variant: some LSTMChoices) {
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
  @inline(__always) func addInputProducts(_ variant: some LSTMChoices) {
    for k in 0..<shape.blockCount {
      let inputs = inputs(ofBlock: k, variant)
      Scalar.accumulateProduct(
        ProductExtent(rows: shape.rowCount, inner: inputs.count, columns: shape.gateSize),
        input.lane, Placement(offset: inputs.first, rowStride: shape.inputSize),
        inputWeights.lane, Placement(rowStride: shape.gateSize),
        into: preactivations.lane,
        Placement(offset: k * shape.gateSize, rowStride: shape.blockCount * shape.gateSize),
        from: .zero, threads: threads)
    }
  }

  /// h′_k·Wh for all blocks of a frame at once: the N·B state rows adjoin each other.
  @inline(__always) func addRecurrentProduct(frame t: Int, _ variant: some LSTMChoices) {
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
          rowStride: shape.gateSize),
        threads: threads)
    }
  }

  /// h_{k-1}·Wk of one block.
  @inline(__always) func addBlockProduct(
    frame t: Int, block k: Int, below: Int, _ variant: some LSTMChoices
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
  @inline(__always) func advanceCell(frame t: Int, _ k: Int, _ variant: some LSTMChoices) {
    if elementwiseThreads > 1 {
      shareCell(frame: t, k, variant)
    } else {
      advanceCell(rows: t * shape.batchSize..<(t + 1) * shape.batchSize, k, variant)
    }
  }

  /// As above, the rows shared among threads: apart, lest one thread's loops be compiled for many.
  @inline(never) private func shareCell(frame t: Int, _ k: Int, _ variant: some LSTMChoices) {
    let first = t * shape.batchSize
    Threads.share(shape.batchSize, among: elementwiseThreads) { streams in
      advanceCell(rows: first + streams.lowerBound..<first + streams.upperBound, k, variant)
    }
  }

  /// Gates, cell and output of one block of some rows.
  @inline(__always) private func advanceCell(
    rows: Range<Int>, _ k: Int, _ variant: some LSTMChoices
  ) {
    guard let first = adjoiningGates else {
      for row in rows { advanceCellWithPeepholes(blockRow(row, k), variant) }
      return
    }
    for row in rows {
      let part = blockRow(row, k)
      open(first, 3 * shape.cellSize, part, variant.gate)
      open(column(.candidate), shape.cellSize, part, variant.candidate)
      updateCell(part, then: part.output, variant)
    }
  }

  /// Gates, cell and output of one block of one row, gate by gate.
  @inline(__always) private func advanceCellWithPeepholes(
    _ part: BlockRow, _ variant: some LSTMChoices
  ) {
    if variant.inputForgetPeepholes == .new { makeCellWithoutPeepholes(part, variant) }
    let early = variant.inputForgetPeepholes == .new ? part.new : part.previous
    open(.input, part, sees: early, variant)
    open(.forget, part, sees: early, variant)
    open(.candidate, part, sees: nil, variant)
    updateCell(part, then: nil, variant)
    open(.output, part, sees: variant.outputPeephole == .new ? part.new : part.previous, variant)
    let o = part.gates.part(column(.output), shape.cellSize)
    for j in 0..<shape.cellSize { part.output[j] = o[j] * part.squashed[j] }
  }

  /// The new cell of a program that looks at it before it is there.
  @inline(never) private func makeCellWithoutPeepholes(
    _ part: BlockRow, _ variant: some LSTMChoices
  ) {
    for gate in [Gate.input, .forget, .candidate] { open(gate, part, sees: nil, variant) }
    updateCell(part, then: nil, variant)
  }

  /// c = f ⊙ c′ + i ⊙ g and tanh(c) of one block of one row; then h, where the output gate is open.
  @inline(__always) private func updateCell(
    _ part: BlockRow, then output: Lane<Scalar>?, _ variant: some LSTMChoices
  ) {
    let i = part.gates.part(column(.input), shape.cellSize)
    let f = part.gates.part(column(.forget), shape.cellSize)
    let g = part.gates.part(column(.candidate), shape.cellSize)
    let o = part.gates.part(column(.output), shape.cellSize)
    variant.cellOutput.fill(part.squashed, keeping: part.new, then: output) { j in
      var sum = Scalar.Sum()
      sum.accumulate(f[j], times: part.previous[j])
      sum.accumulate(i[j], times: g[j])
      guard let clip = variant.cellClip else { return sum.total }
      return sum.total.clamped(to: -clip...clip)
    } product: { j, squashed in
      o[j] * squashed
    }
  }

  /// Opens one gate of one block of one row: bias, peephole and squashing function.
  @inline(__always) func open(
    _ gate: Gate, _ part: BlockRow, sees cell: Lane<Scalar>?, _ variant: some LSTMChoices
  ) {
    let squash = gate == .candidate ? variant.candidate : variant.gate
    let peepholes = variant.omittedPeephole == gate ? nil : peephole(gate)
    guard let cell, let weights = peepholes else {
      return open(column(gate), shape.cellSize, part, squash)
    }
    let values = part.gates.part(column(gate), shape.cellSize)
    if variant.peepholesAfterSquash {
      // A program that adds them to the opened gate.
      open(column(gate), shape.cellSize, part, squash)
      for j in 0..<shape.cellSize { values[j] = values[j] + weights[j] * cell[j] }
    } else {
      let sums = part.sums.part(column(gate), shape.cellSize)
      let bias = bias.lane.part(column(gate), shape.cellSize)
      squash.fill(values) { j in
        var a = sums[j]
        a.accumulate(bias[j])
        a.accumulate(weights[j], times: cell[j])
        return a.total
      }
    }
  }

  /// Opens adjoining columns of one block of one row that have no peepholes.
  @inline(__always) private func open(
    _ column: Int, _ count: Int, _ part: BlockRow, _ squash: Squash
  ) {
    let sums = part.sums.part(column, count)
    let bias = bias.lane.part(column, count)
    squash.fill(part.gates.part(column, count)) { j in
      var a = sums[j]
      a.accumulate(bias[j])
      return a.total
    }
  }

  /// One block of one row in the stores of the forward pass.
  struct BlockRow {
    /// The pre-activations [4H].
    let sums: Lane<Scalar.Sum>
    /// The gates [4H], in storage order.
    let gates: Lane<Scalar>
    /// The cell before and after this frame, the latter's tanh, and the output [H].
    let previous, new, squashed, output: Lane<Scalar>
  }

  /// Cuts out the numbers of one block of one row.
  @inline(__always) func blockRow(_ row: Int, _ k: Int) -> BlockRow {
    // All stores were taken for this many rows and blocks: what follows lies within them.
    precondition(row >= 0 && row < shape.rowCount && k >= 0 && k < shape.blockCount)
    let place = row &* shape.blockCount &+ k
    let (gate, state) = (place &* shape.gateSize, place &* shape.cellSize)
    let next = state &+ shape.batchSize &* shape.stateSize
    return BlockRow(
      sums: preactivations.lane.part(gate, shape.gateSize),
      gates: gates.lane.part(gate, shape.gateSize),
      previous: cell.lane.part(state, shape.cellSize), new: cell.lane.part(next, shape.cellSize),
      squashed: squashedCell.lane.part(state, shape.cellSize),
      output: hidden.lane.part(next, shape.cellSize))
  }

  /// The values of one gate of one block of one row.
  @inline(__always) func gateLane(_ gate: Gate, _ row: Int, _ k: Int) -> Lane<Scalar> {
    gates.lane[(row * shape.blockCount + k) * shape.gateSize + column(gate), shape.cellSize]
  }

  /// A gate's peephole weights, if it has any.
  @inline(__always) func peephole(_ gate: Gate) -> Lane<Scalar>? {
    guard let peepholes, let place = gate.peepholePlace else { return nil }
    return peepholes.lane.part(place &* shape.cellSize, shape.cellSize)
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
