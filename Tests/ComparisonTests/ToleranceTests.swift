import Comparison
import KaldiIO
import Tensors
import TestSupport
import Testing

/// The tolerance rule, element by element, at its edges.
@Suite struct ToleranceTests {
  /// One element of `out`, expected 0.31 within 3.1e-7, printed in a given way.
  private func verdict(
    _ value: Double, _ encoding: StoredTensor.Encoding, isLog: Bool = false,
    options: ComparisonOptions = ComparisonOptions()
  ) -> TensorRow.Verdict? {
    let records = MadeUpCase.dump(altering: "out") { matrix in
      var matrix = matrix
      matrix.elements[0] = value
      return matrix
    }.map { record -> TensorRecord in
      guard record.name == "out", case .tensor(var tensor) = record.content else { return record }
      tensor.encoding = encoding
      var origin = record.origin
      if isLog { origin.component = "<Layer>" }
      return TensorRecord(name: "out", content: .tensor(tensor), origin: origin)
    }
    let chosen = isLog ? records.filter { $0.name == "out" } : records
    return compare([MadeUpCase.golden()], with: chosen, isLog: isLog, options: options)
      .row("out")?.verdict
  }

  @Test("a binary element may stray by its bound and no further")
  func binary() {
    #expect(verdict(0.31 + 3.0e-7, .float32) == .match)
    #expect(verdict(0.31 + 3.2e-7, .float32) == .mismatch)
  }

  @Test("a print adds half a unit of the last digit that its numbers show, in files and in logs")
  func shownDigits() {
    for isLog in [false, true] {
      // 0.31 within 3.1e-7; its seventh digit is worth 1e-7.
      #expect(verdict(0.31 + 3.5e-7, .text(significantDigits: 7), isLog: isLog) == .match)
      #expect(verdict(0.31 + 3.7e-7, .text(significantDigits: 7), isLog: isLog) == .mismatch)
      #expect(verdict(0.31 + 3.5e-7, .text(significantDigits: 9), isLog: isLog) == .mismatch)
      // Numbers that have two digits by nature show nothing: six are taken.
      #expect(verdict(0.31 + 8.0e-7, .text(significantDigits: 2), isLog: isLog) == .match)
      #expect(verdict(0.31 + 8.2e-7, .text(significantDigits: 2), isLog: isLog) == .mismatch)
    }
  }

  @Test("--digits and --decimals override what the text shows")
  func overrides() {
    var options = ComparisonOptions()
    options.digits = 3
    #expect(verdict(0.3104, .text(significantDigits: 9), options: options) == .match)
    options.digits = nil
    options.decimals = 2
    #expect(verdict(0.314, .text(significantDigits: 9), options: options) == .match)
    #expect(verdict(0.316, .text(significantDigits: 9), options: options) == .mismatch)
  }

  @Test("NumPy's fixed-point print is worth half a unit of its last decimal")
  func fixedPoint() {
    #expect(verdict(0.31 + 3.1e-7 + 0.4e-5, .fixedPoint(decimals: 5)) == .match)
    #expect(verdict(0.31 + 3.1e-7 + 0.6e-5, .fixedPoint(decimals: 5)) == .mismatch)
  }

  @Test("an exact 0 has no printed unit, so zeros never pass for numbers")
  func zeros() {
    #expect(verdict(0, .text(significantDigits: 1)) == .mismatch)
    for name in ["out", "in_diff", "w_corr", "bias_corr", "propagate_buf"] {
      let records = MadeUpCase.dump(altering: name) { $0.map { _ in 0 } }
      let report = compare([MadeUpCase.golden()], with: records)
      #expect(report.row(name)?.verdict == .mismatch)
      #expect(report.row(name)?.causes.first?.hasPrefix("nothing was computed") == true)
    }
  }

  @Test("zeros do not pass even where the bound is vacuous")
  func vacuous() {
    var golden = MadeUpCase.golden()
    golden.float32Bounds["out"] = Matrix(rows: 6, columns: 2, repeating: 10)
    let zeros = MadeUpCase.dump(altering: "out") { $0.map { _ in 0 } }
    #expect(compare([golden], with: zeros).row("out")?.verdict == .mismatch)
  }

