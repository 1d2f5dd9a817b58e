import KaldiIO
import Tensors
import TestSupport
import Testing

@Suite("Copying")
struct CopyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @discardableResult
  private func copy(
    _ input: String, to output: String = "out", _ options: CopyOptions = .init()
  ) throws -> [UInt8] {
    try copyTensors(from: dump(input), to: folder.file(output), options: options)
    return try folder.read(output)
  }

  @Test(
    "What Kaldi wrote keeps its bytes",
    arguments: [
      "tflstm/in.mat", "tflstm/propagate_buf.mat", "tflstm/grad-bias.vec", "tflstm/model.nnet",
      "tflstm-binary/in.mat", "tflstm-binary/grad-bias.vec", "tflstm-binary/model.nnet",
      "tflstm-double/out.mat", "tflstm-double/param-bias.vec", "tflstm-double/model.nnet",
      "archives/feats.text.ark", "archives/feats.ark", "chain/features.text.ark",
      "chain/nnet-forward.text.ark", "chain/model.nnet", "chain/model.binary.nnet",
      "compact-vfsmn/bposition.mat", "compact-vfsmn/grad-filter.mat",
    ])
  func sameBytes(file: String) throws {
    #expect(try copy(file) == dumpBytes(file))
  }

  @Test("Every matrix, vector and model among the dumps keeps its bytes")
  func allDumps() throws {
    var files = Set<String>()
    for record in try TensorSource(dump("")).records() { files.insert(record.origin.file) }
    for name in [
      "bi-compact-vfsmn", "blstmp", "compact-vfsmn", "compact-vfsmn-cpu", "lstmp", "lstmp-clipped",
      "sru", "sru-uneven", "tflstm", "tflstm-binary", "tflstm-double", "tflstm-uneven",
    ] {
      for record in try TensorSource(dump(name)).records() { files.insert(record.origin.file) }
    }
    var count = 0
    for file in files.sorted() where !file.hasSuffix(".log") && !file.hasSuffix(".md") {
      count += 1
      try copyTensors(from: file, to: folder.file("copy"))
      #expect(try folder.read("copy") == ByteSource.open(file: file).all(), "\(file)")
    }
    #expect(count > 150)
  }

  @Test("Binary printed at Kaldi's 7 digits is Kaldi's text, and back")
  func textAndBinary() throws {
    let seven = CopyOptions(isBinary: false, precision: 7)
    #expect(
      try copy("tflstm-binary/out.mat", seven) == dumpBytes("tflstm/out.mat"))
    #expect(try copy("chain/model.binary.nnet", seven) == dumpBytes("chain/model.nnet"))
    // The shortest text of a binary32 number reads back to the same binary.
    try copy("tflstm-binary/out.mat", to: "short", CopyOptions(isBinary: false))
    try copyTensors(
      from: folder.file("short"), to: folder.file("back"), options: .init(isBinary: true))
    #expect(try folder.read("back") == dumpBytes("tflstm-binary/out.mat"))
  }

  @Test("Table specifiers decide between text and binary, and scp offsets lead to the objects")
  func tables() throws {
    try copyTensors(
      from: dump("archives/feats.text.ark"), to: "ark,t:" + folder.file("a"))
    #expect(try folder.read("a") == dumpBytes("archives/feats.text.ark"))
    try copyTensors(
      from: "scp:" + dump("archives/feats.scp"),
      to: "ark,scp:\(folder.file("b")),\(folder.file("b.scp"))")
    #expect(try folder.read("b") == dumpBytes("archives/feats.ark"))
    let again = try TensorSource("scp:" + folder.file("b.scp")).records()
    #expect(again.map(\.name) == ["tflstm-in", "tflstm-out", "sru-in", "sru-out"])
  }

  @Test("An archive of one entry stays an archive, its key as it is")
  func oneEntry() throws {
    let text = "utt:1=a:  [\n  1 2 \n  3 4 ]\n"
    try folder.write("one", text)
    try copyTensors(from: folder.file("one"), to: folder.file("copy"))
    #expect(try folder.read("copy") == Array(text.utf8))
    #expect(throws: KaldiIOError.self) {
      try folder.write("json", "{\n \"shape\" : [\n 12\n ]\n}\n")
      try copyTensors(from: folder.file("json"), to: folder.file("copy"))
    }
  }

  @Test("A log becomes an archive, unnamed objects keyed by their line")
  func log() throws {
    let count = try copyTensors(
      from: dump("upstream-debug.log"), to: folder.file("log.ark"))
    #expect(count == 8)
    #expect(
      try TensorSource(folder.file("log.ark")).records().map(\.name) == [
        "in", "out", "w_gifo_x", "bias", "out_diff", "line-41", "w_gifo_x_corr_", "bias_corr_",
      ])
  }

  @Test("Models, tables and arrays turn into each other")
  func kinds() throws {
    try copyTensors(from: dump("sru/model.nnet"), to: "ark:" + folder.file("model.ark"))
    #expect(
      try TensorSource(folder.file("model.ark")).records().map(\.name) == [
        "w_xfrh", "bias_f", "bias_r",
      ])
    try copyTensors(from: dump("sru/model.nnet") + ":bias_f", to: folder.file("b.npy"))
    let bias = try NumPyReader.read(ByteSource.open(file: folder.file("b.npy")))
    #expect(bias.encoding == .float32 && bias.form == .vector)
    #expect(throws: KaldiIOError.self) { try copy("sru/model.nnet", to: "c.npy") }
    #expect(throws: KaldiIOError.self) { try copy("README.md") }
    try copyTensors(
      from: folder.file("b.npy"), to: folder.file("b.vec"), options: .init(isBinary: false))
    #expect(try folder.read("b.vec") == dumpBytes("sru/param-bias_f.vec"))
    try copy("sru/in.mat", to: "d.npy", CopyOptions(isDouble: true))
    #expect(
      try NumPyReader.read(ByteSource.open(file: folder.file("d.npy"))).encoding == .float64)
  }

  private func copy(_ input: String, _ options: CopyOptions) throws -> [UInt8] {
    try copy(input, to: "out", options)
  }
}

extension ByteSource {
  /// All bytes that are left.
  func all() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let byte = try next() { bytes.append(byte) }
    return bytes
  }
}
