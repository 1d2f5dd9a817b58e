import Comparison
import KaldiIO
import Tensors
import Testing

/// A dump whose gate blocks stand in another order: told by letters, what is held and what is due.
@Suite struct GateOrderTests {
  /// A case of four gates of one cell, i f o g in the notebooks' order; its Kaldi files may have another.
  private func golden(view: String, columns: [String]) -> LoadedCase {
    func entry(
      _ name: String, _ role: CaseDescription.Role, _ layout: String, _ blocks: [String] = []
    )
      -> CaseDescription.TensorEntry
    {
      CaseDescription.TensorEntry(
        name: name, role: role, shape: [], evaluationIndex: 0,
        blocks: blocks.map { block in
          CaseDescription.Block(name: block, first: columns.firstIndex(of: block) ?? 0, count: 1)
        },
        files: [.init(view: view, name: name, file: "\(name).txt", layout: layout)])
    }
    let description = CaseDescription(
      case: "layer", kernel: "layer", component: nil, dimensions: ["N": 1, "T": 1, "D": 2, "H": 1],
      gateOrder: "ifog", settings: [:], arithmetic: "Ball", largestRadius: 0,
      tensors: [
        entry("w", .weight, "transposed"), entry("w_corr", .gradient, "transposed"),
        // Blocks are listed in the order of evaluation, whatever their columns.
        entry("buf", .internal, "time-major", columns.reversed()),
      ])
    let matrix = Matrix<Double>(rows: 4, columns: 2, elements: [1, 2, 3, 5, 8, 13, 21, 34])
    return LoadedCase(
      description: description, view: view,
      tensors: ["w": stored(4, 2, matrix.elements), "w_corr": stored(4, 2, matrix.elements)],
      float32Bounds: ["w_corr": matrix.map { $0 * 1e-6 }])
  }

  private func finding(view: String, columns: [String], rows: [Int]) -> ComparisonReport.Finding? {
    let golden = golden(view: view, columns: columns)
    let records = ["w", "w_corr"].compactMap { name in
      golden.tensors[name].map { tensor in
        record(name, stored(4, 2, rows.flatMap { Array(tensor.matrix.row($0)) }))
      }
    }
    return compare([golden], with: records).findings.first
  }

  private static let kaldi = ["candidate", "input gate", "forget gate", "output gate", "cell"]

  @Test("the letters are those of the view's files, as the columns of its buffer show them")
  func letters() {
    // Rows 1 2 3 0 of files that hold g i f o: the dump holds i f o g.
    let found = finding(view: "kaldi", columns: Self.kaldi, rows: [1, 2, 3, 0])
    #expect(found?.cause == "gate order ifog for gifo")
    #expect(found?.explanation?.contains("(explains w, w_corr)") == true)
    #expect(
      finding(view: "numpy", columns: Self.kaldi, rows: [1, 2, 3, 0])?.cause
        == "gate order fogi for ifog")
  }

  @Test("without a buffer that tells the gates apart they go by their places")
  func places() {
    #expect(
      finding(view: "kaldi", columns: ["alpha", "beta"], rows: [1, 0, 2, 3])?.cause
        == "gate order 2134 for 1234")
  }
}
