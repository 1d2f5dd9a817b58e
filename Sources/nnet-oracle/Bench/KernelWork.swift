import Arithmetic
import Kernels
import Tensors

/// A kernel at one size with seeded data in its memory, ready to be run again and again.
struct KernelWork {
  /// Runs the forward pass.
  let forward: () -> Void
  /// Runs the backward pass, in the form that carries the derivatives (Kaldi's).
  let backward: () -> Void
  /// Floating-point operations of the forward pass's products, two a multiply-add.
  let operations: Double

  /// Sets a kernel up.
  ///
  /// The data are bell-shaped, weights scaled by their fan-in, as the NumPy peer's are.
  static func make<Scalar: Arithmetic>(
    _ kernel: BenchKernel, size: [Int], in type: Scalar.Type
  ) throws(Trouble) -> KernelWork {
    let letters = Dictionary(uniqueKeysWithValues: zip(kernel.letters, size))
    func dimension(_ letter: String) -> Int { letters[letter] ?? 1 }
    do {
      switch kernel.name {
      case "sru", "sru-separate", "sru-step", "sru-step-separate":
        let shape = try SRUShape(
          batchSize: dimension("N"), frameCount: dimension("T"), inputSize: dimension("D"),
          cellSize: dimension("H"))
        let isSeparate = kernel.name.hasSuffix("separate")
        return sru(SRURun<Scalar>(shape: shape, weightForm: isSeparate ? .separate : .compact))
      case "compact-vfsmn", "bi-compact-vfsmn":
        return try memory(
          dimension, isBidirectional: kernel.name.hasPrefix("bi"), in: Scalar.self)
      default:
        let shape = try LSTMShape(
          batchSize: dimension("N"), frameCount: dimension("T"), inputSize: dimension("D"),
          cellSize: dimension("H"), filterWidth: letters["F"], stride: dimension("S"))
        let isTimeFrequency = kernel.name == "tflstm"
        return lstm(
          LSTMRun<Scalar>(
            shape: shape,
            order: isTimeFrequency ? .candidateInputForgetOutput : .inputForgetOutputCandidate,
            timeFrequency: isTimeFrequency))
      }
    } catch {
      throw Trouble("bench \(kernel.name): \(error)")
    }
  }

  private static func sru<Scalar: Arithmetic>(_ run: SRURun<Scalar>) -> KernelWork {
    var data = SeededData(fanIn: max(run.shape.inputSize, run.shape.cellSize))
    data.fill(run.input)
    data.fill(run.weights, isWeight: true)
    for store in [run.forgetBias, run.resetBias, run.upstream] { data.fill(store) }
    let shape = run.shape
    return KernelWork(
      forward: { run.forward() }, backward: { run.backward(.advance) },
      operations: 2 * Double(shape.rowCount) * Double(shape.inputSize * shape.blockSize))
  }

  private static func lstm<Scalar: Arithmetic>(_ run: LSTMRun<Scalar>) -> KernelWork {
    let shape = run.shape
    var data = SeededData(fanIn: max(shape.inputSize, shape.cellSize))
    data.fill(run.input)
    data.fill(run.inputWeights, isWeight: true)
    data.fill(run.recurrentWeights, isWeight: true)
    if let weights = run.blockWeights { data.fill(weights, isWeight: true) }
    data.fill(run.bias)
    if let peepholes = run.peepholes { data.fill(peepholes) }
    data.fill(run.upstream)
    let widths =
      shape.blockCount * (shape.filterWidth + shape.cellSize)
      + (shape.blockCount - 1) * shape.cellSize
    return KernelWork(
      forward: { run.forward() }, backward: { run.backward(.advance) },
      operations: 2 * Double(shape.rowCount) * Double(widths * shape.gateSize))
  }

  private static func memory<Scalar: Arithmetic>(
    _ dimension: (String) -> Int, isBidirectional: Bool, in type: Scalar.Type
  ) throws(KernelError) -> KernelWork {
    let rowCount = dimension("T")
    // Sentences of 50 frames.
    func positions(_ direction: Positions.Direction) throws(KernelError) -> Positions {
      try Positions(
        Positions.ofSentences([50], direction: direction, rowCount: rowCount),
        direction: direction, tensor: "position", rowCount: rowCount)
    }
    let behind = try positions(.behind)
    let ahead = try positions(.ahead)
    let run: MemoryRun<Scalar>
    var terms = 0
    if isBidirectional {
      run = try MemoryRun(
        width: dimension("D"), lookBack: dimension("N1"), lookAhead: dimension("N2"),
        behind: behind, ahead: ahead)
      terms = rowCount + behind.counts.reduce(0) { $0 + min($1, dimension("N1")) }
      terms += ahead.counts.reduce(0) { $0 + min($1, dimension("N2")) }
    } else {
      run = try MemoryRun(width: dimension("D"), order: dimension("N"), positions: behind)
      terms = behind.counts.reduce(0) { $0 + min($1, dimension("N")) }
    }
    var data = SeededData(fanIn: 1)
    for store in [run.hidden, run.filter, run.upstream] { data.fill(store) }
    return KernelWork(
      forward: { run.forward() }, backward: { run.backward() },
      operations: 2 * Double(terms * run.width))
  }
}

/// Bell-shaped numbers from a fixed seed.
private struct SeededData {
  private var generator = SplitMix64(seed: 2016)
  private let scale: Double

  init(fanIn: Int) { scale = 1 / Double(fanIn).squareRoot() }

  mutating func fill<Scalar: Arithmetic>(_ store: Store<Scalar>, isWeight: Bool = false) {
    let factor = isWeight ? scale : 1
    store.load(store.elements.map { _ in Scalar(input: generator.nextBell() * factor) })
  }
}
