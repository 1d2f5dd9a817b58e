import Comparison
import Files
import Foundation
import KaldiIO
import Testing

/// What names and keys hold reaches neither a terminal nor XML as it is.
@Suite struct EscapingTests {
  /// Names with line breaks, escapes, C1, marks of direction and what is no character.
  private static let names = [
    "a\nMATCH: 9 match", "a\r\nb", "\u{1b}]0;title\u{07}", "\u{9b}31m", "in\u{202e}txt",
    "\u{2028}x",
    "\u{fffe}", "\u{ffff}", "\u{0}", "\u{feff}b", "<&>\"'", "]]>",
  ]

  /// A report in which every text comes from data.
  private static let report: ComparisonReport = {
    var report = ComparisonReport()
    for name in names {
      for verdict in [TensorRow.Verdict.mismatch, .undecided, .absent, .unrecognised] {
        var row = TensorRow(verdict: verdict)
        (row.case, row.view, row.expected, row.actual) = (name, name, name, name)
        (row.source, row.note, row.causes) = (name, name, [name + "!"])
        report.add(row)
      }
      var finding = ComparisonReport.Finding(case: name, source: name)
      (finding.firstWrong, finding.cause, finding.explanation) = (name, name, name)
      report.findings.append(finding)
      report.problems.append(name)
    }
    return report
  }()

  @Test("table and JSON hold no control character, and no name forges a line")
  func terminal() throws {
    let text = TextReport(Self.report).rendered()
    #expect(!text.unicodeScalars.contains { $0.isUnsafeForTerminal && $0 != "\n" })
    #expect(!text.split(separator: "\n").contains { $0.hasPrefix("MATCH") })
    #expect(text.contains("a\\nMATCH: 9 match"))
    let json = try JSONReport.render(Self.report)
    #expect(!json.unicodeScalars.contains { $0.isUnsafeForTerminal && $0 != "\n" })
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let told = (object?["tensors"] as? [[String: Any]])?.compactMap { $0["expected"] as? String }
    // What is spelled out in the text is the same name to whoever reads the JSON.
    #expect(Set(told ?? []) == Set(Self.names))
  }

  @Test("XML is well-formed with every code point in a name")
  func xml() throws {
    #expect(parses(JUnitReport(Self.report).rendered()))
    var report = ComparisonReport()
    for plane in 0...0x10 {
      var row = TensorRow(verdict: .mismatch)
      var name = ""
      // All of the first plane, and the edges of the others.
      let places = plane == 0 ? Array(0...0xffff) : [0, 1, 0xfffd, 0xfffe, 0xffff]
      for place in places {
        if let scalar = Unicode.Scalar(UInt32(plane << 16 | place)) {
          name.unicodeScalars.append(scalar)
        }
      }
      (row.case, row.expected, row.note) = (name, name, name)
      report.add(row)
    }
    #expect(parses(JUnitReport(report).rendered()))
  }

  @Test(
    "keys of archives with such characters come out escaped",
    arguments: ["junit-fffe", "escape-stdout"])
  func archives(folder: String) throws {
    let path = Package.cases + "/hostile/" + folder
    let report = try compare(expected: path + "/e.ark", actual: path + "/a.ark")
    #expect(report.exitStatus == 1)
    let text = TextReport(report).rendered()
    #expect(!text.unicodeScalars.contains { $0.isUnsafeForTerminal && $0 != "\n" })
    #expect(parses(JUnitReport(report).rendered()))
  }

  /// Whether a text is XML: allowed characters only, five entities, tags that match.
  private func parses(_ text: String) -> Bool {
    let isAllowed = text.unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 0x9, 0xa, 0xd, 0x20...0xd7ff, 0xe000...0xfffd, 0x10000...0x10ffff: true
      default: false
      }
    }
    let entities = ["amp;", "lt;", "gt;", "quot;", "apos;"]
    let areEntities = text.split(separator: "&").dropFirst().allSatisfy { piece in
      entities.contains { piece.hasPrefix($0) }
    }
    return isAllowed && areEntities && XMLCounter(text).isWellFormed
  }
}
