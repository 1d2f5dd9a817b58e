import Kernels

/// The golden cases of the compact vFSMN memories.
enum MemoryCases {
  static let all: [GoldenCase] = [unidirectional, bidirectional, probe, bidirectionalProbe]

  private static let unidirectional = GoldenCase(
    name: "compact-vfsmn", summary: "the Kaldi debug case of <CompactVfsmn>",
    settings: CaseSettings(
      dimensions: ["T": 15, "D": 5, "N": 4],
      ranges: [
        "hidden": TensorFill(1, 75), "filter": TensorFill(0.1, 2),
        "dmemory": TensorFill(75, 1),
      ], positionNames: ["position"]),
    kaldi: view, positionDirections: ["position": .behind], makeLayer: layer)

  private static let bidirectional = GoldenCase(
    name: "bi-compact-vfsmn", summary: "the Kaldi debug case of <BiCompactVfsmn>",
    settings: CaseSettings(
      dimensions: ["T": 15, "D": 5, "N1": 4, "N2": 3],
      ranges: [
        "hidden": TensorFill(1, 75), "bfilter": TensorFill(0.1, 2.5),
        "ffilter": TensorFill(3, 4.5), "dmemory": TensorFill(75, 1),
      ], positionNames: ["bposition", "fposition"]),
    kaldi: bidirectionalView,
    positionDirections: ["bposition": .behind, "fposition": .ahead],
    makeLayer: bidirectionalLayer)

  private static let probe = GoldenCase(
    name: "compact-vfsmn-probe",
    summary: "a compact vFSMN on random numbers and uneven sentences, which tells mistakes apart",
    settings: CaseSettings(
      dimensions: ["T": 19, "D": 3, "N": 4],
      ranges: [
        "hidden": TensorFill(-1, 1, seed: 41), "filter": TensorFill(-1, 1, seed: 42),
        "dmemory": TensorFill(-1, 1, seed: 43),
      ], positionNames: ["position"], sentenceLengths: [6, 1, 7, 2, 3]),
    kaldi: view, positionDirections: ["position": .behind], makeLayer: layer)

  private static let bidirectionalProbe = GoldenCase(
    name: "bi-compact-vfsmn-probe",
    summary: "a bidirectional compact vFSMN on random numbers, which tells mistakes apart",
    settings: CaseSettings(
      dimensions: ["T": 19, "D": 3, "N1": 5, "N2": 2],
      ranges: [
        "hidden": TensorFill(-1, 1, seed: 51), "bfilter": TensorFill(-1, 1, seed: 52),
        "ffilter": TensorFill(-1, 1, seed: 53), "dmemory": TensorFill(-1, 1, seed: 54),
      ], positionNames: ["bposition", "fposition"], sentenceLengths: [6, 1, 7, 2, 3]),
    kaldi: bidirectionalView,
    positionDirections: ["bposition": .behind, "fposition": .ahead],
    makeLayer: bidirectionalLayer)

  /// Kaldi's `<CompactVfsmn>`.
  private static let view = KaldiView(
    component: "<CompactVfsmn>", frames: frames, parameters: [("filter", "filter", .plain)])

  /// Kaldi's `<BiCompactVfsmn>`.
  private static let bidirectionalView = KaldiView(
    component: "<BiCompactVfsmn>", frames: frames,
    parameters: [("bfilter", "bfilter", .plain), ("ffilter", "ffilter", .plain)])

  private static let layer: @Sendable (CaseSettings) throws(KernelError) -> any Layer = {
    (settings) throws(KernelError) -> any Layer in
    MemoryLayer(
      width: settings.dimension("D"), order: settings.dimension("N"),
      positions: try GoldenCase.positions("position", .behind, in: settings))
  }

  private static let bidirectionalLayer: @Sendable (CaseSettings) throws(KernelError) -> any Layer =
    {
      (settings) throws(KernelError) -> any Layer in
      MemoryLayer(
        width: settings.dimension("D"), lookBack: settings.dimension("N1"),
        lookAhead: settings.dimension("N2"),
        behind: try GoldenCase.positions("bposition", .behind, in: settings),
        ahead: try GoldenCase.positions("fposition", .ahead, in: settings))
    }

  private static let frames = [
    (name: "in", source: "hidden"), (name: "out", source: "memory"),
    (name: "out_diff", source: "dmemory"), (name: "in_diff", source: "dhidden"),
  ]
}
