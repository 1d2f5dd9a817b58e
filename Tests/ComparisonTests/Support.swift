import Comparison
import Foundation
import KaldiIO
import Tensors
import TestSupport

/// A stored matrix.
func stored(
  _ rows: Int, _ columns: Int, _ elements: [Double],
  encoding: StoredTensor.Encoding = .text(significantDigits: 17),
  form: StoredTensor.Form = .matrix
) -> StoredTensor {
  StoredTensor(
    form: form, matrix: Matrix(rows: rows, columns: columns, elements: elements),
    encoding: encoding)
}

/// A record of a file of a dump.
func record(
  _ name: String, _ tensor: StoredTensor, file: String = "dump", line: Int? = nil,
  key: String? = nil, function: String? = nil, sourceLine: String? = nil,
  component: String? = nil
) -> TensorRecord {
  TensorRecord(
    name: name, content: .tensor(tensor),
    origin: TensorRecord.Origin(
      file: file, key: key, line: line, function: function, sourceLine: sourceLine,
      component: component))
}

/// A small layer's case made up for the tests: T = 3 frames, N = 2 streams, D = 2 columns.
enum MadeUpCase {
  static let rows = 6
  static let input: [Double] = (0..<12).map { 0.1 + 0.05 * Double($0) }
  static let output: [Double] = [
    0.31, -0.42, 0.53, 0.14, -0.25, 0.66, 0.77, -0.88, 0.19, 0.21, -0.33, 0.47,
  ]
  static let inputGradient: [Double] = [
    1.5, -2.25, 0.75, 3.125, -0.5, 0.875, 2.75, -1.625, 0.375, 1.25, -2.5, 0.625,
  ]
  static let weight: [Double] = [0.2, -0.4, 0.6, 0.9, -0.7, 0.3]
  static let weightGradient: [Double] = [12.5, -7.25, 3.5, 9.75, 4.25, -11.5]
  static let bias: [Double] = [0.15, -0.35, 0.55]
  static let biasGradient: [Double] = [6.5, 2.25, -1.75]
  static let buffer: [Double] = (0..<40).map { place -> Double in
    if place < 8 || place >= 32 { return 0 }
    let residue: Int = (place * place) % 37
    return 0.01 * Double(residue) + 0.02
  }

  static func entry(
    _ name: String, _ role: CaseDescription.Role, _ index: Int, layout: String,
    blocks: [CaseDescription.Block] = []
  ) -> CaseDescription.TensorEntry {
    CaseDescription.TensorEntry(
      name: name, role: role, shape: [], evaluationIndex: index, blocks: blocks,
      files: [
        CaseDescription.File(
          view: "kaldi", name: name, file: "kaldi/\(name).txt", layout: layout)
      ])
  }

  static func golden(_ name: String = "layer", component: String? = "<Layer>") -> LoadedCase {
    let description = CaseDescription(
      case: name, kernel: "layer", component: component,
      dimensions: ["N": 2, "T": 3, "D": 2, "H": 1], gateOrder: nil, settings: [:],
      arithmetic: "Ball", largestRadius: 0,
      tensors: [
        entry("in", .input, 0, layout: "time-major"),
        entry("w", .weight, 1, layout: "transposed"),
        entry("bias", .weight, 2, layout: "plain"),
        entry(
          "propagate_buf", .internal, 3, layout: "time-major",
          blocks: [
            CaseDescription.Block(name: "forget gate", first: 0, count: 2),
            CaseDescription.Block(name: "cell", first: 2, count: 2),
          ]),
        entry("out", .output, 4, layout: "time-major"),
        entry("in_diff", .gradient, 5, layout: "time-major"),
        entry("w_corr", .gradient, 6, layout: "transposed"),
        entry("bias_corr", .gradient, 7, layout: "plain"),
      ])
    let tensors: [String: StoredTensor] = [
      "in": stored(6, 2, input), "w": stored(3, 2, weight),
      "bias": stored(1, 3, bias, form: .vector), "propagate_buf": stored(10, 4, buffer),
      "out": stored(6, 2, output), "in_diff": stored(6, 2, inputGradient),
      "w_corr": stored(3, 2, weightGradient),
      "bias_corr": stored(1, 3, biasGradient, form: .vector),
    ]
    var bounds: [String: Matrix<Double>] = [:]
    var doubleBounds: [String: Matrix<Double>] = [:]
    for result in ["propagate_buf", "out", "in_diff", "w_corr", "bias_corr"] {
      guard let matrix = tensors[result]?.matrix else { continue }
      bounds[result] = matrix.map { $0.magnitude * 1e-6 }
      doubleBounds[result] = matrix.map { $0.magnitude * 1e-15 }
    }
    return LoadedCase(
      description: description, view: "kaldi", tensors: tensors, float32Bounds: bounds,
      float64Bounds: doubleBounds)
  }

  /// A dump of the case as a correct program would write it, in binary64.
  static func dump() -> [TensorRecord] {
    let golden = golden()
    return golden.description.tensors.compactMap { entry in
      golden.tensors[entry.name].map { tensor in
        var tensor = tensor
        tensor.encoding = .float64
        return record(entry.name, tensor, file: "dump/\(entry.name).mat")
      }
    }
  }

  /// The dump with one tensor stored in another way.
  static func dump(
    storing name: String, as encoding: StoredTensor.Encoding
  ) -> [TensorRecord] {
    dump().map { record in
      guard record.name == name, case .tensor(var tensor) = record.content else { return record }
      tensor.encoding = encoding
      return TensorRecord(name: name, content: .tensor(tensor), origin: record.origin)
    }
  }

  /// The dump with one tensor's numbers altered.
  static func dump(
    altering name: String, _ alter: (Matrix<Double>) -> Matrix<Double>
  ) -> [TensorRecord] {
    dump().map { record in
      guard record.name == name, case .tensor(var tensor) = record.content else { return record }
      tensor.matrix = alter(tensor.matrix)
      return TensorRecord(name: name, content: .tensor(tensor), origin: record.origin)
    }
  }
}

extension ComparisonReport {
  /// The first row about an expected tensor.
  func row(_ name: String) -> TensorRow? { rows.first { $0.expected == name } }

  /// Rows about an expected tensor that carry a verdict.
  func verdicts(_ name: String) -> [TensorRow.Verdict] {
    rows.filter { $0.expected == name }.map(\.verdict)
  }
}

/// Gives a new empty folder, removed afterwards.
func inFreshFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = try TemporaryFolder()
  return try withExtendedLifetime(folder) { try body(URL(fileURLWithPath: folder.path)) }
}

/// Folders of the package.
enum Package {
  static let golden = PackageFolder.path + "golden"
  static let cases = PackageFolder.fixture("cases")
  static let dumps = PackageFolder.fixture("kaldi-dumps")
}
