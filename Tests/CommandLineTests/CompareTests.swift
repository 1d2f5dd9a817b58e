import Foundation
import Testing

/// `compare` and `merge-reports` on real Kaldi dumps: the verdict, the exit status, the reports.
@Suite struct CompareTests {
  static let dumps = "Tests/Fixtures/kaldi-dumps"

  @Test(arguments: ["sru", "tflstm", "compact-vfsmn", "bi-compact-vfsmn"])
  func `a right dump matches`(_ name: String) throws {
    let outcome = try Tool.run("compare", "golden/\(name)", "\(Self.dumps)/\(name)")
    #expect(outcome.status == 0 && outcome.errors == "")
    #expect(!outcome.output.contains("mismatch"))
    for tensor in ["in ", "out ", "out_diff ", "in_diff "] {
      #expect(outcome.output.contains("\n  \(tensor)"))
    }
  }

  @Test func `a backward pass that did nothing is named`() throws {
    let outcome = try Tool.run(
      "compare", "golden/compact-vfsmn", "\(Self.dumps)/compact-vfsmn-cpu")
    #expect(outcome.status == 1 && outcome.errors == "")
    for name in ["in_diff", "filter_corr"] {
      let line = outcome.output.split(separator: "\n").first { $0.hasPrefix("  \(name) ") }
      #expect(line?.contains(" mismatch ") == true)
    }
  }

  @Test func `a log finds its cases by itself`() throws {
    let log = try Tool.run("compare", "golden", "\(Self.dumps)/nnet-component-test.log")
    #expect(log.status == 1 && log.errors == "")
    let upstream = try Tool.run("compare", "golden", "\(Self.dumps)/upstream-debug.log")
    #expect(upstream.status == 0 && upstream.errors == "")
  }

