import Arithmetic
import Concurrency

extension LSTMRun {
  /// Runs all frames backward through the trace that ``forward()`` left.
  ///
  /// With `n = tanh(c)`, a prime for the previous frame and ⁺ for the next one:
  ///
  ///     dh = dout + da⁺·Whᵀ + da_{k+1}·Wkᵀ
  ///     da_o = dh ⊙ n ⊙ o(1 - o)
  ///     dc = dnext_c + dh ⊙ o ⊙ (1 - n²) + po ⊙ da_o + (dc⁺ ⊙ f⁺ + pi ⊙ da_i⁺ + pf ⊙ da_f⁺)
  ///     da_i = dc ⊙ g ⊙ i(1 - i)    da_f = dc ⊙ c′ ⊙ f(1 - f)    da_g = dc ⊙ i ⊙ (1 - g²)
  ///     dx_k += da·Wxᵀ    dWx = Σ x_kᵀ·da    dWh = Σ h′ᵀ·da    dWk = Σ h_{k-1}ᵀ·da    db = Σ da
  ///     dpi = Σ da_i ⊙ c′    dpf = Σ da_f ⊙ c′    dpo = Σ da_o ⊙ c
  ///
  /// Order: `dh` and `dc` are one running sum each, terms in the order written (in the step-by-step
  /// form the recurrent part enters as a finished value); sums over frames run by rising row, `dx`
  /// takes blocks from the last to the first.
  /// Source: notebook sections "LSTM: backward", "TF-LSTM … backward"; Kaldi nnet1 `TfLstm`.
  ///
  /// - Parameter form: How the recurrent gradient is carried; the results agree.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Ball)
  @specialized(where Scalar == RoundoffBound<Binary32>)
  @specialized(where Scalar == RoundoffBound<Binary64>)
  @specialized(where Scalar == Dual<DoubleDouble>)
  public func backward(_ form: BackwardForm) {
    if backwardVariant == LSTMVariant() {
      backward(form, as: LSTMOracle())
    } else {
      backward(form, as: backwardVariant)
    }
  }

  @inline(__always) private func backward(_ form: BackwardForm, as variant: some LSTMChoices) {
    turnWeights()
    for t in (0..<shape.frameCount).reversed() {
      startHiddenSums(frame: t, form, variant)
      for step in (0..<shape.blockCount - (variant.dropsLastBlock ? 1 : 0)).reversed() {
        let k = variant.reversesBlocks ? shape.blockCount - 1 - step : step
        if step < shape.blockCount - (variant.dropsLastBlock ? 2 : 1), variant.carriesBlockGradient
        {
          let above = variant.reversesBlocks ? k - 1 : k + 1
          if variant.blockInput == .sameFrame {
            addBlockGradient(
              ofFrame: t, block: above, to: k, into: hiddenSums.lane, variant)
          } else if t < shape.frameCount - 1 {
            addBlockGradient(
              ofFrame: t + 1, block: above, to: k, into: hiddenSums.lane, variant)
          }
        }
        if elementwiseThreads > 1 {
          shareCell(frame: t, k, form, variant)
        } else {
          for n in 0..<shape.batchSize { retreatCell(frame: t, n, k, form, variant) }
        }
      }
      if form == .stepByStep || t == 0 {
        initialHiddenGradient.lane.fill(Scalar.Sum())
        addRecurrentGradient(ofFrame: t, into: initialHiddenGradient.lane, variant)
        if variant.blockInput == .previousFrame {
          addEarlierBlockGradients(ofFrame: t, variant)
        }
        carryCell(ofFrame: t, variant)
      }
    }
    sumParameterGradients(variant)
    sumInputGradient(variant)
  }

  /// dout, then the recurrent part: as products (advance) or as the value frame `t+1` left.
  @inline(__always) private func startHiddenSums(
    frame t: Int, _ form: BackwardForm, _ variant: some LSTMChoices
  ) {
    let width = shape.batchSize * shape.stateSize
    let above = upstream.lane[t * width, width]
    let sums = hiddenSums.lane
    for j in 0..<width {
      var sum = Scalar.Sum()
      sum.accumulate(above[j])
      sums[j] = sum
    }
    guard t < shape.frameCount - 1, variant.carriesHiddenGradient else { return }
    switch form {
    case .advance: addRecurrentGradient(ofFrame: t + 1, into: sums, variant)
    case .stepByStep:
      let carried = initialHiddenGradient.lane
      for j in 0..<width { sums[j].accumulate(carried[j].total) }
    }
  }

