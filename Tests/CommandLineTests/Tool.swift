import Foundation

/// The built `nnet-oracle`, run as a process.
enum Tool {
  /// What a run left behind.
  struct Outcome: Equatable {
    var status: Int32
    var output: String
    var errors: String
  }

  /// The package's root, in which commands run unless told otherwise.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The executable: it stands in the build products directory, as the test bundle does.
  static let executable: URL = {
    var folder = Bundle.main.executableURL ?? root
    for _ in 0..<5 {
      folder.deleteLastPathComponent()
      let candidate = folder.appendingPathComponent("nnet-oracle")
      let isFile = try? candidate.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile
      if isFile == true { return candidate }
    }
    return URL(fileURLWithPath: "nnet-oracle was not built")
  }()

  /// Runs the tool with arguments.
  static func run(
    _ arguments: String..., input: [UInt8] = [], in folder: URL = root
  ) throws -> Outcome {
    try run(executable, arguments, input: input, in: folder)
  }

  /// Runs the tool with arguments.
  static func run(_ arguments: [String], in folder: URL = root) throws -> Outcome {
    try run(executable, arguments, input: [], in: folder)
  }

  /// Runs a shell line in which `$tool` is the tool.
  static func shell(_ line: String, in folder: URL = root) throws -> Outcome {
    let quoted = "tool='\(executable.path)'; \(line)"
    return try run(URL(fileURLWithPath: "/bin/sh"), ["-c", quoted], input: [], in: folder)
  }

  private static func run(
    _ program: URL, _ arguments: [String], input: [UInt8], in folder: URL
  ) throws -> Outcome {
    // Files rather than pipes: nothing can block, however much is written.
    try inFreshFolder { scratch in
      let files = ["in", "out", "err"].map { scratch.appendingPathComponent($0) }
      try Data(input).write(to: files[0])
      for file in files[1...] { try Data().write(to: file) }
      let process = Process()
      process.executableURL = program
      process.arguments = arguments
      process.currentDirectoryURL = folder
      process.standardInput = try FileHandle(forReadingFrom: files[0])
      process.standardOutput = try FileHandle(forWritingTo: files[1])
      process.standardError = try FileHandle(forWritingTo: files[2])
      try process.run()
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus,
        output: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
        errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
    }
  }

  /// Gives a new empty folder, removed afterwards.
  static func inFreshFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("nnet-oracle-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}

extension Tool.Outcome {
  /// Whether the run ended in trouble, told by one line on standard error.
  var isPlainTrouble: Bool {
    status == 2 && errors.hasPrefix("nnet-oracle: ") && errors.hasSuffix("\n")
      && errors.filter { $0 == "\n" }.count == 1
  }
}
