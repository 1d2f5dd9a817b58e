import Arithmetic

extension MemoryRun {
  /// Computes the memory of every row.
  ///
  ///     memory[r] = hidden[r] + Σ filter[tap] ⊙ hidden[r + distance(tap)]
  ///
  /// over the taps whose frame the row may see: look-back taps `i < min(position[r], N)` at distance
  /// `-i - 1`, look-ahead taps `i < min(fposition[r], N2)` at distance `i + 1`, and for the
  /// bidirectional memory the current frame.
  /// Order: the identity first, then the current frame's tap, look-back and look-ahead by rising `i`.
  /// Source: FSMN notebook; Kaldi nnet1 `CompactVfsmn`, `BiCompactVfsmn`.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Ball)
  @specialized(where Scalar == RoundoffBound<Binary32>)
  @specialized(where Scalar == RoundoffBound<Binary64>)
  @specialized(where Scalar == Dual<DoubleDouble>)
  public func forward() {
    if forwardVariant == MemoryVariant() {
      forward(as: MemoryVariant())
    } else {
      forward(as: forwardVariant)
    }
  }

  @inline(__always) private func forward(as variant: MemoryVariant) {
    for row in 0..<rowCount {
      let sums = memory.lane[row * width, width]
      sums.fill(Scalar.Sum())
      if variant.identity {
        let own = hidden.lane[row * width, width]
        for d in 0..<width { sums[d].accumulate(own[d]) }
      }
      for tap in taps {
        guard let source = source(of: tap, row: row, variant) else { continue }
        let weights = filterLane(tap, in: filter)
        let seen = hidden.lane[source * width, width]
        for d in 0..<width { sums[d].accumulate(weights[d], times: seen[d]) }
      }
    }
  }

  /// Computes the gradients of hidden rows and filter.
  ///
  /// Every term `w ⊙ hidden[s]` of `memory[r]` adds `w ⊙ dmemory[r]` to `dhidden[s]` and
  /// `hidden[s] ⊙ dmemory[r]` to `dw`; the identity adds `dmemory[r]` to `dhidden[r]` (leaving that
  /// out is the classic bug).
  /// Order: rows upward; within a row as ``forward()``.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Ball)
  @specialized(where Scalar == RoundoffBound<Binary32>)
  @specialized(where Scalar == RoundoffBound<Binary64>)
  @specialized(where Scalar == Dual<DoubleDouble>)
  public func backward() {
    if backwardVariant == MemoryVariant() {
      backward(as: MemoryVariant())
    } else {
      backward(as: backwardVariant)
    }
  }

  @inline(__always) private func backward(as variant: MemoryVariant) {
    hiddenGradient.lane.fill(Scalar.Sum())
    filterGradient.lane.fill(Scalar.Sum())
    if variant.skipsBackward { return }
    for row in 0..<rowCount {
      let above = upstream.lane[row * width, width]
      if variant.identity {
        let own = hiddenGradient.lane[row * width, width]
        for d in 0..<width { own[d].accumulate(above[d]) }
      }
      for tap in taps {
        guard let source = source(of: tap, row: row, variant) else { continue }
        let weights = filterLane(tap, in: filter)
        let weightSums = filterLane(tap, in: filterGradient)
        let seen = hidden.lane[source * width, width]
        let sums = hiddenGradient.lane[source * width, width]
        for d in 0..<width { sums[d].accumulate(weights[d], times: above[d]) }
        for d in 0..<width { weightSums[d].accumulate(seen[d], times: above[d]) }
      }
    }
  }
}
