import Comparison
import Foundation
import KaldiIO
import Testing

/// A dump of zeros where a result should be: a mismatch in every case, view and result.
///
/// By the letters of each element alone a printed `0` would be worth ±0.5, and zeros would match
/// nearly every golden tensor.
@Suite struct AllZeroTests {
  static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("golden")

  /// Every case with each view it has.
  static let views: [(name: String, view: String)] = {
    let names = try? FileManager.default.contentsOfDirectory(atPath: golden.path)
    return (names ?? []).filter { !$0.hasPrefix(".") }.sorted().flatMap { name in
      ["numpy", "kaldi"].filter { view in
        let path = golden.appendingPathComponent("\(name)/\(view)").path
        return FileManager.default.fileExists(atPath: path)
      }.map { (name: name, view: $0) }
    }
  }()

  /// A golden file's text with every number replaced by `0`.
  static func zeros(of file: URL) throws -> String {
    let text = try String(contentsOf: file, encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.split(separator: " ", omittingEmptySubsequences: false).map { word in
        Double(word) == nil ? String(word) : "0"
      }.joined(separator: " ")
    }.joined(separator: "\n")
  }

  static func results(_ name: String, _ view: String) throws -> [CaseDescription.File] {
    let data = try Data(contentsOf: golden.appendingPathComponent("\(name)/case.json"))
    let description = try JSONDecoder().decode(CaseDescription.self, from: data)
    return description.tensors.filter { $0.role.isResult }.flatMap(\.files).filter {
      $0.view == view
    }
  }

  @Test func `both views of all cases are tried`() {
    #expect(Self.views.count >= 27)
  }

  @Test(arguments: views)
  func `zeros for all results mismatch in each of them`(_ name: String, _ view: String) throws {
    let results = try Self.results(name, view)
    #expect(results.count >= 2)
    try inFreshFolder { folder in
      for file in results {
        let source = Self.golden.appendingPathComponent("\(name)/\(file.file)")
        let copy = folder.appendingPathComponent("\(file.name).txt")
        try Data(Self.zeros(of: source).utf8).write(to: copy)
      }
      let report = try compare(
        expected: Self.golden.appendingPathComponent("\(name)/\(view)").path,
        actual: folder.path, options: ComparisonOptions())
      #expect(report.exitStatus == 1)
      for file in results { #expect(report.verdicts(file.name) == [.mismatch], "\(file.name)") }
    }
  }

  @Test(arguments: views)
  func `zeros for one result alone mismatch`(_ name: String, _ view: String) throws {
    for file in try Self.results(name, view) {
      try inFreshFolder { folder in
        let source = Self.golden.appendingPathComponent("\(name)/\(file.file)")
        let copy = folder.appendingPathComponent("\(file.name).txt")
        try Data(Self.zeros(of: source).utf8).write(to: copy)
        let report = try compare(
          expected: Self.golden.appendingPathComponent("\(name)/\(view)").path,
          actual: folder.path, options: ComparisonOptions())
        #expect(report.exitStatus == 1, "\(file.name)")
        #expect(report.verdicts(file.name) == [.mismatch], "\(file.name)")
      }
    }
  }
}
