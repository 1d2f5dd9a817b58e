import Foundation
import Testing

/// What is wrong by itself, and the cause, of dumps by real Kaldi with one mistake put into its own code
/// (`Tests/Fixtures/kaldi-dumps/README.md`): the golden side is computed here from the same settings.
@Suite struct OwnErrorTests {
  static let dumps = Tool.root.appendingPathComponent("Tests/Fixtures/kaldi-dumps").path
  static let sru = [
    "N=3", "T=11", "D=8", "H=5", "x=random:11:-1:1", "W=random:12:-0.8:0.8",
    "bf=random:13:-0.5:0.5", "br=random:14:-0.5:0.5", "dout=random:15:-1:1",
  ]
  static let tflstm = [
    "N=3", "T=11", "D=8", "H=5", "F=4", "S=2", "x=random:21:-1:1", "Wx=random:22:-0.8:0.8",
    "Wh=random:23:-0.6:0.6", "Wk=random:24:-0.6:0.6", "b=random:25:-0.5:0.5",
    "pi=random:26:-0.5:0.5", "pf=random:27:-0.5:0.5", "po=random:28:-0.5:0.5",
    "dout=random:29:-1:1",
  ]

  static func compared(
    _ name: String, _ settings: [String], _ dump: String, _ options: String...
  ) throws -> Tool.Outcome {
    try Tool.inFreshFolder { folder in
      let sets = settings.flatMap { ["--set", $0] }
      #expect(try Tool.run(["dump", name] + sets + ["--out", "g"], in: folder).status == 0)
      return try Tool.run(["compare", "g/\(name)", "\(dumps)/\(dump)"] + options, in: folder)
    }
  }

  @Test func `the SRU's df from c_t is told by its equation, and nothing else is wrong by itself`()
    throws
  {
    let outcome = try Self.compared("sru", Self.sru, "bug-sru-df-from-c_t")
    #expect(outcome.status == 1)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(
      lines.contains {
        $0.hasPrefix("sru: wrong by itself: da_f, 165 of 165, first at t=10, stream 0, unit 0: ")
          && !$0.contains("also")
      })
    #expect(lines.contains("    da_f = dc * (c[t-1] - u.x) * f*(1-f)"))
    #expect(lines.contains { $0.hasPrefix("sru: cause: da_f-c-for-previous-c-in-") })
    let json = try Self.compared("sru", Self.sru, "bug-sru-df-from-c_t", "--json")
    #expect(json.output.contains("\"quantity\" : \"da_f\""))
  }

  @Test func `a mistake in a parameter's gradient is named where no quantity is wrong`() throws {
    let outcome = try Self.compared("tflstm", Self.tflstm, "bug-tflstm-dWk-from-h_k")
    #expect(outcome.status == 1 && !outcome.output.contains("wrong by itself"))
    #expect(outcome.output.contains("tflstm: cause: dWk-h-for-lower-h-in-"))
  }

  @Test func `the cell's derivative without its forget gate is named without buffers`() throws {
    let outcome = try Self.compared("tflstm", Self.tflstm, "bug-tflstm-dc-without-forget")
    #expect(outcome.status == 1)
    #expect(
      outcome.output.contains("tflstm: cause: dc-next-f-left-out-of-next-dc-times-next-f\n"))
  }
}
