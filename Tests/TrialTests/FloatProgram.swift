import Arithmetic
import Golden
import KaldiIO
import Kernels
import Tensors

/// A program that runs a layer in binary32 frame by frame, as one would write it, and dumps what it
/// computed.
struct FloatProgram {
  /// A number of the dump that the program gets wrong, and computes on with.
  struct Slip: Sendable {
    enum Quantity: Sendable { case cell, forgetGate, output }

    var quantity = Quantity.cell
    var frame: Int
    var stream: Int
    var unit: Int
    var error: Float = 1e-3
  }

  /// The case that it runs.
  let golden: GoldenCase
  /// What it does wrong.
  var slip: Slip?

  private var inputs: [String: [Float]] = [:]
  private let sizes: [String: Int]

  init(_ golden: GoldenCase, slip: Slip? = nil) throws {
    self.golden = golden
    self.slip = slip
    for entry in try golden.inputs().entries {
      inputs[entry.name] = entry.tensor.elements.map { Float($0) }
    }
    sizes = Dictionary(
      uniqueKeysWithValues: try golden.layer().dimensions.map { ($0.letter, $0.size) })
  }

  /// The dump's `propagate_buf` and `out`, time-major.
  func run() throws -> (buffer: Matrix<Double>, output: Matrix<Double>) {
    try golden.layer().kernel == "sru" ? runSRU() : runLSTM()
  }

  private func size(_ letter: String) -> Int { sizes[letter] ?? 1 }

  /// Adds the slip to a quantity of a frame, rows of N.
  private func addSlip(
    _ quantity: Slip.Quantity, _ t: Int, columns: Int, of lane: inout [Float], at first: Int = 0
  ) {
    guard let slip, slip.quantity == quantity, slip.frame == t else { return }
    lane[slip.stream * columns + first + slip.unit] += slip.error
  }

  // MARK: (TF-)LSTM

  private func runLSTM() throws -> (buffer: Matrix<Double>, output: Matrix<Double>) {
    let isTimeFrequency = try golden.layer().kernel == "tflstm"
    let shape = try LSTMShape(
      batchSize: size("N"), frameCount: 1, inputSize: size("D"), cellSize: size("H"),
      filterWidth: isTimeFrequency ? size("F") : nil, stride: isTimeFrequency ? size("S") : 1)
    let order = golden.settings.order ?? .inputForgetOutputCandidate
    let shown =
      golden.name.hasPrefix("tflstm") && golden.name != "tflstm-ifog"
      ? GateOrder.candidateInputForgetOutput : order
    let run = LSTMRun<Float>(shape: shape, order: order, timeFrequency: isTimeFrequency)
    run.inputWeights.load(inputs["Wx"] ?? [])
    run.recurrentWeights.load(inputs["Wh"] ?? [])
    run.blockWeights?.load(inputs["Wk"] ?? [])
    run.bias.load(inputs["b"] ?? [])
    run.peepholes?.load((inputs["pi"] ?? []) + (inputs["pf"] ?? []) + (inputs["po"] ?? []))
    let (batch, blocks, cells) = (shape.batchSize, shape.blockCount, shape.cellSize)
    let count = batch * shape.stateSize
    var hidden = inputs["h0"] ?? []
    var cell = [Float](repeating: 0, count: count)
    let columns = isTimeFrequency ? 8 : 7
    let padding = isTimeFrequency ? 1 : 0
    var buffer = Matrix(
      rows: (size("T") + 2) * batch, columns: (blocks + 2 * padding) * columns * cells,
      repeating: 0.0)
    var outputs: [Double] = []
    for t in 0..<size("T") {
      let frame = batch * shape.inputSize
      run.input.load(Array((inputs["x"] ?? [])[t * frame..<(t + 1) * frame]))
      run.hidden.load(hidden + hidden)
      run.cell.load(cell + cell)
      run.forward()
      var gates = run.gates.elements
      let previous = cell
      hidden = Array(run.hidden.elements.dropFirst(count))
      cell = Array(run.cell.elements.dropFirst(count))
      var squashed = run.squashedCell.elements
      // The slip sits in the last frequency block, so that no block of its frame depends on it.
      let last = shape.stateSize - cells
      addSlip(
        .forgetGate, t, columns: 4 * shape.stateSize, of: &gates,
        at: 4 * last + order.block(of: .forget) * cells)
      for index in 0..<count where slip?.frame == t && slip?.quantity == .forgetGate {
        let (block, j) = index.quotientAndRemainder(dividingBy: cells)
        func gate(_ gate: Gate) -> Float {
          gates[block * 4 * cells + order.block(of: gate) * cells + j]
        }
        cell[index] = gate(.forget) * previous[index] + gate(.input) * gate(.candidate)
      }
      addSlip(.cell, t, columns: shape.stateSize, of: &cell, at: last)
      if slip?.frame == t {
        for index in 0..<count {
          let (block, j) = index.quotientAndRemainder(dividingBy: cells)
          squashed[index] = cell[index].tanh()
          hidden[index] =
            gates[block * 4 * cells + order.block(of: .output) * cells + j] * squashed[index]
        }
      }
      addSlip(.output, t, columns: shape.stateSize, of: &hidden, at: last)
      outputs += hidden.map { Double($0) }
      for n in 0..<batch {
        for k in 0..<blocks {
          for j in 0..<cells {
            let state = (n * blocks + k) * cells + j
            var quantities = shown.gates.map {
              gates[(n * blocks + k) * 4 * cells + order.block(of: $0) * cells + j]
            }
            quantities += [cell[state], squashed[state], hidden[state]]
            if isTimeFrequency { quantities.append(hidden[state]) }
            for (place, quantity) in quantities.enumerated() {
              buffer[(t + 1) * batch + n, ((k + padding) * columns + place) * cells + j] =
                Double(quantity)
            }
          }
        }
      }
    }
    return (
      buffer, Matrix(rows: size("T") * batch, columns: shape.stateSize, elements: outputs)
    )
  }

