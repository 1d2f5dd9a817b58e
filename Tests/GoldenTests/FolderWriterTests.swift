import Foundation
import Golden
import Synchronization
import Testing

/// Golden folders on a real disk: whole or not at all, and judged byte by byte.
@Suite struct FolderWriterTests {
  typealias Difference = FolderWriter.Difference

  static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  static let one = FolderWriter.Folder(
    name: "one",
    files: [
      ("case.json", description("one")), ("numpy/x.txt", bytes(" [ 1 ]\n")),
      ("kaldi/in.txt", bytes("")),
    ])
  static let two = FolderWriter.Folder(name: "two", files: [("case.json", description("two"))])

  /// What a `case.json` of this program says at the least.
  static func description(_ name: String) -> [UInt8] {
    bytes(
      #"{"format": 1, "case": "\#(name)", "kernel": "sru", "arithmetic": "ball", "tensors": []}"#)
  }

  /// Runs a test in a folder of its own, removed afterwards.
  static func inFreshFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("folder-writer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  /// Every path below a folder, sorted.
  static func paths(below folder: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func `what was written checks without a difference`() throws {
    try Self.inFreshFolder { folder in
      let writer = FolderWriter(directory: folder.path + "/deep/golden")
      try writer.write([Self.one, Self.two])
      #expect(try writer.check([Self.one, Self.two], isComplete: true) == [])
      #expect(
        try Self.paths(below: folder) == [
          "deep", "deep/golden", "deep/golden/one", "deep/golden/one/case.json",
          "deep/golden/one/kaldi", "deep/golden/one/kaldi/in.txt", "deep/golden/one/numpy",
          "deep/golden/one/numpy/x.txt", "deep/golden/two", "deep/golden/two/case.json",
        ])
    }
  }

  @Test func `writers that start at the same time may share the folders above theirs`() throws {
    try Self.inFreshFolder { folder in
      for round in 0..<60 {
        let above = "\(folder.path)/\(round)/deep/golden"
        let failures = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 4) { index in
          let own = FolderWriter.Folder(name: "own\(index)", files: Self.one.files)
          do { try FolderWriter(directory: above).write([own]) } catch {
            failures.add(1, ordering: .relaxed)
          }
        }
        #expect(failures.load(ordering: .relaxed) == 0)
      }
    }
  }

  @Test func `differing, missing and extra files are each named`() throws {
    try Self.inFreshFolder { folder in
      let writer = FolderWriter(directory: folder.path)
      try writer.write([Self.one, Self.two])
      try Data("{}".utf8).write(to: folder.appendingPathComponent("one/case.json"))
      try FileManager.default.removeItem(at: folder.appendingPathComponent("one/numpy/x.txt"))
      try Data().write(to: folder.appendingPathComponent("one/kaldi/out.txt"))
      try Data().write(to: folder.appendingPathComponent("stray"))
      try Data().write(to: folder.appendingPathComponent(".gitattributes"))
      let expected = [
        Difference(path: "one/case.json", kind: .differs),
        Difference(path: "one/kaldi/out.txt", kind: .extra),
        Difference(path: "one/numpy/x.txt", kind: .missing),
      ]
      let stray = [
        Difference(path: "stray", kind: .extra), Difference(path: "two", kind: .extra),
      ]
      #expect(try writer.check([Self.one], isComplete: false) == expected)
      #expect(try writer.check([Self.one], isComplete: true) == expected + stray)
    }
  }

  @Test func `nothing there is everything missing`() throws {
    try Self.inFreshFolder { folder in
      let writer = FolderWriter(directory: folder.path + "/none")
      let differences = try writer.check([Self.two], isComplete: true)
      #expect(differences == [Difference(path: "two/case.json", kind: .missing)])
      #expect(try Self.paths(below: folder) == [])
    }
  }

  @Test func `a case's folder is replaced whole and others stay`() throws {
    try Self.inFreshFolder { folder in
      let writer = FolderWriter(directory: folder.path)
      try writer.write([Self.one, Self.two])
      try Data().write(to: folder.appendingPathComponent("one/numpy/stale.txt"))
      try writer.write([Self.one])
      #expect(try writer.check([Self.one, Self.two], isComplete: true) == [])
      #expect(try Self.paths(below: folder).filter { $0.hasPrefix(".") } == [])
    }
  }

  @Test func `a failure on the way leaves everything as it was`() throws {
    try Self.inFreshFolder { folder in
      let writer = FolderWriter(directory: folder.path + "/golden")
      let unwritable = FolderWriter.Folder(
        name: "two", files: [("case.json", []), (String(repeating: "x", count: 300), [])])
      let changed = FolderWriter.Folder(name: "one", files: [("case.json", [])])
      #expect(throws: FolderError.self) { try writer.write([changed, unwritable]) }
      #expect(try Self.paths(below: folder) == [])

      try writer.write([Self.one, Self.two])
      #expect(throws: FolderError.self) { try writer.write([changed, unwritable]) }
      #expect(try writer.check([Self.one, Self.two], isComplete: true) == [])
      #expect(try Self.paths(below: folder).filter { $0.contains("partial") } == [])
    }
  }

  @Test func `what no dump wrote is not replaced`() throws {
    try Self.inFreshFolder { folder in
      let source = folder.appendingPathComponent("one/source.c")
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("one"), withIntermediateDirectories: true)
      try Data("int x;".utf8).write(to: source)
      try Data().write(to: folder.appendingPathComponent("two"))
      let writer = FolderWriter(directory: folder.path)
      let path = folder.path
      #expect(throws: FolderError.foreign(path: path + "/one", found: "a folder of other things")) {
        try writer.write([Self.one])
      }
      #expect(throws: FolderError.foreign(path: path + "/two", found: "a file")) {
        try writer.write([Self.two])
      }
      #expect(try Data(contentsOf: source) == Data("int x;".utf8))
    }
  }

  @Test(
    "a folder without a case.json of this program's is never replaced",
    arguments: [
      [], ["numpy"], ["kaldi/thesis.txt"], ["case.json"], ["case.json", "kaldi/thesis.txt"],
    ])
  func foreignFolders(files: [String]) throws {
    try Self.inFreshFolder { folder in
      for file in files {
        let path = folder.appendingPathComponent("one/\(file)")
        try FileManager.default.createDirectory(
          at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(#"{"case": "mine", "format": 1}"#.utf8).write(to: path)
      }
      let writer = FolderWriter(directory: folder.path)
      let before = try Self.paths(below: folder)
      if files.isEmpty {
        try writer.write([Self.one])
      } else {
        #expect(throws: FolderError.self) { try writer.write([Self.one]) }
        #expect(try Self.paths(below: folder) == before)
      }
    }
  }

  @Test func `a file where the golden folder should be is told`() throws {
    try Self.inFreshFolder { folder in
      let file = folder.appendingPathComponent("file")
      try Data("keep".utf8).write(to: file)
      let writer = FolderWriter(directory: file.path + "/golden")
      let error = #expect(throws: FolderError.self) { try writer.write([Self.two]) }
      #expect(error.map { "\($0)" }?.contains(file.path) == true)
      #expect(try Data(contentsOf: file) == Data("keep".utf8))
    }
  }
}
