/// What a vFSMN memory run computes where programs are known to differ; the default is the oracle.
struct MemoryVariant: Sendable, Hashable {
  var identity = true
  /// Added to the number of terms of a row (rows outside the matrix count as zero).
  var extraTerms = 0
  /// Rows see as far behind as the matrix reaches.
  var ignoresPositionsBehind = false
  /// Rows see as far ahead as the matrix reaches.
  var ignoresPositionsAhead = false
  /// Frames by which every look-back and look-ahead tap is too near.
  var nearer = 0
  /// Row 0 of the back filter weighs the previous frame rather than the current one.
  var startsBehindCurrent = false
  var swapsDirections = false
  var skipsBackward = false
}
