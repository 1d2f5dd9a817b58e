import Comparison
import Foundation
import Testing

/// Objects without a name, and names of other frameworks.
@Suite struct PositionPairingTests {
  private func compared(_ expected: String, _ actual: String) throws -> ComparisonReport {
    try compare(
      expected: "\(Package.cases)/reports/\(expected)",
      actual: "\(Package.cases)/reports/\(actual)")
  }

  @Test("unnamed objects of two files pair by position")
  func files() throws {
    let second = try compared("F04b-keyless-compare/a.txt", "F04b-keyless-compare/b.txt")
    #expect(second.rows.map(\.verdict) == [.match, .mismatch])
    #expect(second.exitStatus == 1)
    let first = try compared("F04c-first-differs/a.txt", "F04c-first-differs/b.txt")
    #expect(first.rows.map(\.verdict) == [.mismatch, .match])
    #expect(first.exitStatus == 1)
    let same = try compared("F04c-first-differs/a.txt", "F04b-keyless-compare/a.txt")
    #expect(same.counts.match == 2 && same.exitStatus == 0)
  }

  @Test("unnamed objects of two folders' files pair by position, what is one too many is listed")
  func folders() throws {
    try inFreshFolder { folder in
      let texts = [
        "a": " [\n 1.5 2 ]\n [\n 3 4 ]\n", "b": " [\n 1.5 2 ]\n [\n 3 5 ]\n",
        "c": " [\n 1.5 2 ]\n [\n 3 4 ]\n [\n 5 6 ]\n",
      ]
      for (name, text) in texts {
        let path = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: path.appendingPathComponent("m.txt"))
      }
      func report(_ name: String) throws -> ComparisonReport {
        try compare(expected: folder.path + "/a", actual: folder.path + "/" + name)
      }
      #expect(try report("b").rows.map(\.verdict) == [.match, .mismatch])
      #expect(try report("c").rows.map(\.verdict) == [.match, .match, .unrecognised])
    }
  }

  @Test("PyTorch's names are told with what settles them")
  func frameworks() throws {
    let report = try compare(
      expected: Package.golden + "/lstm", actual: Package.cases + "/reports/L66-torchnames")
    #expect(report.row("out")?.verdict == .match)
    for (name, target) in [
      ("weight_ih_l0.grad", "Wx_corr"), ("weight_hh_l0.grad", "Wh_corr"),
      ("bias_ih_l0.grad", "b_corr"), ("bias_hh_l0.grad", "b_corr"),
    ] {
      let note = report.rows.first { $0.actual == name }?.note ?? ""
      #expect(note.hasPrefix("PyTorch names it so: ") && note.contains("i f g o"))
      #expect(note.hasSuffix("--map \(name)=\(target)"))
    }
  }
}
