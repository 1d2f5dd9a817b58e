import Comparison
import Foundation

/// `merge-reports`: joins the reports of a comparison that was spread over machines.
enum MergeReportsCommand {
  static let command = Command(
    declaration: CommandDeclaration(
      name: "merge-reports",
      purpose: "Joins the JSON reports of shards into one report.",
      operands: [
        Operand(name: "REPORT.json", count: .some, purpose: "What 'compare --json' printed.")
      ],
      options: [CompareCommand.json, CompareCommand.junit],
      mismatch: "a mismatch in any report",
      example: .init(
        command: "nnet-oracle compare golden Tests/Fixtures/kaldi-dumps/upstream-debug.log "
          + "--json | nnet-oracle merge-reports - | tail -n 1",
        output: """
          MATCH: 8 match, 12 absent
          """)),
    run: { (arguments, output) throws(Trouble) in
      var reports: [ComparisonReport] = []
      for file in arguments.operands { reports.append(try read(file)) }
      return try CompareCommand.finish(merge(reports), arguments, &output)
    })

  private static func read(_ file: String) throws(Trouble) -> ComparisonReport {
    let data: Data
    do {
      data =
        file == "-"
        ? try FileHandle.standardInput.readToEnd() ?? Data()
        : try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      throw Trouble("\(file): cannot read: \(unsafe String(cString: strerror(errno)))")
    }
    do { return try JSONReport.read(data, file: file) } catch { throw Trouble("\(error)") }
  }
}
