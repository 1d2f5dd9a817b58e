import Foundation
import KaldiIO
import Tensors
import TestSupport
import Testing

/// The path of a file that `tools/fixtures/frameworks.py` made with the frameworks themselves.
private func fixture(_ name: String) -> String {
  URL(filePath: Fixtures.folder).deletingLastPathComponent()
    .appending(path: "frameworks/\(name)").path
}

private func records(_ path: String) throws -> [TensorRecord] { try TensorSource(path).records() }

private func contents(_ record: TensorRecord?) -> StoredTensor? {
  guard case .tensor(let tensor) = record?.content else { return nil }
  return tensor
}

/// Element k is k/4 - 1 for floats, k for unsigned integers, k - 4 for the others.
private func expected(_ name: String) -> [Double] {
  (0..<6).map { k in
    switch name.first {
    case "u": Double(k)
    case "i": Double(k) - 4
    default: Double(k) / 4 - 1
    }
  }
}

private let encodings: [String: StoredTensor.Encoding] = [
  "f8": .float64, "f4": .float32, "f2": .other("float16"), "bf16": .other("bfloat16"),
  "i1": .other("int8"), "i2": .other("int16"), "i4": .other("int32"), "i8": .other("int64"),
  "u1": .other("uint8"), "u2": .other("uint16"), "u4": .other("uint32"), "u8": .other("uint64"),
]

@Suite("Files of other frameworks")
struct FrameworkFileTests {
  @Test("safetensors: every element type reads as written, in the order of its bytes")
  func safetensorsTypes() throws {
    let all = try records(fixture("types.safetensors"))
    #expect(Set(all.map(\.name)) == Set(encodings.keys))
    let places = all.compactMap(\.origin.byteOffset)
    #expect(places == places.sorted())
    for record in all {
      let wanted = StoredTensor(
        form: .matrix, matrix: Matrix(rows: 2, columns: 3, elements: expected(record.name)),
        encoding: encodings[record.name] ?? .float64)
      #expect(contents(record) == wanted, "\(record.name)")
    }
  }

  @Test("safetensors: ranks beside two are folded, names select, copies keep the numbers")
  func safetensorsRanks() throws {
    let path = fixture("ranks.safetensors")
    let all = try Dictionary(uniqueKeysWithValues: records(path).map { ($0.name, contents($0)) })
    #expect(all["cube"]??.matrix.rows == 6)
    #expect(all["cube"]??.matrix.elements == (0..<12).map { Double($0) / 4 - 1 })
    #expect(all["vector"]??.form == .vector)
    #expect(all["scalar"]??.matrix.elements == [-1])
    #expect(all["empty"]??.matrix == Matrix(rows: 0, columns: 3, elements: []))
    #expect(all["bool"]??.matrix.elements == [1, 0])
    #expect(try records(path + ":vector").count == 1)
  }

  @Test(
    "ONNX: every element type reads, from raw bytes and from lists", arguments: ["raw", "list"])
  func onnxTypes(_ kind: String) throws {
    var count = 0
    for (name, encoding) in encodings {
      let path = fixture("\(kind)-\(name).pb")
      guard FileManager.default.fileExists(atPath: path) else { continue }
      count += 1
      let record = try #require(try records(path).first)
      #expect(record.name == name)
      let wanted = StoredTensor(
        form: .matrix, matrix: Matrix(rows: 2, columns: 3, elements: expected(name)),
        encoding: encoding)
      #expect(contents(record) == wanted, "\(path)")
    }
    #expect(count == (kind == "raw" ? 12 : 10))
  }

  @Test("ONNX: a tensor without a name has its file's; other files and words are refused")
  func onnxEdges() throws {
    #expect(try records(fixture("nameless.pb")).map(\.name) == ["nameless"])
    #expect(throws: KaldiIOError.self) { try records(fixture("external.pb")) }
    #expect(throws: KaldiIOError.self) { try records(fixture("words.pb")) }
  }

  @Test(
    "Delimited text: what numpy.savetxt and spreadsheets write, and what its digits are worth",
    arguments: [
      ("default.txt", .text(significantDigits: 19)), ("commas.csv", .text(significantDigits: 19)),
      ("names.csv", .fixedPoint(decimals: 2)), ("tabs.tsv", .text(significantDigits: 2)),
      ("semicolons.csv", .text(significantDigits: 5)),
    ] as [(String, StoredTensor.Encoding)])
  func delimited(_ file: String, _ encoding: StoredTensor.Encoding) throws {
    let all = try records(fixture(file))
    #expect(all.map(\.name) == [String(file.prefix { $0 != "." })])
    let matrix = Matrix(rows: 2, columns: 3, elements: expected("f8"))
    #expect(
      contents(all.first) == StoredTensor(form: .matrix, matrix: matrix, encoding: encoding))
  }

  @Test(
    "Delimited text: a row that is none is told with its line",
    arguments: [
      ("1,2\n3\n", 2), ("1 2\n3 x\n", 2), ("1,2\n\n# c\n3,,4\n", 4), ("1 2\n3 1e999\n", 2),
    ])
  func brokenRows(_ text: String, _ line: Int) throws {
    let folder = try TemporaryFolder()
    // Enough good rows in front, so that the form is told by what comes first.
    let good = String(repeating: String(text.prefix { $0 != "\n" }) + "\n", count: 2000)
    try folder.write("x.csv", good + text)
    do {
      _ = try records(folder.file("x.csv"))
      Issue.record("nothing was refused")
    } catch KaldiIOError.malformed(let place, _, _) {
      #expect(place.line == 2000 + line)
    }
  }

  @Test(
    "Text that is no table stays text",
    arguments: [
      "1 2 3\nLOG (x) in [ 1 2 ]\n", "utt1 1 2 3\n", "# only a comment\n", "", "a,b,c\nc,d,e\n",
      "a,b\n1,2,3\n",
    ])
  func noTable(_ text: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("x.txt", text)
    let found = (try? records(folder.file("x.txt"))) ?? []
    #expect(!found.contains { contents($0)?.matrix.columns == 3 })
  }

  @Test(
    "safetensors: headers that contradict themselves are refused",
    arguments: [
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[9000000000000000000,9],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, #"{"a":7}"#, "{]",
    ])
  func contradictions(_ header: String) throws {
    let folder = try TemporaryFolder()
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
    try folder.write("x.safetensors", length + Array(header.utf8) + Array(repeating: 0, count: 8))
    #expect(throws: KaldiIOError.self) { try records(folder.file("x.safetensors")) }
  }
}
