import Files
import Glibc
import TestSupport
import Testing

/// Files and folders that appear whole or not at all.
@Suite struct StagingTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// A staged folder with one file in it.
  private func staged(_ folder: TemporaryFolder, _ text: String) throws -> Staging {
    let staging = try Staging.folder(in: folder.path, named: "x")
    try FileSystem.write(bytes(text), to: staging.path + "/file", named: "file")
    return staging
  }

  @Test(
    "An exchange leaves the new in its place and the old under the hidden name",
    arguments: [true, false])
  func exchange(isAtomic: Bool) throws {
    let folder = try TemporaryFolder()
    let place = try folder.makeFolder("case")
    try folder.write("case/file", "old")
    let staging = try staged(folder, "new")
    try staging.exchange(with: place, isAtomic: isAtomic)
    #expect(try folder.read("case/file") == bytes("new"))
    #expect(try FileSystem.contents(of: staging.path + "/file") == bytes("old"))
    try staging.takeBack(from: place)
    #expect(try folder.read("case/file") == bytes("old"))
    staging.discard()
    #expect(try folder.names() == ["case"])
  }

  @Test("Of several folders all change or none", arguments: [true, false])
  func allOrNone(isAtomic: Bool) throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("one")
    try folder.write("one/file", "old")
    let stagings = [
      try staged(folder, "1"), try staged(folder, "2"), try staged(folder, "3"),
    ]
    // The third place cannot be: the folder above it is missing.
    let places = ["one", "two", "none/three"].map(folder.file)
    #expect(throws: FileError.self) {
      try Staging.exchange(stagings, with: places, isAtomic: isAtomic)
    }
    #expect(try folder.read("one/file") == bytes("old"))
    #expect(FileSystem.kind(of: places[1]) == .absent)
    for staging in stagings { staging.discard() }
    #expect(try folder.names() == ["one"])
  }

  @Test func `what a killed program left is hidden and removed by the next`() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder(".nnet-oracle-1-0.partial/kaldi")
    try folder.write(".nnet-oracle-1-0.partial/kaldi/in.txt", " [ 1 ]")
    try folder.write(".nnet-oracle-1-1.partial", "half")
    try folder.write(".other", "keep")
    try folder.write("out.txt", " [ 1 ]")
    #expect(try FileSystem.listing(of: DataPath(folder.path)).files.map(\.name) == ["out.txt"])
    let staging = try Staging.file(in: folder.path, named: "new")
    try staging.finish(as: folder.file("new"), named: "new")
    #expect(try folder.names() == [".other", "new", "out.txt"])
  }

  @Test func `what a running program is writing is left alone`() throws {
    let folder = try TemporaryFolder()
    let name = ".nnet-oracle-1-7.partial"
    try folder.write(name, "half")
    let other = try FileSystem.open(folder.file(name), namedBy: .user)
    defer { _ = close(other.descriptor) }
    #expect(flock(other.descriptor, LOCK_EX | LOCK_NB) == 0)
    try Staging.file(in: folder.path, named: "new").discard()
    #expect(try folder.names() == [name])
  }

  @Test func `a file given up leaves nothing, and what stood there stands`() throws {
    let folder = try TemporaryFolder()
    try folder.write("out", "old")
    guard case .staged(let staging, let final) = try FileSystem.place(toWrite: folder.file("out"))
    else {
      Issue.record("no staging")
      return
    }
    #expect(final.hasSuffix("/out"))
    staging.discard()
    #expect(try folder.names() == ["out"])
    #expect(try folder.read("out") == bytes("old"))
  }
}
