import Arithmetic

/// A forward pass recomputed from what another program printed of it.
extension LSTMRun {
  /// Recomputes every quantity from the operands that another program's trace holds.
  ///
  /// To be loaded, besides inputs and parameters: ``hidden`` and ``cell`` with that program's h and c
  /// of every frame behind the initial state, ``gates`` and ``squashedCell`` with its gates and
  /// `tanh(c)`. Each quantity is one equation of ``forward()`` away from what was loaded, so its bound
  /// is that of a single equation however long the sequence is, and a number that is wrong in the
  /// trace shows once, at its own place: what was rightly computed from it stays right.
  ///
  /// - Returns: The gates by their letters, c, n and `out`, [T·N, B·H] each.
  @specialized(where Scalar == RoundoffBound<Binary32>)
  @specialized(where Scalar == RoundoffBound<Binary64>)
  func retraced() -> [(name: String, elements: [Scalar])] {
    let count = shape.rowCount * shape.stateSize
    let initial = shape.batchSize * shape.stateSize
    let (i, f) = (columns(of: .input, in: gates), columns(of: .forget, in: gates))
    let (o, g) = (columns(of: .output, in: gates), columns(of: .candidate, in: gates))
    let c = (0..<count).map { j in
      var sum = Scalar.Sum()
      sum.accumulate(f[j], times: cell.lane[j])
      sum.accumulate(i[j], times: g[j])
      return sum.total
    }
    let n = (0..<count).map { cell.lane[initial + $0].tanh() }
    let h = (0..<count).map { o[$0] * squashedCell.lane[$0] }
    openGatesOfTrace(LSTMOracle())
    return Gate.allCases.map { ($0.rawValue, columns(of: $0, in: gates)) }
      + [("c", c), ("n", n), ("out", h)]
  }

  /// The gates of every frame, from the h and c that stand in the stores.
  @inline(__always) private func openGatesOfTrace(_ variant: some LSTMChoices) {
    addInputProducts(variant)
    for t in 0..<shape.frameCount {
      addRecurrentProduct(frame: t, variant)
      for k in 0..<shape.blockCount {
        if k > 0 { addBlockProduct(frame: t, block: k, below: k - 1, variant) }
        for row in t * shape.batchSize..<(t + 1) * shape.batchSize {
          let part = blockRow(row, k)
          open(.input, part, sees: part.previous, variant)
          open(.forget, part, sees: part.previous, variant)
          open(.candidate, part, sees: nil, variant)
          open(.output, part, sees: part.new, variant)
        }
      }
    }
  }

  /// Recomputes the outputs from the outputs that another program printed.
  ///
  /// To be loaded, besides inputs and parameters: ``hidden`` with that program's h of every frame
  /// behind the initial state. Every product takes its h from there; the cell, which was not printed,
  /// is carried from frame to frame.
  ///
  /// - Returns: h, [T·N, B·H].
  @specialized(where Scalar == RoundoffBound<Binary32>)
  @specialized(where Scalar == RoundoffBound<Binary64>)
  func retracedOutputs() -> [Scalar] {
    let variant = LSTMOracle()
    let initial = shape.batchSize * shape.stateSize
    var outputs = hidden.elements
    addInputProducts(variant)
    for t in 0..<shape.frameCount {
      addRecurrentProduct(frame: t, variant)
      for k in 0..<shape.blockCount {
        if k > 0 { addBlockProduct(frame: t, block: k, below: k - 1, variant) }
        advanceCell(frame: t, k, variant)
        for row in t * shape.batchSize..<(t + 1) * shape.batchSize {
          let first = initial + row * shape.stateSize + k * shape.cellSize
          for j in first..<first + shape.cellSize {
            (outputs[j], hidden.lane[j]) = (hidden.lane[j], outputs[j])
          }
        }
      }
    }
    return Array(outputs.dropFirst(initial))
  }
}
