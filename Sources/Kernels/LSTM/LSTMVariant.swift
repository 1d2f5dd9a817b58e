/// What an (TF-)LSTM run computes where programs are known to differ; the default is the oracle.
///
/// Only mistakes that change an equation stand here; those that merely rearrange tensors live around
/// the kernel, in `Faults`.
struct LSTMVariant: Sendable, Hashable {
  enum Cell: Sendable, Hashable { case previous, new }
  enum Frames: Sendable, Hashable { case all, firstOnly, lastOnly }
  enum BlockInput: Sendable, Hashable { case sameFrame, previousFrame }

  // Forward.
  var gate = Squash.sigmoid
  var candidate = Squash.tanh
  var cellOutput = Squash.tanh
  var inputForgetPeepholes = Cell.previous
  var outputPeephole = Cell.new
  var peepholesAfterSquash = false
  var omittedPeephole: Gate?
  var cellClip: Double?
  var blockInput = BlockInput.sameFrame
  var reversesBlocks = false
  var dropsLastBlock = false
  var stridesByWidth = false
  var transposesRecurrentBlocks = false
  var transposesBlockWeights = false

  // Backward.
  var carriesHiddenGradient = true
  var carriesCellGradient = true
  var carriesBlockGradient = true
  var omittedPeepholeGradientPath: Gate?
  var forgetGateOfSameFrame = false
  var gradientClip: Double?

  // Gradients of parameters and input.
  var recurrentGradientFromSameFrame = false
  var inputForgetPeepholeGradients = Cell.previous
  var outputPeepholeGradient = Cell.new
  var gradientFrames = Frames.all
  var overwritesInputGradient = false

  /// Whether a peephole's gradient is taken against the new cell rather than the previous one.
  @inline(__always) func peepholeGradientSeesNewCell(_ gate: Gate) -> Bool {
    gate == .output
      ? outputPeephole == .new && outputPeepholeGradient == .new
      : inputForgetPeepholeGradients == .new
  }
}
