import Comparison
import KaldiIO
import Tensors
import Testing

/// Logs of several processes, of several runs, and with parameters printed after backward.
@Suite struct LogStreamTests {
  private static let first = MadeUpCase.golden("first", component: "<First>")

  /// The made-up case with all numbers doubled but the parameters' names, and a weight of its own.
  private static let second: LoadedCase = {
    var golden = MadeUpCase.golden("second", component: "<Second>")
    for index in golden.description.tensors.indices {
      let name = golden.description.tensors[index].name
      let own = name.hasPrefix("w") ? "v" + name.dropFirst() : name
      golden.description.tensors[index].files[0].name = own
      guard let tensor = golden.tensors[name] else { continue }
      golden.tensors[name] = nil
      let doubled = tensor.matrix.map { 2 * $0 }
      golden.tensors[own] = StoredTensor(
        form: tensor.form, matrix: doubled, encoding: tensor.encoding)
      golden.float32Bounds[own] = golden.float32Bounds[name]
    }
    return golden
  }()

  private func logged(
    _ name: String, of golden: LoadedCase, after marker: String, line: Int
  ) -> TensorRecord {
    var tensor = golden.tensors[name] ?? stored(0, 0, [])
    tensor.encoding = .text(significantDigits: 6)
    return record(
      name, tensor, file: "x.log", line: line, function: "Test", sourceLine: "test.cc:\(line)",
      component: marker)
  }

  @Test("messages of two processes go to the component they can be of: by name, shape, value")
  func interleaved() {
    let (first, second) = (Self.first, Self.second)
    let report = compare(
      [first, second],
      with: [
        logged("w", of: first, after: "<First>", line: 1),
        logged("w_corr", of: first, after: "<Second>", line: 2),
        logged("v", of: second, after: "<Second>", line: 3),
        // The name and the shape are those of both: the numbers tell.
        logged("in", of: first, after: "<Second>", line: 4),
        logged("in", of: second, after: "<Second>", line: 5),
        logged("out", of: second, after: "<Second>", line: 6),
        logged("out", of: first, after: "<Second>", line: 7),
        logged("v_corr", of: second, after: "<Second>", line: 8),
      ], isLog: true)
    #expect(report.counts.match == 8 && report.counts.mismatch == 0)
    #expect(
      report.rows.filter { $0.verdict == .match }.compactMap(\.case).sorted()
        == Array(repeating: "first", count: 4) + Array(repeating: "second", count: 4))
  }

  @Test("objects without a marker go where they fit best")
  func unmarked() {
    func unmarked(_ name: String, of golden: LoadedCase, line: Int) -> TensorRecord {
      var record = logged(name, of: golden, after: "", line: line)
      record.origin.component = nil
      return record
    }
    let (first, second) = (Self.first, Self.second)
    let report = compare(
      [first, second],
      with: [
        logged("in", of: first, after: "<First>", line: 1),
        logged("in", of: second, after: "<Second>", line: 2),
        unmarked("w_corr", of: first, line: 3), unmarked("out", of: second, line: 4),
        unmarked("out", of: first, line: 5),
      ], isLog: true)
    #expect(report.counts.match == 5 && report.counts.mismatch + report.counts.unrecognised == 0)
  }

  @Test("an object with wrong numbers stays with its own marker")
  func wrongStays() {
    var wrong = Self.second
    wrong.tensors["out"]?.matrix.elements[0] += 0.1
    let report = compare(
      [Self.first, Self.second],
      with: [
        logged("out", of: Self.first, after: "<First>", line: 1),
        logged("in", of: Self.second, after: "<Second>", line: 2),
        logged("out", of: wrong, after: "<Second>", line: 3),
      ], isLog: true)
    let outs = report.rows.filter { $0.expected == "out" }
    #expect(outs.map(\.verdict) == [.match, .mismatch])
    #expect(outs.map(\.case) == ["first", "second"])
  }

  @Test("a source line that jumps back begins a new run, so that each has its own update")
  func jumpsBack() {
    func run(rate: Double, from line: Int) -> [TensorRecord] {
      let updated = zip(MadeUpCase.weight, MadeUpCase.weightGradient).map { $0 - rate * $1 }
      return [
        record(
          "in_diff", stored(6, 2, MadeUpCase.inputGradient, encoding: .text(significantDigits: 6)),
          file: "x.log", line: line, function: "Test", sourceLine: "test.cc:10",
          component: "<Layer>"),
        record(
          "w", stored(3, 2, updated, encoding: .text(significantDigits: 7)), file: "x.log",
          line: line + 1, function: "Test", sourceLine: "test.cc:20", component: "<Layer>"),
      ]
    }
    // One pass has one rate; two runs may have two.
    let report = compare(
      [MadeUpCase.golden()], with: run(rate: 0.5, from: 1) + run(rate: 0.25, from: 3), isLog: true)
    #expect(report.rows.compactMap(\.learningRate) == [0.5, 0.25])
    #expect(report.exitStatus == 0)
  }

  @Test("an updated parameter may stray by the gradient's bound and a unit of its print")
  func updateBound() {
    func verdict(_ change: Double) -> TensorRow.Verdict? {
      var updated = zip(MadeUpCase.weight, MadeUpCase.weightGradient).map { $0 - $1 }
      updated[0] += change
      var options = ComparisonOptions()
      options.learningRate = 1
      let records = [
        record(
          "in_diff", stored(6, 2, MadeUpCase.inputGradient, encoding: .text(significantDigits: 9)),
          file: "x.log", line: 1, function: "Test", component: "<Layer>"),
        record(
          "w", stored(3, 2, updated, encoding: .text(significantDigits: 5)), file: "x.log", line: 2,
          function: "Test", component: "<Layer>"),
      ]
      return compare([MadeUpCase.golden()], with: records, isLog: true, options: options)
        .rows.last { $0.expected == "w" }?.verdict
    }
    // -12.3 to six digits, since six numbers are too few to show five: 1e-4 is the unit, 12.5e-6 the
    // gradient's bound, 7.45e-7 the rounding of both parameters, 1e-8 for typing; 1.13255e-4.
    #expect(verdict(1.1325e-4) == .match)
    #expect(verdict(1.1326e-4) == .mismatch)
  }

  @Test(
    "parameters printed after backward without an update match where their gradients are printed",
    arguments: [("sru", 12), ("tflstm", 27)])
  func noUpdate(name: String, count: Int) throws {
    let report = try compare(
      expected: Package.golden,
      actual: "\(Package.cases)/logs/log-params-after-backward/\(name)-default.log")
    #expect(report.exitStatus == 0 && report.counts.match == count)
    #expect(report.counts.mismatch + report.counts.unrecognised == 0)
    #expect(report.rows.contains { $0.note?.hasSuffix("no update came between") == true })
  }
}
