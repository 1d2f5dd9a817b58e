import KaldiIO
import Tensors
import TestSupport
import Testing

/// What was read is told by its bytes, whatever the file is called.
@Suite("What a record was read from")
struct ProvenanceTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func provenances(_ text: String, as name: String) throws -> [TensorRecord.Provenance] {
    try folder.write(name, text)
    return try TensorSource(folder.file(name)).records().map(\.provenance)
  }

  @Test("The same bytes are the same thing under every name", arguments: ["x.txt", "x.log", "x"])
  func byContent(name: String) throws {
    let log = "LOG (p[5.5]:main():t.cc:9) out [\n  1 2 ]\n"
    #expect(try provenances(log, as: name) == [.log])
    #expect(try provenances("starting\nout [\n  1 2 ]\n", as: name) == [.print])
    #expect(try provenances("[[1. 2.]\n [3. 4.]]\n", as: name) == [.print])
    #expect(try provenances(" [\n  1 2 ]\n", as: name) == [.textFile])
    #expect(try provenances(" [\n  1 2 ]\n [\n  3 4 ]\n", as: name) == [.textFile, .textFile])
    #expect(try provenances("out  [\n  1 2 ]\n", as: name) == [.textArchive])
    #expect(
      try provenances("<Sru>\nout [ 1 2 ]\n" + log, as: name).allSatisfy { $0 == .log })
  }

  @Test("Files that Kaldi and NumPy made")
  func files() throws {
    func first(_ path: String) throws -> TensorRecord.Provenance? {
      try TensorSource(path).records().first?.provenance
    }
    #expect(try first(dump("tflstm/in.mat")) == .textFile)
    #expect(try first(dump("tflstm-binary/in.mat")) == .binaryFile)
    #expect(try first(dump("archives/feats.ark")) == .binaryArchive)
    #expect(try first(dump("archives/feats.text.ark")) == .textArchive)
    #expect(try first("scp:" + dump("archives/feats.scp")) == .binaryArchive)
    #expect(try first(dump("sru/model.nnet")) == .model)
    #expect(try first(dump("nnet-component-test.log")) == .log)
    #expect(try first(PackageFolder.fixture("numpy/f4.npy")) == .array)
    let bytes = try dumpBytes("tflstm/in.mat")
    try folder.write("in.log", bytes)
    #expect(try first(folder.file("in.log")) == .textFile)
  }

  @Test("An only print without a name is named by its file, and one of one axis is a vector")
  func prints() throws {
    let prints = PackageFolder.fixture("cases/reports/F28b-npprint-files/")
    for (file, name, count) in [
      ("v12.txt", "v12", 12), ("negdb.txt", "negdb", 16), ("neg.log", "db", 16),
      ("neg2.log", "db", 16),
    ] {
      let records = try TensorSource(prints + file).records()
      guard records.count == 1, case .tensor(let tensor) = records[0].content else {
        Issue.record("\(file): \(records.count)")
        continue
      }
      #expect(records[0].name == name)
      #expect(records[0].isNamedByFile == file.hasSuffix(".txt"))
      #expect(tensor.form == .vector)
      #expect(tensor.matrix.columns == count)
      #expect(tensor.encoding == .fixedPoint(decimals: 8))
    }
    try folder.write("m.txt", "[[1.5 2. ]\n [3.  4. ]]\n")
    let record = try TensorSource(folder.file("m.txt")).records().first
    #expect(record?.name == "m")
    // All numbers one digit, no two blanks: the single blank before each further line tells.
    try folder.write("w.txt", "[ 0.1 -0.2\n -0.3 -0.4 ]\n")
    try folder.write("k.txt", "[ 1 2\n 3 4 ]\n")
    for (file, form) in [("w.txt", StoredTensor.Form.vector), ("k.txt", .matrix)] {
      guard case .tensor(let tensor)? = try TensorSource(folder.file(file)).records().first?.content
      else {
        Issue.record("\(file)")
        continue
      }
      #expect(tensor.form == form, "\(file)")
    }
  }

  @Test("A byte order mark is no part of a name")
  func byteOrderMark() throws {
    let marked = PackageFolder.fixture("cases/reports/F01b-bom/")
    for prefix in ["", "ark:"] {
      let names = try TensorSource(prefix + marked + "m.ark").records().map(\.name)
      #expect(names == ["utt1", "utt2"])
    }
    let single = try TensorSource(marked + "m.txt").records()
    #expect(single.map(\.name) == ["m"])
    try copyTensors(from: marked + "m.txt", to: folder.file("copy"))
    #expect(try folder.read("copy") == Array(" [\n  1 2 \n  3 4 ]\n".utf8))
  }

  @Test("Text of two bytes a character is named as such")
  func wideText() throws {
    let text = Array("out [ 1 2 ]\nin [ 3 4 ]\n".utf16)
    let little = text.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    let big = text.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
    for (bytes, words) in [
      ([0xff, 0xfe] + little, "UTF-16 text"), ([0xfe, 0xff] + big, "UTF-16 text"),
      (little, "UTF-16LE text"), (big, "UTF-16BE text"),
    ] {
      try folder.write("wide", bytes)
      let error = #expect(throws: KaldiIOError.self) {
        try TensorSource(folder.file("wide")).records()
      }
      #expect(error.map { "\($0)".contains(words) && "\($0)".contains("iconv") } == true)
    }
  }

  @Test("A ragged row is reported at its own line")
  func ragged() throws {
    let path = PackageFolder.fixture("cases/reports/F03-ragged/test.ark")
    guard case .malformed(let error)? = try TensorSource(path).records().first?.content else {
      Issue.record("not malformed")
      return
    }
    #expect("\(error)".contains("test.ark:3: "))
    #expect("\(error)".contains("found a row of 4 numbers, expected 5"))
  }

  @Test("A range that ends behind the last row warns, and an error behind a script's line names it")
  func ranges() throws {
    let script = PackageFolder.fixture("cases/reports/F10-slices/")
    let records = try TensorSource("scp:" + script + "s.scp").records()
    #expect(records.map(\.name) == ["a", "b", "c"])
    #expect(records.map { $0.warning == nil } == [true, true, false])
    #expect(records[2].warning?.contains("only 10 rows") == true)
    for name in ["bad.scp", "bad2.scp"] {
      let error = #expect(throws: KaldiIOError.self) {
        try TensorSource("scp:" + script + name).records()
      }
      #expect(error.map { "\($0)".contains("\(name):1: key 'a': ") } == true)
    }
    try folder.write("b.scp", "one \(dump("sru/in.mat"))\ntwo \(folder.path)/none.mat\n")
    let missing = #expect(throws: KaldiIOError.self) {
      try TensorSource("scp:" + folder.file("b.scp")).records()
    }
    #expect(missing.map { "\($0)".contains("b.scp:2: key 'two': ") } == true)
    #expect(missing.map { "\($0)".contains("none.mat: cannot open") } == true)
  }

  @Test("What a permissive table passes over is told")
  func permissive() throws {
    try folder.write("p.scp", "one none.mat\ntwo \(dump("sru/in.mat"))\nthree none.mat\n")
    let records = try TensorSource("scp,p:" + folder.file("p.scp")).records()
    let told = records.map { record -> String in
      switch record.content {
      case .unrecognised(let what): String(what.prefix(12))
      default: record.name
      }
    }
    #expect(told == ["passed over:", "two", "passed over:"])
    var warnings: [String] = []
    try folder.write("out.scp", "two \(folder.path)/two.mat\n")
    try copyTensors(
      from: .typed(TypedName(dump("archives/feats.ark"))),
      to: TypedName("scp,p:" + folder.file("out.scp"))
    ) { warnings.append($0) }
    #expect(warnings.count == 4)
  }
}
