import Comparison
import Foundation
import KaldiIO
import TestSupport
import Tensors
import Testing

/// The numbers in the rules, each from both of its sides.
@Suite struct EdgeFactorTests {
  // MARK: Defaults without bounds

  @Test(
    "plain binary files may differ by 1e-5 of the number and 1e-6, doubles by 1e-12 and 1e-13",
    arguments: [(Precision.float32, 1e-5, 1e-6), (.float64, 1e-12, 1e-13)])
  func defaults(precision: Precision, rtol: Double, atol: Double) throws {
    try inFreshFolder { folder in
      func write(_ name: String, _ numbers: [Double]) throws -> String {
        let path = folder.path + "/" + name
        let sink = try ByteSink.open(file: path)
        try sink.appendBinaryHeader()
        try sink.appendBinary(
          Matrix<Double>(rows: 1, columns: numbers.count, elements: numbers), form: .matrix,
          precision: precision)
        try sink.finish()
        return path
      }
      // 0 shows the absolute part, 128 the relative one beside it.
      for (value, allowed) in [(0.0, atol), (128, atol + 128 * rtol)] {
        let expected = try write("expected.mat", [value, 64, -32, 16])
        for (part, status) in [(0.99, 0), (1.01, 1)] {
          let actual = try write("actual.mat", [value + part * allowed, 64, -32, 16])
          let report = try compare(expected: expected, actual: actual)
          #expect(report.exitStatus == Int32(status), "\(value), \(part)")
        }
      }
    }
  }

  // MARK: Zeros

  @Test("zeros may stand for numbers up to the smallest normal of binary32, not for any above it")
  func flushed() {
    func row(_ largest: Double) -> TensorRow? {
      var golden = MadeUpCase.golden()
      golden.tensors["out"]?.matrix = Matrix(
        rows: 6, columns: 2, elements: [largest] + Array(repeating: 0x1p-130, count: 11))
      golden.float32Bounds["out"] = Matrix(rows: 6, columns: 2, repeating: 0x1p-126)
      let zeros = MadeUpCase.dump(altering: "out") { $0.map { _ in 0 } }
      return compare([golden], with: zeros).row("out")
    }
    #expect(row(0x1p-126)?.verdict == .undecided)
    #expect(row(0x1p-126)?.causes.isEmpty == true)
    #expect(row((0x1p-126).nextUp)?.verdict == .mismatch)
    #expect(row((0x1p-126).nextUp)?.causes.first == "nothing was computed: every element is 0")
  }

  // MARK: Lower precision

  /// The made-up results: 57 numbers that are not 0, 73 in all.
  private static let results = ["propagate_buf", "out", "in_diff", "w_corr", "bias_corr"]

  /// The cause named where each result's numbers err by a relative error that may depend on their
  /// place among all that are not 0.
  private func cause(_ error: (Int) -> Double) -> String? {
    var place = 0
    let records = MadeUpCase.dump().map { record -> TensorRecord in
      guard Self.results.contains(record.name), case .tensor(var tensor) = record.content else {
        return record
      }
      tensor.matrix = tensor.matrix.map { value in
        guard value != 0 else { return value }
        defer { place += 1 }
        return value + error(place) * value.magnitude
      }
      return TensorRecord(name: record.name, content: .tensor(tensor), origin: record.origin)
    }
    #expect(place == 57)
    return compare([MadeUpCase.golden()], with: records).findings.first?.cause
  }

  @Test("errors of 11 bits need both signs, the rarer in an eighth of all numbers")
  func signs() {
    // 73 / 8 = 9.1: ten are enough, nine are not. Every sixth is ten of 57.
    #expect(cause { $0 % 6 == 0 ? -2e-3 : 2e-3 } == "TF32 or float16 products")
    #expect(cause { $0 % 6 == 0 && $0 < 50 ? -2e-3 : 2e-3 } == "undetermined")
    #expect(cause { $0 % 6 == 0 ? 2e-3 : -2e-3 } == "TF32 or float16 products")
    #expect(cause { $0 % 6 == 0 && $0 < 50 ? 2e-3 : -2e-3 } == "undetermined")
  }

  @Test("half of the numbers must err by a 256th of the format's rounding")
  func share() {
    // 29 of 57 are half; 2⁻¹¹ / 256 is 1.907e-6.
    func alternating(_ place: Int, _ size: Double) -> Double { place % 4 < 2 ? size : -size }
    #expect(cause { $0 % 2 == 0 ? alternating($0, 2e-3) : 0 } == "TF32 or float16 products")
    #expect(cause { $0 % 2 == 0 && $0 > 0 ? alternating($0, 2e-3) : 0 } == "undetermined")
    for (size, name) in [(1.95e-6, "TF32 or float16 products"), (1.85e-6, "undetermined")] {
      #expect(cause { $0 % 5 == 0 ? alternating($0, 2e-3) : alternating($0, size) } == name)
    }
  }

  @Test("errors of 8 bits are bfloat16's, errors beyond them no format's")
  func formats() {
    // The bounds are a millionth; scaled by 2¹³ and 2¹⁶ they are 0.0082 and 0.0655.
    for (size, name) in [
      (8e-3, "TF32 or float16 products"), (8.4e-3, "bfloat16 products"),
      (6.5e-2, "bfloat16 products"), (6.6e-2, "undetermined"),
    ] {
      #expect(cause { $0 % 2 == 0 ? size : -size } == name, "\(size)")
    }
  }
}
