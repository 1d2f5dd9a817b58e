import Foundation
import Testing

/// Logs as `compare` meets them: what other programs put into them, and how long they are.
@Suite struct LogTests {
  /// The lookback filter's and the two-sided one's settings of `logs/log-timestamped/docker.log`.
  private static let filters: [String] = {
    let back = "0,1,2,3,4,5,6,7,0,1,2,3,4,0,1,0,1,2,3,4,5,6,7"
    let ahead = "7,6,5,4,3,2,1,0,4,3,2,1,0,1,0,7,6,5,4,3,2,1,0"
    return [
      "compact-vfsmn --set N=6 --set T=23 --set D=8 --set position=\(back)"
        + " --set hidden=random:31:-1:1 --set filter=random:32:-0.5:0.5"
        + " --set dmemory=random:33:-1:1",
      "bi-compact-vfsmn --set N1=6 --set N2=3 --set T=23 --set D=8 --set bposition=\(back)"
        + " --set fposition=\(ahead) --set hidden=random:41:-1:1 --set bfilter=random:42:-0.5:0.5"
        + " --set ffilter=random:43:-0.5:0.5 --set dmemory=random:44:-1:1",
    ]
  }()

  @Test func `a prefix on every line changes no verdict, all four layers match`() throws {
    try Tool.inFreshFolder { folder in
      let golden = folder.appendingPathComponent("golden").path
      for settings in VerdictTests.processes + Self.filters {
        #expect(try Tool.shell("$tool dump \(settings) --out '\(golden)'").status == 0)
      }
      let log = Tool.root.appendingPathComponent(
        "\(VerdictTests.cases)/logs/log-timestamped/docker.log")
      let text = try String(contentsOf: log, encoding: .utf8)
      for prefix in ["app_1  | ", "Nov 25 13:33:13 ", ""] {
        let file = folder.appendingPathComponent("x.log")
        try Data(text.replacing("app_1  | ", with: prefix).utf8).write(to: file)
        let outcome = try Tool.run("compare", golden, file.path)
        #expect(outcome.status == 0)
        // The TF-LSTM's two buffers are left out of the log.
        #expect(outcome.output.hasSuffix("MATCH: 54 match, 2 absent\n"), "\(prefix)")
      }
    }
  }

  @Test func `two processes mixed line by line match where their names stand before every line`()
    throws
  {
    try Tool.inFreshFolder { folder in
      let both = try ["sru", "tflstm"].map { name in
        let log = "\(VerdictTests.cases)/logs/log-params-after-backward/\(name)-default.log"
        return try String(contentsOf: Tool.root.appendingPathComponent(log), encoding: .utf8)
          .split(separator: "\n", omittingEmptySubsequences: false)
      }
      func mixed(_ names: [String]) -> String {
        var text = ""
        for place in 0..<max(both[0].count, both[1].count) {
          for (name, lines) in zip(names, both) where place < lines.count {
            text += name + lines[place] + "\n"
          }
        }
        return text
      }
      let file = folder.appendingPathComponent("x.log")
      try Data(mixed(["sru_1  | ", "tf-lstm_1  | "]).utf8).write(to: file)
      let told = try Tool.run("compare", "golden", file.path)
      #expect(told.status == 0)
      #expect(told.output.hasSuffix("MATCH: 39 match\n"))
      // Without the names no matrix of mixed lines is judged, and it is trouble.
      try Data(mixed(["", ""]).utf8).write(to: file)
      let untold = try Tool.run("compare", "golden", file.path)
      #expect(untold.status == 2)
      #expect(!untold.output.contains("mismatch"))
    }
  }

  /// Runs `compare` and tells the largest memory that the process had, in kilobytes.
  private func peak(_ log: URL) throws -> (kilobytes: Int, status: Int32, output: String) {
    let output = log.appendingPathExtension("out")
    try Data().write(to: output)
    let process = Process()
    process.executableURL = Tool.executable
    process.arguments = ["compare", "golden", log.path]
    process.currentDirectoryURL = Tool.root
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    var last = 0
    // The figure only grows, and is gone once the process has ended.
    while let status = try? String(
      contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
    {
      last = Int(line.filter(\.isNumber)) ?? 0
      usleep(1000)
    }
    process.waitUntilExit()
    return (
      last, process.terminationStatus,
      String(decoding: try Data(contentsOf: output), as: UTF8.self)
    )
  }

  @Test(arguments: [(100, 12), (7, 2200)])
  func `what pairs with nothing takes no memory, however much of it a log holds`(
    size: Int, count: Int
  ) throws {
    try Tool.inFreshFolder { folder in
      let known = Tool.root.appendingPathComponent("\(VerdictTests.dumps)/upstream-debug.log")
      let few = try Data(contentsOf: known)
      let row = "  " + String(repeating: "-0.1234567 ", count: size)
      let rows = String(repeating: row + "\n", count: size - 1) + row + "]\n\n"
      let strangers = (0..<10).map { "LOG (train:Stat():t.cc:10\($0)) stat_\($0) [\n\(rows)" }
      let text = Data(String(repeating: strangers.joined(), count: count).utf8)
      let log = folder.appendingPathComponent("x.log")
      try few.write(to: log)
      let alone = try peak(log)
      try (few + text + few).write(to: log)
      let among = try peak(log)
      #expect(alone.status == 0 && among.status == 0)
      #expect(among.output.contains("MATCH: 16 match, 12 absent, "))
      let told = among.output.contains(" objects before it fit nothing either")
      #expect(told == (10 * count > 1000))
      #expect(text.count > 12_000_000)
      #expect(among.kilobytes - alone.kilobytes < 5000)
    }
  }
}
