public import Arithmetic
import Tensors

/// An SRU, one step or a sequence, with compact or separate weights, as named tensors.
public struct SRULayer: Layer {
  /// The dimensions.
  public let shape: SRUShape
  /// One weight matrix or four.
  public let weightForm: SRUWeightForm
  /// Whether it is the step function, with the cell in and out, rather than a sequence.
  public let isStep: Bool
  /// Where faults of clipping clip.
  public var clip = ClipLevels()

  /// The names of the four weight matrices of the separate form, in block order.
  public static let separateWeightNames = ["W", "Wf", "Wr", "Wh"]

  /// A layer of given dimensions.
  ///
  /// - Parameters:
  ///   - shape: The dimensions; a step has one frame.
  ///   - weightForm: One weight matrix or four.
  ///   - isStep: A step rather than a sequence.
  /// - Throws: ``KernelError/dimension(name:found:expected:)`` for a step of several frames.
  public init(shape: SRUShape, weightForm: SRUWeightForm, isStep: Bool) throws(KernelError) {
    guard !isStep || shape.frameCount == 1 else {
      throw .dimension(name: "T", found: shape.frameCount, expected: "1 in a step")
    }
    self.shape = shape
    self.weightForm = weightForm
    self.isStep = isStep
  }

  /// `sru`.
  public var kernel: String { "sru" }
  /// The blocks' order is fixed.
  public var gateOrder: GateOrder? { nil }
  /// Step-by-step and advance.
  public var forms: [BackwardForm] { isStep ? [.advance] : BackwardForm.allCases }

  /// N, T, D, H.
  public var dimensions: [(letter: String, size: Int)] {
    var all = [("N", shape.batchSize)]
    if !isStep { all.append(("T", shape.frameCount)) }
    all += [("D", shape.inputSize), ("H", shape.cellSize)]
    return all.map { (letter: $0.0, size: $0.1) }
  }

  private func frames(_ name: String, _ role: TensorRole, _ columns: Int) -> TensorSpecification {
    .rows(
      name, role, frameCount: isStep ? nil : shape.frameCount, batchSize: shape.batchSize,
      columns: columns)
  }

  private func weights(_ prefix: String, _ role: TensorRole) -> [TensorSpecification] {
    let matrices =
      switch weightForm {
      case .compact:
        [TensorSpecification(prefix + "W", role, [shape.inputSize, shape.blockSize])]
      case .separate:
        Self.separateWeightNames.map {
          TensorSpecification(prefix + $0, role, [shape.inputSize, shape.cellSize])
        }
      }
    return matrices
      + ["bf", "br"].map { TensorSpecification(prefix + $0, role, [shape.cellSize]) }
  }

  /// Frames, state, weights and upstream gradients.
  public var given: [TensorSpecification] {
    var all = [frames("x", .input, shape.inputSize)]
    if isStep { all.append(frames("prev_c", .input, shape.cellSize)) }
    all += weights("", .weight)
    let upstream = isStep ? ["dnext_h", "dnext_c"] : ["dout"]
    return all + upstream.map { frames($0, .upstream, shape.cellSize) }
  }

  /// Internals forward, outputs, internals backward, gradients.
  public var results: [TensorSpecification] {
    let columns = shape.cellSize
    var all = ["ax", "f", "r", "ah", "c"].map { frames($0, .internal, columns) }
    all += (isStep ? ["next_h", "next_c"] : ["out"]).map { frames($0, .output, columns) }
    all += ["dhr", "dc", "dax", "daf", "dar", "dah"].map { frames($0, .internal, columns) }
    all.append(frames("dx", .gradient, shape.inputSize))
    if isStep { all.append(frames("dprev_c", .gradient, columns)) }
    return all + weights("d", .gradient)
  }

  /// The forward and backward equations.
  public var equations: [String] {
    [
      "ax = x·W   f = σ(x·Wf + bf)   r = σ(x·Wr + br)   ah = x·Wh",
      "c = f ⊙ c′ + (1-f) ⊙ ax   h = r ⊙ c + (1-r) ⊙ ah",
      "dc = dh ⊙ r + dc⁺ ⊙ f⁺   dax = dc ⊙ (1-f)   daf = dc ⊙ (c′-ax) ⊙ f(1-f)",
      "dar = dh ⊙ (c-ah) ⊙ r(1-r)   dah = dh ⊙ (1-r)",
      "dx = da·[W Wf Wr Wh]ᵀ   d[W Wf Wr Wh] = Σ xᵀ·da   dbf = Σ daf   dbr = Σ dar",
    ]
  }

