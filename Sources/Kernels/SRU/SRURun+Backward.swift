import Arithmetic
import Concurrency

extension SRURun {
  /// Runs all frames backward through the trace that ``forward()`` left.
  ///
  /// With a prime for the previous frame and ⁺ for the next one:
  ///
  ///     dc = dnext_c + dh ⊙ r + dc⁺ ⊙ f⁺
  ///     dax = dc ⊙ (1 - f)    daf = dc ⊙ (c′ - ax) ⊙ f(1 - f)
  ///     dar = dh ⊙ (c - ah) ⊙ r(1 - r)    dah = dh ⊙ (1 - r)
  ///     dx = da·[W Wf Wr Wh]ᵀ    d[W Wf Wr Wh] = Σ xᵀ·da    dbf = Σ daf    dbr = Σ dar
  ///
  /// Order: `dc` is one running sum, terms in the order written (in the step-by-step form the
  /// carried part enters as a finished value); sums over frames run by rising row.
  /// Source: notebook sections "SRU: backward", "SRU compact backward advance"; Kaldi nnet1
  /// `SimpleRecurrentUnit`.
  ///
  /// - Parameter form: How `dc` is carried; the results agree.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Ball)
  @specialized(where Scalar == RoundoffBound<Binary32>)
  @specialized(where Scalar == RoundoffBound<Binary64>)
  @specialized(where Scalar == Dual<DoubleDouble>)
  public func backward(_ form: BackwardForm) {
    if backwardVariant == SRUVariant() {
      backward(form, as: SRUOracle())
    } else {
      backward(form, as: backwardVariant)
    }
  }

  @inline(__always) private func backward(_ form: BackwardForm, as variant: some SRUChoices) {
    Threads.share(shape.batchSize, among: elementwiseThreads) { streams in
      for t in (0..<shape.frameCount).reversed() {
        for n in streams { retreatCell(frame: t, n, form, variant) }
        if form == .stepByStep || t == 0 {
          for n in streams { carryCell(ofFrame: t, n, variant) }
        }
      }
    }
    sumInputGradient()
    sumWeightGradient(gradientRows(variant))
    sumBiasGradients(gradientRows(variant))
  }

  /// The derivatives of one row.
  @inline(__always) private func retreatCell(
    frame t: Int, _ n: Int, _ form: BackwardForm, _ variant: some SRUChoices
  ) {
    let size = shape.cellSize
    let row = t * shape.batchSize + n
    let ax = blocks.lane[row * shape.blockSize, size]
    let f = blocks.lane[row * shape.blockSize + size, size]
    let r = blocks.lane[row * shape.blockSize + 2 * size, size]
    let ah = blocks.lane[row * shape.blockSize + 3 * size, size]
    let previous = cell.lane[row * size, size]
    let new = cell.lane[(row + shape.batchSize) * size, size]
    let dh = upstream.lane[row * size, size]
    let dhr = outputPathGradients.lane[row * size, size]
    let dc = cellGradients.lane[row * size, size]
    let da = blockGradients.lane[row * shape.blockSize, shape.blockSize]

    let isLast = t == shape.frameCount - 1
    let reset = variant.swapsReset
    for j in 0..<size {
      dhr[j] = reset ? Scalar.complementProduct(r[j], dh[j]) : dh[j] * r[j]
    }
    if variant.cellOutput != .identity {
      for j in 0..<size {
        dhr[j] = dhr[j] * variant.cellOutput.slope(ofOutput: variant.cellOutput(new[j]))
      }
    }
    for j in 0..<size {
      var sum = Scalar.Sum()
      if isLast { sum.accumulate(upstreamCell.lane[n * size + j]) }
      sum.accumulate(dhr[j])
      if !isLast, variant.carriesCellGradient {
        carry(fromFrame: t + 1, n, j, form, variant, into: &sum)
      }
      dc[j] = sum.total
    }
    if variant.swapsForget {
      for j in 0..<size { da[j] = dc[j] * f[j] }
      for j in 0..<size {
        da[size + j] =
          Scalar.scaledDifference(dc[j], ax[j], previous[j]) * variant.gate.slope(ofOutput: f[j])
      }
    } else {
      for j in 0..<size { da[j] = Scalar.complementProduct(f[j], dc[j]) }
      for j in 0..<size {
        da[size + j] =
          Scalar.scaledDifference(dc[j], previous[j], ax[j]) * variant.gate.slope(ofOutput: f[j])
      }
    }
    retreatOutput(row: row, new, ah, r, dh, da, variant)
    if let clip = variant.gradientClip {
      for j in 0..<shape.blockSize { da[j] = da[j].clamped(to: -clip...clip) }
    }
  }

