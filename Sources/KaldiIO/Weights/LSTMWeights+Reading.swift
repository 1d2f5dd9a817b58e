import Tensors

/// Named tensors, of which some are the weights of an LSTM in a layout that their names tell.
struct WeightTable {
  private let source: String
  private let tensors: [(name: String, matrix: Matrix<Double>)]
  private var taken: Set<String> = []

  /// A table of what a source holds.
  init(_ tensors: [(name: String, matrix: Matrix<Double>)], source: String) {
    self.source = source
    self.tensors = tensors
  }

  /// What no weight was made of.
  var leftOver: [String] { tensors.map(\.name).filter { !taken.contains($0) } }

  /// The layout that the names tell; nil where they tell none, or leave the gates' order open.
  var order: WeightOrder? {
    func has(_ role: String) -> Bool { tensors.contains { Self.plain($0.name) == role } }
    if has("w_gifo_x") { return WeightOrder("kaldi") }
    if has("weight_ih") { return WeightOrder("torch") }
    if has("recurrent_kernel") { return WeightOrder("keras") }
    if has("kernel") { return WeightOrder("tensorflow") }
    if has("W"), has("R") { return WeightOrder("onnx") }
    return nil
  }

  /// Reads the weights in a layout.
  ///
  /// - Throws: ``KaldiIOError`` where one is missing, twice there, or of a shape that the others
  ///   exclude.
  mutating func weights(in order: WeightOrder) throws(KaldiIOError) -> LSTMWeights {
    switch order.convention {
    case .kaldi:
      return try read(
        order, input: "w_gifo_x", recurrent: "w_gifo_r", block: "w_gifo_k", bias: "bias",
        peepholes: ["peephole_i_c", "peephole_f_c", "peephole_o_c"], projection: "w_r_m")
    case .torch:
      return try read(
        order, input: "weight_ih", recurrent: "weight_hh", bias: "bias_ih",
        recurrentBias: "bias_hh", projection: "weight_hr")
    case .keras:
      return try read(
        order, input: "kernel", recurrent: "recurrent_kernel", bias: "bias", isTransposed: true)
    case .notebook:
      return try read(
        order, input: "Wx", recurrent: "Wh", block: "Wk", bias: "b",
        peepholes: ["pi", "pf", "po"], isTransposed: true)
    case .onnx: return try readONNX(order)
    case .tensorflow: return try readTensorFlow(order)
    }
  }

  private mutating func read(
    _ order: WeightOrder, input: String, recurrent: String, block: String? = nil, bias: String,
    recurrentBias: String? = nil, peepholes: [String] = [], projection: String? = nil,
    isTransposed: Bool = false
  ) throws(KaldiIOError) -> LSTMWeights {
    let x = try gates(input, order, isTransposed, columns: nil)
    let height = x[0].rows
    let blocks = try block.map { name throws(KaldiIOError) in try optional(name) } ?? nil
    let project = try projection.map { name throws(KaldiIOError) in try optional(name) } ?? nil
    if let project, project.columns != height {
      throw refuse(projection ?? "", found: project, expected: "\(height) columns")
    }
    let h = try gates(recurrent, order, isTransposed, columns: project?.rows ?? height)
    guard h[0].rows == height else {
      throw refuse(recurrent, found: h[0], expected: "\(height) units, as \(input) has")
    }
    var result = LSTMWeights(input: x, recurrent: h)
    result.projection = project
    if blocks != nil, let block {
      result.block = try gates(block, order, isTransposed, columns: height)
    }
    result.bias = try list(bias, count: 4 * height).map { GateBlocks.split($0, order: order.gates) }
    if let recurrentBias {
      result.recurrentBias = try list(recurrentBias, count: 4 * height)
        .map { GateBlocks.split($0, order: order.gates) }
    }
    var found: [[Double]] = []
    for name in peepholes {
      if let peephole = try list(name, count: height) { found.append(peephole) }
    }
    if !found.isEmpty {
      guard found.count == 3 else {
        throw .unusable(source, reason: "some of \(peepholes.joined(separator: ", ")) are missing")
      }
      result.peepholes = found
    }
    return result
  }

