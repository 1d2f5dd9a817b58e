/// The dimensions of an LSTM or TF-LSTM run.
///
/// N sequences, T frames, D inputs, H cells. A TF-LSTM cuts each frame into
/// `B = (D - F) / S + 1` overlapping blocks of F inputs; an LSTM is the one-block case `F = D`.
public struct LSTMShape: Sendable, Hashable {
  /// N, sequences in the minibatch (Kaldi: streams).
  public let batchSize: Int
  /// T, frames.
  public let frameCount: Int
  /// D, inputs a frame.
  public let inputSize: Int
  /// H, cells a block.
  public let cellSize: Int
  /// F, inputs a block.
  public let filterWidth: Int
  /// S, inputs from one block's start to the next one's.
  public let stride: Int
  /// B, blocks a frame.
  public let blockCount: Int

  /// B·H, state columns.
  public let stateSize: Int
  /// 4H, columns of the gate blocks.
  public let gateSize: Int
  /// T·N, rows of a frame sequence.
  public let rowCount: Int

  /// Dimensions of a TF-LSTM; an LSTM's when no filter is given.
  ///
  /// - Parameters:
  ///   - batchSize: N.
  ///   - frameCount: T.
  ///   - inputSize: D.
  ///   - cellSize: H.
  ///   - filterWidth: F; D unless given.
  ///   - stride: S; 1 unless given.
  /// - Throws: ``KernelError/dimension(name:found:expected:)`` when a size is not positive, the filter
  ///   is wider than the frame, or `D - F` is no multiple of S.
  public init(
    batchSize: Int, frameCount: Int, inputSize: Int, cellSize: Int, filterWidth: Int? = nil,
    stride: Int = 1
  ) throws(KernelError) {
    let width = filterWidth ?? inputSize
    for (name, size) in [
      ("N", batchSize), ("T", frameCount), ("D", inputSize), ("H", cellSize), ("F", width),
      ("S", stride),
    ] where size < 1 {
      throw .dimension(name: name, found: size, expected: "at least 1")
    }
    guard width <= inputSize else {
      throw .dimension(name: "F", found: width, expected: "at most D, which is \(inputSize)")
    }
    guard (inputSize - width) % stride == 0 else {
      throw .dimension(
        name: "S", found: stride, expected: "a divisor of D - F, which is \(inputSize - width)")
    }
    self.batchSize = batchSize
    self.frameCount = frameCount
    self.inputSize = inputSize
    self.cellSize = cellSize
    self.filterWidth = width
    self.stride = stride
    self.blockCount = (inputSize - width) / stride + 1
    self.stateSize = blockCount * cellSize
    self.gateSize = 4 * cellSize
    self.rowCount = frameCount * batchSize
  }
}
