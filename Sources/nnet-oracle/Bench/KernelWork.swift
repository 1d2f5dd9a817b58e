import Arithmetic
import Equations
import Golden
import Tensors

/// A layer with seeded data in place, ready to be run again and again.
struct KernelWork {
  /// One of its passes.
  struct Pass {
    let name: String
    /// Multiplications, additions and activations, one each.
    let operations: Double
    let run: () -> Void
  }

  let passes: [Pass]

  /// A layer of given sizes.
  static func make<Scalar: Arithmetic>(
    _ golden: GoldenCase, _ dimensions: [BenchDimension], threads: Int, _: Scalar.Type
  ) throws -> KernelWork {
    var sized = golden
    for dimension in dimensions {
      try sized.settings.set(dimension.letter, to: "\(dimension.size)", ofCase: golden.name)
    }
    let layer = try sized.layer()
    let run = layer.makeRun(of: Scalar.self, threads: threads)
    var table = TensorTable<Scalar>()
    for (seed, given) in layer.given.enumerated() {
      // One over the root of the fan-in, so that pre-activations are of the order of one.
      let scale =
        given.role == .weight && given.shape.count == 2
        ? 1 / Double(given.shape[0]).squareRoot() : 1
      var generator = SplitMix64(seed: UInt64(seed))
      table[given.name] = Tensor(
        shape: given.shape,
        elements: (0..<given.shape.reduce(1, *)).map { _ in
          Scalar(input: generator.nextBell() * scale)
        })
    }
    try layer.load(table, into: run)
    run.forward()
    let operations = layer.operations
    return KernelWork(passes: [
      Pass(name: "forward", operations: operations.forward, run: { run.forward() }),
      Pass(name: "backward", operations: operations.backward, run: { run.backward() }),
    ])
  }
}
