import Kernels

/// The golden cases of the LSTM and the TF-LSTM.
enum LSTMCases {
  static let all: [GoldenCase] = [
    step, sequence, timeFrequencyStep, timeFrequencyNotebook, timeFrequencyKaldi,
    probe, timeFrequencyProbe,
  ]

  private static let step = GoldenCase(
    name: "lstm-step", summary: "one LSTM step, notebook section \"LSTM: step forward\"",
    settings: CaseSettings(
      dimensions: ["N": 3, "D": 4, "H": 5],
      ranges: [
        "x": TensorFill(-0.4, 1.2), "prev_h": TensorFill(-0.3, 0.7),
        "prev_c": TensorFill(-0.4, 0.9), "Wx": TensorFill(-2.1, 1.3),
        "Wh": TensorFill(-0.7, 2.2), "b": TensorFill(0.3, 0.7),
        "dnext_h": TensorFill(-0.6, 0.6), "dnext_c": TensorFill(0.5, -0.4),
      ], order: .inputForgetOutputCandidate),
    kaldi: nil, makeLayer: layer(isTimeFrequency: false, isStep: true))

  private static let sequence = GoldenCase(
    name: "lstm", summary: "an LSTM sequence, notebook section \"LSTM: forward\"",
    settings: CaseSettings(
      dimensions: ["N": 2, "T": 3, "D": 5, "H": 4],
      ranges: [
        "x": TensorFill(-0.4, 0.6), "h0": TensorFill(-0.4, 0.8),
        "Wx": TensorFill(-0.2, 0.9), "Wh": TensorFill(-0.3, 0.6), "b": TensorFill(0.2, 0.7),
        "dout": TensorFill(-0.6, 0.6),
      ], order: .inputForgetOutputCandidate),
    kaldi: sequenceView,
    makeLayer: layer(isTimeFrequency: false, isStep: false))

  private static let timeFrequencyStep = GoldenCase(
    name: "tflstm-step",
    summary: "one TF-LSTM step with peepholes, notebook section \"TF-LSTM forward step\"",
    settings: CaseSettings(
      dimensions: ["N": 4, "D": 5, "H": 6, "F": 2, "S": 1],
      ranges: timeFrequencyWeights.merging([
        "prev_h": TensorFill(-0.3, 0.7), "prev_c": TensorFill(-0.4, 0.9),
        "dnext_h": TensorFill(-0.6, 0.6), "dnext_c": TensorFill(0.5, -0.4),
      ]) { $1 }, order: .inputForgetOutputCandidate),
    kaldi: nil, makeLayer: layer(isTimeFrequency: true, isStep: true))

  private static let timeFrequencyNotebook = GoldenCase(
    name: "tflstm-ifog",
    summary: "a TF-LSTM sequence in the notebook's order i f o g, with an initial state",
    settings: CaseSettings(
      dimensions: ["N": 2, "T": 10, "D": 3, "H": 6, "F": 2, "S": 1],
      ranges: timeFrequencyWeights.merging([
        "h0": TensorFill(-0.3, 0.7), "dout": TensorFill(-0.6, 0.6),
      ]) { $1 }, order: .inputForgetOutputCandidate),
    kaldi: KaldiView(
      component: nil, frames: frames,
      parameters: [
        ("Wx", "Wx", .transposed(gates: true)), ("Wh", "Wh", .transposed(gates: true)),
        ("Wk", "Wk", .transposed(gates: true)), ("b", "b", .vector(gates: true)),
        ("pi", "pi", .vector(gates: false)), ("pf", "pf", .vector(gates: false)),
        ("po", "po", .vector(gates: false)), ("h0", "h0", .plain),
      ],
      buffers: { buffers($0, isTimeFrequency: true) }),
    makeLayer: layer(isTimeFrequency: true, isStep: false))

  private static let timeFrequencyKaldi = GoldenCase(
    name: "tflstm",
    summary: "the Kaldi debug case of <TfLstm>, order g i f o, initial state zero",
    settings: CaseSettings(
      dimensions: ["N": 2, "T": 3, "D": 3, "H": 3, "F": 2, "S": 1],
      ranges: timeFrequencyWeights.merging([
        "h0": TensorFill(0, 0), "dout": TensorFill(-0.6, 0.6),
      ]) { $1 }, order: .candidateInputForgetOutput),
    kaldi: timeFrequencyView,
    makeLayer: layer(isTimeFrequency: true, isStep: false))

