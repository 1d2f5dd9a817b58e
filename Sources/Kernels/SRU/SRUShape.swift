/// The dimensions of an SRU run: N sequences, T frames, D inputs, H cells.
public struct SRUShape: Sendable, Hashable {
  /// N, sequences in the minibatch (Kaldi: streams).
  public let batchSize: Int
  /// T, frames.
  public let frameCount: Int
  /// D, inputs a frame.
  public let inputSize: Int
  /// H, cells.
  public let cellSize: Int

  /// T·N, rows of a frame sequence.
  public var rowCount: Int { frameCount * batchSize }
  /// 4H, columns of the blocks x f r h.
  public var blockSize: Int { 4 * cellSize }

  /// Dimensions of a run.
  ///
  /// - Parameters:
  ///   - batchSize: N.
  ///   - frameCount: T.
  ///   - inputSize: D.
  ///   - cellSize: H.
  /// - Throws: ``KernelError/dimension(name:found:expected:)`` when a size is not positive.
  public init(
    batchSize: Int, frameCount: Int, inputSize: Int, cellSize: Int
  ) throws(KernelError) {
    for (name, size) in [
      ("N", batchSize), ("T", frameCount), ("D", inputSize), ("H", cellSize),
    ] where size < 1 {
      throw .dimension(name: name, found: size, expected: "at least 1")
    }
    self.batchSize = batchSize
    self.frameCount = frameCount
    self.inputSize = inputSize
    self.cellSize = cellSize
  }
}

/// How an SRU holds its input weights.
public enum SRUWeightForm: Sendable, Hashable {
  /// One D×4H matrix `[W Wf Wr Wh]`: one product for all blocks and frames.
  case compact
  /// Four D×H matrices, a product each.
  case separate
}
