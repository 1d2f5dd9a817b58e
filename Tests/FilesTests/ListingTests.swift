import Files
import Glibc
import TestSupport
import Testing

/// Folders in which anything may lie.
@Suite struct ListingTests {
  /// A socket at a path, which stays after its descriptor is closed.
  private func makeSocket(_ path: String) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { memory in
      for (index, byte) in name.enumerated() where index < memory.count - 1 {
        unsafe memory[index] = byte
      }
    }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    _ = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size)
      }
    }
    _ = close(descriptor)
  }

  /// A folder with one of everything that can lie in one.
  static func hostile(_ folder: TemporaryFolder) throws {
    try folder.makeFolder("sub")
    try folder.write("a.txt", " [ 1 ]")
    try folder.write("sub/b.txt", " [ 2 ]")
    for (name, target) in [
      ("loop", "."), ("sub/up", ".."), ("again", "sub"), ("nowhere", "none"), ("self", "self"),
      ("device", "/dev/zero"),
    ] {
      #expect(unsafe symlink(target, folder.file(name)) == 0)
    }
    #expect(unsafe mkfifo(folder.file("fifo"), 0o666) == 0)
  }

  @Test func `every kind of entry is named, and nothing is opened or entered twice`() throws {
    let folder = try TemporaryFolder()
    try Self.hostile(folder)
    makeSocket(folder.file("socket"))
    var walk = FolderWalk()
    let listing = try walk.all(below: DataPath(folder.path))
    let start = folder.path.utf8.count + 1
    func relative(_ path: DataPath) -> String {
      String(decoding: path.text.utf8.dropFirst(start), as: UTF8.self)
    }
    #expect(listing.files.map(relative) == ["a.txt", "sub/b.txt"])
    let oddities = listing.oddities.map { "\(relative($0.path)): \($0.what), \($0.weight)" }
    #expect(
      oddities.sorted() == [
        "again: the same folder as \(folder.path)/sub, note",
        "device: a device, not a file, trouble",
        "fifo: a named pipe, not a file, trouble", "loop: a link to a folder above it, trouble",
        "nowhere: a link that leads nowhere, trouble",
        "self: Too many levels of symbolic links, trouble",
        "socket: a socket, not a file, trouble", "sub/up: a link to a folder above it, trouble",
      ])
  }

  @Test func `links that meet again do not make the walk exponential`() throws {
    let folder = try TemporaryFolder()
    for level in 0..<30 {
      try folder.makeFolder("level\(level)")
      for name in ["a", "b"] where level < 29 {
        #expect(unsafe symlink("../level\(level + 1)", folder.file("level\(level)/\(name)")) == 0)
      }
    }
    try folder.write("level29/end.txt", " [ 1 ]")
    let start = ContinuousClock.now
    var walk = FolderWalk()
    let listing = try walk.all(below: DataPath(folder.file("level0")))
    #expect(listing.files.count == 1)
    #expect(listing.oddities.count == 29)
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func `only a regular file is opened where data names it, and nobody waits`() throws {
    let folder = try TemporaryFolder()
    try Self.hostile(folder)
    makeSocket(folder.file("socket"))
    for name in ["fifo", "device", "socket", "loop", "self", "nowhere", "sub", "none", "a\0b"] {
      #expect(throws: FileError.self, "\(name)") {
        try FileSystem.contents(of: folder.file(name))
      }
    }
    #expect(try FileSystem.contents(of: folder.file("a.txt")) == Array(" [ 1 ]".utf8))
    #expect(throws: FileError.self) {
      try FileSystem.contents(of: folder.file("a.txt"), limit: 3)
    }
  }

  @Test func `a name that is no UTF-8 is listed and opens`() throws {
    let folder = try TemporaryFolder()
    let name = String(pathBytes: [0x6f, 0xff, 0xe9, 0x2e, 0x6d])
    try FileSystem.write([1, 2], to: DataPath(folder.path).appending(name).text, named: "x")
    let listing = try FileSystem.listing(of: DataPath(folder.path))
    #expect(listing.files.map { $0.name.pathBytes } == [[0x6f, 0xff, 0xe9, 0x2e, 0x6d]])
    #expect(try FileSystem.contents(of: listing.files[0].text) == [1, 2])
  }
}
