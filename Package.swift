// swift-tools-version: 6.3

import PackageDescription

/// Settings every Swift target shares: the strictest the toolchain offers, and no unsafe flags, so
/// that the library stays usable as a dependency.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
]

/// One room of the house: a library target and the rooms it may look into.
func room(_ name: String, sees rooms: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: rooms, swiftSettings: strict)
}

/// The tests of one room.
func tests(_ name: String, sees rooms: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: rooms, resources: resources, swiftSettings: strict)
}

/// The layer files that are compiled in, as they are called in `Sources/Layers`.
let layers = [
  "lstm", "tflstm", "sru", "compact-vfsmn", "bi-compact-vfsmn", "gru", "gru-after", "lstmp",
  "blstmp", "elman", "deepfsmn",
]

let package = Package(
  name: "nnet-oracle",
  products: [
    .library(name: "NNetOracle", targets: ["NNetOracle"]),
    .executable(name: "nnet-oracle", targets: ["nnet-oracle"]),
  ],
  targets: [
    .target(name: "CProductTiles"),
    room("Concurrency"),
    room("Files"),
    room("Arithmetic", sees: ["CProductTiles", "Concurrency"]),
    room("Tensors", sees: ["Arithmetic"]),
    room("Equations", sees: ["Concurrency", "Arithmetic", "Tensors"]),
    .target(
      name: "Layers", dependencies: ["Equations"],
      resources: layers.map { .embedInCode("\($0).layer") }, swiftSettings: strict),
    room("KaldiIO", sees: ["Concurrency", "Files", "Tensors"]),
    room("Golden", sees: ["Arithmetic", "Files", "Tensors", "Equations", "Layers", "KaldiIO"]),
    room("Comparison", sees: ["Concurrency", "Files", "Tensors", "KaldiIO"]),
    room("NNetOracle", sees: ["Arithmetic", "Tensors", "Equations", "Layers"]),
    .executableTarget(
      name: "nnet-oracle",
      dependencies: [
        "Concurrency", "Files", "Arithmetic", "Tensors", "KaldiIO", "Equations", "Layers", "Golden",
        "Comparison",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "oracle-probe", dependencies: ["Arithmetic", "KaldiIO", "Tensors"], path: "tools/probe",
      swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport",
      swiftSettings: strict),
    tests("FilesTests", sees: ["Files", "TestSupport"]),
    tests("ConcurrencyTests", sees: ["Concurrency", "Arithmetic"]),
    tests("ArithmeticTests", sees: ["Arithmetic", "TestSupport"]),
    tests("TensorsTests", sees: ["Tensors"]),
    tests("KaldiIOTests", sees: ["Files", "KaldiIO", "Tensors", "TestSupport"]),
    tests("EquationsTests", sees: ["Equations", "Layers", "Arithmetic", "Tensors", "TestSupport"]),
    tests(
      "GoldenTests",
      sees: ["Golden", "Equations", "Layers", "KaldiIO", "Arithmetic", "Tensors", "TestSupport"]),
    tests("ComparisonTests", sees: ["Comparison", "Files", "KaldiIO", "Tensors", "TestSupport"]),
    tests(
      "TrialTests",
      sees: [
        "Golden", "Comparison", "Equations", "Layers", "KaldiIO", "Arithmetic", "Tensors",
        "TestSupport",
      ]),
    tests("CommandLineTests", sees: ["nnet-oracle", "Files", "KaldiIO", "Tensors", "TestSupport"]),
  ]
)
