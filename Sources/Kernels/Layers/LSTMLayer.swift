public import Arithmetic
import Tensors

/// An LSTM or TF-LSTM, one step or a sequence, as named tensors.
public struct LSTMLayer: Layer {
  /// The dimensions.
  public let shape: LSTMShape
  /// The storage order of the gate blocks.
  public let order: GateOrder
  /// Whether it has frequency blocks and peepholes.
  public let isTimeFrequency: Bool
  /// Whether it is the step function, with states in and out, rather than a sequence.
  public let isStep: Bool
  /// Where faults of clipping clip.
  public var clip = ClipLevels()

  /// A layer of given dimensions.
  ///
  /// - Parameters:
  ///   - shape: The dimensions; a step has one frame.
  ///   - order: The storage order of the gate blocks.
  ///   - isTimeFrequency: TF-LSTM rather than LSTM.
  ///   - isStep: A step rather than a sequence.
  /// - Throws: ``KernelError/dimension(name:found:expected:)`` for a step of several frames.
  public init(
    shape: LSTMShape, order: GateOrder, isTimeFrequency: Bool, isStep: Bool
  ) throws(KernelError) {
    guard !isStep || shape.frameCount == 1 else {
      throw .dimension(name: "T", found: shape.frameCount, expected: "1 in a step")
    }
    self.shape = shape
    self.order = order
    self.isTimeFrequency = isTimeFrequency
    self.isStep = isStep
  }

  /// `lstm` or `tflstm`.
  public var kernel: String { isTimeFrequency ? "tflstm" : "lstm" }
  /// The blocks' order.
  public var gateOrder: GateOrder? { order }
  /// Step-by-step and advance.
  public var forms: [BackwardForm] { isStep ? [.advance] : BackwardForm.allCases }

  /// N, T, D, H and for the TF-LSTM F, S, B.
  public var dimensions: [(letter: String, size: Int)] {
    var all = [("N", shape.batchSize)]
    if !isStep { all.append(("T", shape.frameCount)) }
    all += [("D", shape.inputSize), ("H", shape.cellSize)]
    if isTimeFrequency {
      all += [("F", shape.filterWidth), ("S", shape.stride), ("B", shape.blockCount)]
    }
    return all.map { (letter: $0.0, size: $0.1) }
  }

  private var states: [Int] { [shape.batchSize, shape.stateSize] }

  private func frames(_ name: String, _ role: TensorRole, _ columns: Int) -> TensorSpecification {
    .rows(
      name, role, frameCount: isStep ? nil : shape.frameCount, batchSize: shape.batchSize,
      columns: columns)
  }

  private func weights(_ prefix: String, _ role: TensorRole) -> [TensorSpecification] {
    let width = shape.gateSize
    let size = shape.cellSize
    var all = [
      TensorSpecification(prefix + "Wx", role, [shape.filterWidth, width]),
      TensorSpecification(prefix + "Wh", role, [size, width]),
    ]
    if isTimeFrequency { all.append(TensorSpecification(prefix + "Wk", role, [size, width])) }
    all.append(TensorSpecification(prefix + "b", role, [width]))
    if isTimeFrequency {
      all += ["pi", "pf", "po"].map { TensorSpecification(prefix + $0, role, [size]) }
    }
    return all
  }

  /// Frames, states, weights and upstream gradients.
  public var given: [TensorSpecification] {
    var all = [frames("x", .input, shape.inputSize)]
    let initial = isStep ? ["prev_h", "prev_c"] : ["h0"]
    all += initial.map { TensorSpecification($0, .input, states) }
    all += weights("", .weight)
    let upstream = isStep ? ["dnext_h", "dnext_c"] : ["dout"]
    all += upstream.map { frames($0, .upstream, shape.stateSize) }
    return all
  }

  /// Internals forward, outputs, internals backward, gradients.
  public var results: [TensorSpecification] {
    let columns = shape.stateSize
    var all = ["i", "f", "g", "c", "o", "n"].map { frames($0, .internal, columns) }
    all += (isStep ? ["next_h", "next_c"] : ["out"]).map { frames($0, .output, columns) }
    all += ["dh", "da_o", "dn", "dc", "da_i", "da_f", "da_g"].map {
      frames($0, .internal, columns)
    }
    all.append(frames("dx", .gradient, shape.inputSize))
    let initial = isStep ? ["dprev_h", "dprev_c"] : ["dh0"]
    all += initial.map { TensorSpecification($0, .gradient, states) }
    return all + weights("d", .gradient)
  }

