import Files

/// A comparison as JUnit XML, for CI systems: a suite a case, a test a tensor and occurrence.
public struct JUnitReport: Sendable {
  private let report: ComparisonReport

  /// The XML of a report.
  public init(_ report: ComparisonReport) {
    self.report = report
  }

  /// The whole document, ending in a newline.
  public func rendered() -> String {
    var suites: [(name: String, rows: [TensorRow])] = []
    for row in report.rows {
      let name = row.case ?? "compare"
      if let index = suites.firstIndex(where: { $0.name == name }) {
        suites[index].rows.append(row)
      } else {
        suites.append((name, [row]))
      }
    }
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    let tests = report.rows.count
    let failures = report.rows.count(where: fails)
    let troubles = troubles
    let errors = report.rows.count(where: isError) + troubles.count
    text +=
      "<testsuites name=\"nnet-oracle compare\" tests=\"\(tests + troubles.count)\" "
      + "failures=\"\(failures)\" errors=\"\(errors)\">\n"
    for suite in suites {
      text +=
        "  <testsuite name=\"\(escaped(suite.name))\" tests=\"\(suite.rows.count)\" "
        + "failures=\"\(suite.rows.count(where: fails))\" "
        + "errors=\"\(suite.rows.count(where: isError))\" "
        + "skipped=\"\(suite.rows.count(where: isSkipped))\">\n"
      for row in suite.rows { text += testCase(row, suite: suite.name) }
      text += "  </testsuite>\n"
    }
    if !troubles.isEmpty {
      let count = troubles.count
      text +=
        "  <testsuite name=\"trouble\" tests=\"\(count)\" failures=\"0\" errors=\"\(count)\" "
        + "skipped=\"0\">\n"
      for (index, problem) in troubles.enumerated() {
        text +=
          "    <testcase classname=\"trouble\" name=\"problem \(index + 1)\">"
          + "<error message=\"\(escaped(problem))\"/></testcase>\n"
      }
      text += "  </testsuite>\n"
    }
    return text + "</testsuites>\n"
  }

  /// What is wrong with the comparison itself.
  private var troubles: [String] {
    report.problems + (report.allowUndecided ? [] : [report.unjudged].compactMap { $0 })
  }

  /// What could not be judged is an error, not a pass.
  private func isError(_ row: TensorRow) -> Bool {
    row.verdict == .undecided && !report.allowUndecided
  }

  private func fails(_ row: TensorRow) -> Bool {
    switch row.verdict {
    case .match, .undecided: false
    case .mismatch: true
    case .absent: report.requireAll
    case .unrecognised: report.strict
    }
  }

  private func isSkipped(_ row: TensorRow) -> Bool {
    row.verdict != .match && !fails(row) && !isError(row)
  }

  private func testCase(_ row: TensorRow, suite: String) -> String {
    var name = row.expected ?? row.actual ?? "?"
    if let source = row.source { name += " (\(source))" }
    let head =
      "    <testcase classname=\"\(escaped(suite))\" name=\"\(escaped(name))\""
    if fails(row) {
      return head + ">\n      <failure message=\"\(escaped(message(row)))\"/>\n    </testcase>\n"
    }
    if isError(row) {
      return head + ">\n      <error message=\"\(escaped(message(row)))\"/>\n    </testcase>\n"
    }
    if isSkipped(row) {
      return head + "><skipped message=\"\(row.verdict.rawValue)\"/></testcase>\n"
    }
    return head + "/>\n"
  }

  private func message(_ row: TensorRow) -> String {
    var parts = [row.verdict.rawValue]
    if let words = row.undecidedWords { parts.append(words) }
    if let words = row.worstWords { parts.append(words) }
    if let note = row.note { parts.append(note) }
    return (parts + row.causes).joined(separator: "; ")
  }

  /// Text for an attribute: XML's five special characters replaced, what XML does not allow and what
  /// a terminal obeys spelled out.
  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.escapedForTerminal.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&apos;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
