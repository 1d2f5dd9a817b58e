extension MemoryLayer {
  /// The mistakes people make in a vFSMN memory; only those that change something here.
  public var faults: [Fault] {
    let filters = given.filter { $0.role == .weight }.map(\.name)
    return equationFaults + (lookAhead == nil ? [] : bidirectionalFaults)
      + CommonFaults.scale(parameters: filters, batchSize: 1, frameCount: frameCount)
      + CommonFaults.layout(
        output: ["memory"], sequences: [], batchSize: 1, frameCount: frameCount)
      + [
        CommonFaults.columnMajor(filters.map { "d" + $0 }),
        Fault(
          "gradients-clipped",
          "the filters' gradients are clipped at ±\(clip.parameter), which acts here",
          FaultRecipe(after: [.clip(filters.map { "d" + $0 }, clip.parameter)])),
      ]
  }

  private var equationFaults: [Fault] {
    let identity = FaultRecipe.memory { $0.identity = false }
    return Fault.bothWays(
      "identity-left-out", "the identity term is missing: the current frame has no weight one",
      identity)
      + [
        Fault(
          "identity-left-out-backward",
          "dhidden is without the identity term dmemory[r], the classic bug",
          identity.backwardOnly)
      ]
      + Fault.bothWays(
        "filter-off-by-one", "every filter row acts one frame too near",
        .memory { $0.nearer = 1 })
      + Fault.bothWays(
        "positions-ignored", "every row sees as far as the matrix reaches, across sentences",
        .memory {
          $0.ignoresPositionsBehind = true
          $0.ignoresPositionsAhead = true
        })
      + Fault.bothWays(
        "one-term-too-many", "each filter reaches one frame beyond the position",
        .memory { $0.extraTerms = 1 })
      + Fault.bothWays(
        "one-term-too-few", "each filter stops one frame early", .memory { $0.extraTerms = -1 })
      + [
        Fault(
          "backward-not-computed", "the backward pass computes nothing: all gradients are zero",
          FaultRecipe.memory { $0.skipsBackward = true }.backwardOnly)
      ]
  }

  private var bidirectionalFaults: [Fault] {
    Fault.bothWays(
      "directions-swapped", "look-back rows look ahead, and look-ahead rows back",
      .memory { $0.swapsDirections = true })
      + Fault.bothWays(
        "back-filter-starts-behind",
        "row 0 of the back filter weighs the previous frame, not the current one",
        .memory { $0.startsBehindCurrent = true })
      + Fault.bothWays(
        "history-crosses-sentences", "the look-back reaches into the sentence before",
        .memory { $0.ignoresPositionsBehind = true })
  }
}
