import Comparison
import KaldiIO
import Tensors
import Testing

/// Pairing of logged objects by marker, order, shape and value.
@Suite struct LogPairingTests {
  /// A log's record: six digits, after a marker.
  private func logged(
    _ name: String, _ rows: Int, _ columns: Int, _ elements: [Double], at line: Int,
    component: String? = "<Layer>", function: String = "Test"
  ) -> TensorRecord {
    record(
      name, stored(rows, columns, elements, encoding: .text(significantDigits: 6)), file: "x.log",
      line: line, function: function, sourceLine: "test.cc:\(line)", component: component)
  }

  private func pass(updated: [Double], component: String? = "<Layer>") -> [TensorRecord] {
    [
      logged("", 1, 9, MadeUpCase.weight + MadeUpCase.bias, at: 1, component: component),
      logged("mat_out", 6, 2, MadeUpCase.output, at: 2, component: component),
      logged("mat_in_diff", 6, 2, MadeUpCase.inputGradient, at: 3, component: component),
      logged("", 3, 2, updated, at: 4, component: component),
    ]
  }

  private func weightAfter(_ rate: Double) -> [Double] {
    zip(MadeUpCase.weight, MadeUpCase.weightGradient).map { $0 - rate * $1 }
  }

  @Test("a flattened vector is all parameters, a matrix after in_diff the updated one")
  func flattened() {
    let report = compare(
      [MadeUpCase.golden()], with: pass(updated: weightAfter(-1)), isLog: true)
    #expect(report.exitStatus == 0)
    #expect(report.verdicts("w") == [.match, .match])
    #expect(report.verdicts("bias") == [.match])
    #expect(report.rows.compactMap(\.learningRate) == [-1])
    #expect(report.row("out")?.source == "x.log:2")
  }

  @Test("the learning rate is found and told", arguments: [-1.0, 0.008, 0.5, -0.25, 3, 1e-3])
  func rates(rate: Double) {
    let report = compare(
      [MadeUpCase.golden()], with: pass(updated: weightAfter(rate)), isLog: true)
    #expect(report.exitStatus == 0)
    #expect(report.rows.compactMap(\.learningRate) == [rate])
  }

  @Test("an old parameter where the updated one belongs is called not updated")
  func notUpdated() {
    let report = compare(
      [MadeUpCase.golden()], with: pass(updated: MadeUpCase.weight), isLog: true)
    let row = report.rows.last { $0.expected == "w" && $0.verdict == .mismatch }
    #expect(row?.causes.first?.hasPrefix("not updated") == true)
    #expect(report.exitStatus == 1)
    #expect(report.findings.first?.cause == "backward not computed")
  }

  @Test("--learning-rate pins the rate")
  func pinned() {
    var options = ComparisonOptions()
    options.learningRate = 1
    let report = compare(
      [MadeUpCase.golden()], with: pass(updated: weightAfter(-1)), isLog: true, options: options)
    #expect(report.exitStatus == 1)
  }

  @Test("an update that no single rate explains is a mismatch")
  func noRate() {
    var odd = weightAfter(-1)
    odd[3] += 0.01
    let report = compare([MadeUpCase.golden()], with: pass(updated: odd), isLog: true)
    #expect(report.verdicts("w") == [.match, .mismatch])
  }

  @Test("a log that prints everything twice is compared twice")
  func twice() {
    let once = pass(updated: weightAfter(-1))
    let report = compare([MadeUpCase.golden()], with: once + once, isLog: true)
    #expect(report.exitStatus == 0)
    #expect(report.verdicts("out") == [.match, .match])
    #expect(report.verdicts("w") == [.match, .match, .match, .match])
  }

  @Test("the marker chooses the case, another component's objects are unrecognised")
  func markers() {
    let other = MadeUpCase.golden("other", component: "<Other>")
    let report = compare(
      [other, MadeUpCase.golden()],
      with: pass(updated: weightAfter(-1)) + pass(updated: weightAfter(-1), component: "<None>"),
      isLog: true)
    #expect(Set(report.rows.compactMap(\.case)) == ["layer"])
    #expect(report.counts.unrecognised == 4)
    #expect(report.exitStatus == 0)
  }

  @Test("an unnamed matrix is paired by value, one with wrong values by shape")
  func unnamed() {
    let right = compare(
      [MadeUpCase.golden()],
      with: [logged("", 6, 2, MadeUpCase.inputGradient, at: 1)], isLog: true)
    #expect(right.row("in_diff")?.verdict == .match)
    #expect(right.row("in_diff")?.note == "unnamed in the log, paired by value")
    let wrong = compare(
      [MadeUpCase.golden()],
      with: [logged("", 6, 2, MadeUpCase.inputGradient.map { $0 * 1.01 }, at: 1)], isLog: true)
    #expect(wrong.row("in_diff")?.verdict == .mismatch)
  }
}
