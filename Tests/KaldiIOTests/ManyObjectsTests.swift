import Files
import KaldiIO
import Tensors
import TestSupport
import Testing

/// What stands behind the first object of a file is read too, or refused where it stands.
@Suite("Behind the first object")
struct ManyObjectsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func fixture(_ name: String) -> String {
    PackageFolder.fixture("cases/reports/F38-two-in-one/\(name)")
  }

  private func shapes(_ path: String) throws -> [String] {
    try TensorSource(path).records().map { record in
      switch record.content {
      case .tensor(let tensor):
        "\(record.name) \(tensor.form) \(tensor.matrix.rows)x\(tensor.matrix.columns)"
      case .malformed(let error): "\(record.name) \(error)"
      case .unrecognised(let what): "\(record.name) \(what)"
      }
    }
  }

  /// The byte at which reading stopped.
  private func refusedByte(_ bytes: [UInt8]) throws -> Int? {
    try folder.write("refused", bytes)
    do {
      _ = try TensorSource(folder.file("refused")).records()
    } catch let error as KaldiIOError {
      if case .malformed(let place, _, _) = error { return place.byte }
    }
    return nil
  }

  @Test("Objects that one binary stream holds are all read, with a header each or with one for all")
  func binary() throws {
    let expected = ["a matrix 4x3", " matrix 4x3", " vector 1x2"]
    #expect(try shapes(fixture("a.bin")) == expected)
    let records = try TensorSource(fixture("a.bin")).records()
    #expect(records.map(\.origin.byteOffset) == [0, 63, 124])
    #expect(records.map(\.isNamedByFile) == [true, false, false])
    #expect(records.allSatisfy { $0.provenance == .binaryFile })

    let first = Array(try FileSystem.contents(of: fixture("a.bin"))[..<63])
    try folder.write("twice", first + first + Array(" [ 1 2 ]\n".utf8))
    #expect(try shapes(folder.file("twice")) == ["twice matrix 4x3", " matrix 4x3", " vector 1x2"])
  }

  @Test("Words behind a binary object, an array or a model are refused with their byte")
  func refused() throws {
    let junk = try FileSystem.contents(of: fixture("junk.bin"))
    #expect(try refusedByte(junk) == 63)
    #expect(try refusedByte(Array(junk[..<63]) + [0x0a]) == nil)
    let array = try FileSystem.contents(of: PackageFolder.fixture("numpy/f4.npy"))
    #expect(try refusedByte(array) == nil)
    #expect(try refusedByte(array + [0x0a]) == array.count)
    let model = try dumpBytes("sru/model.nnet")
    #expect(try refusedByte(model + Array("  \n".utf8)) == nil)
    #expect(try refusedByte(model + Array("more".utf8)) == model.count)
  }

  @Test("Arrays saved one after another to one file are all read")
  func arrays() throws {
    let array = try FileSystem.contents(of: PackageFolder.fixture("numpy/f4.npy"))
    try folder.write("two.npy", array + array)
    let records = try TensorSource(folder.file("two.npy")).records()
    #expect(records.count == 2)
    #expect(records.map(\.origin.byteOffset) == [0, array.count])
    #expect(records.allSatisfy { $0.provenance == .array })
  }

  @Test("Words where only objects belong are told, and not copied over")
  func words() throws {
    let found = try shapes(fixture("junk.txt"))
    #expect(found.count == 2)
    #expect(found[0] == "junk matrix 1x2")
    #expect(found[1].contains("junk.txt:3: byte 11: found 'some words'"))
    try folder.write("a.ark", "one  [\n  1 2 ]\nnonsense here\ntwo  [\n  3 4 ]\nmore\n")
    #expect(
      try shapes(folder.file("a.ark")) == [
        "one matrix 1x2", " words between the entries: 'nonsense here'", "two matrix 1x2",
        " words between the entries: 'more'",
      ])
    for path in [fixture("junk.txt"), folder.file("a.ark")] {
      #expect(throws: KaldiIOError.self) { try copyTensors(from: path, to: folder.file("copy")) }
    }
    #expect(try folder.names().contains("copy") == false)
    // A program's prints may say what they like.
    try folder.write("log", "starting\nout [ 1 2 ]\nepoch done\nin [ 3 4 ]\nend\n")
    #expect(try shapes(folder.file("log")) == ["out vector 1x2", "in vector 1x2"])
  }

  @Test("Sparse and packed objects read as whole matrices, from files and archives")
  func unusual() throws {
    let sparse = SparseMatrix(rows: [
      .init(dimension: 3, columns: [1], values: [0.5]),
      .init(dimension: 3, columns: [], values: []),
    ])
    let packed = PackedMatrix(size: 2, elements: [1, 2, 3])
    for isBinary in [true, false] {
      for name in ["alone", "archive"] {
        let sink = ByteSink()
        for key in ["s", "p"] where name == "archive" || key == "s" {
          if name == "archive" { try sink.append(key + " ") }
          if isBinary { try sink.appendBinaryHeader() }
          if key == "s" {
            try sink.append(
              sparse, isBinary: isBinary, precision: .float32, style: .shortestFloat)
          } else {
            try sink.append(
              packed, isBinary: isBinary, precision: .float64, style: .shortestFloat)
          }
        }
        try folder.write(name, sink.bytes)
        let source = name == "archive" ? "ark:" + folder.file(name) : folder.file(name)
        let matrices = try TensorSource(source).records().map { record -> Matrix<Double>? in
          if case .tensor(let tensor) = record.content { return tensor.matrix }
          return nil
        }
        #expect(matrices[0] == Matrix(rows: 2, columns: 3, elements: [0, 0.5, 0, 0, 0, 0]))
        if name == "archive" {
          #expect(matrices[1] == Matrix(rows: 2, columns: 2, elements: [1, 2, 2, 3]))
        }
      }
    }
    try folder.write("packed.txt", "p  [\n1 \n2 3 \n4 5 6 ]\n")
    guard
      case .tensor(let tensor)? = try TensorSource(folder.file("packed.txt")).records()
        .first?.content
    else {
      Issue.record("no matrix")
      return
    }
    #expect(tensor.matrix.elements == [1, 2, 4, 2, 3, 5, 4, 5, 6])
  }

  @Test("A sparse header cannot ask for more memory than a file of its size may")
  func hostileSparse() {
    let text = "rows=2 dim=2147483647 [ 1 1 ] dim=2147483647 [ ] \n"
    #expect(throws: KaldiIOError.self) {
      try ByteSource(bytes: Array(text.utf8), name: "t").readTensor()
    }
  }
}
