public import Arithmetic

/// One run of an LSTM or a TF-LSTM with peepholes: parameters, frames, trace and gradients in memory
/// that is taken once and reused.
///
/// Frames are time-major: row `t·N + n`. State columns of block `k` are `k·H ..< (k+1)·H`. A plain
/// LSTM has one block, no block weights and no peepholes; a step is a run of one frame.
///
/// Load inputs and parameters, call ``forward()``, then ``backward(_:)``; results stand in the
/// stores. Neither call allocates, and neither alters what was loaded.
public final class LSTMRun<Scalar: Arithmetic> {
  /// The dimensions.
  public let shape: LSTMShape
  /// The storage order of the gate blocks.
  public let order: GateOrder
  /// How many threads may share a large product or the rows of a frame; the bits do not depend on it.
  public let threads: Int
  let forwardVariant: LSTMVariant
  let backwardVariant: LSTMVariant

  /// x [T·N, D].
  public let input: Store<Scalar>
  /// Wx [F, 4H].
  public let inputWeights: Store<Scalar>
  /// Wh [H, 4H].
  public let recurrentWeights: Store<Scalar>
  /// Wk [H, 4H], TF-LSTM only.
  public let blockWeights: Store<Scalar>?
  /// b [4H].
  public let bias: Store<Scalar>
  /// pi, pf, po [3, H], TF-LSTM only.
  public let peepholes: Store<Scalar>?
  /// ∂L/∂h [T·N, B·H], from above.
  public let upstream: Store<Scalar>
  /// ∂L/∂c of the last frame [N, B·H], from above; zero for a sequence.
  public let upstreamCell: Store<Scalar>

  /// h [(T+1)·N, B·H]; frame block 0 is the initial state, to be loaded.
  public let hidden: Store<Scalar>
  /// c [(T+1)·N, B·H]; frame block 0 is the initial state, to be loaded.
  public let cell: Store<Scalar>
  /// i, f, o, g [T·N, B, 4H], blocks in storage order.
  public let gates: Store<Scalar>
  /// tanh(c) [T·N, B·H].
  public let squashedCell: Store<Scalar>

  /// da [T·N, B, 4H]: ∂L/∂ of the pre-activations, blocks in storage order.
  public let gateGradients: Store<Scalar>
  /// dh [T·N, B·H]: upstream, recurrent and block paths together.
  public let hiddenGradients: Store<Scalar>
  /// dh ⊙ o ⊙ (1 - tanh²c) [T·N, B·H]: the output path into the cell.
  public let squashedCellGradients: Store<Scalar>
  /// dc [T·N, B·H].
  public let cellGradients: Store<Scalar>

  /// dx [T·N, D].
  public let inputGradient: Store<Scalar.Sum>
  /// ∂L/∂ of the initial h [N, B·H].
  public let initialHiddenGradient: Store<Scalar.Sum>
  /// ∂L/∂ of the initial c [N, B·H].
  public let initialCellGradient: Store<Scalar.Sum>
  /// dWx [F, 4H].
  public let inputWeightGradient: Store<Scalar.Sum>
  /// dWh [H, 4H].
  public let recurrentWeightGradient: Store<Scalar.Sum>
  /// dWk [H, 4H], TF-LSTM only.
  public let blockWeightGradient: Store<Scalar.Sum>?
  /// db [4H].
  public let biasGradient: Store<Scalar.Sum>
  /// dpi, dpf, dpo [3, H], TF-LSTM only.
  public let peepholeGradients: Store<Scalar.Sum>?

  let firstColumns: (input: Int, forget: Int, output: Int, candidate: Int)
  /// Where i, f and o adjoin each other and have no peepholes, their first column: they open as one.
  let adjoiningGates: Int?
  /// Whᵀ and Wkᵀ, which every frame of the backward pass multiplies by.
  let transposedRecurrentWeights: Store<Scalar>
  let transposedBlockWeights: Store<Scalar>?
  /// The very memory of ``gates`` where a number is its own sum: each is read once, then replaced.
  let preactivations: Store<Scalar.Sum>
  let hiddenSums: Store<Scalar.Sum>

  /// Memory for a run; every number starts at zero.
  ///
  /// - Parameters:
  ///   - shape: The dimensions.
  ///   - order: The storage order of the gate blocks.
  ///   - timeFrequency: Whether the layer has block weights and peepholes (TF-LSTM).
  ///   - threads: How many threads may share the work.
  public convenience init(
    shape: LSTMShape, order: GateOrder, timeFrequency: Bool, threads: Int = 1
  ) {
    self.init(
      shape: shape, order: order, timeFrequency: timeFrequency, threads: threads,
      forward: LSTMVariant(), backward: LSTMVariant())
  }

