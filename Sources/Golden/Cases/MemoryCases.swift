import Kernels

/// The golden cases of the compact vFSMN memories.
enum MemoryCases {
  static let all: [GoldenCase] = [unidirectional, bidirectional]

  private static let unidirectional = GoldenCase(
    name: "compact-vfsmn", summary: "the Kaldi debug case of <CompactVfsmn>",
    settings: CaseSettings(
      dimensions: ["T": 15, "D": 5, "N": 4],
      ranges: [
        "hidden": LinearRange(1, 75), "filter": LinearRange(0.1, 2),
        "dmemory": LinearRange(75, 1),
      ], positionNames: ["position"]),
    kaldi: KaldiView(
      component: "<CompactVfsmn>", frames: frames, parameters: [("filter", "filter", .plain)]),
    positionDirections: ["position": .behind]
  ) { (settings) throws(KernelError) -> any Layer in
    MemoryLayer(
      width: settings.dimension("D"), order: settings.dimension("N"),
      positions: try GoldenCase.positions("position", .behind, in: settings))
  }

  private static let bidirectional = GoldenCase(
    name: "bi-compact-vfsmn", summary: "the Kaldi debug case of <BiCompactVfsmn>",
    settings: CaseSettings(
      dimensions: ["T": 15, "D": 5, "N1": 4, "N2": 3],
      ranges: [
        "hidden": LinearRange(1, 75), "bfilter": LinearRange(0.1, 2.5),
        "ffilter": LinearRange(3, 4.5), "dmemory": LinearRange(75, 1),
      ], positionNames: ["bposition", "fposition"]),
    kaldi: KaldiView(
      component: "<BiCompactVfsmn>", frames: frames,
      parameters: [("bfilter", "bfilter", .plain), ("ffilter", "ffilter", .plain)]),
    positionDirections: ["bposition": .behind, "fposition": .ahead]
  ) { (settings) throws(KernelError) -> any Layer in
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
