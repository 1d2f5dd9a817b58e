import Arithmetic

/// Gradients of parameters and input: sums over all frames, streams and blocks, one sum each.
extension LSTMRun {
  @inline(__always) func sumParameterGradients(_ variant: some LSTMChoices) {
    let rows =
      switch variant.gradientFrames {
      case .all: 0..<shape.rowCount
      case .firstOnly: 0..<shape.batchSize
      case .lastOnly: shape.rowCount - shape.batchSize..<shape.rowCount
      }
    sumInputWeightGradient(rows, variant)
    sumRecurrentWeightGradient(rows, variant)
    sumBlockWeightGradient(rows, variant)
    sumBiasGradient(rows)
    sumPeepholeGradients(rows, variant)
  }

  @inline(__always) private func sumInputWeightGradient(
    _ rows: Range<Int>, _ variant: some LSTMChoices
  ) {
    for k in 0..<shape.blockCount {
      let inputs = inputs(ofBlock: k, variant)
      Scalar.accumulateProduct(
        ProductExtent(rows: inputs.count, inner: rows.count, columns: shape.gateSize),
        input.lane,
        Placement(
          offset: rows.lowerBound * shape.inputSize + inputs.first, rowStride: shape.inputSize
        ).transposed,
        gateGradients.lane, gradientPlace(rows, block: k),
        into: inputWeightGradient.lane, Placement(rowStride: shape.gateSize),
        from: k == 0 ? .zero : .sums, threads: threads)
    }
  }

  @inline(__always) private func sumRecurrentWeightGradient(
    _ rows: Range<Int>, _ variant: some LSTMChoices
  ) {
    let shift = variant.recurrentGradientFromSameFrame ? shape.batchSize : 0
    let transposes = variant.transposesRecurrentBlocks
    for index in 0..<weightPartCount(transposesBlocks: transposes) {
      let part = weightPart(index, transposesBlocks: transposes)
      Scalar.accumulateProduct(
        ProductExtent(
          rows: shape.cellSize, inner: rows.count * shape.blockCount, columns: part.columns),
        hidden.lane,
        Placement(
          offset: (rows.lowerBound + shift) * shape.stateSize, rowStride: shape.cellSize
        ).transposed,
        gateGradients.lane,
        Placement(
          offset: rows.lowerBound * 4 * shape.stateSize + part.firstColumn,
          rowStride: shape.gateSize),
        into: recurrentWeightGradient.lane, part.place, from: .zero, threads: threads)
    }
  }

  @inline(__always) private func sumBlockWeightGradient(
    _ rows: Range<Int>, _ variant: some LSTMChoices
  ) {
    guard let blockWeightGradient else { return }
    blockWeightGradient.lane.fill(Scalar.Sum())
    let shift = variant.blockInput == .sameFrame ? shape.batchSize : 0
    let transposes = variant.transposesBlockWeights
    for step in 1..<max(shape.blockCount, 1) {
      let k = variant.reversesBlocks ? shape.blockCount - 1 - step : step
      let below = variant.reversesBlocks ? k + 1 : k - 1
      for index in 0..<weightPartCount(transposesBlocks: transposes) {
        let part = weightPart(index, transposesBlocks: transposes)
        Scalar.accumulateProduct(
          ProductExtent(rows: shape.cellSize, inner: rows.count, columns: part.columns),
          hidden.lane,
          Placement(
            offset: (rows.lowerBound + shift) * shape.stateSize + below * shape.cellSize,
            rowStride: shape.stateSize
          ).transposed,
          gateGradients.lane,
          Placement(
            offset: rows.lowerBound * 4 * shape.stateSize + k * shape.gateSize
              + part.firstColumn, rowStride: 4 * shape.stateSize),
          into: blockWeightGradient.lane, part.place, threads: threads)
      }
    }
  }

  @inline(__always) private func sumBiasGradient(_ rows: Range<Int>) {
    let sums = biasGradient.lane
    sums.fill(Scalar.Sum())
    let size = shape.gateSize
    for row in rows.lowerBound * shape.blockCount..<rows.upperBound * shape.blockCount {
      let da = gateGradients.lane[row * size, size]
      for j in 0..<size { sums[j].accumulate(da[j]) }
    }
  }

  @inline(__always) private func sumPeepholeGradients(
    _ rows: Range<Int>, _ variant: some LSTMChoices
  ) {
    guard let peepholeGradients else { return }
    peepholeGradients.lane.fill(Scalar.Sum())
    let size = shape.cellSize
    for gate in [Gate.input, .forget, .output] where variant.omittedPeephole != gate {
      guard let place = gate.peepholePlace else { continue }
      let sums = peepholeGradients.lane[place * size, size]
      let seesNew = variant.peepholeGradientSeesNewCell(gate)
      let shift = seesNew ? shape.batchSize : 0
      for row in rows {
        for k in 0..<shape.blockCount {
          let da = gradientLane(gate, row, k)
          let seen = cell.lane[(row + shift) * shape.stateSize + k * size, size]
          for j in 0..<size { sums[j].accumulate(da[j], times: seen[j]) }
        }
      }
    }
  }

  /// dx: every block adds into the inputs it saw.
  @inline(__always) func sumInputGradient(_ variant: some LSTMChoices) {
    inputGradient.lane.fill(Scalar.Sum())
    for k in (0..<shape.blockCount).reversed() {
      if variant.overwritesInputGradient { clearInputGradient(ofBlock: k) }
      let inputs = inputs(ofBlock: k, variant)
      Scalar.accumulateProduct(
        ProductExtent(rows: shape.rowCount, inner: shape.gateSize, columns: inputs.count),
        gateGradients.lane, gradientPlace(0..<shape.rowCount, block: k),
        inputWeights.lane, Placement(rowStride: shape.gateSize).transposed,
        into: inputGradient.lane,
        Placement(offset: inputs.first, rowStride: shape.inputSize), threads: threads)
    }
  }

  private func clearInputGradient(ofBlock k: Int) {
    for row in 0..<shape.rowCount {
      inputGradient.lane[row * shape.inputSize + k * shape.stride, shape.filterWidth]
        .fill(Scalar.Sum())
    }
  }

  @inline(__always) private func gradientPlace(_ rows: Range<Int>, block k: Int) -> Placement {
    Placement(
      offset: rows.lowerBound * 4 * shape.stateSize + k * shape.gateSize,
      rowStride: 4 * shape.stateSize)
  }
}
