import Arithmetic

extension SRURun {
  /// Runs all frames forward, from the initial state in frame block 0 of ``cell``.
  ///
  ///     ax = x·W    f = σ(x·Wf + bf)    r = σ(x·Wr + br)    ah = x·Wh
  ///     c = f ⊙ c′ + (1 - f) ⊙ ax       h = r ⊙ c + (1 - r) ⊙ ah
  ///
  /// A prime marks the previous frame; there is no tanh on the cell.
  /// Order: products by rising input index, then the bias; frames run upward.
  /// Source: Lei et al. 2017; notebook sections "SRU"; Kaldi nnet1 `SimpleRecurrentUnit`.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Ball)
  @specialized(where Scalar == RoundoffBound<Binary32>)
  @specialized(where Scalar == RoundoffBound<Binary64>)
  @specialized(where Scalar == Dual<DoubleDouble>)
  public func forward() {
    if forwardVariant == SRUVariant() {
      forward(as: SRUVariant())
    } else {
      forward(as: forwardVariant)
    }
  }

  @inline(__always) private func forward(as variant: SRUVariant) {
    addInputProducts()
    openGates(variant)
    for row in 0..<shape.rowCount { advanceCell(row: row, variant) }
  }

  /// x·[W Wf Wr Wh] for all frames: nothing in it waits for the recurrence.
  @inline(__always) func addInputProducts() {
    preactivations.lane.fill(Scalar.Sum())
    for index in 0..<weightPartCount {
      let part = weightPart(index)
      Scalar.accumulateProduct(
        ProductExtent(rows: shape.rowCount, inner: shape.inputSize, columns: part.columns),
        input.lane, Placement(rowStride: shape.inputSize),
        weights.lane, part.place,
        into: preactivations.lane,
        Placement(offset: part.firstColumn, rowStride: shape.blockSize), threads: threads)
    }
  }

  /// The four blocks of all frames.
  @inline(__always) func openGates(_ variant: SRUVariant) {
    for row in 0..<shape.rowCount { addBiases(row: row) }
    variant.gate.apply(
      to: blocks.lane,
      RowPlacement(
        offset: shape.cellSize, rows: shape.rowCount, columns: 2 * shape.cellSize,
        rowStride: shape.blockSize))
  }

  /// The four blocks of one row, the gates before they are squashed.
  @inline(__always) private func addBiases(row: Int) {
    let size = shape.cellSize
    let sums = preactivations.lane[row * shape.blockSize, shape.blockSize]
    let values = blocks.lane[row * shape.blockSize, shape.blockSize]
    let forgetBias = forgetBias.lane
    let resetBias = resetBias.lane
    for j in 0..<size {
      var af = sums[size + j]
      var ar = sums[2 * size + j]
      af.accumulate(forgetBias[j])
      ar.accumulate(resetBias[j])
      values[j] = sums[j].total
      values[size + j] = af.total
      values[2 * size + j] = ar.total
      values[3 * size + j] = sums[3 * size + j].total
    }
  }

  /// Cell and output of one row.
  @inline(__always) private func advanceCell(row: Int, _ variant: SRUVariant) {
    let size = shape.cellSize
    let ax = blocks.lane[row * shape.blockSize, size]
    let f = blocks.lane[row * shape.blockSize + size, size]
    let r = blocks.lane[row * shape.blockSize + 2 * size, size]
    let ah = blocks.lane[row * shape.blockSize + 3 * size, size]
    let previous = cell.lane[row * size, size]
    let new = cell.lane[(row + shape.batchSize) * size, size]
    let h = output.lane[row * size, size]
    for j in 0..<size {
      var c =
        variant.swapsForget
        ? Scalar.blend(f[j], ax[j], previous[j]) : Scalar.blend(f[j], previous[j], ax[j])
      if let clip = variant.cellClip { c = c.clamped(to: -clip...clip) }
      new[j] = c
      let n = variant.cellOutput(c)
      if variant.dropsHighway {
        h[j] = r[j] * n
      } else {
        h[j] = variant.swapsReset ? Scalar.blend(r[j], ah[j], n) : Scalar.blend(r[j], n, ah[j])
      }
    }
  }
}