  /// The forward and backward equations.
  public var equations: [String] {
    let below = isTimeFrequency ? " + h_{k-1}·Wk" : ""
    let peepholes = isTimeFrequency ? (" + pi ⊙ c′", " + pf ⊙ c′", " + po ⊙ c") : ("", "", "")
    let carried =
      isTimeFrequency ? " + po ⊙ da_o + pi ⊙ da_i⁺ + pf ⊙ da_f⁺" : ""
    return [
      "a = x\(isTimeFrequency ? "_k" : "")·Wx + h′·Wh\(below) + b",
      "i = σ(a_i\(peepholes.0))   f = σ(a_f\(peepholes.1))   g = tanh(a_g)",
      "c = f ⊙ c′ + i ⊙ g   o = σ(a_o\(peepholes.2))   h = o ⊙ tanh(c)",
      "dh = dout + da⁺·Whᵀ\(isTimeFrequency ? " + da_{k+1}·Wkᵀ" : "")",
      "da_o = dh ⊙ tanh(c) ⊙ o(1-o)   dc = dh ⊙ o ⊙ (1-tanh²c) + dc⁺ ⊙ f⁺\(carried)",
      "da_i = dc ⊙ g ⊙ i(1-i)   da_f = dc ⊙ c′ ⊙ f(1-f)   da_g = dc ⊙ i ⊙ (1-g²)",
      "dx\(isTimeFrequency ? "_k +=" : " =") da·Wxᵀ   dWx = Σ x\(isTimeFrequency ? "_k" : "")ᵀ·da"
        + "   dWh = Σ h′ᵀ·da   db = Σ da",
    ]
      + (isTimeFrequency
        ? ["dWk = Σ h_{k-1}ᵀ·da   dpi = Σ da_i ⊙ c′   dpf = Σ da_f ⊙ c′   dpo = Σ da_o ⊙ c"] : [])
  }

