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
      options: [CompareCommand.json, CompareCommand.junit, CompareCommand.allowUndecided],
      notes: [
        "Verdict and counts are made anew from the reports' tensors; a report that contradicts itself"
          + " is refused."
      ],
      mismatch: "a mismatch in any report", undecided: undecidedStatus,
      example: .init(
        command: "nnet-oracle compare golden Tests/Fixtures/kaldi-dumps/upstream-debug.log "
          + "--json | nnet-oracle merge-reports - | tail -n 1",
        output: """
          MATCH: 8 match, 12 absent
          """)),
    run: { (arguments, output) throws(Trouble) in
      var reports: [ComparisonReport] = []
      for file in arguments.operands { reports.append(try read(file)) }
      var whole = merge(reports)
      if arguments.isOn(CompareCommand.allowUndecided) { whole.allowUndecided = true }
      return try CompareCommand.finish(whole, arguments, &output)
    })

  private static func read(_ file: String) throws(Trouble) -> ComparisonReport {
    let data: Data
    do {
      let handle =
        file == "-"
        ? FileHandle.standardInput
        : try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
      data = try handle.readToEnd() ?? Data()
    } catch {
      throw Trouble("\(file): cannot read: \(unsafe String(cString: strerror(errno)))")
    }
    do { return try JSONReport.read(data, file: file) } catch { throw Trouble("\(error)") }
  }
}
