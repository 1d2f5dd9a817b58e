import Arithmetic
import Kernels
import Tensors

/// A kernel with seeded data in place, ready to be run again and again.
struct KernelWork {
  /// One of its passes.
  struct Pass {
    let name: String
    /// Multiplications, additions and activations, one each.
    let operations: Double
    let run: () -> Void
  }

  let passes: [Pass]

  /// A kernel of given dimensions; nil for what is no kernel.
  static func make<Scalar: Arithmetic>(
    _ kind: BenchSubject.Kind, _ dimensions: [BenchDimension], threads: Int, _: Scalar.Type
  ) throws(KernelError) -> KernelWork? {
    func size(_ letter: String) -> Int? { dimensions.first { $0.letter == letter }?.size }
    let (batch, frames) = (size("N") ?? 1, size("T") ?? 1)
    let (inputs, cells) = (size("D") ?? 1, size("H") ?? 1)
    switch kind {
    case .sru(let separate):
      let shape = try SRUShape(
        batchSize: batch, frameCount: frames, inputSize: inputs, cellSize: cells)
      return sru(
        SRURun<Scalar>(
          shape: shape, weightForm: separate ? .separate : .compact, threads: threads))
    case .lstm(let order, let timeFrequency):
      let shape = try LSTMShape(
        batchSize: batch, frameCount: frames, inputSize: inputs, cellSize: cells,
        filterWidth: size("F"), stride: size("S") ?? 1)
      return lstm(
        LSTMRun<Scalar>(
          shape: shape, order: try GateOrder(letters: order), timeFrequency: timeFrequency,
          threads: threads))
    case .memory(let bidirectional):
      let behind = try positions(.behind, rows: frames)
      guard bidirectional else {
        return memory(
          try MemoryRun<Scalar>(width: inputs, order: size("N") ?? 1, positions: behind), behind,
          limits: [size("N") ?? 1, 0])
      }
      let ahead = try positions(.ahead, rows: frames)
      let limits = [size("N1") ?? 1, size("N2") ?? 1]
      return memory(
        try MemoryRun<Scalar>(
          width: inputs, lookBack: limits[0], lookAhead: limits[1], behind: behind, ahead: ahead),
        behind, ahead, limits: limits)
    case .dump, .archive, .files: return nil
    }
  }

  /// Per cell and frame: two biases, two gates, four operations for cell and output each; backward
  /// twenty.
  private static func sru<Scalar: Arithmetic>(_ run: SRURun<Scalar>) -> KernelWork {
    let scale = weightScale(run.shape.inputSize)
    for (seed, store) in [run.input, run.forgetBias, run.resetBias, run.upstream].enumerated() {
      fill(store, seed: seed, scale: 1)
    }
    fill(run.weights, seed: 9, scale: scale)
    let shape = run.shape
    let product = 2.0 * Double(shape.rowCount * shape.inputSize * shape.blockSize)
    let cells = Double(shape.rowCount * shape.cellSize)
    return work(
      forward: product + 12 * cells, { run.forward() },
      backward: 2 * product + 20 * cells, { run.backward(.advance) })
  }

  /// Per cell, block and frame: 13 operations forward and 26 backward; peepholes 6 and 12 more.
  private static func lstm<Scalar: Arithmetic>(
    _ run: LSTMRun<Scalar>
  ) -> KernelWork {
    let shape = run.shape
    for (seed, store) in [run.input, run.bias, run.upstream].enumerated() {
      fill(store, seed: seed, scale: 1)
    }
    if let peepholes = run.peepholes { fill(peepholes, seed: 8, scale: 1) }
    fill(run.inputWeights, seed: 9, scale: weightScale(shape.filterWidth))
    fill(run.recurrentWeights, seed: 10, scale: weightScale(shape.cellSize))
    if let weights = run.blockWeights {
      fill(weights, seed: 11, scale: weightScale(shape.cellSize))
    }
    let inner = shape.filterWidth + shape.cellSize * (run.blockWeights == nil ? 1 : 2)
    let rows = shape.rowCount * shape.blockCount
    let product = 2.0 * Double(rows * inner * shape.gateSize)
    let cells = Double(rows * shape.cellSize)
    let (forward, backward) = run.peepholes == nil ? (13.0, 26.0) : (19.0, 38.0)
    return work(
      forward: product + forward * cells, { run.forward() },
      backward: 2 * product + backward * cells, { run.backward(.advance) })
  }

  private static func memory<Scalar: Arithmetic>(
    _ run: MemoryRun<Scalar>, _ behind: Positions, _ ahead: Positions? = nil, limits: [Int]
  ) -> KernelWork {
    fill(run.hidden, seed: 1, scale: 1)
    fill(run.filter, seed: 2, scale: 1)
    fill(run.upstream, seed: 3, scale: 1)
    var terms = behind.counts.reduce(0) { $0 + min($1, limits[0]) }
    if let ahead { terms += ahead.counts.reduce(run.rowCount) { $0 + min($1, limits[1]) } }
    let sums = Double(terms * run.width)
    let identity = Double(run.rowCount * run.width)
    return work(
      forward: 2 * sums + identity, { run.forward() },
      backward: 4 * sums + identity, { run.backward() })
  }

  private static func work(
    forward: Double, _ runForward: @escaping () -> Void,
    backward: Double, _ runBackward: @escaping () -> Void
  ) -> KernelWork {
    runForward()
    return KernelWork(passes: [
      Pass(name: "forward", operations: forward, run: runForward),
      Pass(name: "backward", operations: backward, run: runBackward),
    ])
  }

  /// Sentences of fifty frames.
  private static func positions(
    _ direction: Positions.Direction, rows: Int
  ) throws(KernelError) -> Positions {
    try Positions(
      Positions.ofSentences([50], direction: direction, rowCount: rows), direction: direction,
      tensor: "position", rowCount: rows)
  }

  /// One over the root of the fan-in, so that pre-activations are of the order of one.
  private static func weightScale(_ fanIn: Int) -> Double { 1 / Double(fanIn).squareRoot() }

  private static func fill<Scalar: Arithmetic>(_ store: Store<Scalar>, seed: Int, scale: Double) {
    var generator = SplitMix64(seed: UInt64(seed))
    for index in 0..<store.lane.count {
      store.lane[index] = Scalar(input: generator.nextBell() * scale)
    }
  }
}