  /// Whᵀ and Wkᵀ, turned once rather than in every frame's product.
  @inline(__always) private func turnWeights() {
    turn(recurrentWeights.lane, into: transposedRecurrentWeights.lane)
    if let blockWeights, let transposedBlockWeights {
      turn(blockWeights.lane, into: transposedBlockWeights.lane)
    }
  }

  @inline(__always) private func turn(_ weights: Lane<Scalar>, into turned: Lane<Scalar>) {
    for row in 0..<shape.cellSize {
      let from = weights[row * shape.gateSize, shape.gateSize]
      for column in 0..<shape.gateSize { turned[column * shape.cellSize + row] = from[column] }
    }
  }

  /// da·Whᵀ of all blocks of a frame.
  @inline(__always) private func addRecurrentGradient(
    ofFrame t: Int, into sums: Lane<Scalar.Sum>, _ variant: some LSTMChoices
  ) {
    let transposes = variant.transposesRecurrentBlocks
    for index in 0..<weightPartCount(transposesBlocks: transposes) {
      let part = weightPart(index, transposesBlocks: transposes)
      Scalar.accumulateProduct(
        ProductExtent(
          rows: shape.batchSize * shape.blockCount, inner: part.columns, columns: shape.cellSize),
        gateGradients.lane,
        Placement(
          offset: frame(t, width: 4 * shape.stateSize) + part.firstColumn,
          rowStride: shape.gateSize),
        transposes ? recurrentWeights.lane : transposedRecurrentWeights.lane,
        transposes ? part.place.transposed : Placement(rowStride: shape.cellSize),
        into: sums, Placement(rowStride: shape.cellSize), threads: threads)
    }
  }

  /// da_{k+1}·Wkᵀ: what block `k`'s output did to the block above it.
  @inline(__always) private func addBlockGradient(
    ofFrame t: Int, block above: Int, to k: Int, into sums: Lane<Scalar.Sum>,
    _ variant: some LSTMChoices
  ) {
    guard let blockWeights, let transposedBlockWeights else { return }
    let transposes = variant.transposesBlockWeights
    for index in 0..<weightPartCount(transposesBlocks: transposes) {
      let part = weightPart(index, transposesBlocks: transposes)
      Scalar.accumulateProduct(
        ProductExtent(rows: shape.batchSize, inner: part.columns, columns: shape.cellSize),
        gateGradients.lane,
        Placement(
          offset: frame(t, width: 4 * shape.stateSize) + above * shape.gateSize
            + part.firstColumn, rowStride: 4 * shape.stateSize),
        transposes ? blockWeights.lane : transposedBlockWeights.lane,
        transposes ? part.place.transposed : Placement(rowStride: shape.cellSize),
        into: sums, Placement(offset: k * shape.cellSize, rowStride: shape.stateSize))
    }
  }

  /// The block path of a program whose blocks look at the frame before.
  private func addEarlierBlockGradients(ofFrame t: Int, _ variant: some LSTMChoices) {
    for k in 0..<shape.blockCount - 1 {
      addBlockGradient(
        ofFrame: t, block: k + 1, to: k, into: initialHiddenGradient.lane, variant)
    }
  }

  /// The derivatives of one block of one frame, the rows shared among threads.
  @inline(never) private func shareCell(
    frame t: Int, _ k: Int, _ form: BackwardForm, _ variant: some LSTMChoices
  ) {
    Threads.share(shape.batchSize, among: elementwiseThreads) { streams in
      for n in streams { retreatCell(frame: t, n, k, form, variant) }
    }
  }

