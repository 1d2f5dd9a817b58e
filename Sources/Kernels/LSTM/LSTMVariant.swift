/// Where (TF-)LSTM programs are known to differ; what is not said otherwise is the oracle.
///
/// Only mistakes that change an equation stand here; those that merely rearrange tensors live around
/// the kernel, in `Faults`. Passes are generic over the choices: the oracle's are constants of a
/// type, so that its passes are compiled without any of the others.
protocol LSTMChoices {
  // Forward.
  var gate: Squash { get }
  var candidate: Squash { get }
  var cellOutput: Squash { get }
  var inputForgetPeepholes: LSTMCell { get }
  var outputPeephole: LSTMCell { get }
  var peepholesAfterSquash: Bool { get }
  var omittedPeephole: Gate? { get }
  var cellClip: Double? { get }
  var blockInput: LSTMBlockInput { get }
  var reversesBlocks: Bool { get }
  var dropsLastBlock: Bool { get }
  var stridesByWidth: Bool { get }
  var transposesRecurrentBlocks: Bool { get }
  var transposesBlockWeights: Bool { get }

  // Backward.
  var carriesHiddenGradient: Bool { get }
  var carriesCellGradient: Bool { get }
  var carriesBlockGradient: Bool { get }
  var omittedPeepholeGradientPath: Gate? { get }
  var forgetGateOfSameFrame: Bool { get }
  var gradientClip: Double? { get }

  // Gradients of parameters and input.
  var recurrentGradientFromSameFrame: Bool { get }
  var inputForgetPeepholeGradients: LSTMCell { get }
  var outputPeepholeGradient: LSTMCell { get }
  var gradientFrames: GradientFrames { get }
  var overwritesInputGradient: Bool { get }
}

/// A frame's cell, before or after its update.
enum LSTMCell: Sendable, Hashable { case previous, new }

/// The frame whose output the block above takes.
enum LSTMBlockInput: Sendable, Hashable { case sameFrame, previousFrame }

/// The oracle: what the equations say.
struct LSTMOracle: LSTMChoices {
  var gate: Squash { .sigmoid }
  var candidate: Squash { .tanh }
  var cellOutput: Squash { .tanh }
  var inputForgetPeepholes: LSTMCell { .previous }
  var outputPeephole: LSTMCell { .new }
  var peepholesAfterSquash: Bool { false }
  var omittedPeephole: Gate? { nil }
  var cellClip: Double? { nil }
  var blockInput: LSTMBlockInput { .sameFrame }
  var reversesBlocks: Bool { false }
  var dropsLastBlock: Bool { false }
  var stridesByWidth: Bool { false }
  var transposesRecurrentBlocks: Bool { false }
  var transposesBlockWeights: Bool { false }
  var carriesHiddenGradient: Bool { true }
  var carriesCellGradient: Bool { true }
  var carriesBlockGradient: Bool { true }
  var omittedPeepholeGradientPath: Gate? { nil }
  var forgetGateOfSameFrame: Bool { false }
  var gradientClip: Double? { nil }
  var recurrentGradientFromSameFrame: Bool { false }
  var inputForgetPeepholeGradients: LSTMCell { .previous }
  var outputPeepholeGradient: LSTMCell { .new }
  var gradientFrames: GradientFrames { .all }
  var overwritesInputGradient: Bool { false }
}

/// A program that may differ from the oracle.
struct LSTMVariant: LSTMChoices, Sendable, Hashable {
  private static let oracle = LSTMOracle()

  var gate = oracle.gate
  var candidate = oracle.candidate
  var cellOutput = oracle.cellOutput
  var inputForgetPeepholes = oracle.inputForgetPeepholes
  var outputPeephole = oracle.outputPeephole
  var peepholesAfterSquash = oracle.peepholesAfterSquash
  var omittedPeephole = oracle.omittedPeephole
  var cellClip = oracle.cellClip
  var blockInput = oracle.blockInput
  var reversesBlocks = oracle.reversesBlocks
  var dropsLastBlock = oracle.dropsLastBlock
  var stridesByWidth = oracle.stridesByWidth
  var transposesRecurrentBlocks = oracle.transposesRecurrentBlocks
  var transposesBlockWeights = oracle.transposesBlockWeights
  var carriesHiddenGradient = oracle.carriesHiddenGradient
  var carriesCellGradient = oracle.carriesCellGradient
  var carriesBlockGradient = oracle.carriesBlockGradient
  var omittedPeepholeGradientPath = oracle.omittedPeepholeGradientPath
  var forgetGateOfSameFrame = oracle.forgetGateOfSameFrame
  var gradientClip = oracle.gradientClip
  var recurrentGradientFromSameFrame = oracle.recurrentGradientFromSameFrame
  var inputForgetPeepholeGradients = oracle.inputForgetPeepholeGradients
  var outputPeepholeGradient = oracle.outputPeepholeGradient
  var gradientFrames = oracle.gradientFrames
  var overwritesInputGradient = oracle.overwritesInputGradient
}

extension LSTMChoices {
  /// Whether a peephole's gradient is taken against the new cell rather than the previous one.
  @inline(__always) func peepholeGradientSeesNewCell(_ gate: Gate) -> Bool {
    gate == .output
      ? outputPeephole == .new && outputPeepholeGradient == .new
      : inputForgetPeepholeGradients == .new
  }
}
