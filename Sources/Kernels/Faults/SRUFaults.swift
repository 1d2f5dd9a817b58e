extension SRULayer {
  /// The mistakes people make in an SRU; only those that change something here.
  public var faults: [Fault] {
    orderFaults + biasFaults + equationFaults + (isStep ? [] : timeFaults) + clipFaults
      + CommonFaults.scale(
        parameters: parameterNames, batchSize: shape.batchSize, frameCount: shape.frameCount)
      + CommonFaults.layout(
        output: isStep ? ["next_h"] : ["out"], sequences: ["out", "dx"],
        batchSize: shape.batchSize, frameCount: shape.frameCount)
      + [CommonFaults.columnMajor(["dW", "dWf", "dWr", "dWh"])]
  }

  private var parameterNames: [String] {
    given.filter { $0.role == .weight }.map(\.name)
  }

  /// The four column blocks of the compact W taken in another order.
  private var orderFaults: [Fault] {
    guard weightForm == .compact else { return [] }
    let letters = Array("xfrh")
    return GateOrder.all.compactMap { order -> Fault? in
      // The 24 arrangements of four things, spelled with the SRU's letters.
      let places = order.gates.map { GateOrder.inputForgetOutputCandidate.block(of: $0) }
      guard places != [0, 1, 2, 3] else { return nil }
      let name = String(places.map { letters[$0] })
      let source = (0..<4).map { block in places.firstIndex(of: block) ?? block }
      return Fault(
        "blocks-read-as-\(name)",
        "the blocks of W stand in the order xfrh but are read as \(name)",
        FaultRecipe(
          before: [.permuteBlocks(["W"], source: source)],
          after: [.permuteBlocks(["dW"], source: places)]))
    }
  }

  private var biasFaults: [Fault] {
    let biases = ["bf", "br"]
    let gradients = ["dbf", "dbr"]
    return [
      Fault(
        "bias-twice", "the biases are added twice, and so differentiated",
        FaultRecipe(before: [.scale(biases, 2)], after: [.scale(gradients, 2)])),
      Fault(
        "bias-twice-forward", "the biases are added twice in the forward pass",
        FaultRecipe(before: [.scale(biases, 2)])),
      Fault(
        "bias-left-out", "the biases are missing, and their gradients are zero",
        FaultRecipe(before: [.scale(biases, 0)], after: [.scale(gradients, 0)])),
      Fault(
        "bias-left-out-forward", "the biases are missing in the forward pass",
        FaultRecipe(before: [.scale(biases, 0)])),
      Fault(
        "forget-bias-plus-one", "1 is added to the forget gate's bias bf",
        FaultRecipe(before: [.addToAll("bf", 1)])),
      Fault(
        "biases-swapped", "bf and br are exchanged, and their gradients too",
        FaultRecipe(before: [.exchange("bf", "br")], after: [.exchange("dbf", "dbr")])),
    ]
  }

  private var equationFaults: [Fault] {
    bothWays("hard-sigmoid", "the gates f, r use clip(0.2·a + 0.5, 0, 1) for the sigmoid") {
      $0.gate = .hardSigmoid
    }
      + bothWays("tanh-for-sigmoid", "the gates f, r go through tanh, not the sigmoid") {
        $0.gate = .tanh
      }
      + bothWays("cell-tanh", "h = r ⊙ tanh(c) + (1-r) ⊙ ah: the SRU here has no tanh on the cell")
    {
      $0.cellOutput = .tanh
    }
      + bothWays("highway-left-out", "h = r ⊙ c: the highway term (1-r) ⊙ ah is missing") {
        $0.dropsHighway = true
      }
      + bothWays("forget-complement-swapped", "c = (1-f) ⊙ c′ + f ⊙ ax: f stands for 1-f") {
        $0.swapsForget = true
      }
      + bothWays("reset-complement-swapped", "h = (1-r) ⊙ c + r ⊙ ah: r stands for 1-r") {
        $0.swapsReset = true
      }
  }

  private var timeFaults: [Fault] {
    var faults = [
      Fault(
        "final-state-carried", "the final c of a first run is the initial one of this",
        FaultRecipe(carriesFinalState: true))
    ]
    guard shape.frameCount > 1 else { return faults }
    let results = results.filter(\.isSequence).map(\.name)
    faults += [
      Fault(
        "sequence-reversed", "frames run from the last to the first",
        FaultRecipe(before: [.reverseRows(["x", "dout"])], after: [.reverseRows(results)])),
      Fault(
        "input-one-frame-late", "frame t sees the input of frame t-1 (zeros in frame 0)",
        FaultRecipe(before: [.delayFrames(["x"])])),
      backward("last-frame-gradient-only", "the parameters' gradients are those of frame T-1") {
        $0.gradientFrames = .lastOnly
      },
      backward(
        "gradient-overwritten",
        "the parameters' gradients are overwritten frame by frame (= for +=): frame 0 remains"
      ) { $0.gradientFrames = .firstOnly },
      backward("cell-gradient-left-out", "dc is without the next frame's part dc⁺ ⊙ f⁺") {
        $0.carriesCellGradient = false
      },
      backward("gradient-with-current-forget", "dc takes dc_{t+1} ⊙ f_t, not dc_{t+1} ⊙ f_{t+1}") {
        $0.forgetGateOfSameFrame = true
      },
    ]
    return faults
  }

  /// Clips at half of what the case reaches, so that they act.
  private var clipFaults: [Fault] {
    [
      Fault(
        "cell-clipped-forward", "the cell is clipped at ±\(clip.cell), which acts here",
        FaultRecipe.sru { $0.cellClip = clip.cell }.forwardOnly),
      backward(
        "gate-gradients-clipped",
        "the derivatives da are clipped at ±\(clip.gradient), which acts here"
      ) { $0.gradientClip = clip.gradient },
      Fault(
        "gradients-clipped",
        "the parameters' gradients are clipped at ±\(clip.parameter), which acts here",
        FaultRecipe(after: [.clip(parameterNames.map { "d" + $0 }, clip.parameter)])),
    ]
  }

  private func bothWays(
    _ name: String, _ explanation: String, _ change: (inout SRUVariant) -> Void
  ) -> [Fault] {
    Fault.bothWays(name, explanation, .sru(change))
  }

  private func backward(
    _ name: String, _ explanation: String, _ change: (inout SRUVariant) -> Void
  ) -> Fault {
    Fault(name, explanation, FaultRecipe.sru(change).backwardOnly)
  }
}
