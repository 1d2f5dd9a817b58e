import Arithmetic
import Equations
import Golden
import KaldiIO
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

  private let inputs: TensorTable<Float>
  private let step: Layer
  private let sizes: [String: Int]

  init(_ golden: GoldenCase, slip: Slip? = nil) throws {
    self.golden = golden
    self.slip = slip
    inputs = try golden.inputs().map { Float($0) }
    sizes = Dictionary(
      uniqueKeysWithValues: try golden.layer().dimensions.map { ($0.letter, $0.size) })
    step = try Layer(
      golden.file, form: golden.form.name.replacing("sequence", with: "step"),
      sizes: golden.settings.sizes, order: golden.settings.order)
  }

  /// The dump's `propagate_buf` and `out`, time-major.
  func run() throws -> (buffer: Matrix<Double>, output: Matrix<Double>) {
    let (batch, blocks, cells) = (size("N"), size("B"), size("H"))
    let state = blocks * cells
    // The slip sits in the last frequency block, so that no block of its frame depends on it.
    let last = state - cells
    let padding = step.kernel == "tflstm" ? 1 : 0
    let names = shown
    var buffer = Matrix(
      rows: (size("T") + 2) * batch, columns: (blocks + 2 * padding) * names.count * cells,
      repeating: 0.0)
    var outputs: [Double] = []
    var hidden = inputs["h0"]?.elements ?? [Float](repeating: 0, count: batch * state)
    var cell = [Float](repeating: 0, count: batch * state)
    // As Kaldi has it: the given state before the first frame, in the column that is read.
    if let place = names.firstIndex(of: "h"), step.kernel != "sru" {
      for (index, value) in hidden.enumerated() {
        let (n, unit) = index.quotientAndRemainder(dividingBy: state)
        let (k, j) = unit.quotientAndRemainder(dividingBy: cells)
        buffer[n, ((k + padding) * names.count + place) * cells + j] = Double(value)
      }
    }
    for t in 0..<size("T") {
      var quantities = try frame(t, hidden, cell)
      let previous = cell
      addSlip(.forgetGate, t, columns: state, of: &quantities["f", default: []], at: last)
      if slip?.frame == t, slip?.quantity == .forgetGate {
        quantities["c"] = cellAnew(quantities, previous)
      }
      addSlip(.cell, t, columns: state, of: &quantities["c", default: []], at: last)
      if slip?.frame == t { computeOutputAnew(&quantities) }
      addSlip(.output, t, columns: state, of: &quantities["h", default: []], at: last)
      cell = quantities["c"] ?? []
      hidden = quantities["h"] ?? []
      outputs += hidden.map { Double($0) }
      for (place, name) in names.enumerated() {
        for (index, value) in (quantities[name] ?? []).enumerated() {
          let (n, unit) = index.quotientAndRemainder(dividingBy: state)
          let (k, j) = unit.quotientAndRemainder(dividingBy: cells)
          buffer[(t + 1) * batch + n, ((k + padding) * names.count + place) * cells + j] =
            Double(value)
        }
      }
    }
    return (buffer, Matrix(rows: size("T") * batch, columns: state, elements: outputs))
  }

  private func size(_ letter: String) -> Int { sizes[letter] ?? 1 }

  /// What stands in a frame of the buffer, in order.
  private var shown: [String] {
    guard step.kernel != "sru" else { return ["u.x", "f", "r", "u.h", "c", "c", "h"] }
    let isKaldi = step.kernel == "tflstm" && golden.name != "tflstm-ifog"
    let gates = isKaldi ? ["g", "i", "f", "o"] : golden.settings.order ?? []
    return gates + ["c", "n", "h"] + (step.kernel == "tflstm" ? ["h"] : [])
  }

  /// One frame from the states before it: each quantity, rows of N.
  private func frame(
    _ t: Int, _ hidden: [Float], _ cell: [Float]
  ) throws -> [String: [Float]] {
    var given = TensorTable<Float>()
    for specification in step.given {
      let count = specification.shape.reduce(1, *)
      let elements: [Float] =
        switch specification.name {
        case "x": Array((inputs["x"]?.elements ?? [])[t * count..<(t + 1) * count])
        case "prev_h": hidden
        case "prev_c": cell
        default: inputs[specification.name]?.elements ?? Array(repeating: 0, count: count)
        }
      given[specification.name] = Tensor(shape: specification.shape, elements: elements)
    }
    let results = try step.evaluate(given)
    var quantities = Dictionary(
      uniqueKeysWithValues: results.entries.map { ($0.name, $0.tensor.elements) })
    quantities["c"] = quantities["next_c"]
    quantities["h"] = quantities["next_h"]
    return quantities
  }

  /// Adds the slip to a quantity of a frame, rows of N.
  private func addSlip(
    _ quantity: Slip.Quantity, _ t: Int, columns: Int, of lane: inout [Float], at first: Int
  ) {
    guard let slip, slip.quantity == quantity, slip.frame == t else { return }
    lane[slip.stream * columns + first + slip.unit] += slip.error
  }

  /// The cell of an LSTM from its gates.
  private func cellAnew(_ quantities: [String: [Float]], _ previous: [Float]) -> [Float] {
    guard let f = quantities["f"], let i = quantities["i"], let g = quantities["g"] else {
      return []
    }
    return previous.indices.map { f[$0] * previous[$0] + i[$0] * g[$0] }
  }

  /// What follows from a cell that was altered.
  private func computeOutputAnew(_ quantities: inout [String: [Float]]) {
    guard let c = quantities["c"] else { return }
    if step.kernel == "sru" {
      guard let r = quantities["r"], let highway = quantities["u.h"] else { return }
      quantities["h"] = c.indices.map { r[$0] * c[$0] + (1 - r[$0]) * highway[$0] }
    } else {
      guard let o = quantities["o"] else { return }
      let squashed = c.map { $0.tanh() }
      quantities["n"] = squashed
      quantities["h"] = c.indices.map { o[$0] * squashed[$0] }
    }
  }
}
