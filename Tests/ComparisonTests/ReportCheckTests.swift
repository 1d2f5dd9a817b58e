import Comparison
import Files
import Foundation
import KaldiIO
import Tensors
import TestSupport
import Testing

/// Reports come from anywhere: none is believed that contradicts itself, and none does harm.
@Suite struct ReportCheckTests {
  /// A report with a match, a mismatch, an undecided, an absent and an unrecognised row.
  private static func report() -> ComparisonReport {
    var golden = MadeUpCase.golden()
    golden.float32Bounds["in_diff"] = golden.float32Bounds["in_diff"]?.map { _ in 100 }
    var records = MadeUpCase.dump(altering: "out") { $0.map { $0 + 1 } }
      .filter { $0.name != "bias_corr" }
    records.append(
      TensorRecord(
        name: "model", content: .unrecognised("an nnet1 model"),
        origin: TensorRecord.Origin(file: "dump/model.nnet")))
    return compare([golden], with: records)
  }

  private func refusal(_ text: String) -> String? {
    do {
      _ = try JSONReport.read(Data(text.utf8), file: "r.json")
      return nil
    } catch {
      return error.description
    }
  }

  @Test(
    "a report that contradicts itself is refused, the field named",
    arguments: [
      ("false-match-report/r.json", "'counts'"), ("false-match-report/r2.json", "'counts'"),
      ("crash-merge-reports/r.json", "'counts'"),
      ("crash-merge-reports/single.json", "'tensors.0'"),
    ])
  func fixtures(file: String, field: String) throws {
    let text = try String(contentsOfFile: Package.cases + "/hostile/" + file, encoding: .utf8)
    #expect(refusal(text)?.hasPrefix("r.json: the report contradicts itself: \(field)") == true)
  }

  @Test("every field that the verdict rests on is held against the rows")
  func fields() throws {
    let text = try JSONReport.render(Self.report())
    #expect(refusal(text) == nil)
    let row = "\"verdict\" : \"match\""
    for (old, new, told) in [
      ("\"verdict\" : \"mismatch\",\n  ", "", "no comparison report"),
      ("\"absent\" : 1", "\"absent\" : 0", "'counts'"),
      ("\"undecided\" : 1", "\"undecided\" : 0", "'counts'"),
      ("\"match\" : 5", "\"match\" : 4611686018427387904", "'counts'"),
      ("\"mismatch\" : 1", "\"mismatch\" : -1", "'counts'"),
      (row, "\"verdict\" : \"absent\"", "'tensors.0' is a absent, but elements were compared"),
      (row, "\"verdict\" : \"mismatch\"", "'counts'"),
      ("\"outside\" : 12", "\"outside\" : 13", "'outside' is 13 of 12 elements"),
      ("\"outside\" : 0", "\"outside\" : 1", "elements are out of tolerance"),
      ("\"elements\" : 12", "\"elements\" : -12", "'elements' is negative"),
      ("\"elements\" : 12", "\"elements\" : 13", "not that of 'shape'"),
      ("\"undecidedShare\" : 1", "\"undecidedShare\" : 1.5", "'undecidedShare'"),
      ("\"schema\" : 1", "\"schema\" : 2", "found schema 2, expected 1"),
      ("\"schema\" : 1", "\"schema\" : 9223372036854775807", "found schema 9223372036854775807"),
    ] {
      let edited = text.replacing(old, with: new, maxReplacements: 1)
      #expect(edited != text, "\(old)")
      #expect(refusal(edited)?.contains(told) == true, "\(old) → \(new): \(refusal(edited) ?? "-")")
    }
    let verdict = text.replacing(
      "\n  \"verdict\" : \"mismatch\"", with: "\n  \"verdict\" : \"match\"")
    #expect(
      refusal(verdict)
        == "r.json: the report contradicts itself: 'verdict' is match, its tensors say mismatch")
  }

  @Test("nothing is told as nothing", arguments: ["", "\n", " \t\r\n"])
  func nothing(text: String) {
    #expect(refusal(text) == "r.json: found nothing, expected a comparison report")
  }

  @Test("sums of counts that no number holds stay at the largest")
  func capped() {
    var report = ComparisonReport()
    report.counts.match = .max
    report.histogram[0] = .max
    let whole = merge([report, report])
    #expect(whole.counts.match == .max && whole.histogram[0] == .max)
    report.counts.match = .min
    #expect(merge([report, report]).counts.match == .min)
  }

  @Test("a report reads back through every rendering, flags and all")
  func flags() throws {
    var report = Self.report()
    report.allowUndecided = true
    report.isPart = true
    let back = try JSONReport.read(Data(JSONReport.render(report).utf8), file: "r.json")
    #expect(back == report)
    #expect(!merge([back, Self.report()]).allowUndecided)
    #expect(merge([back, back]).allowUndecided)
  }

  @Test("altered reports are read or refused, rendered and merged without harm")
  func fuzz() throws {
    let bytes = Array(try JSONReport.render(Self.report()).utf8)
    let words = [
      "9223372036854775807", "-9223372036854775808", "4611686018427387904", "1e999", "-1", "0",
      "null",
      "\"NaN\"", "\"Infinity\"", "true", "[]", "{}", "\"\\u0000\\n\\u001b[31m\\ufffe\"",
      "18446744073709551616",
    ].map { Array($0.utf8) }
    var generator = SeededGenerator(seed: 31)
    var read = 0
    let rounds = _isDebugAssertConfiguration() ? 1500 : 20_000
    for round in 0..<rounds {
      var altered = bytes
      for _ in 0...Int.random(in: 0..<3, using: &generator) {
        let place = Int.random(in: 0..<altered.count, using: &generator)
        switch round % 4 {
        case 0: altered[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: altered.removeSubrange(place..<min(altered.count, place + 9))
        default:
          // A number is replaced whole, so that the text stays JSON.
          guard let start = altered[place...].firstIndex(where: { $0 >= 0x30 && $0 <= 0x39 })
          else { continue }
          let end = altered[start...].firstIndex { !($0 >= 0x30 && $0 <= 0x39) } ?? altered.count
          altered.replaceSubrange(
            start..<end, with: words[Int.random(in: 0..<words.count, using: &generator)])
        }
        if altered.isEmpty { altered = [0x7b] }
      }
      guard let report = try? JSONReport.read(Data(altered), file: "r.json") else { continue }
      read += 1
      let whole = merge([report, report])
      let text = TextReport(whole).rendered()
      let isClean = text.unicodeScalars.allSatisfy { !$0.isUnsafeForTerminal || $0 == "\n" }
      #expect(isClean)
      _ = JUnitReport(whole).rendered()
      _ = try JSONReport.render(whole)
    }
    // Many an alteration changes nothing that a verdict rests on, such as a name.
    #expect(read > rounds / 100)
  }
}