  /// Runs the layer forward and backward, with a fault if one is given.
  public func evaluate<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, form: BackwardForm, fault: Fault?
  ) throws(KernelError) -> TensorTable<Scalar> {
    let edited = try prepared(given, for: fault)
    let recipe = fault?.recipe
    let runOrder = recipe?.runOrder ?? order
    let run = LSTMRun<Scalar>(
      shape: shape, order: runOrder, timeFrequency: isTimeFrequency,
      forward: recipe?.lstm?.forward ?? LSTMVariant(),
      backward: recipe?.lstm?.backward ?? LSTMVariant())
    try load(edited, into: run)
    run.forward()
    if recipe?.carriesFinalState == true {
      run.carryFinalState()
      run.forward()
    }
    run.backward(form)
    return finished(collect(run), given: edited, for: fault)
  }

  /// Recomputes the gates, c, n and out of every frame from a trace, or out from its outputs.
  public func retrace<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, following trace: TensorTable<Scalar>
  ) throws(KernelError) -> TensorTable<Scalar> {
    var result = ResultTable<Scalar>(results)
    guard !isStep, let outputs = try traced(["out"], in: trace)?["out"] else {
      return result.ordered
    }
    let run = LSTMRun<Scalar>(shape: shape, order: order, timeFrequency: isTimeFrequency)
    try load(given, into: run)
    run.load(outputs, behindFirstFrameOf: run.hidden)
    guard let whole = try traced(Gate.allCases.map(\.rawValue) + ["c", "n"], in: trace) else {
      result.add("out", run.retracedOutputs())
      return result.ordered
    }
    run.load(whole["c"] ?? [], behindFirstFrameOf: run.cell)
    run.squashedCell.load(whole["n"] ?? [])
    for gate in Gate.allCases {
      run.load(whole[gate.rawValue] ?? [], intoColumnsOf: gate)
    }
    for quantity in run.retraced() { result.add(quantity.name, quantity.elements) }
    return result.ordered
  }

  private func load<Scalar: Arithmetic>(
    _ table: TensorTable<Scalar>, into run: LSTMRun<Scalar>
  ) throws(KernelError) {
    var peepholes: [Scalar] = []
    for specification in given {
      let elements = try table.tensor(specification).elements
      switch specification.name {
      case "x": run.input.load(elements)
      case "prev_h", "h0": run.load(elements, intoFirstFrameOf: run.hidden)
      case "prev_c": run.load(elements, intoFirstFrameOf: run.cell)
      case "Wx": run.inputWeights.load(elements)
      case "Wh": run.recurrentWeights.load(elements)
      case "Wk": run.blockWeights?.load(elements)
      case "b": run.bias.load(elements)
      case "dnext_h", "dout": run.upstream.load(elements)
      case "dnext_c": run.upstreamCell.load(elements)
      default: peepholes += elements
      }
    }
    run.peepholes?.load(peepholes)
  }

  private func collect<Scalar: Arithmetic>(_ run: LSTMRun<Scalar>) -> TensorTable<Scalar> {
    var table = ResultTable<Scalar>(results)
    let initial = shape.batchSize * shape.stateSize
    // A block goes by the gate that stands there by right, whatever the run took it for.
    for (block, gate) in order.gates.enumerated() {
      let taken = run.order.gates[block]
      table.add(gate.rawValue, run.columns(of: taken, in: run.gates))
      table.add("da_" + gate.rawValue, run.columns(of: taken, in: run.gateGradients))
    }
    table.add("c", Array(run.cell.elements.dropFirst(initial)))
    table.add("n", run.squashedCell.elements)
    let hidden = Array(run.hidden.elements.dropFirst(initial))
    for name in ["out", "next_h"] { table.add(name, hidden) }
    table.add("next_c", Array(run.cell.elements.dropFirst(initial)))
    table.add("dh", run.hiddenGradients.elements)
    table.add("dn", run.squashedCellGradients.elements)
    table.add("dc", run.cellGradients.elements)
    table.add(sums: "dx", run.inputGradient)
    for name in ["dh0", "dprev_h"] { table.add(sums: name, run.initialHiddenGradient) }
    table.add(sums: "dprev_c", run.initialCellGradient)
    table.add(sums: "dWx", run.inputWeightGradient)
    table.add(sums: "dWh", run.recurrentWeightGradient)
    if let blockWeights = run.blockWeightGradient { table.add(sums: "dWk", blockWeights) }
    table.add(sums: "db", run.biasGradient)
    if let peepholes = run.peepholeGradients {
      let totals = Scalar.totals(of: peepholes.elements)
      for (index, name) in ["dpi", "dpf", "dpo"].enumerated() {
        table.add(name, Array(totals[index * shape.cellSize..<(index + 1) * shape.cellSize]))
      }
    }
    return table.ordered
  }
}

extension LSTMRun {
  /// Loads an initial state.
  func load(_ elements: [Scalar], intoFirstFrameOf store: Store<Scalar>) {
    for (index, element) in elements.enumerated() { store.lane[index] = element }
  }

  /// Loads the states of all frames after the initial one.
  func load(_ elements: [Scalar], behindFirstFrameOf store: Store<Scalar>) {
    let initial = shape.batchSize * shape.stateSize
    for (index, element) in elements.enumerated() { store.lane[initial + index] = element }
  }

  /// Loads one gate's values [T·N, B·H].
  func load(_ elements: [Scalar], intoColumnsOf gate: Gate) {
    for (index, element) in elements.enumerated() {
      let (block, j) = index.quotientAndRemainder(dividingBy: shape.cellSize)
      gates.lane[block * shape.gateSize + column(gate) + j] = element
    }
  }

  /// Makes the final states the initial ones.
  func carryFinalState() {
    let count = shape.batchSize * shape.stateSize
    let last = shape.rowCount * shape.stateSize
    for index in 0..<count {
      hidden.lane[index] = hidden.lane[last + index]
      cell.lane[index] = cell.lane[last + index]
    }
  }

  /// One gate's values [T·N, B·H] out of a store of gate blocks.
  func columns(of gate: Gate, in store: Store<Scalar>) -> [Scalar] {
    var result: [Scalar] = []
    result.reserveCapacity(shape.rowCount * shape.stateSize)
    for block in 0..<shape.rowCount * shape.blockCount {
      let first = block * shape.gateSize + column(gate)
      for j in 0..<shape.cellSize { result.append(store.lane[first + j]) }
    }
    return result
  }
}