  /// Runs the layer forward and backward, with a fault if one is given.
  public func evaluate<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, form: BackwardForm, fault: Fault?
  ) throws(KernelError) -> TensorTable<Scalar> {
    let edited = try prepared(given, for: fault)
    let recipe = fault?.recipe
    let run = SRURun<Scalar>(
      shape: shape, weightForm: weightForm, forward: recipe?.sru?.forward ?? SRUVariant(),
      backward: recipe?.sru?.backward ?? SRUVariant())
    try load(edited, into: run)
    run.forward()
    if recipe?.carriesFinalState == true {
      let last = shape.rowCount * shape.cellSize
      for index in 0..<shape.batchSize * shape.cellSize {
        run.cell.lane[index] = run.cell.lane[last + index]
      }
      run.forward()
    }
    run.backward(form)
    return finished(collect(run), given: edited, for: fault)
  }

  /// Recomputes ax, f, r, ah, c and out of every frame from a trace.
  ///
  /// The cell is the only state; from the outputs alone it is the forward pass itself.
  public func retrace<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, following trace: TensorTable<Scalar>
  ) throws(KernelError) -> TensorTable<Scalar> {
    var result = ResultTable<Scalar>(results)
    guard !isStep, trace["out"] != nil else { return result.ordered }
    let run = SRURun<Scalar>(shape: shape, weightForm: weightForm)
    try load(given, into: run)
    let blocks = ["ax", "f", "r", "ah"]
    guard let whole = try traced(blocks + ["c", "out"], in: trace) else {
      run.forward()
      result.add("out", run.output.elements)
      return result.ordered
    }
    let initial = shape.batchSize * shape.cellSize
    for (index, element) in (whole["c"] ?? []).enumerated() {
      run.cell.lane[initial + index] = element
    }
    for (block, name) in blocks.enumerated() {
      for (index, element) in (whole[name] ?? []).enumerated() {
        let (row, j) = index.quotientAndRemainder(dividingBy: shape.cellSize)
        run.blocks.lane[row * shape.blockSize + block * shape.cellSize + j] = element
      }
    }
    for quantity in run.retraced() { result.add(quantity.name, quantity.elements) }
    return result.ordered
  }

  private func load<Scalar: Arithmetic>(
    _ table: TensorTable<Scalar>, into run: SRURun<Scalar>
  ) throws(KernelError) {
    var weights: [Scalar] = []
    for specification in given {
      let elements = try table.tensor(specification).elements
      switch specification.name {
      case "x": run.input.load(elements)
      case "prev_c":
        for (index, element) in elements.enumerated() { run.cell.lane[index] = element }
      case "bf": run.forgetBias.load(elements)
      case "br": run.resetBias.load(elements)
      case "dnext_h", "dout": run.upstream.load(elements)
      case "dnext_c": run.upstreamCell.load(elements)
      default: weights += elements
      }
    }
    run.weights.load(weights)
  }

  private func collect<Scalar: Arithmetic>(_ run: SRURun<Scalar>) -> TensorTable<Scalar> {
    var table = ResultTable<Scalar>(results)
    for (index, name) in ["ax", "f", "r", "ah"].enumerated() {
      table.add(name, run.columns(ofBlock: index, in: run.blocks))
    }
    for (index, name) in ["dax", "daf", "dar", "dah"].enumerated() {
      table.add(name, run.columns(ofBlock: index, in: run.blockGradients))
    }
    let cells = Array(run.cell.elements.dropFirst(shape.batchSize * shape.cellSize))
    for name in ["c", "next_c"] { table.add(name, cells) }
    for name in ["out", "next_h"] { table.add(name, run.output.elements) }
    table.add("dhr", run.outputPathGradients.elements)
    table.add("dc", run.cellGradients.elements)
    table.add(sums: "dx", run.inputGradient)
    table.add(sums: "dprev_c", run.initialCellGradient)
    let weightTotals = Scalar.totals(of: run.weightGradient.elements)
    switch weightForm {
    case .compact: table.add("dW", weightTotals)
    case .separate:
      let count = shape.inputSize * shape.cellSize
      for (index, name) in Self.separateWeightNames.enumerated() {
        table.add("d" + name, Array(weightTotals[index * count..<(index + 1) * count]))
      }
    }
    table.add(sums: "dbf", run.forgetBiasGradient)
    table.add(sums: "dbr", run.resetBiasGradient)
    return table.ordered
  }
}

extension SRURun {
  /// One block's values [T·N, H] out of a store of blocks.
  func columns(ofBlock block: Int, in store: Store<Scalar>) -> [Scalar] {
    (0..<shape.rowCount).flatMap { row in
      (0..<shape.cellSize).map { j in
        store.lane[row * shape.blockSize + block * shape.cellSize + j]
      }
    }
  }
}
