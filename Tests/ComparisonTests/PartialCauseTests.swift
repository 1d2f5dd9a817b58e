import Comparison
import Foundation
import KaldiIO
import Tensors
import Testing

/// Several causes in one dump, and constants that are fitted to what is wrong.
@Suite struct PartialCauseTests {
  private typealias Alteration = @Sendable (Matrix<Double>) -> Matrix<Double>

  private func report(
    _ alterations: [String: Alteration], hypotheses: [Hypothesis] = [],
    untried: String? = nil
  ) -> ComparisonReport {
    let records = MadeUpCase.dump().map { record -> TensorRecord in
      guard let alter = alterations[record.name], case .tensor(var tensor) = record.content else {
        return record
      }
      tensor.matrix = alter(tensor.matrix)
      return TensorRecord(name: record.name, content: .tensor(tensor), origin: record.origin)
    }
    return compare(
      [MadeUpCase.golden()], with: records, hypotheses: { _, _, _ in hypotheses },
      untried: { _, _ in untried })
  }

  private let oneOff: Alteration = { matrix in
    var matrix = matrix
    matrix.elements[1] += 0.01
    return matrix
  }

  private let squared: Alteration = { $0.map { $0 * $0 + 0.1 } }

  private func matrix(_ rows: Int, _ elements: [Double]) -> Matrix<Double> {
    Matrix(rows: rows, columns: elements.count / rows, elements: elements)
  }

  // MARK: Parts

