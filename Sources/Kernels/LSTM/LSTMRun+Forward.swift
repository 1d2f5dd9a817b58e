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
        for n in 0..<shape.batchSize { advanceCell(row: t * shape.batchSize + n, k, variant) }
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

  /// Gates, cell and output of one block of one row.
  @inline(__always) func advanceCell(row: Int, _ k: Int, _ variant: LSTMVariant) {
    let size = shape.cellSize
    let state = row * shape.stateSize + k * size
    let previous = cell.lane[state, size]
    let new = cell.lane[state + shape.batchSize * shape.stateSize, size]
    let squashed = squashedCell.lane[state, size]
    let output = hidden.lane[state + shape.batchSize * shape.stateSize, size]
    let i = gateLane(.input, row, k)
    let f = gateLane(.forget, row, k)
    let o = gateLane(.output, row, k)
    let g = gateLane(.candidate, row, k)

    open(.candidate, into: g, row, k, sees: nil, variant)
    if variant.inputForgetPeepholes == .new {
      // A program that looks at the cell before it is there: gates without peepholes make it.
      open(.input, into: i, row, k, sees: nil, variant)
      open(.forget, into: f, row, k, sees: nil, variant)
      for j in 0..<size { new[j] = f[j] * previous[j] + i[j] * g[j] }
    }
    let seen = variant.inputForgetPeepholes == .new ? new : previous
    open(.input, into: i, row, k, sees: seen, variant)
    open(.forget, into: f, row, k, sees: seen, variant)
    for j in 0..<size {
      var c = Scalar.Sum()
      c.accumulate(f[j], times: previous[j])
      c.accumulate(i[j], times: g[j])
      new[j] = c.total
    }
    if let clip = variant.cellClip {
      for j in 0..<size { new[j] = new[j].clamped(to: -clip...clip) }
    }
    open(.output, into: o, row, k, sees: variant.outputPeephole == .new ? new : previous, variant)
    for j in 0..<size { squashed[j] = variant.cellOutput(new[j]) }
    for j in 0..<size { output[j] = o[j] * squashed[j] }
  }

  /// One gate of one block of one row: bias, peephole, squashing function.
  @inline(__always) func open(
    _ gate: Gate, into result: Lane<Scalar>, _ row: Int, _ k: Int, sees cell: Lane<Scalar>?,
    _ variant: LSTMVariant
  ) {
    let first = column(gate)
    let sums = preactivations.lane[
      (row * shape.blockCount + k) * shape.gateSize + first, shape.cellSize]
    let bias = bias.lane[first, shape.cellSize]
    let squash = gate == .candidate ? variant.candidate : variant.gate
    guard let cell, let weights = peephole(gate), variant.omittedPeephole != gate else {
      for j in 0..<shape.cellSize {
        var a = sums[j]
        a.accumulate(bias[j])
        result[j] = squash(a.total)
      }
      return
    }
    for j in 0..<shape.cellSize {
      var a = sums[j]
      a.accumulate(bias[j])
      if variant.peepholesAfterSquash {
        result[j] = squash(a.total) + weights[j] * cell[j]
      } else {
        a.accumulate(weights[j], times: cell[j])
        result[j] = squash(a.total)
      }
    }
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
