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

  /// The cause named where each result's numbers are altered.
  private func cause(
    in names: [String] = results, printed: StoredTensor.Encoding = .float64,
    _ alter: (Int, Double) -> Double
  ) -> String? {
    var place = 0
    let records = MadeUpCase.dump().map { record -> TensorRecord in
      guard names.contains(record.name), case .tensor(var tensor) = record.content else {
        return record
      }
      tensor.encoding = printed
      tensor.matrix = tensor.matrix.map { value in
        guard value != 0 else { return value }
        defer { place += 1 }
        return alter(place, value)
      }
      return TensorRecord(name: record.name, content: .tensor(tensor), origin: record.origin)
    }
    return compare([MadeUpCase.golden()], with: records).findings.first?.cause
  }

  @Test("errors of a format's size, however they are spread, are no evidence of it")
  func sizes() {
    for size in [0x1p-12, 0x1p-11, 2e-3, 8e-3, 0x1p-8, 6e-2] {
      #expect(cause { $1 * (1 + ($0 % 2 == 0 ? size : -size)) } == "undetermined", "\(size)")
      #expect(cause { $1 * (1 + ($0 % 3 == 0 ? size : -size / 7)) } == "undetermined", "\(size)")
    }
  }

  /// A number rounded to so many bits by way of binary32's own rounding: a sum with a large number.
  private func rounded(_ value: Double, bits: Int) -> Double {
    let large = Float(
      sign: .plus, exponent: Float.Exponent(value.exponent) + 24 - bits, significand: 1.5)
    return Double((Float(value) + large) - large)
  }

  @Test("numbers that are the right ones on a format's grid are stored in it, in decimals too")
  func stored() {
    for printed in [StoredTensor.Encoding.float32, .text(significantDigits: 7)] {
      func decimal(_ value: Double) -> Double {
        printed == .float32 ? value : Double("\(Float(value))") ?? .nan
      }
      func cause(_ bits: Int) -> String? {
        self.cause(in: ["propagate_buf", "out"], printed: printed) {
          decimal(rounded($1, bits: bits))
        }
      }
      #expect(cause(8) == "stored in bfloat16")
      #expect(cause(11) == "stored in reduced precision")
      // No format has ten bits.
      #expect(cause(10) == "undetermined")
    }
  }

  @Test(
    "a grid that three digits show is the print's, and numbers on a grid need not be the right ones"
  )
  func notStored() {
    let coarse = StoredTensor.Encoding.text(significantDigits: 3)
    #expect(cause(printed: coarse) { self.rounded($1 * 1.03, bits: 8) } == "undetermined")
    #expect(cause(printed: .float32) { self.rounded($1 * 1.03, bits: 8) } == "undetermined")
  }
}
