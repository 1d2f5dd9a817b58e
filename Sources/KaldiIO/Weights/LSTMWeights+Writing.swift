import Tensors

extension LSTMWeights {
  /// The weights in a layout, under its names and in its shapes.
  ///
  /// - Throws: ``KaldiIOError`` for weights that the layout has no place for, unless they are all
  ///   zero and so change nothing.
  func arrays(in order: WeightOrder, source: String) throws(KaldiIOError) -> [NamedArray] {
    let convention = order.convention
    func refuse(_ what: String) -> KaldiIOError {
      .unusable(source, reason: "\(convention.rawValue) has no place for \(what)")
    }
    func isZero(_ numbers: some Sequence<Double>) -> Bool { numbers.allSatisfy { $0 == 0 } }
    let hasBlock = convention == .kaldi || convention == .notebook
    if !hasBlock, let block, !isZero(block.flatMap(\.elements)) {
      throw refuse("the weights between blocks (w_gifo_k, Wk)")
    }
    let hasPeepholes = convention != .torch && convention != .keras
    if !hasPeepholes, let peepholes, !isZero(peepholes.joined()) { throw refuse("peepholes") }
    if convention != .kaldi && convention != .torch && projection != nil {
      throw refuse("a projection (w_r_m, weight_hr)")
    }
    switch convention {
    case .kaldi: return kaldi(order)
    case .torch: return torch(order)
    case .onnx: return onnx(order)
    case .keras:
      return [
        transposed("kernel", input, order), transposed("recurrent_kernel", recurrent, order),
      ] + lists(["bias"], [joined(order)])
    case .notebook:
      return [transposed("Wx", input, order), transposed("Wh", recurrent, order)]
        + (block.map { [transposed("Wk", $0, order)] } ?? []) + lists(["b"], [joined(order)])
        + lists(["pi", "pf", "po"], peepholes ?? [])
    case .tensorflow:
      let x = GateBlocks.join(input, order: order.gates).transposed()
      let h = GateBlocks.join(recurrent, order: order.gates).transposed()
      let kernel = NamedArray(
        name: "kernel", shape: [x.rows + h.rows, x.columns], elements: x.elements + h.elements)
      return [kernel] + lists(["bias"], [joined(order)])
        + lists(["w_i_diag", "w_f_diag", "w_o_diag"], peepholes ?? [])
    }
  }

  private func kaldi(_ order: WeightOrder) -> [NamedArray] {
    var arrays = [upright("w_gifo_x", input, order), upright("w_gifo_r", recurrent, order)]
    if let block { arrays.append(upright("w_gifo_k", block, order)) }
    arrays += lists(["bias"], [joined(order)])
    arrays += lists(["peephole_i_c", "peephole_f_c", "peephole_o_c"], peepholes ?? [])
    if let projection { arrays.append(Self.array("w_r_m", projection)) }
    return arrays
  }

  private func torch(_ order: WeightOrder) -> [NamedArray] {
    let none = Array(repeating: Array(repeating: 0.0, count: cellSize), count: 4)
    var arrays = [
      upright("weight_ih_l0", input, order), upright("weight_hh_l0", recurrent, order),
    ]
    arrays += lists(
      ["bias_ih_l0", "bias_hh_l0"],
      [bias ?? none, recurrentBias ?? none].map { GateBlocks.join($0, order: order.gates) })
    if let projection { arrays.append(Self.array("weight_hr_l0", projection)) }
    return arrays
  }

  private func onnx(_ order: WeightOrder) -> [NamedArray] {
    let none = Array(repeating: Array(repeating: 0.0, count: cellSize), count: 4)
    let both = [bias ?? none, recurrentBias ?? none]
      .flatMap { GateBlocks.join($0, order: order.gates) }
    var arrays = [upright("W", input, order), upright("R", recurrent, order)]
    arrays.append(NamedArray(name: "B", shape: [both.count], elements: both))
    if let peepholes {
      let all = peepholes[0] + peepholes[2] + peepholes[1]
      arrays.append(NamedArray(name: "P", shape: [all.count], elements: all))
    }
    // One direction.
    return arrays.map {
      NamedArray(name: $0.name, shape: [1] + $0.shape, elements: $0.elements)
    }
  }

  private func joined(_ order: WeightOrder) -> [Double] {
    let none = Array(repeating: Array(repeating: 0.0, count: cellSize), count: 4)
    return GateBlocks.join(joinedBias ?? none, order: order.gates)
  }

  private func upright(_ name: String, _ gates: Gates, _ order: WeightOrder) -> NamedArray {
    Self.array(name, GateBlocks.join(gates, order: order.gates))
  }

  private func transposed(_ name: String, _ gates: Gates, _ order: WeightOrder) -> NamedArray {
    Self.array(name, GateBlocks.join(gates, order: order.gates).transposed())
  }

  private func lists(_ names: [String], _ lists: [[Double]]) -> [NamedArray] {
    zip(names, lists).map { NamedArray(name: $0, shape: [$1.count], elements: $1) }
  }

  private static func array(_ name: String, _ matrix: Matrix<Double>) -> NamedArray {
    NamedArray(name: name, shape: [matrix.rows, matrix.columns], elements: matrix.elements)
  }
}
