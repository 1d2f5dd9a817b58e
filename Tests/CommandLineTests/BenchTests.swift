import Foundation
import Testing

/// `bench`, at small settings and one sample each: the shape of what it prints, not the times.
@Suite struct BenchTests {
  /// The report of a command line.
  static func report(_ words: String) throws -> [String: Any] {
    let outcome = try Tool.shell("$tool bench \(words) --seconds 0 --json")
    #expect(outcome.status == 0 && outcome.errors == "")
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(object as? [String: Any])
  }

  @Test(arguments: [
    ("sru", "--set N=1 --set T=2 --set D=3 --set H=4", ["N": 1, "T": 2, "D": 3, "H": 4]),
    ("sru-step-separate", "--set N=1", ["N": 1, "D": 5, "H": 6]),
    ("lstm", "--set T=2 --threads=2", ["N": 2, "T": 2, "D": 3, "H": 6]),
    (
      "tflstm", "--set D=4 --set F=2 --set S=2",
      ["N": 2, "T": 10, "D": 4, "H": 6, "F": 2, "S": 2]
    ),
    ("bi-compact-vfsmn", "--set T=4", ["T": 4, "D": 5, "N1": 4, "N2": 3]),
  ])
  func `a layer is timed both ways in both types`(
    _ kernel: String, _ words: String, _ sizes: [String: Int]
  ) throws {
    let report = try Self.report("\(kernel) \(words)")
    #expect(report["variant"] as? String != "plain")
    let limits = try #require(report["limits"] as? [String: Double])
    #expect(
      Set(limits.keys) == ["doubleGigaflops", "floatGigaflops", "copyMegabytesPerSecond"])
    let rows = try #require(report["results"] as? [[String: Any]])
    let kinds = rows.map { "\($0["pass"] ?? "") \($0["scalar"] ?? "")" }
    #expect(kinds == ["forward Double", "backward Double", "forward Float", "backward Float"])
    for row in rows {
      #expect(row["kernel"] as? String == kernel)
      #expect(row["threads"] as? Int == (words.contains("threads") ? 2 : 1))
      #expect(sizes.allSatisfy { row[$0.key] as? Int == $0.value })
      for key in ["medianNanoseconds", "bestNanoseconds", "gigaflops", "shareOfLimit"] {
        #expect(try #require(row[key] as? Double) > 0)
      }
      #expect(row["spread"] as? Double == 0 && row["samples"] as? Int == 1)
    }
  }

  @Test(arguments: [
    ("text", ["write", "read", "compare", "compare-differing"]),
    ("binary", ["write", "read", "compare", "compare-differing"]),
    ("files", ["compare"]),
  ])
  func `work on files is timed`(_ kernel: String, _ passes: [String]) throws {
    let words = "\(kernel) --set matrices=2 --set rows=5 --set columns=3 --scalar Float"
    let rows = try #require(try Self.report(words)["results"] as? [[String: Any]])
    #expect(rows.compactMap { $0["pass"] as? String } == passes)
    for row in rows {
      #expect(row["scalar"] as? String == "Float" && row["matrices"] as? Int == 2)
      #expect(try #require(row["megabytesPerSecond"] as? Double) > 0)
    }
  }

  @Test func `the table has a row for each measurement`() throws {
    let outcome = try Tool.run("bench", "sru-step", "--seconds", "0")
    #expect(outcome.status == 0 && outcome.errors == "")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 6 && lines.last?.contains("sru-step  backward  N4 D5 H6") == true)
  }

  @Test(arguments: [
    ("bench srru", "did you mean 'sru'?"), ("bench sru --set F=1", "no dimension 'F'"),
    ("bench sru --set H=0", "a whole number from 1"), ("bench sru --set H", "expected K=V"),
    ("bench --set H=3", "none is named"), ("bench tflstm --set S=2 --set D=3", "no whole number"),
    ("bench sru --threads 0", "whole number from 1 to 256"), ("bench none", "unknown layer"),
    ("bench tflstm --set F=9", "F"), ("bench sru --seconds=-1", "--seconds"),
  ])
  func `what cannot be timed is told`(_ words: String, _ message: String) throws {
    let outcome = try Tool.shell("$tool \(words)")
    #expect(outcome.isPlainTrouble && outcome.output == "")
    #expect(outcome.errors.contains(message))
  }
}