  @Test("what explains a part is told for it, and what remains is told too")
  func partial() {
    let report = report(["w_corr": { $0.transposed() }, "out": oneOff])
    let finding = report.findings.first
    #expect(finding?.cause == "undetermined")
    #expect(finding?.parts?.map(\.cause) == ["transposed"])
    #expect(finding?.parts?.map(\.tensors) == [["w_corr"]])
    #expect(
      finding?.explanation == "transposed explains 1 of 2 (w_corr); undetermined: out")
    #expect(report.row("w_corr")?.causes == ["transposed"])
    #expect(report.row("out")?.causes == [])
    let text = TextReport(report).rendered()
    #expect(text.contains("cause of w_corr: transposed\n"))
  }

  @Test("parts pass through a JSON report, and a report without them reads as before")
  func json() throws {
    let transposed: Alteration = { $0.transposed() }
    let both: [String: Alteration] = ["w_corr": transposed, "out": oneOff]
    for alter in [both, ["out": oneOff]] {
      let report = report(alter)
      let text = try JSONReport.render(report)
      #expect(try JSONReport.read(Data(text.utf8), file: "r.json") == report)
      #expect(text.contains("\"parts\"") == (alter.count == 2))
    }
  }

  @Test("a known mistake is told for a part only from the first tensor that it alters")
  func knownPart() {
    let out = matrix(6, MadeUpCase.output)
    let gradient = matrix(6, MadeUpCase.inputGradient)
    let forward = Hypothesis(
      name: "forward", explanation: "f",
      tensors: ["out": squared(out), "in_diff": gradient.map { $0 + 3 }])
    // What it gives for out stands there, and in_diff is wrong otherwise.
    let first = report(["out": squared, "in_diff": oneOff], hypotheses: [forward])
    #expect(first.findings.first?.parts?.map(\.cause) == ["forward"])
    #expect(first.row("in_diff")?.causes == [])
    // The other way round it explains in_diff by accident.
    let second = report(
      ["out": oneOff, "in_diff": { $0.map { $0 * $0 + 0.1 } }],
      hypotheses: [
        Hypothesis(
          name: "accident", explanation: "",
          tensors: ["out": squared(out), "in_diff": squared(gradient)])
      ])
    #expect(second.findings.first?.parts == nil)
    // One that would spoil a right tensor explains nothing.
    let third = report(["out": squared], hypotheses: [forward])
    #expect(third.findings.first?.cause == "undetermined")
  }

  @Test("a tensor in the program's own layout does not hide the cause of the others")
  func ownLayout() {
    let wrong = matrix(3, MadeUpCase.weightGradient).map { $0 * $0 + 0.1 }
    let mistake = Hypothesis(
      name: "mistake", explanation: "m",
      tensors: ["out": squared(matrix(6, MadeUpCase.output)), "w_corr": wrong])
    let report = report(
      ["out": squared, "w_corr": { self.squared($0).transposed() }], hypotheses: [mistake])
    #expect(report.findings.first?.cause == "mistake")
    #expect(
      report.findings.first?.explanation?.contains("w_corr holds that with transposed") == true)
    #expect(report.row("w_corr")?.causes == ["mistake", "transposed"])
  }

  @Test("more than three mistakes that explain one part alike are told by none")
  func alike() {
    let out = squared(matrix(6, MadeUpCase.output))
    let many = (0..<4).map { index in
      Hypothesis(
        name: "mistake \(index)", explanation: "",
        tensors: [
          "out": out, "in_diff": matrix(6, MadeUpCase.inputGradient).map { $0 + Double(index + 1) },
        ])
    }
    let alter: [String: Alteration] = ["out": squared, "in_diff": oneOff]
    #expect(report(alter, hypotheses: many).findings.first?.parts == nil)
    #expect(
      report(alter, hypotheses: Array(many.prefix(2))).findings.first?.parts?.map(\.cause)
        == ["mistake 0 or mistake 1"])
  }

  @Test("why known mistakes were not tried is told where no cause is found")
  func untried() {
    let words = "known mistakes were not tried"
    #expect(
      report(["out": oneOff], untried: words).findings.first?.explanation == words)
    #expect(
      report(["out": { $0.map { -$0 } }], untried: words).findings.first?.cause == "sign flipped")
  }

  // MARK: Constants

  private func cause(
    of name: String = "out", _ alter: @escaping Alteration
  ) -> String? {
    report([name: alter]).findings.first?.cause
  }

  @Test("a constant added, a clip, a mask and a constant are told with their values")
  func fitted() {
    #expect(cause { $0.map { $0 + 0.25 } } == "0.25 added")
    #expect(cause { $0.map { $0 - 1.5 } } == "1.5 subtracted")
    #expect(cause { $0.map { max(-0.5, min($0, 0.5)) } } == "clipped at 0.5")
    #expect(cause { $0.map { min($0, 0.5) } } == "clipped at 0.5 from above")
    #expect(cause { $0.map { max(-0.3, min($0, 0.3)) } } == "clipped at 0.3")
    #expect(cause { $0.map { max($0, 0) } } == "clipped at 0 from below")
    #expect(cause { $0.map { _ in 7.5 } } == "constant 7.5")
    func masked(_ factor: Double) -> String? {
      cause { matrix in
        var place = 0
        return matrix.map { value in
          defer { place += 1 }
          return place % 3 == 0 ? 0 : factor * value
        }
      }
    }
    #expect(masked(1.25) == "0 or 1.25 times")
    #expect(masked(1) == "partly 0")
    // One element shows neither a mask nor a clip.
    for value in [0, 0.5] {
      #expect(
        cause { matrix in
          var matrix = matrix
          matrix.elements[6] = value
          return matrix
        } == "undetermined")
    }
  }

  @Test("what is no number is told, in the padding by its name")
  func notANumber() {
    func report(_ places: [Int], _ value: Double) -> ComparisonReport.Finding? {
      self.report([
        "propagate_buf": { matrix in
          var matrix = matrix
          for place in places { matrix.elements[place] = value }
          return matrix
        }
      ]).findings.first
    }
    let padding = report([2], .nan)
    #expect(padding?.cause == "not a number in the padding frame")
    #expect(padding?.firstWrong == "cell, padding frame before t=0, stream 0, unit 0")
    #expect(report([36], .infinity)?.cause == "infinite in the padding frame")
    #expect(
      report([36], .nan)?.firstWrong == "forget gate, padding frame after t=2, stream 1, unit 0")
    #expect(report([2, 13], .nan)?.cause == "not a number")
    #expect(report([4], 0.5)?.firstWrong?.contains("padding frame before t=0") == true)
  }
}