  init(
    shape: LSTMShape, order: GateOrder, timeFrequency: Bool, threads: Int = 1,
    forward: LSTMVariant, backward: LSTMVariant
  ) {
    func numbers(_ count: Int) -> Store<Scalar> { Store(repeating: 0, count: count) }
    func sums(_ count: Int) -> Store<Scalar.Sum> { Store(repeating: Scalar.Sum(), count: count) }
    self.shape = shape
    self.order = order
    self.threads = threads
    self.forwardVariant = forward
    self.backwardVariant = backward
    func column(_ gate: Gate) -> Int { order.block(of: gate) * shape.cellSize }
    firstColumns = (column(.input), column(.forget), column(.output), column(.candidate))
    adjoiningGates =
      timeFrequency || ![0, 3].contains(order.block(of: .candidate))
      ? nil : order.block(of: .candidate) == 0 ? shape.cellSize : 0
    let state = shape.stateSize
    let recurrentCount = shape.cellSize * shape.gateSize
    input = numbers(shape.rowCount * shape.inputSize)
    inputWeights = numbers(shape.filterWidth * shape.gateSize)
    recurrentWeights = numbers(recurrentCount)
    blockWeights = timeFrequency ? numbers(recurrentCount) : nil
    bias = numbers(shape.gateSize)
    peepholes = timeFrequency ? numbers(3 * shape.cellSize) : nil
    upstream = numbers(shape.rowCount * state)
    upstreamCell = numbers(shape.batchSize * state)
    hidden = numbers((shape.rowCount + shape.batchSize) * state)
    cell = numbers((shape.rowCount + shape.batchSize) * state)
    gates = numbers(shape.rowCount * 4 * state)
    squashedCell = numbers(shape.rowCount * state)
    gateGradients = numbers(shape.rowCount * 4 * state)
    hiddenGradients = numbers(shape.rowCount * state)
    squashedCellGradients = numbers(shape.rowCount * state)
    cellGradients = numbers(shape.rowCount * state)
    inputGradient = sums(shape.rowCount * shape.inputSize)
    initialHiddenGradient = sums(shape.batchSize * state)
    initialCellGradient = sums(shape.batchSize * state)
    inputWeightGradient = sums(shape.filterWidth * shape.gateSize)
    recurrentWeightGradient = sums(recurrentCount)
    blockWeightGradient = timeFrequency ? sums(recurrentCount) : nil
    biasGradient = sums(shape.gateSize)
    peepholeGradients = timeFrequency ? sums(3 * shape.cellSize) : nil
    transposedRecurrentWeights = numbers(recurrentCount)
    transposedBlockWeights = timeFrequency ? numbers(recurrentCount) : nil
    preactivations =
      (forward == LSTMVariant() ? gates as? Store<Scalar.Sum> : nil)
      ?? sums(shape.rowCount * 4 * state)
    hiddenSums = sums(shape.batchSize * state)
  }

  /// How many threads share the rows of a frame: less would cost more than it brings.
  @inline(__always) var elementwiseThreads: Int {
    threads > 1 && shape.batchSize * shape.gateSize >= 16_384 ? threads : 1
  }

  /// Where the rows of one frame start in a store of `width` columns.
  @inline(__always) func frame(_ t: Int, width: Int) -> Int { t * shape.batchSize * width }

  /// First column of a gate's block.
  @inline(__always) func column(_ gate: Gate) -> Int {
    switch gate {
    case .input: firstColumns.input
    case .forget: firstColumns.forget
    case .output: firstColumns.output
    case .candidate: firstColumns.candidate
    }
  }

  /// A stretch of the columns of Wh or Wk, and where the matrix behind them lies.
  struct WeightPart {
    var firstColumn: Int
    var columns: Int
    var place: Placement
  }

  /// The whole H×4H matrix as one part, or each H×H block transposed as a part of its own.
  @inline(__always) func weightPart(_ index: Int, transposesBlocks: Bool) -> WeightPart {
    let size = shape.cellSize
    guard transposesBlocks else {
      return WeightPart(
        firstColumn: 0, columns: shape.gateSize, place: Placement(rowStride: shape.gateSize))
    }
    return WeightPart(
      firstColumn: index * size, columns: size,
      place: Placement(offset: index * size, rowStride: shape.gateSize).transposed)
  }

  /// How many parts there are.
  @inline(__always) func weightPartCount(transposesBlocks: Bool) -> Int {
    transposesBlocks ? 4 : 1
  }

  /// The inputs that block `k` sees: the first, and how many.
  @inline(__always) func inputs(
    ofBlock k: Int, _ variant: some LSTMChoices
  ) -> (first: Int, count: Int) {
    guard variant.stridesByWidth else { return (k * shape.stride, shape.filterWidth) }
    let first = min(k * shape.filterWidth, shape.inputSize)
    return (first, min(shape.stride, shape.filterWidth, shape.inputSize - first))
  }
}