  @Test func `a range that was cut is told, whichever side it is on`() throws {
    let slices = Tool.root.appendingPathComponent("Tests/Fixtures/cases/reports/F10-slices")
    let out = Tool.root.appendingPathComponent("\(Self.dumps)/sru/out.mat").path
    let golden = Tool.root.appendingPathComponent("golden/sru").path
    try Tool.inFreshFolder { folder in
      let cut = folder.appendingPathComponent("cut.scp").path
      let archive = folder.appendingPathComponent("whole.ark").path
      try Data("out \(out)[0:6]\n".utf8).write(to: URL(fileURLWithPath: cut))
      #expect(try Tool.run("copy", "scp:s.scp", "ark:\(archive)", in: slices).status == 0)
      for (expected, actual, file, count) in [
        ("scp:s.scp", "ark:\(archive)", "test.ark", 1),
        ("ark:\(archive)", "scp:s.scp", "test.ark", 1), ("scp:s.scp", "scp:s.scp", "test.ark", 2),
        (golden, "scp:\(cut)", "out.mat", 1),
        ("\(golden)/kaldi/out.txt", "scp:\(cut)", "out.mat", 1),
      ] {
        let outcome = try Tool.run("compare", expected, actual, in: slices)
        let lines = outcome.errors.split(separator: "\n")
        #expect(outcome.status == 0 && lines.count == count)
        #expect(
          lines.allSatisfy {
            $0.hasPrefix("nnet-oracle: warning: '") && $0.contains(file)
              && $0.hasSuffix("the range ends there")
          })
        #expect(outcome.output.contains("the range ends there"))
      }
    }
  }

  @Test func `absent and unrecognised objects fail when asked`() throws {
    let log = "\(Self.dumps)/upstream-debug.log"
    #expect(try Tool.run("compare", "golden", log, "--require-all").status == 1)
    #expect(try Tool.run("compare", "golden", log, "--strict").status == 0)
    let dump = "\(Self.dumps)/compact-vfsmn"
    #expect(try Tool.run("compare", "golden/compact-vfsmn", dump, "--strict").status == 1)
  }

  @Test func `a settled pair is taken`() throws {
    try Tool.inFreshFolder { folder in
      let golden = Tool.root.appendingPathComponent("golden/sru").path
      let out = Tool.root.appendingPathComponent("\(Self.dumps)/sru/out.mat").path
      try FileManager.default.copyItem(
        atPath: out, toPath: folder.appendingPathComponent("thing.mat").path)
      let outcome = try Tool.run("compare", golden, "thing.mat", "--map", "thing=out", in: folder)
      #expect(outcome.status == 0)
    }
  }

  @Test func `tolerances of one's own replace the bounds`() throws {
    let pair = ["golden/sru/kaldi/out.txt", "\(Self.dumps)/sru/out.mat"]
    #expect(try Tool.run("compare", pair[0], pair[1], "--rtol=0", "--atol=1e-5").status == 0)
    let told = try Tool.run("compare", pair[0], pair[1], "--smallest-passing")
    #expect(told.output.contains("rtol"))
  }

  /// What other programs read of a report.
  struct Report: Decodable {
    struct Tensor: Decodable {
      var expected: String?
      var verdict: String
    }
    var schema: Int
    var verdict: String
    var tensors: [Tensor]
  }

  static func report(_ outcome: Tool.Outcome) throws -> Report {
    try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
  }

  @Test func `reports are JSON and JUnit`() throws {
    try Tool.inFreshFolder { folder in
      let junit = folder.appendingPathComponent("junit.xml")
      let outcome = try Tool.run(
        "compare", "golden/compact-vfsmn", "\(Self.dumps)/compact-vfsmn-cpu", "--json", "--junit",
        junit.path)
      #expect(outcome.status == 1)
      let report = try Self.report(outcome)
      #expect(report.schema == 1 && report.verdict == "mismatch")
      let wrong = report.tensors.filter { $0.verdict == "mismatch" }.compactMap(\.expected)
      #expect(wrong.sorted() == ["filter_corr", "in_diff"])
      let xml = try String(contentsOf: junit, encoding: .utf8)
      #expect(xml.contains("<testsuite") && xml.contains("<failure"))
    }
  }

  @Test func `shards join to the whole`() throws {
    try Tool.inFreshFolder { folder in
      var files: [String] = []
      for shard in ["1/2", "2/2"] {
        let outcome = try Tool.run(
          "compare", "golden", "\(Self.dumps)/nnet-component-test.log", "--json", "--shard", shard)
        let file = "part-\(shard.prefix(1)).json"
        try Data(outcome.output.utf8).write(to: folder.appendingPathComponent(file))
        files.append(file)
      }
      let merged = try Tool.run("merge-reports", files[0], files[1], "--json", in: folder)
      let whole = try Tool.run(
        "compare", "golden", "\(Self.dumps)/nnet-component-test.log", "--json")
      #expect(merged.status == 1)
      let counts = [try Self.report(merged), try Self.report(whole)].map { report in
        report.tensors.filter { $0.verdict == "mismatch" }.count
      }
      #expect(counts[0] == counts[1])
    }
  }

  @Test(arguments: [
    "golden/none \(dumps)/sru", "golden/sru no-such-dump", "golden/sru /dev/null",
    "golden/sru README-none.md", "golden \(dumps)/sru --shard 3/2", "golden \(dumps)/sru --map x",
    "golden \(dumps)/sru --rtol=-1", "golden \(dumps)/sru --view=torch",
    "golden/sru golden/compact-vfsmn/kaldi/position.txt",
    "golden/sru \(dumps)/sru --junit /no/such/folder/junit.xml",
    "golden/sru \(dumps)/sru --junit /dev/full",
  ])
  func `trouble is one line and status 2`(_ words: String) throws {
    let outcome = try Tool.shell("$tool compare \(words)")
    #expect(outcome.isPlainTrouble)
  }

  @Test func `a file that pairs by name but cannot be read is trouble`() throws {
    try Tool.inFreshFolder { folder in
      try Data(" [\n 1 2\n 3 ]\n".utf8).write(to: folder.appendingPathComponent("out.mat"))
      let outcome = try Tool.run("compare", "golden/sru", folder.path)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("out.mat"))
    }
  }

  @Test func `trouble is told in JSON too`() throws {
    let outcome = try Tool.run("compare", "golden/sru", "/dev/null", "--json")
    #expect(outcome.isPlainTrouble)
    #expect(try Self.report(outcome).verdict == "trouble")
  }

  @Test(arguments: ["no-such.json", "/dev/null", "golden/sru/case.json"])
  func `what is no report cannot be merged`(_ file: String) throws {
    let outcome = try Tool.run("merge-reports", file)
    #expect(outcome.isPlainTrouble)
    #expect(outcome.errors.contains(file))
  }
}
