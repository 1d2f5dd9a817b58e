import Comparison
import KaldiIO
import Tensors
import Testing

/// Pairing by name, however the producer decorated it.
@Suite struct NamePairingTests {
  static let decorations: [(String, String)] = [
    ("w", "w"), ("param-w", "w"), ("param-w.mat", "w"), ("w_", "w"), ("w ", "w"),
    ("grad-w", "w_corr"), ("grad-w.mat", "w_corr"), ("w_corr_", "w_corr"), ("w_grad", "w_corr"),
    ("grad_w", "w_corr"), ("w_corr.txt", "w_corr"), ("grad-bias.vec", "bias_corr"),
    ("mat_in_diff", "in_diff"), ("mat_in_diff ", "in_diff"), ("mat_out", "out"),
    ("mat_out:", "out"), ("out_2", "out"), ("03-out", "out"), ("layer-out", "out"),
    ("Layer.in_diff", "in_diff"), ("in-diff", "in_diff"), ("mat_in", "in"), ("OUT", "out"),
    ("propagate_buf_", "propagate_buf"), ("dw", "w_corr"), ("delta_w", "w_corr"),
    ("d_bias", "bias_corr"), ("dIn", "in_diff"), ("comp3_out", "out"), ("comp3_dw", "w_corr"),
    ("out.iter0", "out"), ("w_corr.iter12", "w_corr"), ("out_iter_3", "out"),
    ("lstm1.w.weight", "w"), ("lstm1.w.weight.grad", "w_corr"), ("w-corr", "w_corr"),
    ("propagate-buf", "propagate_buf"), ("PropagateBuf", "propagate_buf"), ("InDiff", "in_diff"),
    ("GradW", "w_corr"), ("WCorr", "w_corr"), ("biasGrad", "bias_corr"),
  ]

  @Test("a decorated name finds its tensor", arguments: decorations)
  func decorated(name: String, expected: String) {
    guard let tensor = MadeUpCase.golden().tensors[expected] else { return }
    let report = compare([MadeUpCase.golden()], with: [record(name, tensor)])
    #expect(report.row(expected)?.actual == name)
    #expect(report.row(expected)?.verdict == .match)
    #expect(report.counts.mismatch + report.counts.unrecognised == 0)
  }

  @Test(
    "a name of something else pairs with nothing",
    arguments: [
      "model", "fposition", "output_weights", "grad-out_diff", "", "w2x", "h_out", "dmodel",
      "delta", "grad", "comp3", "iter0", "lossW", "out_weight",
    ])
  func unrelated(name: String) {
    let golden = MadeUpCase.golden()
    guard let tensor = golden.tensors["out"] else { return }
    let report = compare([golden], with: [record(name, tensor)])
    #expect(report.counts.unrecognised == 1)
    #expect(report.exitStatus == 2)
    #expect(report.problems.count == 1)
  }

  @Test("--map settles what names do not")
  func mapped() throws {
    var options = ComparisonOptions()
    options.map = [try ComparisonOptions.NamePair(argument: "activations=out")]
    guard let tensor = MadeUpCase.golden().tensors["out"] else { return }
    let report = compare(
      [MadeUpCase.golden()], with: [record("activations", tensor)], options: options)
    #expect(report.row("out")?.verdict == .match)
    #expect(throws: ComparisonError.self) { try ComparisonOptions.NamePair(argument: "out") }
    #expect(throws: ComparisonError.self) { try ComparisonOptions.NamePair(argument: "=out") }
  }

  @Test("absent and unrecognised tensors are listed and fail only when asked")
  func partial() {
    var records = MadeUpCase.dump().filter { $0.name != "bias_corr" }
    records.append(
      TensorRecord(
        name: "model", content: .unrecognised("an nnet1 model"),
        origin: TensorRecord.Origin(file: "dump/model.nnet")))
    let report = compare([MadeUpCase.golden()], with: records)
    #expect(report.exitStatus == 0)
    #expect(report.row("bias_corr")?.verdict == .absent)
    #expect(report.rows.filter { $0.verdict == .unrecognised }.map(\.actual) == ["model"])
    var options = ComparisonOptions()
    options.requireAll = true
    #expect(compare([MadeUpCase.golden()], with: records, options: options).exitStatus == 1)
    options.requireAll = false
    options.strict = true
    #expect(compare([MadeUpCase.golden()], with: records, options: options).exitStatus == 1)
  }

  @Test("another shape is a mismatch that names both")
  func shapes() {
    let records = [record("out", stored(2, 6, MadeUpCase.output))]
    let report = compare([MadeUpCase.golden()], with: records)
    #expect(report.row("out")?.verdict == .mismatch)
    #expect(report.row("out")?.note == "shape 2×6, expected 6×2")
    #expect(report.exitStatus == 1)
  }

  @Test("a vector and a column of the same numbers are the same tensor")
  func lines() {
    let report = compare(
      [MadeUpCase.golden()], with: [record("bias", stored(3, 1, MadeUpCase.bias))])
    #expect(report.row("bias")?.verdict == .match)
  }

  @Test("of several cases the name in front or the values choose one")
  func several() {
    var other = MadeUpCase.golden("other", component: "<Other>")
    other.tensors["out"]?.matrix.elements[0] = 0.99
    let cases = [other, MadeUpCase.golden()]
    guard let tensor = MadeUpCase.golden().tensors["out"], let odd = other.tensors["out"] else {
      return
    }
    let keyed = compare(
      cases,
      with: [record("layer-out", tensor, key: "a"), record("other-out", odd, key: "b")])
    #expect(keyed.exitStatus == 0)
    #expect(keyed.rows.filter { $0.verdict == .match }.map(\.case) == ["other", "layer"])
    let plain = compare(cases, with: [record("out", tensor)])
    #expect(plain.row("out")?.case == "layer")
  }
}