  private mutating func readONNX(_ order: WeightOrder) throws(KaldiIOError) -> LSTMWeights {
    let x = try gates("W", order, false, columns: nil)
    let height = x[0].rows
    var result = LSTMWeights(input: x, recurrent: try gates("R", order, false, columns: height))
    guard result.recurrent[0].rows == height else {
      throw refuse("R", found: result.recurrent[0], expected: "\(height) units, as W has")
    }
    if let both = try list("B", count: 8 * height) {
      result.bias = GateBlocks.split(Array(both[..<(4 * height)]), order: order.gates)
      result.recurrentBias = GateBlocks.split(Array(both[(4 * height)...]), order: order.gates)
    }
    if let all = try list("P", count: 3 * height) {
      // ONNX has them as input, output, forget.
      let third = { (k: Int) in Array(all[(k * height)..<((k + 1) * height)]) }
      result.peepholes = [third(0), third(2), third(1)]
    }
    return result
  }

  private mutating func readTensorFlow(_ order: WeightOrder) throws(KaldiIOError) -> LSTMWeights {
    let kernel = try matrix("kernel").transposed()
    let height = kernel.rows / 4
    let width = kernel.columns - height
    guard kernel.rows % 4 == 0, height > 0, width > 0 else {
      throw refuse("kernel", found: kernel.transposed(), expected: "(D+H)×4H")
    }
    let whole = GateBlocks.split(kernel, order: order.gates)
    func columns(_ range: Range<Int>) -> LSTMWeights.Gates {
      whole.map { gate in
        Matrix(
          rows: height, columns: range.count,
          elements: (0..<height).flatMap { row in range.map { gate[row, $0] } })
      }
    }
    var result = LSTMWeights(
      input: columns(0..<width), recurrent: columns(width..<width + height))
    result.bias = try list("bias", count: 4 * height)
      .map { GateBlocks.split($0, order: order.gates) }
    var found: [[Double]] = []
    for name in ["w_i_diag", "w_f_diag", "w_o_diag"] {
      if let peephole = try list(name, count: height) { found.append(peephole) }
    }
    if found.count == 3 { result.peepholes = found }
    return result
  }

  // MARK: Finding

  /// A name without what stands in front of its last part, and without a layer's number behind.
  private static func plain(_ name: String) -> String {
    var text = Substring(name)
    for mark in ["/", "."] {
      if let place = text.lastIndex(of: Character(mark)) {
        text = text[text.index(after: place)...]
      }
    }
    if let colon = text.firstIndex(of: ":") { text = text[..<colon] }
    if text.hasSuffix("_l0") { text = text.dropLast(3) }
    return String(text)
  }

  private mutating func optional(_ role: String) throws(KaldiIOError) -> Matrix<Double>? {
    let found = tensors.filter { $0.name == role || Self.plain($0.name) == role }
    guard found.count < 2 else {
      let names = found.map(\.name).joined(separator: ", ")
      throw .unusable(source, reason: "more than one tensor could be \(role): \(names)")
    }
    guard let only = found.first else { return nil }
    taken.insert(only.name)
    return only.matrix
  }

  private mutating func matrix(_ role: String) throws(KaldiIOError) -> Matrix<Double> {
    guard let found = try optional(role) else {
      let names = tensors.prefix(20).map(\.name).joined(separator: ", ")
      throw .unusable(source, reason: "there is no \(role) among \(names)")
    }
    return found
  }

  private mutating func list(_ role: String, count: Int) throws(KaldiIOError) -> [Double]? {
    guard let found = try optional(role) else { return nil }
    guard found.elements.count == count else {
      throw refuse(role, found: found, expected: "\(count) numbers")
    }
    return found.elements
  }

  private mutating func gates(
    _ role: String, _ order: WeightOrder, _ isTransposed: Bool, columns: Int?
  ) throws(KaldiIOError) -> LSTMWeights.Gates {
    let found = try matrix(role)
    let upright = isTransposed ? found.transposed() : found
    guard upright.rows > 0, upright.rows % 4 == 0, columns == nil || columns == upright.columns
    else {
      let width = columns.map { "\($0)" } ?? "D"
      throw refuse(
        role, found: found, expected: isTransposed ? "\(width)×4H" : "4H×\(width)")
    }
    return GateBlocks.split(upright, order: order.gates)
  }

  private func refuse(
    _ role: String, found: Matrix<Double>, expected: String
  ) -> KaldiIOError {
    .unusable(source, reason: "\(role) is \(found.rows)×\(found.columns), expected \(expected)")
  }
}
