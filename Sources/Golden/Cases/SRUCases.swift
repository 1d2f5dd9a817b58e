import Kernels

/// The golden cases of the simple recurrent unit.
enum SRUCases {
  static let all: [GoldenCase] = [step, separateStep, kaldi, separate, probe]

  private static let stepSettings = CaseSettings(
    dimensions: ["N": 4, "D": 5, "H": 6],
    ranges: [
      "x": TensorFill(-0.4, 0.6), "prev_c": TensorFill(-0.3, 0.7),
      "W": TensorFill(-0.2, 0.9), "bf": TensorFill(0.2, 0.7), "br": TensorFill(0.3, 0.8),
      "dnext_h": TensorFill(-0.6, 0.6), "dnext_c": TensorFill(0.5, -0.4),
    ])

  private static let step = GoldenCase(
    name: "sru-step", summary: "one SRU step with the compact weight matrix",
    settings: stepSettings, kaldi: nil, makeLayer: layer(.compact, isStep: true))

  private static let separateStep = GoldenCase(
    name: "sru-step-separate", summary: "one SRU step with four weight matrices",
    settings: stepSettings, kaldi: nil, slices: weightSlices,
    makeLayer: layer(.separate, isStep: true))

  private static let kaldi = GoldenCase(
    name: "sru", summary: "the Kaldi debug case of <SimpleRecurrentUnit>",
    settings: CaseSettings(
      dimensions: ["N": 2, "T": 3, "D": 3, "H": 3],
      ranges: [
        "x": TensorFill(-0.4, 0.6), "W": TensorFill(-0.2, 0.9), "bf": TensorFill(0.2, 0.7),
        "br": TensorFill(0.2, 0.7), "dout": TensorFill(-0.6, 0.6),
      ]),
    kaldi: compactView,
    makeLayer: layer(.compact, isStep: false))

  private static let probe = GoldenCase(
    name: "sru-probe",
    summary: "an SRU sequence of random numbers, which tells mistakes apart",
    settings: CaseSettings(
      dimensions: ["N": 3, "T": 5, "D": 4, "H": 6],
      ranges: [
        "x": TensorFill(-1, 1, seed: 31), "W": TensorFill(-1, 1, seed: 32),
        "bf": TensorFill(-1, 1, seed: 33), "br": TensorFill(-1, 1, seed: 34),
        "dout": TensorFill(-1, 1, seed: 35),
      ]),
    kaldi: compactView, makeLayer: layer(.compact, isStep: false))

  /// Kaldi's `<SimpleRecurrentUnit>`.
  private static let compactView = KaldiView(
    component: "<SimpleRecurrentUnit>", frames: frames,
    parameters: [
      ("w_xfrh", "W", .transposed(gates: false)), ("bias_f", "bf", .vector(gates: false)),
      ("bias_r", "br", .vector(gates: false)),
    ],
    buffers: { _ in RecurrentBuffers.sru })

  private static let separate = GoldenCase(
    name: "sru-separate", summary: "an SRU sequence with four weight matrices",
    settings: CaseSettings(
      dimensions: ["N": 2, "T": 10, "D": 3, "H": 6],
      ranges: [
        "x": TensorFill(-0.4, 0.6), "W": TensorFill(-0.2, 0.9), "bf": TensorFill(0.2, 0.7),
        "br": TensorFill(0.3, 0.8), "dout": TensorFill(-0.6, 0.6),
      ]),
    kaldi: KaldiView(
      component: nil, frames: frames,
      parameters: SRULayer.separateWeightNames.map { ($0, $0, .transposed(gates: false)) }
        + [("bf", "bf", .vector(gates: false)), ("br", "br", .vector(gates: false))],
      buffers: { _ in RecurrentBuffers.sru }),
    slices: weightSlices, makeLayer: layer(.separate, isStep: false))

  private static let frames = [
    (name: "in", source: "x"), (name: "out", source: "out"),
    (name: "out_diff", source: "dout"), (name: "in_diff", source: "dx"),
  ]

  /// The four D×H matrices are the column blocks of the D×4H matrix that the range of W fills.
  private static let weightSlices: @Sendable (CaseSettings) -> [String: GoldenCase.ColumnSlice] = {
    settings in
    let size = settings.dimension("H")
    let slices = SRULayer.separateWeightNames.enumerated().map { block, name in
      (name, GoldenCase.ColumnSlice(owner: "W", columns: 4 * size, first: block * size))
    }
    return Dictionary(uniqueKeysWithValues: slices)
  }

  private static func layer(
    _ form: SRUWeightForm, isStep: Bool
  ) -> @Sendable (CaseSettings) throws(KernelError) -> any Layer {
    { (settings) throws(KernelError) -> any Layer in
      let shape = try SRUShape(
        batchSize: settings.dimension("N"), frameCount: settings.dimension("T"),
        inputSize: settings.dimension("D"), cellSize: settings.dimension("H"))
      return try SRULayer(shape: shape, weightForm: form, isStep: isStep)
    }
  }
}
