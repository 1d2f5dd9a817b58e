import Comparison
import Foundation
import KaldiIO
import Tensors
import TestSupport
import Testing

/// What could not be judged is told, and is no match.
@Suite struct UndecidedTests {
  /// The made-up case, `out` with one bound for the elements of a range and 1e-6 for the others.
  private func golden(bound: Double, in range: Range<Int>) -> LoadedCase {
    var golden = MadeUpCase.golden()
    golden.float32Bounds["out"] = Matrix(
      rows: 6, columns: 2, elements: (0..<12).map { range.contains($0) ? bound : 1e-6 })
    return golden
  }

  /// The root mean square of `out`, computed by hand: its squares add up to 2.8484.
  private static let size = (2.8484 / 12).squareRoot()

  @Test("the root mean square that the tests go by is that of the numbers")
  func size() {
    let squares = MadeUpCase.output.reduce(0) { $0 + $1 * $1 }
    #expect((squares - 2.8484).magnitude < 1e-12)
  }

  @Test("an element decides nothing from a tenth of the root mean square on, a tensor above a half")
  func rule() {
    func report(_ part: Double, _ range: Range<Int>) -> ComparisonReport {
      compare([golden(bound: part * Self.size, in: range)], with: MadeUpCase.dump())
    }
    for (part, range, verdict, share) in [
      (0.1001, 0..<7, TensorRow.Verdict.undecided, 7.0 / 12), (0.1001, 0..<6, .match, 0.5),
      (0.0999, 0..<12, .match, nil), (1e9, 0..<12, .undecided, 1),
      (.infinity, 0..<12, .undecided, 1),
    ] {
      let row = report(part, range).row("out")
      #expect(row?.verdict == verdict)
      #expect(row?.undecidedShare == share)
    }
    let whole = report(1, 0..<12)
    #expect(whole.verdict == .undecided && whole.exitStatus == 3)
    #expect(whole.counts.undecided == 1 && whole.counts.match == 7)
  }

  @Test("elements that should be 0 count neither way")
  func zeros() {
    var golden = golden(bound: 1, in: 0..<12)
    golden.tensors["out"]?.matrix = Matrix(
      rows: 6, columns: 2, elements: [0.5, -0.5] + Array(repeating: 0, count: 10))
    golden.float32Bounds["out"] = Matrix(
      rows: 6, columns: 2, elements: [1e-6, 1e-6] + Array(repeating: 1, count: 10))
    let records = [record("out", stored(6, 2, golden.tensors["out"]?.matrix.elements ?? []))]
    #expect(compare([golden], with: records).row("out")?.verdict == .match)
  }

  @Test("a wrong element of a tensor that decides nothing is still a mismatch")
  func mismatch() {
    let records = MadeUpCase.dump(altering: "out") { matrix in
      var matrix = matrix
      matrix.elements[11] += 1e-3
      return matrix
    }
    let report = compare([golden(bound: 10, in: 0..<11)], with: records)
    #expect(report.row("out")?.verdict == .mismatch)
    #expect(report.exitStatus == 1)
  }

  @Test("doubled, negated and random numbers within a vacuous bound are undecided, not matched")
  func vacuous() {
    var generator = SeededGenerator(seed: 11)
    let noise = (0..<12).map { _ in Double.random(in: -1...1, using: &generator) }
    let changes: [(Matrix<Double>) -> Matrix<Double>] = [
      { $0.map { 2 * $0 } }, { $0.map { -$0 } },
      { Matrix(rows: $0.rows, columns: $0.columns, elements: noise) },
    ]
    for change in changes {
      let report = compare(
        [golden(bound: 10, in: 0..<12)], with: MadeUpCase.dump(altering: "out", change))
      #expect(report.row("out")?.verdict == .undecided)
      #expect(report.exitStatus == 3)
    }
  }

  @Test("a tolerance of the user's own says what matters, but what is undecided may be allowed")
  func allowed() {
    var options = ComparisonOptions()
    options.atol = 100
    let own = compare([MadeUpCase.golden()], with: MadeUpCase.dump(), options: options)
    #expect(own.exitStatus == 0 && own.row("out")?.undecidedShare == 1)
    options.atol = nil
    options.allowUndecided = true
    let allowed = compare(
      [golden(bound: 10, in: 0..<12)], with: MadeUpCase.dump(), options: options)
    #expect(allowed.verdict == .undecided && allowed.exitStatus == 0)
    #expect(TextReport(allowed).summary().hasPrefix("UNDECIDED (allowed): "))
  }

