import Arithmetic

extension SRURun {
  /// Recomputes every quantity from the operands that another program's trace holds.
  ///
  /// To be loaded, besides inputs and parameters: ``cell`` with that program's c of every frame behind
  /// the initial state, and ``blocks`` with its ax, f, r, ah. Each quantity is one equation of
  /// ``forward()`` away from what was loaded.
  ///
  /// - Returns: ax, f, r, ah, c and `out`, [T·N, H] each.
  @specialized(where Scalar == RoundoffBound<Binary32>)
  @specialized(where Scalar == RoundoffBound<Binary64>)
  func retraced() -> [(name: String, elements: [Scalar])] {
    let count = shape.rowCount * shape.cellSize
    let initial = shape.batchSize * shape.cellSize
    let trace = (0..<4).map { columns(ofBlock: $0, in: blocks) }
    let c = (0..<count).map { Scalar.blend(trace[1][$0], cell.lane[$0], trace[0][$0]) }
    let h = (0..<count).map {
      Scalar.blend(trace[2][$0], cell.lane[initial + $0], trace[3][$0])
    }
    addInputProducts()
    for row in 0..<shape.rowCount { openGates(row: row, SRUOracle()) }
    return ["ax", "f", "r", "ah"].enumerated().map { ($1, columns(ofBlock: $0, in: blocks)) }
      + [("c", c), ("out", h)]
  }
}
