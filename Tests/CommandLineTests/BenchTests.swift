import Foundation
import Testing

/// `bench`: the shape of what it prints; no time is a pass mark in a test.
@Suite struct BenchTests {
  struct Report: Decodable {
    struct Result: Decodable, Equatable {
      var kernel: String
      var pass: String
      var scalar: String
      var threads: Int
      var medianNanoseconds: Double
      var spread: Double
      var N: Int?
      var T: Int?
      var H: Int?
    }
    var results: [Result]
  }

  @Test(arguments: ["sru", "sru-separate", "lstm", "tflstm"])
  func `a setting is timed forward and backward in both scalars`(_ kernel: String) throws {
    let outcome = try Tool.run(
      "bench", kernel, "--set", "N=3", "--set=T=2", "--seconds=0", "--json")
    #expect(outcome.status == 0 && outcome.errors == "")
    let results = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8)).results
    #expect(
      results.map { "\($0.scalar) \($0.pass)" } == [
        "Double forward", "Double backward", "Float forward", "Float backward",
      ])
    #expect(results.allSatisfy { $0.kernel == kernel && $0.N == 3 && $0.T == 2 })
    #expect(results.allSatisfy { $0.medianNanoseconds > 0 && $0.threads == 1 })
  }

  @Test(arguments: [
    ("none", "unknown kernel"), ("srv", "did you mean 'sru'?"), ("--set T=3", "--set"),
    ("sru --set Q=3", "'Q'"), ("sru --set T=0", "T=0"), ("tflstm --set F=9", "F"),
    ("sru --seconds=-1", "--seconds"), ("sru --set T", "H=512"),
  ])
  func `nonsense is one line and status 2`(_ words: String, _ part: String) throws {
    let outcome = try Tool.shell("$tool bench \(words)")
    #expect(outcome.isPlainTrouble)
    #expect(outcome.errors.contains(part))
  }
}
