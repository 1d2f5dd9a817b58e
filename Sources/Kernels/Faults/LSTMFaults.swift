extension LSTMLayer {
  /// The mistakes people make in an LSTM or TF-LSTM; only those that change something here.
  public var faults: [Fault] {
    orderFaults + weightFaults + squashFaults + (isTimeFrequency ? peepholeFaults : [])
      + (isStep ? [] : timeFaults) + (shape.blockCount > 1 ? blockFaults : []) + clipFaults
      + CommonFaults.scale(
        parameters: parameterNames, batchSize: shape.batchSize, frameCount: shape.frameCount)
      + CommonFaults.layout(
        output: isStep ? ["next_h"] : ["out"], sequences: ["out", "dx"],
        batchSize: shape.batchSize, frameCount: shape.frameCount)
      + [CommonFaults.columnMajor(["dWx", "dWh", "dWk"])]
  }

  private var parameterNames: [String] {
    given.filter { $0.role == .weight }.map(\.name)
  }

  /// Gate blocks taken in another order: of all tensors together, or of one.
  private var orderFaults: [Fault] {
    let tensors = ["Wx", "Wh"] + (isTimeFrequency ? ["Wk"] : []) + ["b"]
    return GateOrder.all.filter { $0 != order }.flatMap { other -> [Fault] in
      // Where the program looks for the gate that stands in each block.
      let source = order.gates.map { other.block(of: $0) }
      let back = other.gates.map { order.block(of: $0) }
      return [
        Fault(
          "gates-read-as-\(other.letters)",
          "the gate blocks of weights and bias stand in the order \(order.letters) but are read"
            + " as \(other.letters)",
          FaultRecipe(runOrder: other))
      ]
        + tensors.map { tensor in
          Fault(
            "gates-of-\(tensor)-read-as-\(other.letters)",
            "the gate blocks of \(tensor) stand in the order \(order.letters) but are read as"
              + " \(other.letters); the other tensors are read rightly",
            FaultRecipe(
              before: [.permuteBlocks([tensor], source: source)],
              after: [.permuteBlocks(["d" + tensor], source: back)]))
        }
    }
  }

  /// Weights and biases that enter the pre-activations wrongly.
  private var weightFaults: [Fault] {
    let forget = order.block(of: .forget)
    var faults = bothWays(
      "recurrent-blocks-transposed", "each H×H block of the recurrent weights Wh is transposed"
    ) { $0.transposesRecurrentBlocks = true }
    if isTimeFrequency {
      faults += bothWays(
        "block-weights-transposed", "each H×H block of the frequency weights Wk is transposed"
      ) { $0.transposesBlockWeights = true }
    }
    faults += [
      Fault(
        "bias-twice", "the bias is added twice in the pre-activation, and so differentiated",
        FaultRecipe(before: [.scale(["b"], 2)], after: [.scale(["db"], 2)])),
      Fault(
        "bias-twice-forward", "the bias is added twice in the forward pre-activation",
        FaultRecipe(before: [.scale(["b"], 2)])),
      Fault(
        "bias-left-out", "the bias is missing in the pre-activation, and its gradient is zero",
        FaultRecipe(before: [.scale(["b"], 0)], after: [.scale(["db"], 0)])),
      Fault(
        "bias-left-out-forward", "the bias is missing in the forward pre-activation",
        FaultRecipe(before: [.scale(["b"], 0)])),
      Fault(
        "forget-bias-plus-one", "1 is added to the forget gate's bias",
        FaultRecipe(before: [.addToBlock("b", block: forget, 1)])),
    ]
    return faults
  }

  /// Squashing functions confused or left out.
  private var squashFaults: [Fault] {
    bothWays("hard-sigmoid", "the gates i, f, o use clip(0.2·a + 0.5, 0, 1) for the sigmoid") {
      $0.gate = .hardSigmoid
    }
      + bothWays("sigmoid-for-tanh", "the candidate g goes through the sigmoid, not tanh") {
        $0.candidate = .sigmoid
      }
      + bothWays("tanh-for-sigmoid", "the gates i, f, o go through tanh, not the sigmoid") {
        $0.gate = .tanh
      }
      + bothWays("output-tanh-left-out", "h = o ⊙ c: tanh on the cell is missing") {
        $0.cellOutput = .identity
      }
  }

  private var peepholeFaults: [Fault] {
    let gates: [(gate: Gate, word: String, letter: String)] = [
      (.input, "input", "i"), (.forget, "forget", "f"), (.output, "output", "o"),
    ]
    var faults = gates.flatMap { gate, word, letter in
      bothWays(
        "peephole-\(word)-left-out",
        "the pre-activation a_\(letter) is without its peephole p\(letter)"
      ) { $0.omittedPeephole = gate }
    }
    faults += gates.map { gate, word, letter in
      Fault(
        "peephole-\(word)-path-left-out",
        "dc is without the peephole's path p\(letter) ⊙ da_\(letter)",
        FaultRecipe.lstm { $0.omittedPeepholeGradientPath = gate }.backwardOnly)
    }
    faults += bothWays("peephole-output-on-old-cell", "o sees the previous cell, not the new one") {
      $0.outputPeephole = .previous
    }
    faults += [
      Fault(
        "peephole-inputs-on-new-cell",
        "i and f see the new cell (made without peepholes), not the previous one",
        FaultRecipe.lstm { $0.inputForgetPeepholes = .new }.forwardOnly),
      Fault(
        "peepholes-after-sigmoid", "the peephole terms are added after the sigmoid, not before",
        FaultRecipe.lstm { $0.peepholesAfterSquash = true }.forwardOnly),
      Fault(
        "peephole-gradients-on-new-cell", "dpi and dpf are taken against the new cell",
        FaultRecipe.lstm { $0.inputForgetPeepholeGradients = .new }.backwardOnly),
      Fault(
        "peephole-gradient-on-old-cell", "dpo is taken against the previous cell",
        FaultRecipe.lstm { $0.outputPeepholeGradient = .previous }.backwardOnly),
    ]
    return faults
  }

  private var timeFaults: [Fault] {
    var faults = [
      Fault(
        "initial-state-ignored", "h0 is not used: the first frame starts from zero",
        FaultRecipe(before: [.scale(["h0"], 0)], after: [.scale(["dh0"], 0)])),
      Fault(
        "final-state-carried", "the final h and c of a first run are the initial ones of this",
        FaultRecipe(carriesFinalState: true)),
    ]
    guard shape.frameCount > 1 else { return faults }
    let sequences = ["x", "dout"]
    let results = given.isEmpty ? [] : results.filter(\.isSequence).map(\.name)
    faults += [
      Fault(
        "sequence-reversed", "frames run from the last to the first",
        FaultRecipe(before: [.reverseRows(sequences)], after: [.reverseRows(results)])),
      Fault(
        "input-one-frame-late", "frame t sees the input of frame t-1 (zeros in frame 0)",
        FaultRecipe(before: [.delayFrames(["x"])])),
      backward("weight-gradient-from-current-state", "dWh is taken from h_t, not from h_{t-1}") {
        $0.recurrentGradientFromSameFrame = true
      },
      backward("last-frame-gradient-only", "the parameters' gradients are those of frame T-1") {
        $0.gradientFrames = .lastOnly
      },
      backward(
        "gradient-overwritten",
        "the parameters' gradients are overwritten frame by frame (= for +=): frame 0 remains"
      ) { $0.gradientFrames = .firstOnly },
      backward("recurrent-gradient-left-out", "dh is without the next frame's da·Whᵀ") {
        $0.carriesHiddenGradient = false
      },
      backward("cell-gradient-left-out", "dc is without the next frame's part dc⁺ ⊙ f⁺") {
        $0.carriesCellGradient = false
      },
      backward("gradient-with-current-forget", "dc takes dc_{t+1} ⊙ f_t, not dc_{t+1} ⊙ f_{t+1}") {
        $0.forgetGateOfSameFrame = true
      },
    ]
    return faults
  }

  private var blockFaults: [Fault] {
    var faults = bothWays(
      "blocks-reversed", "the frequency blocks run from the top down: p_k = h_{k+1}"
    ) { $0.reversesBlocks = true }
    // The right backward pass over zeros gives zeros, so there is no forward-only form of this.
    faults.append(
      Fault(
        "last-block-dropped", "the highest frequency block is not computed",
        FaultRecipe.lstm { $0.dropsLastBlock = true }))
    faults += bothWays(
      "block-weights-from-previous-time",
      "Wk is fed by the block below of the frame before, not of the same frame"
    ) { $0.blockInput = .previousFrame }
    faults.append(
      backward("block-gradient-left-out", "dh is without the path da_{k+1}·Wkᵀ of the next block") {
        $0.carriesBlockGradient = false
      })
    if shape.stride < shape.filterWidth {
      faults.append(
        backward("overlap-overwritten", "dx of overlapping blocks is overwritten, not added") {
          $0.overwritesInputGradient = true
        })
    }
    if shape.stride != shape.filterWidth {
      faults.append(
        Fault(
          "stride-and-width-swapped",
          "blocks start every F inputs rather than every S (inputs beyond the frame are zero)",
          FaultRecipe.lstm { $0.stridesByWidth = true }))
    }
    return faults
  }

  /// Clips at half of what the case reaches, so that they act.
  private var clipFaults: [Fault] {
    bothWays("cell-clipped", "the cell is clipped at ±\(clip.cell), which acts here") {
      $0.cellClip = clip.cell
    }.suffix(1)
      + [
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
    _ name: String, _ explanation: String, _ change: (inout LSTMVariant) -> Void
  ) -> [Fault] {
    Fault.bothWays(name, explanation, .lstm(change))
  }

  private func backward(
    _ name: String, _ explanation: String, _ change: (inout LSTMVariant) -> Void
  ) -> Fault {
    Fault(name, explanation, FaultRecipe.lstm(change).backwardOnly)
  }
}