  // MARK: SRU

  private func runSRU() throws -> (buffer: Matrix<Double>, output: Matrix<Double>) {
    let isSeparate = inputs["Wf"] != nil
    let shape = try SRUShape(
      batchSize: size("N"), frameCount: 1, inputSize: size("D"), cellSize: size("H"))
    let run = SRURun<Float>(shape: shape, weightForm: isSeparate ? .separate : .compact)
    run.weights.load(
      isSeparate ? ["W", "Wf", "Wr", "Wh"].flatMap { inputs[$0] ?? [] } : inputs["W"] ?? [])
    run.forgetBias.load(inputs["bf"] ?? [])
    run.resetBias.load(inputs["br"] ?? [])
    let (batch, cells) = (shape.batchSize, shape.cellSize)
    var cell = [Float](repeating: 0, count: batch * cells)
    var buffer = Matrix(rows: (size("T") + 2) * batch, columns: 7 * cells, repeating: 0.0)
    var outputs: [Double] = []
    for t in 0..<size("T") {
      let frame = batch * shape.inputSize
      run.input.load(Array((inputs["x"] ?? [])[t * frame..<(t + 1) * frame]))
      run.cell.load(cell + cell)
      run.forward()
      cell = Array(run.cell.elements.dropFirst(batch * cells))
      var output = run.output.elements
      let blocks = run.blocks.elements
      addSlip(.cell, t, columns: cells, of: &cell)
      if slip?.frame == t {
        for index in 0..<batch * cells {
          let (n, j) = index.quotientAndRemainder(dividingBy: cells)
          let r = blocks[n * 4 * cells + 2 * cells + j]
          output[index] = r * cell[index] + (1 - r) * blocks[n * 4 * cells + 3 * cells + j]
        }
      }
      addSlip(.output, t, columns: cells, of: &output)
      outputs += output.map { Double($0) }
      for n in 0..<batch {
        for j in 0..<cells {
          let c = cell[n * cells + j]
          let quantities =
            (0..<4).map { blocks[n * 4 * cells + $0 * cells + j] } + [c, c, output[n * cells + j]]
          for (place, quantity) in quantities.enumerated() {
            buffer[(t + 1) * batch + n, place * cells + j] = Double(quantity)
          }
        }
      }
    }
    return (buffer, Matrix(rows: size("T") * batch, columns: cells, elements: outputs))
  }
}
