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
    let failures = report.rows.filter(fails).count
    text +=
      "<testsuites name=\"nnet-oracle compare\" tests=\"\(tests)\" failures=\"\(failures)\" "
      + "errors=\"\(report.problems.count)\">\n"
    for suite in suites {
      let skipped = suite.rows.filter { isSkipped($0) }.count
      text +=
        "  <testsuite name=\"\(escaped(suite.name))\" tests=\"\(suite.rows.count)\" "
        + "failures=\"\(suite.rows.filter(fails).count)\" errors=\"0\" skipped=\"\(skipped)\">\n"
      for row in suite.rows { text += testCase(row, suite: suite.name) }
      text += "  </testsuite>\n"
    }
    if !report.problems.isEmpty {
      let count = report.problems.count
      text +=
        "  <testsuite name=\"trouble\" tests=\"\(count)\" failures=\"0\" errors=\"\(count)\" "
        + "skipped=\"0\">\n"
      for (index, problem) in report.problems.enumerated() {
        text +=
          "    <testcase classname=\"trouble\" name=\"problem \(index + 1)\">"
          + "<error message=\"\(escaped(problem))\"/></testcase>\n"
      }
      text += "  </testsuite>\n"
    }
    return text + "</testsuites>\n"
  }

  private func fails(_ row: TensorRow) -> Bool {
    switch row.verdict {
    case .match: false
    case .mismatch: true
    case .absent: report.requireAll
    case .unrecognised: report.strict
    }
  }

  private func isSkipped(_ row: TensorRow) -> Bool { row.verdict != .match && !fails(row) }

  private func testCase(_ row: TensorRow, suite: String) -> String {
    var name = row.expected ?? row.actual ?? "?"
    if let source = row.source { name += " (\(source))" }
    let head =
      "    <testcase classname=\"\(escaped(suite))\" name=\"\(escaped(name))\""
    if fails(row) {
      return head + ">\n      <failure message=\"\(escaped(message(row)))\"/>\n    </testcase>\n"
    }
    if isSkipped(row) {
      return head + "><skipped message=\"\(row.verdict.rawValue)\"/></testcase>\n"
    }
    return head + "/>\n"
  }

  private func message(_ row: TensorRow) -> String {
    var parts = [row.verdict.rawValue]
    if let worst = row.worst {
      parts.append(
        "at row \(worst.row), column \(worst.column) expected \(numberText(worst.expected)) within "
          + "\(shortText(worst.bound, digits: 3)), found \(numberText(worst.actual))")
    }
    if let note = row.note { parts.append(note) }
    return (parts + row.causes).joined(separator: "; ")
  }

  /// XML's five special characters replaced, control characters shown as `?`.
  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&apos;"
      case "\n", "\t": result += " "
      default: result += scalar.value < 0x20 ? "?" : String(scalar)
      }
    }
    return result
  }
}
