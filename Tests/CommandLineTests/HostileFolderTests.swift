import Files
import Foundation
import Glibc
import TestSupport
import Testing

/// Folders in which more lies than files: everything is named, nothing hangs.
@Suite("Hostile folders")
struct HostileFolderTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.makeFolder("dump/sub")
    for name in ["dump/in.mat", "dump/sub/in.mat"] {
      try FileManager.default.copyItem(
        atPath: PackageFolder.fixture("kaldi-dumps/sru/in.mat"), toPath: folder.file(name))
    }
  }

  private func add(_ name: String, linkTo target: String) {
    #expect(unsafe symlink(target, folder.file("dump/\(name)")) == 0)
  }

  private func addOddities() {
    for (name, target) in [
      ("loop", "."), ("sub/up", ".."), ("nowhere", "none"), ("itself", "itself"),
      ("device", "/dev/zero"), ("memory", "/proc/self/mem"),
    ] {
      add(name, linkTo: target)
    }
    #expect(unsafe mkfifo(folder.file("dump/fifo"), 0o666) == 0)
  }

  @Test("Ten thousand files and one of each oddity: a line for each kind, in seconds")
  func everything() throws {
    addOddities()
    for index in 0..<10_000 { try folder.write("dump/n\(index).txt", "no data\n") }
    let start = ContinuousClock.now
    let outcome = try Tool.run("compare", PackageFolder.path + "golden/sru", folder.file("dump"))
    // Slow code on a busy machine takes longer than what users run.
    #if DEBUG
      let most = Duration.seconds(60)
    #else
      let most = Duration.seconds(5)
    #endif
    #expect(ContinuousClock.now - start < most)
    #expect(outcome.status == 2)
    for words in [
      "dump/loop: cannot read: a link to a folder above it",
      "dump/sub/up: cannot read: a link to a",
      "dump/nowhere: cannot read: a link that leads nowhere",
      "dump/itself: cannot read: Too many levels", "dump/device: cannot read: a device",
      "dump/fifo: cannot read: a named pipe", "dump/memory: cannot read: Input/output error",
    ] {
      #expect(outcome.errors.contains(words), "\(words)")
    }
    // Trouble is told on standard error; the rest is listed.
    #expect(outcome.output.contains("n9999"))
    #expect(outcome.output.split(separator: "\n").count { $0.contains("in.mat") } >= 1)
  }

  @Test("inspect names the oddities of a folder, and two folders compare around them")
  func otherCommands() throws {
    addOddities()
    let inspected = try Tool.run("inspect", folder.file("dump"))
    #expect(inspected.status == 2)
    for name in ["fifo", "nowhere", "itself", "device", "memory"] {
      #expect(inspected.errors.contains("dump/\(name): cannot read"), "\(name)")
    }
    let compared = try Tool.run("compare", folder.file("dump"), folder.file("dump"))
    #expect(compared.status == 2)
    #expect(compared.errors.contains("dump/fifo"))
    #expect(compared.errors.contains("dump/sub/up"))
    #expect(compared.output.contains("2 match"))
  }

  @Test("What one may not read is trouble: a file, a folder, a case's folder")
  func unreadable() throws {
    try folder.makeFolder("dump/closed")
    try folder.write("dump/secret.mat", " [ 1 ]\n")
    try FileManager.default.copyItem(
      atPath: PackageFolder.path + "golden/sru", toPath: folder.file("golden-sru"))
    try folder.makeFolder("golden/one")
    for name in ["dump/closed", "dump/secret.mat", "golden/one"] {
      #expect(unsafe chmod(folder.file(name), 0) == 0)
    }
    #expect(unsafe chmod(folder.path, 0o755) == 0)
    // A superuser may read everything: the tool is run as nobody then.
    let nobody = geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : ""
    let able = try Tool.shell("\(nobody)\"$tool\" --version")
    guard able.status == 0 else {
      #expect(geteuid() == 0, "\(able.errors)")
      return
    }
    let dump = try Tool.shell("\(nobody)\"$tool\" compare golden/sru '\(folder.file("dump"))'")
    #expect(dump.status == 2)
    #expect(dump.errors.contains("dump/closed: cannot read: cannot list: Permission denied"))
    #expect(dump.errors.contains("dump/secret.mat: cannot open: Permission denied"))
    let golden = try Tool.shell(
      "\(nobody)\"$tool\" compare '\(folder.file("golden"))' '\(folder.file("dump"))'")
    #expect(golden.status == 2)
    for name in ["dump/closed", "golden/one"] { _ = unsafe chmod(folder.file(name), 0o755) }
  }

  @Test("Names that are no UTF-8 open, from a folder and as they are typed")
  func strangeNames() throws {
    let name = String(pathBytes: [0x69, 0x6e, 0xff, 0xe9])
    try FileSystem.write(
      Array(" [\n  1 2 ]\n".utf8), to: folder.file("dump/\(name)"), named: "x")
    let listed = try Tool.run("inspect", folder.file("dump"))
    #expect(listed.status == 0)
    #expect(listed.output.contains("in\\xff\\xe9: "))
    let typed = try Tool.shell("\"$tool\" inspect \"$(printf '\(folder.path)/dump/in\\377\\351')\"")
    #expect(typed.status == 0)
    #expect(typed.output.contains("1 2"))
  }

  @Test("What is no data on both sides is told, and no trouble")
  func noData() throws {
    let cases = PackageFolder.fixture("cases/hostile/readme-both")
    let outcome = try Tool.run("compare", cases + "/A", cases + "/B")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("README  "))
    #expect(outcome.output.hasSuffix("MATCH: 1 match, 1 unrecognised\n"))
  }

  @Test("A description that leads outside its folder is refused everywhere")
  func leadsOutside() throws {
    let path = PackageFolder.fixture("cases/hostile/inspect-dotdot")
    for arguments in [
      ["inspect", path], ["inspect", path + ":in"], ["copy", path + ":in", "-"],
      ["compare", path, path],
    ] {
      let outcome = try Tool.run(arguments)
      #expect(outcome.isPlainTrouble, "\(arguments)")
      #expect(outcome.errors.contains("expected one below the case's folder"))
    }
  }
}