  private static let probe = GoldenCase(
    name: "lstm-probe",
    summary: "an LSTM sequence of random numbers, which tells mistakes apart",
    settings: CaseSettings(
      dimensions: ["N": 3, "T": 6, "D": 5, "H": 4],
      ranges: [
        "x": TensorFill(-1, 1, seed: 1), "h0": TensorFill(-1, 1, seed: 2),
        "Wx": TensorFill(-1, 1, seed: 3), "Wh": TensorFill(-1, 1, seed: 4),
        "b": TensorFill(-1, 1, seed: 5), "dout": TensorFill(-1, 1, seed: 6),
      ], order: .inputForgetOutputCandidate),
    kaldi: sequenceView, makeLayer: layer(isTimeFrequency: false, isStep: false))

  private static let timeFrequencyProbe = GoldenCase(
    name: "tflstm-probe",
    summary: "a TF-LSTM sequence of random numbers, three blocks, which tells mistakes apart",
    settings: CaseSettings(
      dimensions: ["N": 3, "T": 5, "D": 7, "H": 4, "F": 3, "S": 2],
      ranges: [
        "x": TensorFill(-1, 1, seed: 11), "h0": TensorFill(-1, 1, seed: 12),
        "Wx": TensorFill(-1, 1, seed: 13), "Wh": TensorFill(-1, 1, seed: 14),
        "Wk": TensorFill(-1, 1, seed: 15), "b": TensorFill(-1, 1, seed: 16),
        "pi": TensorFill(-1, 1, seed: 17), "pf": TensorFill(-1, 1, seed: 18),
        "po": TensorFill(-1, 1, seed: 19), "dout": TensorFill(-1, 1, seed: 20),
      ], order: .candidateInputForgetOutput),
    kaldi: timeFrequencyView, makeLayer: layer(isTimeFrequency: true, isStep: false))

  /// How one prints an LSTM beside Kaldi's layers: transposes, time-major, the case's own names.
  private static let sequenceView = KaldiView(
    component: nil, frames: frames,
    parameters: [
      ("Wx", "Wx", .transposed(gates: true)), ("Wh", "Wh", .transposed(gates: true)),
      ("b", "b", .vector(gates: true)), ("h0", "h0", .plain),
    ],
    buffers: { buffers($0, isTimeFrequency: false) })

  /// Kaldi's `<TfLstm>`.
  private static let timeFrequencyView = KaldiView(
    component: "<TfLstm>", gateOrder: .candidateInputForgetOutput, frames: frames,
    parameters: [
      ("w_gifo_x", "Wx", .transposed(gates: true)),
      ("w_gifo_r", "Wh", .transposed(gates: true)),
      ("w_gifo_k", "Wk", .transposed(gates: true)), ("bias", "b", .vector(gates: true)),
      ("peephole_i_c", "pi", .vector(gates: false)),
      ("peephole_f_c", "pf", .vector(gates: false)),
      ("peephole_o_c", "po", .vector(gates: false)),
    ],
    buffers: { buffers($0, isTimeFrequency: true) })

  private static let frames = [
    (name: "in", source: "x"), (name: "out", source: "out"),
    (name: "out_diff", source: "dout"), (name: "in_diff", source: "dx"),
  ]

  private static let timeFrequencyWeights = [
    "x": TensorFill(-0.4, 0.6), "Wx": TensorFill(-0.2, 0.9), "Wh": TensorFill(-0.3, 0.8),
    "Wk": TensorFill(-0.4, 0.7), "b": TensorFill(0.2, 0.7), "pi": TensorFill(0.1, 0.6),
    "pf": TensorFill(0.2, 0.7), "po": TensorFill(0.3, 0.8),
  ]

  private static func buffers(
    _ order: GateOrder?, isTimeFrequency: Bool
  ) -> [KaldiView.Buffer] {
    RecurrentBuffers.gated(
      order ?? .inputForgetOutputCandidate, isTimeFrequency: isTimeFrequency)
  }

  private static func layer(
    isTimeFrequency: Bool, isStep: Bool
  ) -> @Sendable (CaseSettings) throws(KernelError) -> any Layer {
    { (settings) throws(KernelError) -> any Layer in
      let shape = try LSTMShape(
        batchSize: settings.dimension("N"), frameCount: settings.dimension("T"),
        inputSize: settings.dimension("D"), cellSize: settings.dimension("H"),
        filterWidth: isTimeFrequency ? settings.dimension("F") : nil,
        stride: isTimeFrequency ? settings.dimension("S") : 1)
      return try LSTMLayer(
        shape: shape, order: settings.order ?? .inputForgetOutputCandidate,
        isTimeFrequency: isTimeFrequency, isStep: isStep)
    }
  }
}
