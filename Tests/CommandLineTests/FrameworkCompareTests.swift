import Foundation
import Testing

@Suite("compare with files of other frameworks")
struct FrameworkCompareTests {
  /// A golden text matrix as rows between commas, one number changed if wanted.
  private func commas(_ path: String, changing wrong: Bool = false) throws -> String {
    var text = try String(contentsOf: Tool.root.appendingPathComponent(path), encoding: .utf8)
    text = text.filter { $0 != "[" && $0 != "]" }
    var rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    rows = rows.filter { !$0.isEmpty }
    if wrong { rows[3][1] = "0.5" }
    return rows.map { $0.joined(separator: ",") + "\n" }.joined()
  }

  @Test("A CSV matrix is judged by the golden bounds, right and wrong", arguments: [false, true])
  func delimited(_ wrong: Bool) throws {
    try Tool.inFreshFolder { folder in
      let file = folder.appendingPathComponent("out.csv")
      try commas("golden/sru/kaldi/out.txt", changing: wrong)
        .write(to: file, atomically: true, encoding: .utf8)
      let outcome = try Tool.run("compare", "golden/sru/kaldi/out.txt", file.path)
      #expect(outcome.status == (wrong ? 1 : 0), "\(outcome)")
      #expect(outcome.output.contains("1 of 18 elements out; worst at 3,1") == wrong)
    }
  }

  @Test("A safetensors file's tensors pair by name with a golden case's")
  func safetensors() throws {
    try Tool.inFreshFolder { folder in
      let file = folder.appendingPathComponent("w.safetensors").path
      let copied = try Tool.run("copy", "golden/tflstm", file, "--gate-order", "kaldi")
      #expect(copied.status == 0)
      let outcome = try Tool.run("compare", "golden/tflstm/kaldi", file, "--json")
      for name in ["w_gifo_x", "w_gifo_r", "w_gifo_k", "bias", "peephole_o_c"] {
        #expect(outcome.output.contains("\"actual\" : \"\(name)\""), "\(name)")
      }
      #expect(!outcome.output.contains("\"mismatch\",") && outcome.status != 1)
      let wrong = try Tool.run("compare", "golden/tflstm-probe/kaldi", file)
      #expect(wrong.status != 0)
    }
  }
}