  @Test("inputs and parameters alone are no match: no result was compared")
  func inputsOnly() {
    let given = MadeUpCase.dump().filter { ["in", "w", "bias"].contains($0.name) }
    let report = compare([MadeUpCase.golden()], with: given)
    #expect(report.counts.match == 3 && report.exitStatus == 3)
    #expect(report.unjudged == "no result was compared")
    #expect(TextReport(report).summary().hasSuffix("; no result was compared"))
    let more = MadeUpCase.dump().filter { ["in", "w", "out"].contains($0.name) }
    #expect(compare([MadeUpCase.golden()], with: more).exitStatus == 0)
  }

  @Test("two plain files that agree in every bit are the same, whatever a tolerance makes of them")
  func sameBits() throws {
    try inFreshFolder { folder in
      let tiny = " [\n  1e-9 2e-9 3e-9\n  4e-9 5e-9 6e-9 ]\n"
      let other = " [\n  1e-9 2e-9 3e-9\n  4e-9 5e-9 9e-9 ]\n"
      for (name, text) in [("a.txt", tiny), ("b.txt", tiny), ("c.txt", other)] {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
      }
      func status(_ name: String) throws -> Int32 {
        try compare(expected: folder.path + "/a.txt", actual: folder.path + "/" + name).exitStatus
      }
      #expect(try status("b.txt") == 0)
      #expect(try status("c.txt") == 3)
    }
  }

  @Test("binary archives of numbers below the absolute tolerance are undecided too")
  func binaryArchives() throws {
    try inFreshFolder { folder in
      for (name, factor) in [("a.ark", 1.0), ("b.ark", 1.5), ("c.ark", 1.5e7)] {
        let sink = try ByteSink.open(file: folder.path + "/" + name)
        for key in ["one", "two"] {
          let matrix = Matrix<Double>(
            rows: 3, columns: 4, elements: (0..<12).map { factor * 1e-8 * Double($0 + 1) })
          try sink.append("\(key) ")
          try sink.appendBinaryHeader()
          try sink.appendBinary(matrix, form: .matrix, precision: .float32)
        }
        try sink.finish()
      }
      func report(_ name: String) throws -> ComparisonReport {
        try compare(expected: folder.path + "/a.ark", actual: folder.path + "/" + name)
      }
      #expect(try report("a.ark").exitStatus == 0)
      #expect(try report("b.ark").counts.undecided == 2)
      #expect(try report("c.ark").counts.mismatch == 2)
    }
  }

  @Test("table, JSON and JUnit tell what is undecided, and why")
  func told() throws {
    let report = compare([golden(bound: 10, in: 0..<12)], with: MadeUpCase.dump())
    let text = TextReport(report).rendered()
    #expect(text.contains("decides nothing: 100% of the elements"))
    #expect(text.hasSuffix("UNDECIDED: 7 match, 1 undecided\n"))
    let json = try JSONReport.render(report)
    #expect(json.contains("\"verdict\" : \"undecided\""))
    #expect(json.contains("\"undecidedShare\" : 1"))
    let back = try JSONReport.read(Data(json.utf8), file: "r.json")
    #expect(back.exitStatus == 3 && merge([back, back]).exitStatus == 3)
    let junit = JUnitReport(report).rendered()
    #expect(junit.contains("failures=\"0\" errors=\"1\""))
    #expect(junit.contains("<error message=\"undecided; decides nothing"))
    let given = MadeUpCase.dump().filter { $0.name == "in" }
    let unjudged = JUnitReport(compare([MadeUpCase.golden()], with: given)).rendered()
    #expect(unjudged.contains("<error message=\"no result was compared\"/>"))
  }

  @Test("mismatch outranks undecided, trouble outranks both")
  func order() {
    var report = ComparisonReport()
    report.add(TensorRow(verdict: .undecided))
    #expect(report.exitStatus == 3)
    report.add(TensorRow(verdict: .mismatch))
    #expect(report.exitStatus == 1)
    report.problems = ["a file could not be read"]
    #expect(report.exitStatus == 2)
  }
}