  /// dar and dah of one row.
  @inline(__always) private func retreatOutput(
    row: Int, _ new: Lane<Scalar>, _ ah: Lane<Scalar>, _ r: Lane<Scalar>, _ dh: Lane<Scalar>,
    _ da: Lane<Scalar>, _ variant: some SRUChoices
  ) {
    let size = shape.cellSize
    if variant.dropsHighway {
      for j in 0..<size {
        da[2 * size + j] =
          dh[j] * variant.cellOutput(new[j]) * variant.gate.slope(ofOutput: r[j])
        da[3 * size + j] = 0
      }
    } else if variant.swapsReset {
      for j in 0..<size {
        da[2 * size + j] =
          Scalar.scaledDifference(dh[j], ah[j], variant.cellOutput(new[j]))
          * variant.gate.slope(ofOutput: r[j])
        da[3 * size + j] = dh[j] * r[j]
      }
    } else {
      for j in 0..<size {
        da[2 * size + j] =
          Scalar.scaledDifference(dh[j], variant.cellOutput(new[j]), ah[j])
          * variant.gate.slope(ofOutput: r[j])
      }
      for j in 0..<size { da[3 * size + j] = Scalar.complementProduct(r[j], dh[j]) }
    }
  }

  /// What the cell of frame `t-1` gets from frame `t`: `dc ⊙ f`, as a product (advance) or as the
  /// value that frame left (step-by-step).
  @inline(__always) private func carry(
    fromFrame t: Int, _ n: Int, _ j: Int, _ form: BackwardForm, _ variant: some SRUChoices,
    into sum: inout Scalar.Sum
  ) {
    switch form {
    case .advance: addCarry(ofFrame: t, n, j, variant, into: &sum)
    case .stepByStep:
      sum.accumulate(initialCellGradient.lane[n * shape.cellSize + j].total)
    }
  }

  @inline(__always) private func addCarry(
    ofFrame t: Int, _ n: Int, _ j: Int, _ variant: some SRUChoices, into sum: inout Scalar.Sum
  ) {
    let row = t * shape.batchSize + n
    let gateRow = variant.forgetGateOfSameFrame && t > 0 ? row - shape.batchSize : row
    let dc = cellGradients.lane[row * shape.cellSize + j]
    let f = blocks.lane[gateRow * shape.blockSize + shape.cellSize + j]
    if variant.swapsForget {
      sum.accumulate(Scalar.complementProduct(f, dc))
    } else {
      sum.accumulate(dc, times: f)
    }
  }

  /// Leaves the cell gradient that frame `t` of a stream hands to the frame before it.
  @inline(__always) private func carryCell(
    ofFrame t: Int, _ n: Int, _ variant: some SRUChoices
  ) {
    for j in 0..<shape.cellSize {
      var sum = Scalar.Sum()
      addCarry(ofFrame: t, n, j, variant, into: &sum)
      initialCellGradient.lane[n * shape.cellSize + j] = sum
    }
  }

  @inline(__always) private func sumInputGradient() {
    for index in 0..<weightPartCount {
      let part = weightPart(index)
      Scalar.accumulateProduct(
        ProductExtent(rows: shape.rowCount, inner: part.columns, columns: shape.inputSize),
        blockGradients.lane,
        Placement(offset: part.firstColumn, rowStride: shape.blockSize),
        weights.lane, part.place.transposed,
        into: inputGradient.lane, Placement(rowStride: shape.inputSize),
        from: index == 0 ? .zero : .sums, threads: threads)
    }
  }

  @inline(__always) private func sumWeightGradient(_ rows: Range<Int>) {
    for index in 0..<weightPartCount {
      let part = weightPart(index)
      Scalar.accumulateProduct(
        ProductExtent(rows: shape.inputSize, inner: rows.count, columns: part.columns),
        input.lane,
        Placement(offset: rows.lowerBound * shape.inputSize, rowStride: shape.inputSize)
          .transposed,
        blockGradients.lane,
        Placement(
          offset: rows.lowerBound * shape.blockSize + part.firstColumn,
          rowStride: shape.blockSize),
        into: weightGradient.lane, part.place, from: .zero, threads: threads)
    }
  }

  @inline(__always) private func sumBiasGradients(_ rows: Range<Int>) {
    let size = shape.cellSize
    for (sums, block) in [(forgetBiasGradient.lane, 1), (resetBiasGradient.lane, 2)] {
      sums.fill(Scalar.Sum())
      for row in rows {
        let da = blockGradients.lane[row * shape.blockSize + block * size, size]
        for j in 0..<size { sums[j].accumulate(da[j]) }
      }
    }
  }
}
