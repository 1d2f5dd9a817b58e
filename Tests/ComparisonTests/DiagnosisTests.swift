import Comparison
import KaldiIO
import Tensors
import Testing

/// Naming the cause of a mismatch, and where it starts.
@Suite struct DiagnosisTests {
  private func finding(
    _ records: [TensorRecord], hypotheses: [Hypothesis] = []
  ) -> ComparisonReport.Finding? {
    let provider: HypothesisProvider = { _, _, _ in hypotheses }
    return compare([MadeUpCase.golden()], with: records, hypotheses: provider).findings.first
  }

  private func permuted(_ matrix: Matrix<Double>, rows: [Int]) -> Matrix<Double> {
    Matrix(
      rows: matrix.rows, columns: matrix.columns, elements: rows.flatMap { matrix.row($0) })
  }

  @Test("a transposed weight gradient")
  func transposed() {
    #expect(finding(MadeUpCase.dump(altering: "w_corr") { $0.transposed() })?.cause == "transposed")
  }

  @Test("rows laid out batch-major")
  func batchMajor() {
    // Time-major rows (t, n) are 00 01 10 11 20 21; batch-major has 00 10 20 01 11 21.
    let records = MadeUpCase.dump(altering: "out") { permuted($0, rows: [0, 2, 4, 1, 3, 5]) }
    #expect(finding(records)?.cause == "batch-major for time-major")
  }

  @Test("frames late, early, reversed; rows and columns reversed")
  func moved() {
    func cause(_ rows: [Int]) -> String? {
      finding(MadeUpCase.dump(altering: "out") { permuted($0, rows: rows) })?.cause
    }
    #expect(cause([0, 1, 0, 1, 2, 3]) == "one frame late")
    #expect(cause([2, 3, 4, 5, 4, 5]) == "one frame early")
    #expect(cause([4, 5, 2, 3, 0, 1]) == "frames reversed")
    #expect(cause([5, 4, 3, 2, 1, 0]) == "rows reversed")
    let mirrored = MadeUpCase.dump(altering: "w_corr") { matrix in
      Matrix(
        rows: 3, columns: 2,
        elements: (0..<3).flatMap { Array(matrix.row($0).reversed()) })
    }
    #expect(finding(mirrored)?.cause == "columns reversed")
  }

  @Test(
    "sign and scale",
    arguments: [
      (-1.0, "sign flipped"), (2, "doubled or multiplied by N or multiplied by D"),
      (0.5, "halved or divided by N or divided by D"), (1.0 / 3, "divided by T"),
      (1.0 / 6, "divided by N·T"), (0.008, "scaled by 0.008"), (1.9, "scaled by 1.9"),
      (1.0005, "undetermined"),
    ])
  func scaled(factor: Double, cause: String) {
    let records = MadeUpCase.dump(altering: "in_diff") { $0.map { $0 * factor } }
    #expect(finding(records)?.cause == cause)
  }

  @Test("one cause must explain every mismatching tensor")
  func together() {
    let first = MadeUpCase.dump(altering: "in_diff") { $0.map { -$0 } }
    func also(_ factor: Double) -> [TensorRecord] {
      first.map { record in
        guard record.name == "w_corr", case .tensor(var tensor) = record.content else {
          return record
        }
        tensor.matrix = tensor.matrix.map { $0 * factor }
        return TensorRecord(name: "w_corr", content: .tensor(tensor), origin: record.origin)
      }
    }
    #expect(finding(also(-1))?.cause == "sign flipped")
    let both = finding(also(2))
    #expect(both?.cause == "sign flipped; doubled or multiplied by N or multiplied by D")
    #expect(both?.parts?.map(\.tensors) == [["in_diff"], ["w_corr"]])
  }

  @Test("nothing computed, forward or backward")
  func nothing() {
    let backward = MadeUpCase.dump(altering: "in_diff") { $0.map { _ in 0 } }
    #expect(finding(backward)?.cause == "backward not computed")
    let forward = MadeUpCase.dump(altering: "out") { $0.map { _ in 0 } }
    #expect(finding(forward)?.cause == "nothing computed")
  }

