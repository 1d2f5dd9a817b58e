import Arithmetic

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
      backward(form, as: LSTMVariant())
    } else {
      backward(form, as: backwardVariant)
    }
  }

  @inline(__always) private func backward(_ form: BackwardForm, as variant: LSTMVariant) {
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
        for n in 0..<shape.batchSize { retreatCell(frame: t, n, k, form, variant) }
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
    frame t: Int, _ form: BackwardForm, _ variant: LSTMVariant
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

  /// da·Whᵀ of all blocks of a frame.
  @inline(__always) private func addRecurrentGradient(
    ofFrame t: Int, into sums: Lane<Scalar.Sum>, _ variant: LSTMVariant
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
        recurrentWeights.lane, part.place.transposed,
        into: sums, Placement(rowStride: shape.cellSize))
    }
  }

  /// da_{k+1}·Wkᵀ: what block `k`'s output did to the block above it.
  @inline(__always) private func addBlockGradient(
    ofFrame t: Int, block above: Int, to k: Int, into sums: Lane<Scalar.Sum>,
    _ variant: LSTMVariant
  ) {
    guard let blockWeights else { return }
    let transposes = variant.transposesBlockWeights
    for index in 0..<weightPartCount(transposesBlocks: transposes) {
      let part = weightPart(index, transposesBlocks: transposes)
      Scalar.accumulateProduct(
        ProductExtent(rows: shape.batchSize, inner: part.columns, columns: shape.cellSize),
        gateGradients.lane,
        Placement(
          offset: frame(t, width: 4 * shape.stateSize) + above * shape.gateSize
            + part.firstColumn, rowStride: 4 * shape.stateSize),
        blockWeights.lane, part.place.transposed,
        into: sums, Placement(offset: k * shape.cellSize, rowStride: shape.stateSize))
    }
  }

  /// The block path of a program whose blocks look at the frame before.
  private func addEarlierBlockGradients(ofFrame t: Int, _ variant: LSTMVariant) {
    for k in 0..<shape.blockCount - 1 {
      addBlockGradient(
        ofFrame: t, block: k + 1, to: k, into: initialHiddenGradient.lane, variant)
    }
  }

  /// The derivatives of one block of one row.
  @inline(__always) private func retreatCell(
    frame t: Int, _ n: Int, _ k: Int, _ form: BackwardForm, _ variant: LSTMVariant
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

    for j in 0..<size { dh[j] = sums[j].total }
    for j in 0..<size {
      outputGradient[j] = dh[j] * squashed[j] * variant.gate.slope(ofOutput: o[j])
    }
    for j in 0..<size {
      dn[j] = dh[j] * o[j] * variant.cellOutput.slope(ofOutput: squashed[j])
    }
    for j in 0..<size {
      var sum = cellUpstream(frame: t, n * shape.stateSize + k * size + j)
      sum.accumulate(dn[j])
      if variant.outputPeephole == .new, let po = peepholePath(.output, variant) {
        sum.accumulate(po[j], times: outputGradient[j])
      }
      if t < shape.frameCount - 1, variant.carriesCellGradient {
        carry(fromFrame: t + 1, n, k, j, form, variant, into: &sum)
      }
      dc[j] = sum.total
    }
    for j in 0..<size { da.i[j] = dc[j] * g[j] * variant.gate.slope(ofOutput: i[j]) }
    for j in 0..<size { da.f[j] = dc[j] * previous[j] * variant.gate.slope(ofOutput: f[j]) }
    for j in 0..<size {
      candidateGradient[j] = dc[j] * i[j] * variant.candidate.slope(ofOutput: g[j])
    }
    if let clip = variant.gradientClip {
      let all = gateGradients.lane[
        (row * shape.blockCount + k) * shape.gateSize, shape.gateSize]
      for j in 0..<shape.gateSize { all[j] = all[j].clamped(to: -clip...clip) }
    }
  }

  /// The sum of `dc`, begun with the upstream cell gradient in the last frame.
  @inline(__always) private func cellUpstream(frame t: Int, _ index: Int) -> Scalar.Sum {
    var sum = Scalar.Sum()
    if t == shape.frameCount - 1 { sum.accumulate(upstreamCell.lane[index]) }
    return sum
  }

  /// What the cell of frame `t-1` gets from frame `t`: `dc ⊙ f + pi ⊙ da_i + pf ⊙ da_f`, as terms
  /// (advance) or as the value that frame left (step-by-step).
  @inline(__always) private func carry(
    fromFrame t: Int, _ n: Int, _ k: Int, _ j: Int, _ form: BackwardForm,
    _ variant: LSTMVariant, into sum: inout Scalar.Sum
  ) {
    switch form {
    case .advance: addCarry(ofFrame: t, n, k, j, variant, into: &sum)
    case .stepByStep:
      sum.accumulate(
        initialCellGradient.lane[n * shape.stateSize + k * shape.cellSize + j].total)
    }
  }

  @inline(__always) private func addCarry(
    ofFrame t: Int, _ n: Int, _ k: Int, _ j: Int, _ variant: LSTMVariant,
    into sum: inout Scalar.Sum
  ) {
    let row = t * shape.batchSize + n
    let gateRow =
      variant.forgetGateOfSameFrame && t > 0 ? row - shape.batchSize : row
    let dc = cellGradients.lane[row * shape.stateSize + k * shape.cellSize, shape.cellSize]
    sum.accumulate(dc[j], times: gateLane(.forget, gateRow, k)[j])
    if let weights = peepholePath(.input, variant) {
      sum.accumulate(weights[j], times: gradientLane(.input, row, k)[j])
    }
    if let weights = peepholePath(.forget, variant) {
      sum.accumulate(weights[j], times: gradientLane(.forget, row, k)[j])
    }
    if variant.outputPeephole == .previous, let weights = peepholePath(.output, variant) {
      sum.accumulate(weights[j], times: gradientLane(.output, row, k)[j])
    }
  }

  /// The peephole weights through which a gate's derivative reaches the cell.
  @inline(__always) private func peepholePath(
    _ gate: Gate, _ variant: LSTMVariant
  ) -> Lane<Scalar>? {
    variant.omittedPeephole == gate || variant.omittedPeepholeGradientPath == gate
      ? nil : peephole(gate)
  }

  /// Leaves the cell gradient that frame `t` hands to the frame before it.
  @inline(__always) private func carryCell(ofFrame t: Int, _ variant: LSTMVariant) {
    for n in 0..<shape.batchSize {
      for k in 0..<shape.blockCount {
        for j in 0..<shape.cellSize {
          var sum = Scalar.Sum()
          addCarry(ofFrame: t, n, k, j, variant, into: &sum)
          initialCellGradient.lane[n * shape.stateSize + k * shape.cellSize + j] = sum
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
