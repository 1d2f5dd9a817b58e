/// What an SRU run computes where programs are known to differ; the default is the oracle.
struct SRUVariant: Sendable, Hashable {
  enum Frames: Sendable, Hashable { case all, firstOnly, lastOnly }

  // Forward.
  var gate = Squash.sigmoid
  var cellOutput = Squash.identity
  var dropsHighway = false
  var swapsForget = false
  var swapsReset = false
  var cellClip: Double?

  // Backward.
  var carriesCellGradient = true
  var forgetGateOfSameFrame = false
  var gradientClip: Double?
  var gradientFrames = Frames.all
}
