import KaldiIO
import Tensors
import Testing

/// All bytes of a file made by real Kaldi.
func dumpBytes(_ name: String) throws -> [UInt8] {
  let source = try ByteSource.open(file: dump(name))
  var bytes: [UInt8] = []
  while let byte = try source.next() { bytes.append(byte) }
  return bytes
}

private func written(
  _ model: NnetModel, form: NnetModel.Form? = nil, style: NumberStyle? = nil,
  precision: Precision? = nil
) throws -> [UInt8] {
  let sink = ByteSink()
  try model.write(to: sink, form: form, style: style, precision: precision)
  return sink.bytes
}

@Suite("nnet1 models")
struct NnetModelTests {
  static let lstm = [
    "w_gifo_x", "w_gifo_r", "bias", "peephole_i_c", "peephole_f_c", "peephole_o_c",
  ]
  static let tflstm = ["w_gifo_x", "w_gifo_r", "w_gifo_k"] + lstm[2...]

  /// The model files of real Kaldi and the names their parameters have there.
  static let files: [(String, [String])] = [
    ("bi-compact-vfsmn/model.nnet", ["bfilter", "ffilter"]),
    (
      "blstmp/model.nnet",
      (lstm + ["w_r_m"]).map { "f_" + $0 } + (lstm + ["w_r_m"]).map { "b_" + $0 }
    ),
    ("chain/model.nnet", (lstm + ["w_r_m"]).map { "1." + $0 } + ["2.linearity", "2.bias"]),
    ("chain/model.binary.nnet", (lstm + ["w_r_m"]).map { "1." + $0 } + ["2.linearity", "2.bias"]),
    ("compact-vfsmn/model.nnet", ["filter"]), ("compact-vfsmn-cpu/model.nnet", ["filter"]),
    ("lstmp/model.nnet", lstm + ["w_r_m"]), ("lstmp-clipped/model.nnet", lstm + ["w_r_m"]),
    ("sru/model.nnet", ["w_xfrh", "bias_f", "bias_r"]),
    ("sru-uneven/model.nnet", ["w_xfrh", "bias_f", "bias_r"]),
    ("tflstm/model.nnet", tflstm), ("tflstm-binary/model.nnet", tflstm),
    ("tflstm-double/model.nnet", tflstm), ("tflstm-uneven/model.nnet", tflstm),
  ]

  @Test("Parameters have Kaldi's names, and a copy has the same bytes", arguments: files)
  func copies(file: String, names: [String]) throws {
    let bytes = try dumpBytes(file)
    let model = try NnetModel(bytes: bytes, name: file)
    #expect(model.parameters.map(\.name) == names)
    #expect(try written(model) == bytes)
  }

  @Test(
    "A binary model without Kaldi's mark is the same model",
    arguments: ["tflstm-binary/model.nnet", "chain/model.binary.nnet"])
  func withoutMark(file: String) throws {
    let marked = try NnetModel(bytes: dumpBytes(file), name: file)
    let bare = Array(try dumpBytes(file).dropFirst(2))
    let model = try NnetModel(bytes: bare, name: file)
    #expect(model.form == .binary)
    #expect(model.parameters.map(\.parameter.tensor) == marked.parameters.map(\.parameter.tensor))
    #expect(try written(model) == bare)
  }

  @Test(
    "Kaldi's 7 digits, printed anew, are Kaldi's bytes",
    arguments: files.map(\.0).filter { !$0.contains("binary") && !$0.contains("double") })
  func sevenDigits(file: String) throws {
    let bytes = try dumpBytes(file)
    let model = try NnetModel(bytes: bytes, name: file)
    #expect(try written(model, style: .significantDigits(7)) == bytes)
  }

  @Test("A double model printed anew at 17 digits is Kaldi's bytes")
  func seventeenDigits() throws {
    let bytes = try dumpBytes("tflstm-double/model.nnet")
    let model = try NnetModel(bytes: bytes, name: "model")
    #expect(try written(model, style: .significantDigits(17)) == bytes)
  }

  @Test(
    "The binary model printed is the text model that Kaldi wrote",
    arguments: [
      ("chain/model.binary.nnet", "chain/model.nnet"),
      ("tflstm-binary/model.nnet", "tflstm/model.nnet"),
    ])
  func binaryToText(binary: String, text: String) throws {
    let model = try NnetModel(bytes: try dumpBytes(binary), name: binary)
    let seven = try written(model, form: .text, style: .significantDigits(7))
    #expect(try seven == dumpBytes(text))
    let shortest = try NnetModel(bytes: try written(model, form: .text), name: "shortest")
    #expect(try written(shortest, form: .binary) == dumpBytes(binary))
  }

