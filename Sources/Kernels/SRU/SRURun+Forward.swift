import Arithmetic
import Concurrency

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
      forward(as: SRUOracle())
    } else {
      forward(as: forwardVariant)
    }
  }

  @inline(__always) private func forward(as variant: some SRUChoices) {
    addInputProducts()
    Threads.share(shape.batchSize, among: elementwiseThreads) { streams in
      for t in 0..<shape.frameCount {
        for n in streams {
          openGates(row: t * shape.batchSize + n, variant)
          advanceCell(row: t * shape.batchSize + n, variant)
        }
      }
    }
  }

  /// x·[W Wf Wr Wh] for all frames: nothing in it waits for the recurrence.
  @inline(__always) func addInputProducts() {
    for index in 0..<weightPartCount {
      let part = weightPart(index)
      Scalar.accumulateProduct(
        ProductExtent(rows: shape.rowCount, inner: shape.inputSize, columns: part.columns),
        input.lane, Placement(rowStride: shape.inputSize),
        weights.lane, part.place,
        into: preactivations.lane,
        Placement(offset: part.firstColumn, rowStride: shape.blockSize),
        from: .zero, threads: threads)
    }
  }

  /// The four blocks of one row.
  @inline(__always) func openGates(row: Int, _ variant: some SRUChoices) {
    copyBlock(0, row: row)
    open(block: 1, row: row, bias: forgetBias.lane, variant)
    open(block: 2, row: row, bias: resetBias.lane, variant)
    copyBlock(3, row: row)
  }

  /// ax or ah of one row.
  @inline(__always) private func copyBlock(_ block: Int, row: Int) {
    // Where sums are numbers they stand there already.
    if preactivations === blocks { return }
    let first = row * shape.blockSize + block * shape.cellSize
    let sums = preactivations.lane[first, shape.cellSize]
    let values = blocks.lane[first, shape.cellSize]
    for j in 0..<shape.cellSize { values[j] = sums[j].total }
  }

  /// f or r of one row.
  @inline(__always) private func open(
    block: Int, row: Int, bias: Lane<Scalar>, _ variant: some SRUChoices
  ) {
    let first = row * shape.blockSize + block * shape.cellSize
    let sums = preactivations.lane[first, shape.cellSize]
    variant.gate.fill(blocks.lane[first, shape.cellSize]) { j in
      var a = sums[j]
      a.accumulate(bias[j])
      return a.total
    }
  }

  /// Cell and output of one row.
  @inline(__always) private func advanceCell(row: Int, _ variant: some SRUChoices) {
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
