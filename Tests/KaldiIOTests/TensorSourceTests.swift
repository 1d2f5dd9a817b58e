import KaldiIO
import Tensors
import TestSupport
import Testing

@Suite("Tensor sources")
struct TensorSourceTests {
  private struct Broken: Error {
    var what: String
  }

  private func tensors(_ argument: String) throws -> [(name: String, tensor: StoredTensor)] {
    try TensorSource(argument).records().map { record in
      guard case .tensor(let tensor) = record.content else { throw Broken(what: record.name) }
      return (record.name, tensor)
    }
  }

  /// How many matrices each file made by Kaldi holds, by its name.
  private func expectedCount(_ path: String) -> Int? {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    switch name {
    case "model.nnet", "model.binary.nnet": return nil
    case "nnet-component-test.log": return 40
    case "upstream-debug.log": return 8
    case "feats.ark", "feats.compressed.ark", "feats.scp", "feats.text.ark": return 4
    case "features.text.ark", "nnet-forward.text.ark": return 2
    case "nnet-forward.log", "nnet-info.txt": return 0
    default: return 1
    }
  }

  @Test(
    "Every file that Kaldi made reads, whatever it is",
    arguments: [
      "archives", "bi-compact-vfsmn", "blstmp", "chain", "compact-vfsmn", "compact-vfsmn-cpu",
      "lstmp", "lstmp-clipped", "sru", "sru-uneven", "tflstm", "tflstm-binary", "tflstm-double",
      "tflstm-uneven", "",
    ])
  func dumps(folder: String) throws {
    var counts: [String: Int] = [:]
    for record in try TensorSource(dump(folder)).records() {
      if record.origin.file.hasSuffix("README.md") { continue }
      switch record.content {
      case .tensor: counts[record.origin.file, default: 0] += 1
      case .unrecognised: counts[record.origin.file, default: 0] += 0
      case .malformed(let error): Issue.record("\(error)")
      }
    }
    #expect(counts.count >= 2)
    for (file, count) in counts {
      guard let expected = expectedCount(file) else { continue }
      #expect(count == expected, "\(file)")
    }
  }

  @Test("Archives in all forms and a script file hold the same keys")
  func archives() throws {
    let keys = ["tflstm-in", "tflstm-out", "sru-in", "sru-out"]
    for file in ["feats.ark", "feats.text.ark", "feats.compressed.ark", "feats.scp"] {
      #expect(try tensors(dump("archives/\(file)")).map(\.name) == keys, "\(file)")
    }
    #expect(try tensors("ark:" + dump("archives/feats.text.ark")).map(\.name) == keys)
    #expect(try tensors("scp:" + dump("archives/feats.scp")).map(\.name) == keys)
  }

  @Test("A key, an offset and a folder's file name one object")
  func parts() throws {
    let alone = try tensors(dump("sru/in.mat"))
    #expect(alone.map(\.name) == ["in"])
    for argument in [
      dump("archives/feats.text.ark") + ":sru-in", dump("sru") + ":in",
    ] {
      #expect(
        try tensors(argument).map(\.tensor.matrix) == alone.map(\.tensor.matrix), "\(argument)")
    }
    // The script file says that the object begins at byte 274 of the binary archive.
    let binary = try tensors(dump("archives/feats.ark") + ":274")
    #expect(
      try binary.map(\.tensor) == tensors(dump("archives/feats.ark") + ":sru-in").map(\.tensor))
    #expect(try tensors(dump("chain/model.nnet") + ":2.bias")[0].tensor.matrix.columns == 7)
    #expect(try tensors(dump("nnet-component-test.log") + ":mat_out").count == 8)
    #expect(throws: KaldiIOError.self) { try tensors(dump("archives/feats.ark") + ":nobody") }
    #expect(throws: KaldiIOError.self) { try tensors(dump("no-such-file")) }
    #expect(throws: KaldiIOError.self) { try tensors(dump("README.md")) }
  }

  @Test("A command's output is read, as a table or as it is")
  func commands() throws {
    let folder = try TemporaryFolder()
    try copyTensors(
      from: dump("archives/feats.ark"), to: "ark:| gzip -c > " + folder.file("feats.gz"))
    let keys = ["tflstm-in", "tflstm-out", "sru-in", "sru-out"]
    #expect(try tensors("ark:gunzip -c \(folder.file("feats.gz")) |").map(\.name) == keys)
    #expect(try tensors("gunzip -c \(folder.file("feats.gz")) |").map(\.name) == keys)
    let error = #expect(throws: KaldiIOError.self) { try tensors(folder.file("feats.gz")) }
    #expect(error?.description.contains("gunzip -c") == true)
    #expect(throws: KaldiIOError.self) { try tensors("ark:exit 3 |") }
    try folder.write("pipe.scp", "a cat \(dump("sru/in.mat")) |\n")
    #expect(throws: KaldiIOError.self) { try tensors("scp:" + folder.file("pipe.scp")) }
  }

  @Test("A range cuts rows and columns out, both ends included")
  func ranges() throws {
    let whole = try tensors(dump("sru/in.mat"))[0].tensor.matrix
    let part = try tensors(dump("sru/in.mat") + "[1:2,0:1]")[0].tensor.matrix
    #expect(part.elements == [whole[1, 0], whole[1, 1], whole[2, 0], whole[2, 1]])
    #expect(throws: KaldiIOError.self) { try tensors(dump("sru/in.mat") + "[9:12]") }
  }

  @Test("A parameter knows its component and its place")
  func origins() throws {
    let all = try TensorSource(dump("chain/model.nnet")).records()
    #expect(all.map(\.origin.component).first == "<LstmProjected>")
    #expect(all.last?.origin.component == "<AffineTransform>")
    #expect(all.last?.name == "2.bias")
    #expect(all.first?.origin.line == 4)
  }

  @Test("In a folder the malformed is told from what is no matrix at all")
  func folder() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.mat", " [\n  1 2 \n  3 ]\n")
    try folder.write("b.mat", " [ 1 2 ]\n")
    try folder.write("c.txt", "nothing here\n")
    try folder.write(
      "d.mat", [0, 0x42, 0x46, 0x4d, 0x20, 4, 255, 255, 255, 127, 4, 255, 255, 255, 127])
    try folder.write("e.log", "[ INFO ] starting\nx [ 1 2 ]\n")
    try folder.write("f", [])
    try folder.write("g.ark", "utt1  [\n  1 2z \n  3 4 ]\nutt2  [ 1 2z ]\nutt3  [ 1 2 ]\n")
    let kinds = try TensorSource(folder.path).records().map { record in
      switch record.content {
      case .tensor: "\(record.name) tensor"
      case .malformed: "\(record.name) malformed"
      case .unrecognised: "\(record.name) unrecognised"
      }
    }
    #expect(
      kinds == [
        "a malformed", "b tensor", "c unrecognised", "d malformed", "x tensor", "f unrecognised",
        "utt1 malformed", "utt2 malformed", "utt3 tensor",
      ])
  }
}
