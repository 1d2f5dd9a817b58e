import Foundation
import Testing

/// What ends `compare` and `merge-reports` with which status.
@Suite struct VerdictTests {
  static let cases = "Tests/Fixtures/cases"
  static let dumps = "Tests/Fixtures/kaldi-dumps"

  /// Two layers at the settings of `logs/log-two-processes/inter-msg.log`.
  static let processes = [
    "sru --set N=3 --set T=11 --set D=8 --set H=5 --set x=random:11:-1:1 --set W=random:12:-0.8:0.8"
      + " --set bf=random:13:-0.5:0.5 --set br=random:14:-0.5:0.5 --set dout=random:15:-1:1",
    "tflstm --set N=3 --set T=11 --set D=8 --set H=5 --set F=4 --set S=2 --set x=random:21:-1:1"
      + " --set Wx=random:22:-0.8:0.8 --set Wh=random:23:-0.6:0.6 --set Wk=random:24:-0.6:0.6"
      + " --set b=random:25:-0.5:0.5 --set pi=random:26:-0.5:0.5 --set pf=random:27:-0.5:0.5"
      + " --set po=random:28:-0.5:0.5 --set dout=random:29:-1:1",
  ]

  /// A TF-LSTM whose gradients' bounds are as large as any number.
  static let trained =
    "tflstm --set N=2 --set T=15 --set D=24 --set H=16 --set F=8 --set S=8 --set x=random:1:-1:1"
    + " --set Wx=random:2:-0.5:0.5 --set Wh=random:3:-0.5:0.5 --set Wk=random:4:-0.5:0.5"
    + " --set b=random:5:-0.5:0.5 --set pi=random:6:-0.5:0.5 --set pf=random:7:-0.5:0.5"
    + " --set po=random:8:-0.5:0.5 --set dout=random:9:-1:1"

  @Test func `gradients that could be anything are undecided, in all reports`() throws {
    try Tool.inFreshFolder { folder in
      #expect(try Tool.shell("$tool dump \(Self.trained) --out '\(folder.path)'").status == 0)
      let words =
        "'\(folder.path)/tflstm' \(Self.cases)/verdicts/gradients-all-7.5-match"
      let plain = try Tool.shell("$tool compare \(words)")
      // Until tolerances exist that tell something at this size; then a mismatch.
      #expect(plain.status == 3 && plain.errors == "")
      #expect(plain.output.contains("UNDECIDED: 0 match, 8 undecided, "))
      #expect(try Tool.shell("$tool compare \(words) --allow-undecided").status == 0)
      let json = try Tool.shell(
        "$tool compare \(words) --json --junit '\(folder.path)/junit.xml' > '\(folder.path)/r.json'"
      )
      #expect(json.status == 3)
      let junit = try String(
        contentsOf: folder.appendingPathComponent("junit.xml"), encoding: .utf8)
      #expect(junit.contains("failures=\"0\" errors=\"8\""))
      #expect(try Tool.shell("$tool merge-reports '\(folder.path)/r.json'").status == 3)
      #expect(
        try Tool.shell("$tool merge-reports '\(folder.path)/r.json' --allow-undecided").status == 0)
    }
  }

  @Test func `inputs and a model alone are undecided: no result was compared`() throws {
    let words = "golden/tflstm \(Self.cases)/verdicts/inputs-only"
    let outcome = try Tool.shell("$tool compare \(words)")
    #expect(outcome.status == 3)
    #expect(outcome.output.hasSuffix("UNDECIDED: 8 match, 12 absent; no result was compared\n"))
    #expect(try Tool.shell("$tool compare \(words) --allow-undecided").status == 0)
    #expect(try Tool.shell("$tool compare \(words) --require-all").status == 1)
  }

  @Test func `a golden folder as ACTUAL is refused with what to type`() throws {
    for golden in ["golden", "golden/sru", "golden/sru/kaldi/"] {
      let outcome = try Tool.run("compare", "\(Self.dumps)/sru", golden)
      #expect(outcome.isPlainTrouble)
      #expect(outcome.errors.contains("EXPECTED comes first, 'compare \(golden) "))
    }
    #expect(try Tool.run("compare", "golden/sru", "golden/sru").status == 0)
  }

  @Test func `two processes that share a log are told apart`() throws {
    try Tool.inFreshFolder { folder in
      for words in Self.processes {
        #expect(try Tool.shell("$tool dump \(words) --out '\(folder.path)'").status == 0)
      }
      let outcome = try Tool.run(
        "compare", folder.path, "\(Self.cases)/logs/log-two-processes/inter-msg.log")
      #expect(outcome.status == 0)
      #expect(outcome.output.hasSuffix("MATCH: 39 match\n"))
    }
    // The golden folder has both layers, but not on these data.
    let stranger = try Tool.run(
      "compare", "golden", "\(Self.cases)/logs/log-two-processes/inter-msg.log")
    #expect(stranger.isPlainTrouble)
  }

  @Test func `the same bytes on standard input get the verdict of any file`() throws {
    for (file, count) in [("bare6", 2), ("text-first", 2), ("out", 1)] {
      for golden in ["golden", "golden/tflstm"] {
        let outcome = try Tool.shell(
          "$tool compare \(golden) - < \(Self.cases)/logs/\(file).txt")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasSuffix("MATCH: \(count) match, \(20 - count) absent\n"))
      }
    }
  }

  @Test(arguments: [
    "/dev/null", "\(cases)/hostile/false-match-report/r.json",
    "\(cases)/hostile/false-match-report/r2.json", "\(cases)/hostile/crash-merge-reports/r.json",
    "\(cases)/hostile/crash-merge-reports/single.json", ".", "no-such.json",
  ])
  func `a report that is none, or contradicts itself, is one line of trouble`(
    _ file: String
  ) throws {
    for words in [[file], [file, file]] {
      let outcome = try Tool.shell("$tool merge-reports \(words.joined(separator: " "))")
      #expect(outcome.isPlainTrouble)
      #expect(outcome.errors.hasPrefix("nnet-oracle: \(file): "))
      #expect(!outcome.errors.contains("Error Domain"))
    }
  }

  @Test func `help tells status 3 where it can end a command`() throws {
    for command in ["compare", "merge-reports"] {
      #expect(try Tool.run(command, "--help").output.contains("\n  3  no mismatch, but "))
    }
    #expect(try Tool.run("--help").output.contains("\n  3  no mismatch, but "))
    #expect(try !Tool.run("copy", "--help").output.contains("\n  3  "))
  }
}
