import Kernels

/// The per-frame buffers of gated layers, as Kaldi lays them out.
enum RecurrentBuffers {
  /// Of an LSTM-like layer: the four gates in order, then `c n h` (and `h` again where Kaldi does).
  ///
  /// - Parameters:
  ///   - order: The order of the gate columns.
  ///   - isTimeFrequency: With padded frequency blocks, and h twice.
  /// - Returns: The forward and the backward buffer.
  static func gated(_ order: GateOrder, isTimeFrequency: Bool) -> [KaldiView.Buffer] {
    typealias Column = KaldiView.Buffer.Column
    var forward = order.gates.map { Column(name: $0.name, source: $0.rawValue) }
    forward += [
      Column(name: "cell", source: "c"), Column(name: "tanh of the cell", source: "n"),
      Column(name: "output", source: "out"),
    ]
    var backward = order.gates.map {
      Column(name: "derivative of the \($0.name)", source: "da_" + $0.rawValue)
    }
    backward += [
      Column(name: "derivative of the cell", source: "dc"),
      Column(name: "derivative through tanh of the cell", source: "dn"),
      Column(name: "derivative of the output", source: "dh"),
    ]
    if isTimeFrequency {
      forward.append(Column(name: "output, second copy", source: "out"))
      backward.append(Column(name: "zero", source: nil))
    }
    return [
      KaldiView.Buffer(
        name: "propagate_buf", columns: forward,
        evaluationOrder: ["g", "i", "f", "c", "o", "n", "out"],
        hasBlockPadding: isTimeFrequency, isBackward: false),
      KaldiView.Buffer(
        name: "backpropagate_buf", columns: backward,
        evaluationOrder: ["dh", "da_o", "dn", "dc", "da_i", "da_f", "da_g"],
        hasBlockPadding: isTimeFrequency, isBackward: true),
    ]
  }

  /// Of the SRU: `x f r h c c out` and `dx df dr dh dc (out_diff ⊙ r) out_diff`.
  static let sru: [KaldiView.Buffer] = [
    KaldiView.Buffer(
      name: "propagate_buf",
      columns: [
        KaldiView.Buffer.Column(name: "transformed input", source: "ax"),
        KaldiView.Buffer.Column(name: "forget gate", source: "f"),
        KaldiView.Buffer.Column(name: "reset gate", source: "r"),
        KaldiView.Buffer.Column(name: "highway input", source: "ah"),
        KaldiView.Buffer.Column(name: "cell", source: "c"),
        KaldiView.Buffer.Column(name: "cell, second copy", source: "c"),
        KaldiView.Buffer.Column(name: "output", source: "out"),
      ],
      evaluationOrder: ["ax", "f", "r", "ah", "c", "out"], hasBlockPadding: false,
      isBackward: false),
    KaldiView.Buffer(
      name: "backpropagate_buf",
      columns: [
        KaldiView.Buffer.Column(name: "derivative of the transformed input", source: "dax"),
        KaldiView.Buffer.Column(name: "derivative of the forget gate", source: "daf"),
        KaldiView.Buffer.Column(name: "derivative of the reset gate", source: "dar"),
        KaldiView.Buffer.Column(name: "derivative of the highway input", source: "dah"),
        KaldiView.Buffer.Column(name: "derivative of the cell", source: "dc"),
        KaldiView.Buffer.Column(name: "output path into the cell", source: "dhr"),
        KaldiView.Buffer.Column(name: "derivative of the output", source: "dout"),
      ],
      evaluationOrder: ["dout", "dhr", "dc", "dax", "daf", "dar", "dah"],
      hasBlockPadding: false, isBackward: true),
  ]
}
