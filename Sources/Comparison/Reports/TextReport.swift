import Files

/// A comparison as a table to read: aligned, a summary line last.
///
/// Names and sources come from data: what could forge a line or command a terminal is spelled out.
public struct TextReport: Sendable {
  let report: ComparisonReport

  /// A table of a report.
  public init(_ report: ComparisonReport) {
    self.report = report
  }

  /// The whole text, ending in a newline.
  public func rendered() -> String {
    var text = ""
    var table: [[String]] = [
      ["tensor", "shape", "largest error", "at", "expected", "actual", "of tolerance", "verdict"]
    ]
    for row in report.rows { table.append(cells(of: row)) }
    if report.rows.isEmpty { table = [] }
    let withSource = report.rows.contains { $0.source != nil }
    if withSource, !table.isEmpty {
      table[0].append("source")
      for (index, row) in report.rows.enumerated() { table[index + 1].append(row.source ?? "") }
    }
    table = table.map { $0.map(\.escapedForTerminal) }
    let widths = (table.first ?? []).indices.map { column in
      table.map { $0[column].count }.max() ?? 0
    }
    var caseName: String?
    for (index, line) in table.enumerated() {
      if index > 0 {
        let row = report.rows[index - 1]
        if row.case != caseName {
          caseName = row.case
          if let caseName {
            let view = row.view.map { " (\($0) view)" } ?? ""
            text += "\(caseName)\(view):".escapedForTerminal + "\n"
          }
        }
      }
      text += aligned(line, widths: widths) + "\n"
      if index > 0 {
        for remark in remarks(on: report.rows[index - 1]) {
          text += "    \(remark.escapedForTerminal)\n"
        }
      }
    }
    let unlisted = report.counts.match - report.rows.count { $0.verdict == .match }
    if unlisted > 0 { text += "  and \(unlisted) more that match\n" }
    for finding in report.findings { text += lines(of: finding) }
    for problem in report.problems { text += "trouble: \(problem.escapedForTerminal)\n" }
    if let digits = printedDigits { text += "digits: \(digits.escapedForTerminal)\n" }
    return text + summary() + "\n"
  }

  /// The last line: how many of each, and the verdict.
  public func summary() -> String {
    let verdict =
      switch report.verdict {
      case .match: "MATCH"
      case .undecided: "UNDECIDED" + (report.allowUndecided ? " (allowed)" : "")
      case .mismatch: "MISMATCH"
      case .trouble: "TROUBLE"
      }
    return "\(verdict): " + countsText + (report.unjudged.map { "; \($0)" } ?? "")
  }

  /// How many of each.
  var countsText: String {
    let counts = report.counts
    var parts = ["\(counts.match) match"]
    if counts.undecided > 0 { parts.append("\(counts.undecided) undecided") }
    if counts.mismatch > 0 { parts.append("\(counts.mismatch) mismatch") }
    if counts.absent > 0 {
      parts.append("\(counts.absent) absent" + (report.requireAll ? " (required)" : ""))
    }
    if counts.unrecognised > 0 {
      parts.append("\(counts.unrecognised) unrecognised" + (report.strict ? " (strict)" : ""))
    }
    return parts.joined(separator: ", ")
  }

  private func cells(of row: TensorRow) -> [String] {
    let known = [row.expected, row.actual].compactMap { $0 }
    let name = "  " + (known.first { !$0.isEmpty } ?? (known.isEmpty ? "?" : "(unnamed)"))
    let shape = row.shape.map { $0.map { "\($0)" }.joined(separator: "x") } ?? "-"
    guard let element = row.farthest, let error = row.largestError else {
      return [name, shape, "-", "-", "-", "-", "-", row.verdict.rawValue]
    }
    return [
      name, shape, shortText(error, digits: 3), "\(element.row),\(element.column)",
      shortText(element.expected, digits: 9), shortText(element.actual, digits: 9),
      shareText(row.largestShare), row.verdict.rawValue,
    ]
  }

  private func remarks(on row: TensorRow) -> [String] {
    var remarks: [String] = []
    if row.verdict == .mismatch, let outside = row.outside, outside > 0, let count = row.elements,
      let words = row.worstWords
    {
      remarks.append("\(outside) of \(count) elements out; \(words)")
    }
    if let words = row.undecidedWords { remarks.append(words) }
    if let note = row.note { remarks.append(note) }
    // What explains the whole case is told once, below the table.
    let told = Set(report.findings.filter { $0.parts == nil }.compactMap(\.cause))
    for cause in row.causes where !told.contains(cause) { remarks.append(cause) }
    if let rtol = row.smallestRtol, let atol = row.smallestAtol {
      remarks.append(
        "would just pass with --rtol \(numberText(rtol)) --atol 0, or with --rtol 0 --atol "
          + numberText(atol))
    }
    return remarks
  }

  private func lines(of finding: ComparisonReport.Finding) -> String {
    var text = ""
    let place = [finding.case, finding.source].compactMap { $0 }.joined(separator: ", ")
    if let first = finding.firstWrong {
      text += "\(place): first wrong: \(first)".escapedForTerminal + "\n"
    }
    if let own = finding.ownErrors, !own.isEmpty { text += lines(of: own, place) }
    for part in finding.parts ?? [] {
      text +=
        "\(place): cause of \(part.tensors.joined(separator: ", ")): \(part.cause)"
        .escapedForTerminal + "\n"
      text += "    \(part.explanation.escapedForTerminal)\n"
    }
    if let cause = finding.cause {
      text += "\(place): cause: \(cause)".escapedForTerminal + "\n"
      if let explanation = finding.explanation {
        text += "    \(explanation.escapedForTerminal)\n"
      }
    }
    return text
  }

  /// What is wrong by itself: the first equation whole, the others by their names.
  private func lines(of own: [ComparisonReport.OwnError], _ place: String) -> String {
    func counted(_ error: ComparisonReport.OwnError) -> String {
      "\(error.wrong) of \(error.elements)"
        + (error.restriction.isEmpty ? "" : ", all at \(error.restriction)")
    }
    let first = own[0]
    let more = own.dropFirst().map { "\($0.quantity) (\(counted($0)))" }
    let words =
      "\(place): wrong by itself: \(first.quantity), \(counted(first)), first at t=\(first.frame),"
      + " stream \(first.stream), unit \(first.unit): expected \(numberText(first.expected)),"
      + " found \(numberText(first.found))"
      + (more.isEmpty ? "" : "; also \(more.joined(separator: ", "))")
    return "\(words.escapedForTerminal)\n    \(first.equation.escapedForTerminal)\n"
  }

  private func shareText(_ share: Double?) -> String {
    guard let share else { return "-" }
    if share.isInfinite { return "inf" }
    if share > 0, share < 1e-5 { return "<0.001%" }
    if share >= 1e6 { return ">1e6x" }
    return share >= 1000
      ? shortText(share, digits: 3) + "x"
      : shortText(share * 100, digits: 3) + "%"
  }

  private func aligned(_ cells: [String], widths: [Int]) -> String {
    var line = ""
    for (column, cell) in cells.enumerated() {
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      // Names, verdicts and sources to the left; numbers to the right.
      let isText = column == 0 || column >= 7
      line += (column == 0 ? "" : "  ") + (isText ? cell + padding : padding + cell)
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
