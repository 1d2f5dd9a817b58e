public import Arithmetic

/// One run of a simple recurrent unit: parameters, frames, trace and gradients in memory that is
/// taken once and reused.
///
/// Frames are time-major: row `t·N + n`. The four blocks stand in the order x f r h. A step is a run
/// of one frame. Load inputs and parameters, call ``forward()``, then ``backward(_:)``. Neither call
/// allocates, and neither alters what was loaded.
public final class SRURun<Scalar: Arithmetic> {
  /// The dimensions.
  public let shape: SRUShape
  /// Whether the weights are one matrix or four.
  public let weightForm: SRUWeightForm
  /// How many threads may share large products and the streams; the bits do not depend on it.
  public let threads: Int
  let forwardVariant: SRUVariant
  let backwardVariant: SRUVariant

  /// x [T·N, D].
  public let input: Store<Scalar>
  /// The weights: `[W Wf Wr Wh]` as one D×4H matrix, or the four D×H matrices one after another.
  public let weights: Store<Scalar>
  /// bf [H].
  public let forgetBias: Store<Scalar>
  /// br [H].
  public let resetBias: Store<Scalar>
  /// ∂L/∂h [T·N, H], from above.
  public let upstream: Store<Scalar>
  /// ∂L/∂c of the last frame [N, H], from above; zero for a sequence.
  public let upstreamCell: Store<Scalar>

  /// The blocks [T·N, 4H]: ax, f, r, ah.
  public let blocks: Store<Scalar>
  /// c [(T+1)·N, H]; frame block 0 is the initial state, to be loaded.
  public let cell: Store<Scalar>
  /// h [T·N, H].
  public let output: Store<Scalar>

  /// dax, daf, dar, dah [T·N, 4H]: derivatives before the products.
  public let blockGradients: Store<Scalar>
  /// dc [T·N, H].
  public let cellGradients: Store<Scalar>
  /// dh ⊙ r [T·N, H]: the output path into the cell.
  public let outputPathGradients: Store<Scalar>

  /// dx [T·N, D].
  public let inputGradient: Store<Scalar.Sum>
  /// ∂L/∂ of the weights, held as ``weights`` is.
  public let weightGradient: Store<Scalar.Sum>
  /// dbf [H].
  public let forgetBiasGradient: Store<Scalar.Sum>
  /// dbr [H].
  public let resetBiasGradient: Store<Scalar.Sum>
  /// ∂L/∂ of the initial c [N, H].
  public let initialCellGradient: Store<Scalar.Sum>

  /// The very memory of ``blocks`` where a number is its own sum: each is read once, then replaced.
  let preactivations: Store<Scalar.Sum>

  /// Memory for a run; every number starts at zero.
  ///
  /// - Parameters:
  ///   - shape: The dimensions.
  ///   - weightForm: One weight matrix or four.
  ///   - threads: How many threads may share large products and the streams.
  public convenience init(shape: SRUShape, weightForm: SRUWeightForm, threads: Int = 1) {
    self.init(
      shape: shape, weightForm: weightForm, threads: threads, forward: SRUVariant(),
      backward: SRUVariant())
  }

  init(
    shape: SRUShape, weightForm: SRUWeightForm, threads: Int = 1, forward: SRUVariant,
    backward: SRUVariant
  ) {
    func numbers(_ count: Int) -> Store<Scalar> { Store(repeating: 0, count: count) }
    func sums(_ count: Int) -> Store<Scalar.Sum> { Store(repeating: Scalar.Sum(), count: count) }
    self.shape = shape
    self.weightForm = weightForm
    self.threads = threads
    self.forwardVariant = forward
    self.backwardVariant = backward
    let size = shape.cellSize
    input = numbers(shape.rowCount * shape.inputSize)
    weights = numbers(shape.inputSize * shape.blockSize)
    forgetBias = numbers(size)
    resetBias = numbers(size)
    upstream = numbers(shape.rowCount * size)
    upstreamCell = numbers(shape.batchSize * size)
    blocks = numbers(shape.rowCount * shape.blockSize)
    cell = numbers((shape.rowCount + shape.batchSize) * size)
    output = numbers(shape.rowCount * size)
    blockGradients = numbers(shape.rowCount * shape.blockSize)
    cellGradients = numbers(shape.rowCount * size)
    outputPathGradients = numbers(shape.rowCount * size)
    inputGradient = sums(shape.rowCount * shape.inputSize)
    weightGradient = sums(shape.inputSize * shape.blockSize)
    forgetBiasGradient = sums(size)
    resetBiasGradient = sums(size)
    initialCellGradient = sums(shape.batchSize * size)
    preactivations =
      (forward == SRUVariant() ? blocks as? Store<Scalar.Sum> : nil)
      ?? sums(shape.rowCount * shape.blockSize)
  }

  /// How many threads may share the streams: starting one takes longer than a short sequence.
  @inline(__always) var elementwiseThreads: Int {
    shape.rowCount * shape.blockSize >= 100_000 ? threads : 1
  }

  /// A weight matrix as it lies in ``weights``: its first block column, how many, and where.
  struct WeightPart {
    var firstColumn: Int
    var columns: Int
    var place: Placement
  }

  /// One part for the compact form, four for the separate one.
  @inline(__always) func weightPart(_ index: Int) -> WeightPart {
    switch weightForm {
    case .compact:
      WeightPart(
        firstColumn: 0, columns: shape.blockSize, place: Placement(rowStride: shape.blockSize))
    case .separate:
      WeightPart(
        firstColumn: index * shape.cellSize, columns: shape.cellSize,
        place: Placement(
          offset: index * shape.inputSize * shape.cellSize, rowStride: shape.cellSize))
    }
  }

  /// How many weight matrices there are.
  @inline(__always) var weightPartCount: Int { weightForm == .compact ? 1 : 4 }

  /// Rows whose frames enter the parameters' gradients.
  @inline(__always) func gradientRows(_ variant: some SRUChoices) -> Range<Int> {
    switch variant.gradientFrames {
    case .all: 0..<shape.rowCount
    case .firstOnly: 0..<shape.batchSize
    case .lastOnly: shape.rowCount - shape.batchSize..<shape.rowCount
    }
  }
}
