/// A comparison as a table to read: plain ASCII, aligned, a summary line last.
public struct TextReport: Sendable {
  private let report: ComparisonReport

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
    let widths = (table.first ?? []).indices.map { column in
      table.map { $0[column].count }.max() ?? 0
    }
    var caseName: String?
    for (index, line) in table.enumerated() {
      if index > 0 {
        let row = report.rows[index - 1]
        if row.case != caseName {
          caseName = row.case
          if let caseName { text += "\(caseName)\(row.view.map { " (\($0) view)" } ?? ""):\n" }
        }
      }
      text += aligned(line, widths: widths) + "\n"
      if index > 0 {
        for remark in remarks(on: report.rows[index - 1]) { text += "    \(remark)\n" }
      }
    }
    let unlisted = report.counts.match - report.rows.filter { $0.verdict == .match }.count
    if unlisted > 0 { text += "  and \(unlisted) more that match\n" }
    for finding in report.findings { text += lines(of: finding) }
    for problem in report.problems { text += "trouble: \(problem)\n" }
    return text + summary() + "\n"
  }

  /// The last line: how many of each, and the verdict.
  public func summary() -> String {
    let counts = report.counts
    var parts = ["\(counts.match) match"]
    if counts.mismatch > 0 { parts.append("\(counts.mismatch) mismatch") }
    if counts.absent > 0 {
      parts.append("\(counts.absent) absent" + (report.requireAll ? " (required)" : ""))
    }
    if counts.unrecognised > 0 {
      parts.append("\(counts.unrecognised) unrecognised" + (report.strict ? " (strict)" : ""))
    }
    let verdict =
      switch report.verdict {
      case .match: "MATCH"
      case .mismatch: "MISMATCH"
      case .trouble: "TROUBLE"
      }
    return "\(verdict): " + parts.joined(separator: ", ")
  }

  private func cells(of row: TensorRow) -> [String] {
    let name = "  " + (row.expected ?? row.actual.map { $0.isEmpty ? "(unnamed)" : $0 } ?? "?")
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
      let worst = row.worst
    {
      remarks.append(
        "\(outside) of \(count) elements out; worst at \(worst.row),\(worst.column): expected "
          + "\(shortText(worst.expected, digits: 9)) within \(shortText(worst.bound, digits: 3))"
          + ", found \(shortText(worst.actual, digits: 9))")
    }
    if let note = row.note { remarks.append(note) }
    // What explains the whole case is told once, below the table.
    let told = Set(report.findings.compactMap(\.cause))
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
    if let first = finding.firstWrong { text += "\(place): first wrong: \(first)\n" }
    if let cause = finding.cause {
      text += "\(place): cause: \(cause)\n"
      if let explanation = finding.explanation { text += "    \(explanation)\n" }
    }
    return text
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