  @Test("parameters may have been typed to 8 decimals, stored and printed more than once")
  func parameters() {
    func verdict(_ change: Double, _ encoding: StoredTensor.Encoding) -> TensorRow.Verdict? {
      let records = MadeUpCase.dump(altering: "w") { matrix in
        var matrix = matrix
        matrix.elements[0] += change
        return matrix
      }.map { record -> TensorRecord in
        guard record.name == "w", case .tensor(var tensor) = record.content else { return record }
        tensor.encoding = encoding
        return TensorRecord(name: "w", content: .tensor(tensor), origin: record.origin)
      }
      return compare([MadeUpCase.golden()], with: records).row("w")?.verdict
    }
    // 0.2: u·v = 1.19e-8, typed 1e-8, a whole unit of the seventh digit 1e-7, in binary too.
    #expect(verdict(1.21e-7, .float32) == .match)
    #expect(verdict(1.23e-7, .float32) == .mismatch)
    #expect(verdict(1.21e-7, .text(significantDigits: 7)) == .match)
    #expect(verdict(1.23e-7, .text(significantDigits: 7)) == .mismatch)
  }

  @Test("NaN matches only NaN, an infinity only the same infinity")
  func nonFinite() {
    var golden = MadeUpCase.golden()
    golden.tensors["out"]?.matrix.elements[0] = .nan
    golden.tensors["out"]?.matrix.elements[1] = .infinity
    func verdict(_ first: Double, _ second: Double) -> TensorRow.Verdict? {
      let records = MadeUpCase.dump(altering: "out") { matrix in
        var matrix = matrix
        matrix.elements[0] = first
        matrix.elements[1] = second
        return matrix
      }
      return compare([golden], with: records).row("out")?.verdict
    }
    #expect(verdict(.nan, .infinity) == .match)
    #expect(verdict(0.31, .infinity) == .mismatch)
    #expect(verdict(.nan, -.infinity) == .mismatch)
    #expect(verdict(.nan, 1e308) == .mismatch)
    let plain = MadeUpCase.dump(altering: "out") { $0.map { _ in .nan } }
    #expect(compare([MadeUpCase.golden()], with: plain).row("out")?.verdict == .mismatch)
  }

  @Test("--double takes the float64 bounds")
  func double() {
    var options = ComparisonOptions()
    options.double = true
    #expect(verdict(0.31 + 3.0e-7, .float64, options: options) == .mismatch)
    #expect(verdict(0.31 + 2.5e-16, .float64, options: options) == .match)
  }

  @Test("--rtol and --atol take the place of the bounds")
  func relative() {
    var options = ComparisonOptions()
    options.rtol = 0.01
    #expect(verdict(0.3130, .float32, options: options) == .match)
    #expect(verdict(0.3132, .float32, options: options) == .mismatch)
  }

  @Test("one element moved by four times its allowance is always caught")
  func perturbation() {
    var generator = SeededGenerator(seed: 5)
    let golden = MadeUpCase.golden()
    var missed = 0
    var falseAlarms = 0
    for _ in 0..<2_000 {
      let names = ["out", "in_diff", "w_corr", "bias_corr"]
      let name = names[Int.random(in: 0..<names.count, using: &generator)]
      guard let bound = golden.float32Bounds[name] else { continue }
      let index = Int.random(in: 0..<bound.elements.count, using: &generator)
      let sign: Double = Bool.random(using: &generator) ? 1 : -1
      let within = Double.random(in: -0.99...0.99, using: &generator)
      for (factor, wanted) in [(4 * sign, false), (within, true)] {
        let records = MadeUpCase.dump(altering: name) { matrix in
          var matrix = matrix
          matrix.elements[index] += factor * bound.elements[index]
          return matrix
        }
        let report = compare([golden], with: records)
        if wanted, report.exitStatus != 0 { falseAlarms += 1 }
        if !wanted, report.row(name)?.verdict != .mismatch { missed += 1 }
      }
    }
    #expect(missed == 0)
    #expect(falseAlarms == 0)
  }
}
