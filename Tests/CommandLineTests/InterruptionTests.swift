import Files
import Foundation
import Glibc
import TestSupport
import Testing

/// Runs that are ended early leave nothing that anybody would take for a result.
@Suite("Interrupted runs")
struct InterruptionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Starts a copy that waits for more input, and gives it time to have begun its output.
  private func waitingCopy() throws -> (Process, Pipe) {
    let process = Process()
    process.executableURL = Tool.executable
    process.arguments = ["copy", "ark:-", folder.file("out.ark")]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    let input = Pipe()
    process.standardInput = input
    process.standardError = FileHandle.nullDevice
    try process.run()
    let entry = "utt  [\n" + String(repeating: "  1.5 2.5 3.5 4.5\n", count: 50_000) + "]\n"
    try input.fileHandleForWriting.write(contentsOf: Data(entry.utf8))
    for _ in 0..<500 {
      if try folder.names().contains(where: { $0.hasSuffix(".partial") }) {
        return (process, input)
      }
      usleep(20_000)
    }
    Issue.record("the copy did not begin its output")
    return (process, input)
  }

  @Test(
    "SIGINT, SIGTERM and SIGHUP clean up and end the run", arguments: [SIGINT, SIGTERM, SIGHUP])
  func signals(number: Int32) throws {
    try folder.write("out.ark", "old")
    let (process, input) = try waitingCopy()
    #expect(kill(process.processIdentifier, number) == 0)
    process.waitUntilExit()
    _ = input
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == number)
    #expect(try folder.names() == ["out.ark"])
    #expect(try folder.read("out.ark") == Array("old".utf8))
  }

  @Test("What SIGKILL leaves is hidden from the readers and gone with the next run")
  func killed() throws {
    let (process, input) = try waitingCopy()
    #expect(kill(process.processIdentifier, SIGKILL) == 0)
    process.waitUntilExit()
    _ = input
    let left = try folder.names()
    #expect(left.count == 1 && left.allSatisfy { $0.hasPrefix(".") })
    try folder.write("in.txt", " [\n  1 2 ]\n")
    let inspected = try Tool.run("inspect", folder.path)
    #expect(inspected.status == 0)
    #expect(!inspected.output.contains("partial"))
    #expect(try Tool.run("copy", folder.file("in.txt"), folder.file("out.ark")).status == 0)
    #expect(try folder.names() == ["in.txt", "out.ark"])
  }

  @Test("A dump that is interrupted leaves the golden folder as it was")
  func dump() throws {
    #expect(try Tool.run("dump", "compact-vfsmn", "--out", folder.file("g")).status == 0)
    let before = try FileSystem.contents(of: folder.file("g/compact-vfsmn/case.json"))
    // Interrupted at many moments, of computing, writing and exchanging.
    for delay in stride(from: 5, through: 400, by: 45) {
      let process = Process()
      process.executableURL = Tool.executable
      process.arguments = ["dump", "compact-vfsmn", "--out", folder.file("g")]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32(delay) * 1000)
      kill(process.processIdentifier, SIGTERM)
      process.waitUntilExit()
      #expect(try FileSystem.names(in: folder.file("g")) == ["compact-vfsmn"], "\(delay) ms")
      #expect(
        try FileSystem.contents(of: folder.file("g/compact-vfsmn/case.json")) == before)
    }
  }

  @Test("A foreign folder is not replaced by a dump")
  func foreign() throws {
    try folder.makeFolder("g/sru/kaldi")
    try folder.write("g/sru/kaldi/thesis.txt", "years of work")
    let outcome = try Tool.run("dump", "sru", "--out", folder.file("g"))
    #expect(outcome.isPlainTrouble)
    #expect(try folder.read("g/sru/kaldi/thesis.txt") == Array("years of work".utf8))
  }
}
