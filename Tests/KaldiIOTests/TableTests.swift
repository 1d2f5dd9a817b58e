import Foundation
import KaldiIO
import Tensors
import Testing

/// A folder that is gone after the test.
final class ScratchFolder {
  let path = NSTemporaryDirectory() + "nnet-oracle-tests-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var contents: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

@Suite("Tables")
struct TableTests {
  private let five = StoredTensor(
    form: .matrix,
    matrix: Matrix(rows: 5, columns: 4, elements: (0..<20).map(Double.init)), encoding: .float32)

  private func readAll(_ specifier: String) throws -> [TensorRecord] {
    var reader = try TableReader(#require(try ReadSpecifier.parse(specifier)))
    var records: [TensorRecord] = []
    while let record = try reader.next() { records.append(record) }
    return records
  }

  @Test("Specifiers that Kaldi reads, and names that are none")
  func readSpecifiers() throws {
    #expect(try ReadSpecifier.parse("ark:a.ark") == .init(kind: .archive, name: "a.ark"))
    #expect(try ReadSpecifier.parse("ark,t:-")?.name == "-")
    #expect(
      try ReadSpecifier.parse("scp,p:a:b.scp")
        == .init(kind: .script, name: "a:b.scp", isPermissive: true))
    #expect(try ReadSpecifier.parse("ark:gunzip -c a.gz |")?.name == "gunzip -c a.gz |")
    #expect(try ReadSpecifier.parse("o s ark:x")?.kind == .archive)
    for none in ["a.ark", "o, s, ark:x", "ark,scp:a,b", "ark,,t:x", "ark,z:x", "ark:x ", "arks:x"] {
      #expect(try ReadSpecifier.parse(none) == nil)
    }
  }

  @Test("Specifiers that Kaldi writes, and names that are none")
  func writeSpecifiers() throws {
    #expect(try WriteSpecifier.parse("ark,t:a")?.isBinary == false)
    #expect(try WriteSpecifier.parse("ark,t,b:a")?.isBinary == true)
    let both = try #require(try WriteSpecifier.parse("ark,scp:a.ark,a.scp"))
    #expect(both.archive == "a.ark" && both.script == "a.scp")
    for none in ["scp,ark:a,b", "ark,o:a", "t:a", "ark:a "] {
      #expect(try WriteSpecifier.parse(none) == nil)
    }
    #expect(throws: KaldiIOError.self) { try WriteSpecifier.parse("ark,scp:only") }
  }

  @Test("Extended file names follow Kaldi's order of tests")
  func names() throws {
    #expect(try ExtendedFilename(reading: "") == .standard)
    #expect(try ExtendedFilename(reading: "a b |") == .command("a b "))
    #expect(try ExtendedFilename(reading: "a:12") == .part("a", offset: 12))
    #expect(try ExtendedFilename(reading: "a:1x") == .file("a:1x"))
    #expect(try ExtendedFilename(writing: "| gzip -c") == .command(" gzip -c"))
    for bad in ["| a", " a", "a ", "ark:a", "scp:a", "a|b", "a:99999999999999999999"] {
      #expect(throws: KaldiIOError.self) { try ExtendedFilename(reading: bad) }
    }
    for bad in ["a |", "a ", "ark,t:a", "a:12", "a|b"] {
      #expect(throws: KaldiIOError.self) { try ExtendedFilename(writing: bad) }
    }
  }

  @Test(
    "Ranges are inclusive and counted from 0",
    arguments: [
      ("m[0:1]", [2, 4]), ("m[1:2,2:3]", [2, 2]), ("m[:,0:0]", [5, 1]), ("m[3:7]", [2, 4]),
      ("m[0:4,:]", [5, 4]),
    ])
  func ranges(_ name: String, _ shape: [Int]) throws {
    let (stem, range) = try ElementRange.split(name)
    let part = try #require(range).apply(to: five, name: name).matrix
    #expect(stem == "m" && [part.rows, part.columns] == shape)
    if name == "m[1:2,2:3]" { #expect(part.elements == [6, 7, 10, 11]) }
  }

  @Test(
    "Ranges that Kaldi refuses are refused",
    arguments: [
      "m[1]", "m[0:]", "m[:9]", "m[,0:1]", "m[1:0]", "m[]", "m[0:8]", "m[5:5]", "m[:,0:4]",
      "m[0:1][0:1]", "m[0:1,0:1,0:1]", "[0:1]", "m[-1:2]",
    ])
  func badRanges(_ name: String) {
    #expect(throws: KaldiIOError.self) {
      _ = try ElementRange.split(name).range?.apply(to: five, name: name)
    }
  }