  @Test("Written in binary from text, the layout is Kaldi's")
  func textToBinary() throws {
    // The 157 bytes that kaldi-formats.md, section 4.1, lists for this model.
    let text = """
      <Nnet>\u{20}
      <AffineTransform> 1 2\u{20}
      <LearnRateCoef> 1 <BiasLearnRateCoef> 1 <MaxNorm> 0\u{20}
       [
        0.5 -2 ]
       [ 1 ]
      <!EndOfComponent>\u{20}
      </Nnet>\u{20}

      """
    let model = try NnetModel(bytes: Array(text.utf8), name: "affine")
    let binary = try written(model, form: .binary)
    #expect(binary.count == 157)
    #expect(try written(NnetModel(bytes: binary, name: "binary"), form: .text) == Array(text.utf8))
    let double = try written(model, form: .binary, precision: .float64)
    #expect(double.count == 157 + 3 * 4 + 3 * 4)
  }

  @Test("A parameter's file has the numbers that the model has")
  func parameterFiles() throws {
    for (file, names) in Self.files where !file.contains("chain") {
      let model = try NnetModel(bytes: try dumpBytes(file), name: file)
      let folder = file.split(separator: "/")[0]
      for (name, _, parameter) in model.parameters where names.contains(name) {
        let isVector = parameter.tensor.form == .vector
        let path = dump("\(folder)/param-\(name).\(isVector ? "vec" : "mat")")
        let alone = try ByteSource.open(file: path).readTensor()
        #expect(alone == parameter.tensor, "\(path)")
      }
    }
  }

  @Test(
    "Lenient as Kaldi's reader: marks, case and old spellings",
    arguments: [
      "<affinetransform> 1 1 <MaxNorm> 0 <LearnRateCoef> 2 [ 3 ]\n [ 4 ]",
      "<Nnet> <AffineTransform> 1 1\n [\n 3 ]\n [ 4 ]\n<!EndOfComponent>\n</Nnet>",
      "<AffineTransform> 1 1 [\n 3 ] [ 4 ] <Softmax> 1 1 </Nnet> ",
      "<AffineTransform> 1 1 [\n 3 ] [ 4 ] <Dropout> 1 1 <Splice> 1 1 [ 0 ] <Copy> 1 1 [ 1 ]",
    ])
  func lenient(text: String) throws {
    let model = try NnetModel(bytes: Array(text.utf8), name: "model")
    #expect(model.parameters.map(\.name) == ["linearity", "bias"])
    #expect(model.parameters.map(\.parameter.tensor.matrix.elements) == [[3], [4]])
  }

  @Test(
    "What is wrong is named with its place",
    arguments: [
      ("<Nnet>\n<NoSuchLayer> 1 1\n</Nnet>", ":2: byte 7: found component marker '<NoSuchLayer>'"),
      ("<Nnet> <AffineTransform> 1 1 <CellDim> 3", "found token '<CellDim>'"),
      ("<Nnet> <AffineTransform> 2 1 [\n 3 ] [ 4 ]", "found 1×1, expected 2×1 for linearity"),
      ("<Nnet> <LstmProjected> 2 1 [\n 3 ]", "without <CellDim>"),
      ("<Nnet> <Softmax> 2 2 <Softmax> 3 3 ", "expected 2, what <Softmax> gives"),
      ("<Nnet> <AffineTransform> -2 1", "found -2"), ("<Nnet> </Nnet> ", "no component"),
      ("<Nnet> <AffineTransform> 1 1 [ 1 2", "a tensor without its ']'"),
      ("<Nnet> <CompactVfsmn> 2 3 <Order> 1 [ 1 2 ]", "expected equal output and input sizes"),
      ("<Nnet> <TfLstm> 3 4 <CellDim> 2 <F> 2 <S> 1", "blocks of 2 cells"),
      ("<Nnet> <SimpleRecurrentUnit> 3 4 <CellDim> 2", "expected its cell size, 2"),
    ])
  func errors(text: String, expected: String) {
    let error = #expect(throws: KaldiIOError.self) {
      _ = try NnetModel(bytes: Array(text.utf8), name: "model")
    }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
  }

  @Test("A layer of another layout is kept whole, its matrices numbered")
  func opaque() throws {
    let text = """
      <Nnet>\u{20}
      <Rbm> 2 1\u{20}
      bern bern <LearnRateCoef> 1
       [
        1\u{20}
        2 ]
       [ 3 4 ]
      <!EndOfComponent>\u{20}
      </Nnet>\u{20}

      """
    let model = try NnetModel(bytes: Array(text.utf8), name: "rbm")
    #expect(model.parameters.map(\.name) == ["1", "2"])
    #expect(try written(model) == Array(text.utf8))
    #expect(throws: KaldiIOError.self) { try written(model, form: .binary) }
  }
}