  @Test("a handed-in mistake is named if it alone explains everything")
  func handedIn() {
    let odd = Matrix(rows: 6, columns: 2, elements: MadeUpCase.output.map { $0 * $0 + 0.1 })
    let right = Hypothesis(
      name: "squared", explanation: "the output was squared", tensors: ["out": odd])
    let wrong = Hypothesis(
      name: "cubed", explanation: "the output was cubed",
      tensors: ["out": odd.map { $0 * 1.01 }])
    let partial = Hypothesis(
      name: "squared, and the gradient too", explanation: "both",
      tensors: ["out": odd, "in_diff": odd])
    let records = MadeUpCase.dump(altering: "out") { _ in odd }
    let named = finding(records, hypotheses: [wrong, right, partial])
    #expect(named?.cause == "squared")
    #expect(named?.explanation?.contains("the output was squared") == true)
    #expect(finding(records, hypotheses: [wrong])?.cause == "undetermined")
    // The same numbers under two names are one cause; near ones that both fit are not.
    let twin = Hypothesis(name: "twin", explanation: "", tensors: ["out": odd])
    #expect(finding(records, hypotheses: [right, twin])?.cause == "squared or twin")
    let near = Hypothesis(
      name: "near", explanation: "", tensors: ["out": odd.map { $0 * (1 + 1e-8) }])
    #expect(finding(records, hypotheses: [right, near])?.cause == "undetermined")
  }

  @Test("a known mistake is one cause with the factor or layout that its prediction shows")
  func knownMistakeWins() {
    let doubled = MadeUpCase.weightGradient.map { $0 * 2 }
    let known = Hypothesis(
      name: "gradient-doubled", explanation: "added twice",
      tensors: ["w_corr": Matrix(rows: 3, columns: 2, elements: doubled)])
    let records = MadeUpCase.dump(altering: "w_corr") { $0.map { $0 * 2 } }
    #expect(finding(records, hypotheses: [known])?.cause == "gradient-doubled")
    // Words for an empty gradient stay those that say what to look for.
    let empty = Hypothesis(
      name: "backward-not-computed", explanation: "",
      tensors: ["w_corr": Matrix(rows: 3, columns: 2, repeating: 0)])
    let zeros = MadeUpCase.dump(altering: "w_corr") { $0.map { _ in 0 } }
    #expect(finding(zeros, hypotheses: [empty])?.cause == "backward not computed")
    // An empty tensor that another mistake explains is that mistake's.
    let other = Hypothesis(name: "bias-left-out", explanation: "", tensors: empty.tensors)
    #expect(finding(zeros, hypotheses: [other])?.cause == "bias-left-out")
  }

  @Test("a rough prediction that comes near is held to its own bounds")
  func refined() {
    let rough = Matrix(rows: 6, columns: 2, elements: MadeUpCase.output.map { $0 * $0 + 0.1 })
    func hypothesis(bound: Double) -> Hypothesis {
      let exact = Hypothesis(
        name: "shifted", explanation: "", tensors: ["out": rough],
        bounds: ["out": Matrix(rows: 6, columns: 2, repeating: bound)])
      return Hypothesis(
        name: "shifted", explanation: "", tensors: ["out": rough], refined: { exact })
    }
    let records = MadeUpCase.dump(altering: "out") { $0.map { $0 * $0 + 0.1 + 1e-5 } }
    #expect(finding(records, hypotheses: [hypothesis(bound: 2e-5)])?.cause == "shifted")
    #expect(finding(records, hypotheses: [hypothesis(bound: 5e-6)])?.cause == "undetermined")
  }

  @Test("undetermined names what is nearest, up to ten times the tolerance")
  func undetermined() {
    func explanation(of shares: Double) -> String? {
      let records = MadeUpCase.dump(altering: "out") { matrix in
        var matrix = matrix.map { -$0 }
        matrix.elements[3] -= shares * 1e-6 * matrix.elements[3].magnitude
        return matrix
      }
      let found = finding(records)
      #expect(found?.cause == "undetermined")
      return found?.explanation
    }
    #expect(explanation(of: 5)?.hasPrefix("nearest: sign flipped (") == true)
    #expect(explanation(of: 20) == nil)
  }

  @Test("the first wrong frame, stream and column")
  func firstWrong() {
    let forward = MadeUpCase.dump(altering: "out") { matrix in
      var matrix = matrix
      for index in 7..<12 { matrix.elements[index] += 0.1 }
      return matrix
    }
    #expect(finding(forward)?.firstWrong == "out, t=1, stream 1, column 1")
    // A gradient is computed from the last frame to the first.
    let backward = MadeUpCase.dump(altering: "in_diff") { matrix in
      var matrix = matrix
      for index in 0..<6 { matrix.elements[index] += 0.1 }
      return matrix
    }
    #expect(finding(backward)?.firstWrong == "in_diff, t=1, stream 0, column 0")
  }

  @Test("an internal shows the first wrong quantity")
  func firstQuantity() {
    // Row 7 is t = 2 (one frame of padding), stream 1; columns 0, 1 forget gate, 2, 3 cell.
    let records = MadeUpCase.dump(altering: "propagate_buf") { matrix in
      var matrix = matrix
      matrix.elements[7 * 4 + 1] += 0.1
      matrix.elements[7 * 4 + 2] += 0.1
      matrix.elements[6 * 4 + 3] += 0.1
      return matrix
    }
    #expect(finding(records)?.firstWrong == "forget gate, t=2, stream 1, unit 1")
  }
}