  @Test("An archive with its script file, read by key, offset, and range")
  func scriptFile() throws {
    let folder = try ScratchFolder()
    let specifier = "ark,scp:\(folder.path)/a.ark,\(folder.path)/a.scp"
    var writer = try TableWriter(#require(try WriteSpecifier.parse(specifier)))
    try writer.write(five, key: "first", as: .binary(.float32))
    try writer.write(five, key: "second", as: .text(.shortestDouble))
    #expect(folder.contents.allSatisfy { $0.contains("partial") })
    try writer.finish()
    #expect(folder.contents == ["a.ark", "a.scp"])
    let script = try String(contentsOfFile: folder.path + "/a.scp", encoding: .utf8)
    let archive = folder.path + "/a.ark"
    #expect(script == "first \(archive):6\nsecond \(archive):\(6 + 15 + 80 + 7)\n")
    let records = try readAll("scp:\(folder.path)/a.scp")
    #expect(records.map(\.name) == ["first", "second"])
    #expect(try tensor(records[1]).matrix == five.matrix)
    try (script.replacing("\n", with: "[1:2,0:0]\n") + "again \(archive):6[0:0]\n").write(
      toFile: folder.path + "/b.scp", atomically: true, encoding: .utf8)
    let parts = try readAll("scp:\(folder.path)/b.scp")
    #expect(try tensor(parts[0]).matrix.elements == [4, 8])
    #expect(try tensor(parts[2]).matrix.elements == [0, 1, 2, 3])
  }

  @Test("A pipe runs from the command line, never from inside a file unless allowed")
  func pipes() throws {
    let folder = try ScratchFolder()
    let archive = folder.path + "/a.ark.gz"
    var writer = try TableWriter(#require(try WriteSpecifier.parse("ark:| gzip -c > \(archive)")))
    try writer.write(five, key: "k", as: .binary(.float64))
    try writer.finish()
    let records = try readAll("ark:gunzip -c \(archive) |")
    #expect(try records.map { try tensor($0).matrix } == [five.matrix])
    try "k touch \(folder.path)/ran; cat \(archive) |\n".write(
      toFile: folder.path + "/a.scp", atomically: true, encoding: .utf8)
    #expect(throws: KaldiIOError.self) { try readAll("scp:\(folder.path)/a.scp") }
    #expect(!folder.contents.contains("ran"))
    #expect(throws: KaldiIOError.commandFailed(command: "exit 3 ", status: 3)) {
      try readAll("ark:exit 3 |")
    }
  }

  @Test("Archives that Kaldi would end in silence, or choke on, are errors with their place")
  func broken() throws {
    func read(_ text: String) throws -> Int {
      var reader = ArchiveReader(source: ByteSource(bytes: Array(text.utf8), name: "a"))
      var count = 0
      while try reader.next() != nil { count += 1 }
      return count
    }
    #expect(try read("") == 0)
    #expect(try read("a [ 1 ]\nb  [ 2 ]\n") == 2)
    #expect(try read("a [ 1 ]\nb\n [ 2 ]\n") == 2)
    for bad in [
      "a [ 1 ]\nb", "a [ 1 2\n3 ]\n", "a [ 1", "a \u{0}C", "a \u{1}\u{2} [ 1 ]", "\u{1}a [ 1 ]",
    ] {
      let error = #expect(throws: KaldiIOError.self) { try read(bad) }
      #expect(error?.description.contains("byte") == true)
    }
  }

  @Test("The empty compressed matrix, as Kaldi writes it with four bytes too many")
  func emptyCompressed() throws {
    let key = Array("k ".utf8)
    let body: [UInt8] = [0, 0x42] + Array("CM ".utf8)
    let kaldis = key + body + [7, 7, 7, 7] + [UInt8](repeating: 0, count: 16)
    let ours = key + body + [UInt8](repeating: 0, count: 16)
    var reader = ArchiveReader(source: ByteSource(bytes: kaldis + ours + kaldis, name: "a"))
    for _ in 0..<3 {
      let record = try #require(try reader.next())
      #expect(record.name == "k")
      #expect(try tensor(record).matrix.elements.isEmpty)
    }
    #expect(try reader.next() == nil)
    let sink = ByteSink()
    try sink.appendCompressed(Matrix(rows: 0, columns: 0, elements: []), method: .automatic)
    #expect(sink.bytes == Array("CM ".utf8) + [UInt8](repeating: 0, count: 16))
  }

  @Test("The format document's example of CM2")
  func twoByteExample() throws {
    let sink = ByteSink()
    try sink.appendCompressed(
      Matrix(rows: 2, columns: 2, elements: [0, 1, 2, 3]), method: .automatic)
    let expected: [UInt8] =
      [0x43, 0x4d, 0x32, 0x20, 0, 0, 0, 0, 0, 0, 0x40, 0x40, 2, 0, 0, 0, 2, 0, 0, 0]
      + [0, 0, 0x55, 0x55, 0xaa, 0xaa, 0xff, 0xff]
    #expect(sink.bytes == expected)
  }

  @Test("A header that promises more than the input holds is refused")
  func promises() {
    let huge: [UInt8] =
      [0, 0x42] + Array("FM ".utf8) + [4, 0x40, 0x42, 0x0f, 0, 4, 0x40, 0x42, 0x0f, 0]
    let error = #expect(throws: KaldiIOError.self) {
      try ByteSource(bytes: huge, name: "huge").readTensor()
    }
    #expect(error?.description.contains("byte 5: found a header that promises") == true)
  }

  @Test("Output that cannot be stored is one error and leaves nothing")
  func unwritable() throws {
    let folder = try ScratchFolder()
    for name in ["/dev/full", folder.path, folder.path + "/none/file"] {
      #expect(throws: KaldiIOError.self) {
        let sink = try ByteSink.open(file: name)
        try sink.append(five, as: .text(.shortestDouble))
        try sink.finish()
      }
    }
    do {
      let sink = try ByteSink.open(file: folder.path + "/given-up")
      try sink.append("half")
      try sink.flush()
      #expect(folder.contents.count == 1)
    }
    #expect(folder.contents.isEmpty)
    #expect(throws: KaldiIOError.self) { try ByteSource.open(file: folder.path) }
    #expect(throws: KaldiIOError.self) { try ByteSource.open(file: folder.path + "/none") }
  }
}
