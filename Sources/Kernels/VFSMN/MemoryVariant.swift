/// What a vFSMN memory run computes where programs are known to differ; the default is the oracle.
struct MemoryVariant: Sendable, Hashable {
  var forwardIdentity = true
  var backwardIdentity = true
  /// Added to the number of look-back terms of a row (rows outside count as zero).
  var extraTerms = 0
  var ignoresPositions = false
  /// Rows by which filter row and frame are out of step.
  var filterRowShift = 0
  var skipsBackward = false
}
