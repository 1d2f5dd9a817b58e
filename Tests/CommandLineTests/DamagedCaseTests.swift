import Files
import Foundation
import TestSupport
import Testing

/// Golden cases whose description was tampered with, through every command that reads one.
@Suite("Damaged cases")
struct DamagedCaseTests {
  private static let count: Int = {
    #if DEBUG
      let usual = 100
    #else
      let usual = 2000
    #endif
    let wanted = ProcessInfo.processInfo.environment["NNET_ORACLE_FUZZ_CASES"]
    return wanted.flatMap(Int.init) ?? usual
  }()

  /// A golden case with another description.
  private func makeCase(_ name: String, _ json: String, in folder: TemporaryFolder) throws {
    try folder.makeFolder(name)
    try folder.write("\(name)/case.json", json)
    for view in ["kaldi", "numpy"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file("\(name)/\(view)"),
        withDestinationPath: "\(PackageFolder.path)golden/sru/\(view)")
    }
  }

  private func sound() throws -> String {
    String(
      decoding: try FileSystem.contents(of: PackageFolder.path + "golden/sru/case.json"),
      as: UTF8.self)
  }

  /// A dump of real Kaldi in which one number is wrong, so that causes are looked for.
  private func makeDump(in folder: TemporaryFolder) throws {
    try FileManager.default.copyItem(
      atPath: PackageFolder.fixture("kaldi-dumps/sru"), toPath: folder.file("dump"))
    let text = String(decoding: try folder.read("dump/out.mat"), as: UTF8.self)
    try folder.write("dump/out.mat", text.replacing("0.", with: "0.9", maxReplacements: 1))
  }

  @Test("Dimensions and columns that no arithmetic survives are refused, and named")
  func sizes() throws {
    let folder = try TemporaryFolder()
    try makeDump(in: folder)
    let text = try sound()
    let columns = "            3,\n            3\n"
    for (index, (found, put)) in [
      ("\"N\" : 2", "\"N\" : 4611686018427387904"), ("\"T\" : 3", "\"T\" : 4611686018427387904"),
      ("\"T\" : 3", "\"T\" : 9223372036854775807"), ("\"T\" : 3", "\"T\" : -1"),
      (columns, columns.replacing("3\n", with: "9223372036854775807\n")),
    ].enumerated() {
      try makeCase("case\(index)", text.replacing(found, with: put), in: folder)
      for arguments in [
        ["compare", folder.file("case\(index)"), folder.file("dump")],
        ["inspect", folder.file("case\(index)")],
        ["copy", folder.file("case\(index):out"), "-"],
      ] {
        let outcome = try Tool.run(arguments)
        #expect(outcome.isPlainTrouble, "\(arguments)")
      }
    }
  }

  @Test("Seeded damage to a description ends in a verdict or in trouble, never in a crash")
  func damaged() throws {
    let folder = try TemporaryFolder()
    try makeDump(in: folder)
    let text = try sound()
    var generator = SeededGenerator(seed: 5)
    var verdicts: [Int32: Int] = [:]
    for index in 0..<Self.count {
      let json = damagedJSON(text, &generator)
      try makeCase("case\(index)", json, in: folder)
      let path = folder.file("case\(index)")
      let arguments =
        switch index % 4 {
        case 0: ["inspect", path]
        case 1: ["inspect", path + "/kaldi/propagate_buf.txt"]
        default: ["compare", path, folder.file("dump")]
        }
      let outcome = try Tool.run(arguments)
      verdicts[outcome.status, default: 0] += 1
      if !(0...3).contains(outcome.status) {
        Issue.record(
          "\(arguments[0]) ended with \(outcome.status): \(outcome.errors.suffix(300))\n\(json)")
      }
      try FileManager.default.removeItem(atPath: path)
    }
    #expect(verdicts.count > 1)
  }
}
