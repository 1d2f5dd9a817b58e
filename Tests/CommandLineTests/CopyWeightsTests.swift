import Foundation
import Testing

@Suite("copy --gate-order")
struct CopyWeightsTests {
  @Test(
    "A golden LSTM's weights go to every order and come back as they were",
    arguments: ["onnx", "torch", "keras", "tensorflow", "kaldi", "gifo"])
  func roundTrip(_ order: String) throws {
    try Tool.inFreshFolder { folder in
      let there = folder.appendingPathComponent("w.safetensors").path
      let back = folder.appendingPathComponent("back.ark").path
      let out = try Tool.run(
        "copy", "golden/lstm-probe", there, "--gate-order", order, "--double")
      #expect(out == .init(status: 0, output: "", errors: ""))
      // Of the notebooks' form the names do not tell the order.
      let from = order == "gifo" ? ["--from-order", order] : []
      let line = ["copy", there, "ark,t:\(back)", "--gate-order", "ifog"] + from
      #expect(try Tool.shell("$tool \(line.joined(separator: " "))").status == 0)
      for name in ["Wx", "Wh", "b"] {
        let wanted = try Tool.run("copy", "golden/lstm-probe/numpy/\(name).txt", "-")
        let found = try Tool.run("copy", "\(back):\(name)", "-")
        #expect(found.status == 0 && found.output == wanted.output, "\(order) \(name)")
      }
    }
  }

  @Test("Kaldi's view and the notebooks' give the same weights")
  func views() throws {
    let kaldi = try Tool.run("copy", "golden/tflstm/kaldi", "ark,t:-", "--gate-order", "kaldi")
    let numpy = try Tool.run("copy", "golden/tflstm/numpy", "ark,t:-", "--gate-order", "kaldi")
    #expect(kaldi.status == 0 && kaldi.output == numpy.output && kaldi.output.contains("w_gifo_k"))
  }

  @Test("What cannot be done is told in one line")
  func trouble() throws {
    let lines = [
      ["golden/tflstm", "/dev/null", "--gate-order", "torch"],
      ["golden/sru", "/dev/null", "--gate-order", "torch"],
      ["golden/lstm", "/dev/null", "--gate-order", "caffe"],
      ["golden/lstm", "/dev/null", "--from-order", "torch"],
      ["golden/lstm/numpy/b.txt", "/dev/null", "--gate-order", "torch"],
    ]
    for line in lines {
      let outcome = try Tool.shell("$tool copy \(line.joined(separator: " "))")
      #expect(outcome.isPlainTrouble, "\(line): \(outcome)")
    }
  }
}
