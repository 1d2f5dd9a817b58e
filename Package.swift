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
    room("KaldiIO", sees: ["Concurrency", "Files", "Tensors"]),
    room("Kernels", sees: ["Concurrency", "Arithmetic", "Tensors"]),
    room("Golden", sees: ["Arithmetic", "Files", "Tensors", "Kernels", "KaldiIO"]),
    room("Comparison", sees: ["Concurrency", "Files", "Tensors", "KaldiIO"]),
    room("NNetOracle", sees: ["Arithmetic", "Tensors", "Kernels"]),
    .executableTarget(
      name: "nnet-oracle",
      dependencies: [
        "Concurrency", "Arithmetic", "Files", "Tensors", "KaldiIO", "Kernels", "Golden",
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
    tests("KernelsTests", sees: ["Kernels", "Arithmetic", "Tensors"]),
    tests("GoldenTests", sees: ["Golden", "Kernels", "KaldiIO", "Arithmetic", "Tensors"]),
    tests("ComparisonTests", sees: ["Comparison", "Files", "KaldiIO", "Tensors", "TestSupport"]),
    tests(
      "TrialTests", sees: ["Golden", "Comparison", "Kernels", "KaldiIO", "Arithmetic", "Tensors"]),
    tests("CommandLineTests", sees: ["nnet-oracle", "Files", "KaldiIO", "Tensors", "TestSupport"]),
  ]
)
