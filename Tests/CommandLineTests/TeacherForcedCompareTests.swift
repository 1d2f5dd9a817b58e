import Foundation
import Testing

/// `compare --teacher-forced` on what a compiled Kaldi printed, as it is and with one number altered.
@Suite struct TeacherForcedCompareTests {
  static let dumps = "Tests/Fixtures/kaldi-dumps"

  @Test(arguments: [
    ("sru", "sru", "the dump's own operands"), ("tflstm", "tflstm", "the dump's own operands"),
    ("tflstm", "tflstm-binary", "c carried"),
  ])
  func `Kaldi's own frames follow from each other`(
    name: String, dump: String, basis: String
  ) throws {
    let outcome = try Tool.run(
      "compare", "golden/\(name)", "\(Self.dumps)/\(dump)", "--teacher-forced")
    #expect(outcome.status == 0 && outcome.errors == "")
    #expect(outcome.output.contains("teacher-forced: "))
    #expect(outcome.output.contains(basis))
  }

  /// The columns of `propagate_buf` for H = 3: block k from 1 holds g i f o c n h h.
  @Test(arguments: [
    (row: 4, column: (1 * 8 + 4) * 3 + 2, "cell, block 1, t=1, stream 0, unit 2"),
    (row: 7, column: (2 * 8 + 4) * 3 + 0, "cell, block 2, t=2, stream 1, unit 0"),
    (row: 2, column: (1 * 8 + 2) * 3 + 1, "forget gate, block 1, t=0, stream 0, unit 1"),
  ])
  func `one altered number of a Kaldi buffer is named`(
    row: Int, column: Int, place: String
  ) throws {
    try Tool.inFreshFolder { folder in
      let file = Tool.root.appendingPathComponent("\(Self.dumps)/tflstm/propagate_buf.mat")
      var lines = try String(contentsOf: file, encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.split(separator: " ").map(String.init) }
      let number = try #require(Double(lines[row + 1][column]))
      lines[row + 1][column] = "\(number + 1e-3)"
      let text = lines.map { $0.joined(separator: " ") }.joined(separator: "\n")
      let altered = folder.appendingPathComponent("propagate_buf.mat")
      try Data(text.utf8).write(to: altered)
      let plain = try Tool.run("compare", "golden/tflstm", altered.path, "--teacher-forced")
      #expect(plain.status == 1)
      #expect(plain.output.contains("first wrong: \(place) (teacher-forced)\n"))
      let json = try Tool.run(
        "compare", "golden/tflstm", altered.path, "--teacher-forced", "--json")
      #expect(json.output.contains("\"firstWrong\" : \"\(place) (teacher-forced)\""))
      #expect(json.output.contains("\"teacherForced\" : true"))
    }
  }

  @Test func `a layer without a recurrence says that there is nothing to force`() throws {
    let outcome = try Tool.run(
      "compare", "golden/compact-vfsmn", "\(Self.dumps)/compact-vfsmn", "--teacher-forced")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("not teacher-forced: "))
  }
}