  /// The derivatives of one block of one row.
  @inline(__always) private func retreatCell(
    frame t: Int, _ n: Int, _ k: Int, _ form: BackwardForm, _ variant: some LSTMChoices
  ) {
    let size = shape.cellSize
    let row = t * shape.batchSize + n
    let state = row * shape.stateSize + k * size
    let previous = cell.lane[state, size]
    let squashed = squashedCell.lane[state, size]
    let i = gateLane(.input, row, k)
    let f = gateLane(.forget, row, k)
    let o = gateLane(.output, row, k)
    let g = gateLane(.candidate, row, k)
    let da = (i: gradientLane(.input, row, k), f: gradientLane(.forget, row, k))
    let outputGradient = gradientLane(.output, row, k)
    let candidateGradient = gradientLane(.candidate, row, k)
    let dh = hiddenGradients.lane[state, size]
    let dn = squashedCellGradients.lane[state, size]
    let dc = cellGradients.lane[state, size]
    let sums = hiddenSums.lane[n * shape.stateSize + k * size, size]

    let isLast = t == shape.frameCount - 1
    let above = upstreamCell.lane[n * shape.stateSize + k * size, size]
    let po = variant.outputPeephole == .new ? peepholePath(.output, variant) : nil
    let carried =
      isLast || !variant.carriesCellGradient ? nil : carry(ofFrame: t + 1, n, k, variant)
    let left = initialCellGradient.lane[n * shape.stateSize + k * size, size]

    for j in 0..<size {
      dh[j] = sums[j].total
      outputGradient[j] = dh[j] * squashed[j] * variant.gate.slope(ofOutput: o[j])
      dn[j] = dh[j] * o[j] * variant.cellOutput.slope(ofOutput: squashed[j])
      var sum = Scalar.Sum()
      if isLast { sum.accumulate(above[j]) }
      sum.accumulate(dn[j])
      if let po { sum.accumulate(po[j], times: outputGradient[j]) }
      if let carried {
        switch form {
        case .advance: carried.add(j, to: &sum)
        case .stepByStep: sum.accumulate(left[j].total)
        }
      }
      dc[j] = sum.total
    }
    for j in 0..<size {
      da.i[j] = dc[j] * g[j] * variant.gate.slope(ofOutput: i[j])
      da.f[j] = dc[j] * previous[j] * variant.gate.slope(ofOutput: f[j])
      candidateGradient[j] = dc[j] * i[j] * variant.candidate.slope(ofOutput: g[j])
    }
    if let clip = variant.gradientClip {
      let all = gateGradients.lane[
        (row * shape.blockCount + k) * shape.gateSize, shape.gateSize]
      for j in 0..<shape.gateSize { all[j] = all[j].clamped(to: -clip...clip) }
    }
  }

  /// What the cell of frame `t-1` gets from frame `t`, `dc ⊙ f + pi ⊙ da_i + pf ⊙ da_f`, as terms of
  /// one block of one row.
  private struct Carry {
    let dc, f: Lane<Scalar>
    let pi, pf, po: Lane<Scalar>?
    let daI, daF, daO: Lane<Scalar>

    @inline(__always) func add(_ j: Int, to sum: inout Scalar.Sum) {
      sum.accumulate(dc[j], times: f[j])
      if let pi { sum.accumulate(pi[j], times: daI[j]) }
      if let pf { sum.accumulate(pf[j], times: daF[j]) }
      if let po { sum.accumulate(po[j], times: daO[j]) }
    }
  }

  @inline(__always) private func carry(
    ofFrame t: Int, _ n: Int, _ k: Int, _ variant: some LSTMChoices
  ) -> Carry {
    let row = t * shape.batchSize + n
    let gateRow = variant.forgetGateOfSameFrame && t > 0 ? row - shape.batchSize : row
    return Carry(
      dc: cellGradients.lane[row * shape.stateSize + k * shape.cellSize, shape.cellSize],
      f: gateLane(.forget, gateRow, k),
      pi: peepholePath(.input, variant), pf: peepholePath(.forget, variant),
      po: variant.outputPeephole == .previous ? peepholePath(.output, variant) : nil,
      daI: gradientLane(.input, row, k), daF: gradientLane(.forget, row, k),
      daO: gradientLane(.output, row, k))
  }

  /// The peephole weights through which a gate's derivative reaches the cell.
  @inline(__always) private func peepholePath(
    _ gate: Gate, _ variant: some LSTMChoices
  ) -> Lane<Scalar>? {
    variant.omittedPeephole == gate || variant.omittedPeepholeGradientPath == gate
      ? nil : peephole(gate)
  }

  /// Leaves the cell gradient that frame `t` hands to the frame before it.
  @inline(__always) private func carryCell(ofFrame t: Int, _ variant: some LSTMChoices) {
    for n in 0..<shape.batchSize {
      for k in 0..<shape.blockCount {
        let carried = carry(ofFrame: t, n, k, variant)
        let left = initialCellGradient.lane[
          n * shape.stateSize + k * shape.cellSize, shape.cellSize]
        for j in 0..<shape.cellSize {
          var sum = Scalar.Sum()
          carried.add(j, to: &sum)
          left[j] = sum
        }
      }
    }
  }

  /// The derivatives of one gate's pre-activations, of one block of one row.
  @inline(__always) func gradientLane(_ gate: Gate, _ row: Int, _ k: Int) -> Lane<Scalar> {
    gateGradients.lane[
      (row * shape.blockCount + k) * shape.gateSize + column(gate), shape.cellSize]
  }
}
