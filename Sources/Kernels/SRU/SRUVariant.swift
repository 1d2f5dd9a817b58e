/// Where SRU programs are known to differ; see ``LSTMChoices``.
protocol SRUChoices {
  // Forward.
  var gate: Squash { get }
  var cellOutput: Squash { get }
  var dropsHighway: Bool { get }
  var swapsForget: Bool { get }
  var swapsReset: Bool { get }
  var cellClip: Double? { get }

  // Backward.
  var carriesCellGradient: Bool { get }
  var forgetGateOfSameFrame: Bool { get }
  var gradientClip: Double? { get }
  var gradientFrames: GradientFrames { get }
}

/// The oracle: what the equations say.
struct SRUOracle: SRUChoices {
  var gate: Squash { .sigmoid }
  var cellOutput: Squash { .identity }
  var dropsHighway: Bool { false }
  var swapsForget: Bool { false }
  var swapsReset: Bool { false }
  var cellClip: Double? { nil }
  var carriesCellGradient: Bool { true }
  var forgetGateOfSameFrame: Bool { false }
  var gradientClip: Double? { nil }
  var gradientFrames: GradientFrames { .all }
}

/// A program that may differ from the oracle.
struct SRUVariant: SRUChoices, Sendable, Hashable {
  private static let oracle = SRUOracle()

  var gate = oracle.gate
  var cellOutput = oracle.cellOutput
  var dropsHighway = oracle.dropsHighway
  var swapsForget = oracle.swapsForget
  var swapsReset = oracle.swapsReset
  var cellClip = oracle.cellClip
  var carriesCellGradient = oracle.carriesCellGradient
  var forgetGateOfSameFrame = oracle.forgetGateOfSameFrame
  var gradientClip = oracle.gradientClip
  var gradientFrames = oracle.gradientFrames
}
