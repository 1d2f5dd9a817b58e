import Foundation
import KaldiIO
import Tensors
import Testing

/// The dumps that real Kaldi made, found from this file's own place.
enum Fixtures {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/kaldi-dumps").path

  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: folder + "/" + path)))
  }

  /// Every single matrix and vector, text and binary.
  static let objects: [String] = {
    let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(".mat") || $0.hasSuffix(".vec") }.sorted()
  }()
}

@Suite("Files made by Kaldi")
struct FixtureTests {
  @Test("There are as many matrices and vectors as were copied")
  func count() {
    #expect(Fixtures.objects.count == 297)
  }

  @Test("Read and written again, each file keeps its bytes", arguments: Fixtures.objects)
  func roundTrip(_ path: String) throws {
    let original = try Fixtures.bytes(path)
    let source = try ByteSource.open(file: Fixtures.folder + "/" + path)
    let form: StoredTensor.Form = path.hasSuffix(".vec") ? .vector : .matrix
    let tensor = try source.readTensor(form: form, options: TextOptions(isStrict: true))
    #expect(try source.peek() == nil)
    #expect(tensor.form == form)
    let digits = path.contains("-double/") ? 17 : 7
    let sink = ByteSink()
    let isBinary = original.first == 0
    try sink.append(
      tensor, as: isBinary ? .binary(.float32) : .text(.significantDigits(digits)))
    #expect(sink.bytes == original)
    // And without being told what it is.
    let again = try ByteSource(bytes: original, name: path).readTensor()
    #expect(again == tensor)
  }

  @Test("The binary case holds the numbers that the text case shows")
  func binaryAgainstText() throws {
    for name in ["in.mat", "out.mat", "param-bias.vec", "in_diff.mat"] {
      let text = try ByteSource(bytes: Fixtures.bytes("tflstm/" + name), name: name).readTensor()
      let binary = try ByteSource(bytes: Fixtures.bytes("tflstm-binary/" + name), name: name)
        .readTensor()
      #expect(binary.encoding == .float32)
      let style = NumberStyle.significantDigits(7)
      #expect(text.matrix.elements.map(style.spell) == binary.matrix.elements.map(style.spell))
    }
  }

  @Test("Archives, text and binary and compressed, hold the same four matrices")
  func archives() throws {
    func read(_ specifier: String) throws -> [TensorRecord] {
      var reader = try TableReader(#require(try ReadSpecifier.parse(specifier)))
      var records: [TensorRecord] = []
      while let record = try reader.next() { records.append(record) }
      return records
    }
    let folder = Fixtures.folder + "/archives/"
    let text = try read("ark:\(folder)feats.text.ark")
    let binary = try read("ark:\(folder)feats.ark")
    let script = try read("scp:\(folder)feats.scp")
    let compressed = try read("ark:\(folder)feats.compressed.ark")
    let keys = ["tflstm-in", "tflstm-out", "sru-in", "sru-out"]
    for table in [text, binary, script, compressed] { #expect(table.map(\.name) == keys) }
    let style = NumberStyle.significantDigits(7)
    for index in keys.indices {
      let exact = try tensor(binary[index])
      #expect(try tensor(script[index]) == exact)
      let spelled = try tensor(text[index]).matrix.elements.map(style.spell)
      #expect(spelled == exact.matrix.elements.map(style.spell))
      let squeezed = try tensor(compressed[index])
      #expect(squeezed.matrix.rows == exact.matrix.rows)
      let range = (exact.matrix.elements.max() ?? 0) - (exact.matrix.elements.min() ?? 0)
      let worst =
        zip(squeezed.matrix.elements, exact.matrix.elements)
        .map { ($0 - $1).magnitude }.max() ?? 0
      #expect(worst <= range / 100)
    }
  }

  @Test("Archives written again keep their bytes, compressed ones too")
  func writtenAgain() throws {
    let folder = Fixtures.folder + "/archives/"
    let binary = try Fixtures.bytes("archives/feats.ark")
    let target = NSTemporaryDirectory() + "nnet-oracle-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: target) }
    for (file, format) in [
      ("feats.ark", ObjectFormat.binary(.float32)),
      ("feats.text.ark", .text(.significantDigits(7))),
      ("feats.compressed.ark", .compressed(.automatic)),
    ] {
      // Compressing is lossy: the originals are compressed, not what was decoded from them.
      let input = file == "feats.compressed.ark" ? "feats.ark" : file
      var reader = try TableReader(#require(try ReadSpecifier.parse("ark:" + folder + input)))
      var writer = try TableWriter(#require(try WriteSpecifier.parse("ark:" + target)))
      while let record = try reader.next() {
        try writer.write(tensor(record), key: record.name, as: format)
      }
      #expect(!FileManager.default.fileExists(atPath: target) || file != "feats.ark")
      try writer.finish()
      #expect(
        try Data(contentsOf: URL(filePath: target)) == Data(Fixtures.bytes("archives/" + file)))
    }
    #expect(!binary.isEmpty)
  }
}

func tensor(_ record: TensorRecord) throws -> StoredTensor {
  guard case .tensor(let tensor) = record.content else {
    throw KaldiIOError.unusable(record.name, reason: "not a tensor")
  }
  return tensor
}
