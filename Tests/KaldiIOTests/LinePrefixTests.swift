import KaldiIO
import Tensors
import TestSupport
import Testing

/// What other programs do to a log on its way, and what is met in it all the same.
@Suite("Logs as they arrive")
struct LinePrefixTests {
  /// How a line looks after another program had it: `#` is the line's number.
  private static let dressings = [
    "Nov 25 13:33:# LINE", "2026-11-25T13:33:07.12#Z LINE", "[13:33:07] LINE",
    "2026-11-25 13:33:#,123 INFO  LINE", "app_1  | LINE", "train-worker-#  | LINE",
    "Nov 25 13:33:07 host kaldi[12#]: LINE", "\u{1b}[32mLINE\u{1b}[0m",
    "\u{1b}[36mapp_1  |\u{1b}[0m LINE", "[2026-11-25 13:33:07.#] LINE",
  ]

  private func dressed(_ text: String, _ pattern: String) -> String {
    var result = ""
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let number = String(10 + index % 50)
      let parts = pattern.split(separator: "LINE", omittingEmptySubsequences: false)
      let opening = parts[0].replacing("#", with: number)
      result += opening + line + parts[1] + "\n"
    }
    return result
  }

  private func seen(_ text: String) throws -> [String] {
    try records(ofLog: text).map { record in
      let place =
        "\(record.origin.line ?? 0) \(record.name) \(record.origin.function ?? "")"
        + " \(record.origin.component ?? "") \(record.provenance)"
      switch record.content {
      case .tensor(let tensor): return "\(place) \(tensor)"
      default: return place
      }
    }
  }

  @Test("A prefix on every line, or colours, hide nothing", arguments: dressings)
  func dressedLogs(pattern: String) throws {
    let logs = ["nnet-component-test.log", "upstream-debug.log"]
    for log in logs {
      let text = String(decoding: try dumpBytes(log), as: UTF8.self)
      let plain = try seen(text)
      #expect(plain.count > 5)
      #expect(try seen(dressed(text, pattern)) == plain, "\(log)")
    }
  }

  @Test("Prints without Kaldi's prefixes are found behind a time or a container's name")
  func dressedPrints() throws {
    let text = "starting\nout [\n  1.5 2 \n  3 4 ]\nloss 0.5\n[[1. 2.]\n [3. 4.]]\ndone\n"
    let plain = try seen(text)
    #expect(plain.count == 2)
    for pattern in Self.dressings { #expect(try seen(dressed(text, pattern)) == plain) }
  }

  @Test("A line that a program puts in between does not hide the prefix of the others")
  func linesBetween() throws {
    let text = String(decoding: try dumpBytes("upstream-debug.log"), as: UTF8.self)
    let found = try seen("Attaching to app_1\n" + dressed(text, "app_1  | LINE"))
    #expect(found == (try seen("Attaching to app_1\n" + text)))
    #expect(found.count == 8)
  }

  @Test("What is no regular prefix stays: numbers, names, single stamps")
  func undressed() throws {
    let rows = "w [\n" + (1...5).map { "  12:30:0\($0) | \($0) \n" }.joined() + "]\n"
    #expect(try seen(rows).isEmpty)
    let once = "13:00:01 out [\n  1 2 ]\nplain in [\n  3 4 ]\n"
    #expect(try records(ofLog: once).map(\.name) == ["13:00:01 out", "plain in"])
    let numbers = "1700000000.5 2 \n1700000001.5 3 \n1700000002.5 4 \nx [ 1 2 ]\n"
    #expect(try records(ofLog: numbers).map(\.name) == ["x"])
  }

  @Test("Messages of two processes are read whole, and no object gets the other's component")
  func twoProcesses() throws {
    let path = PackageFolder.fixture("cases/logs/two-processes.log")
    let records = try TensorSource(path).records()
    #expect(records.count == 29)
    #expect(records.allSatisfy { if case .tensor = $0.content { true } else { false } })
    // Of each quantity the program is known by its name, or by the place that printed it.
    for record in records {
      guard let component = record.origin.component else { continue }
      let isOfLstm = record.name.contains("gifo")
      let isOfUnit = record.name.contains("xfrh")
      if record.origin.line ?? 0 > 83, isOfLstm || isOfUnit {
        #expect(component == (isOfLstm ? "<TfLstm>" : "<SimpleRecurrentUnit>"), "\(record.name)")
      }
    }
    let inputs = records.filter { $0.name == "mat_in" }.map(\.origin.component)
    #expect(inputs == ["<TfLstm>", "<SimpleRecurrentUnit>"])
    #expect(records.last?.origin.component == nil)
  }

  @Test("Brackets by the hundred thousand on one line take time in proportion")
  func manyBrackets() throws {
    for piece in ["[ ", "[[ ", " [1 ", "x [ 1 2 ", "[ [1] ", "dim=5 [ 1 ", "( [ -", "<A [ 1.5 "] {
      func time(_ count: Int) throws -> Duration {
        let text = "LOG (p:main():t.cc:1) " + String(repeating: piece, count: count) + "\n"
        return try ContinuousClock().measure { _ = try records(ofLog: text) }
      }
      _ = try time(1000)
      // Ten times as many take ten times as long, a hundred times if they were looked at pairwise.
      let short = try (0..<3).map { _ in try time(10_000) }.min() ?? .zero
      #expect(try time(100_000) < short * 40 + .milliseconds(200), "\(piece)")
    }
  }

  @Test("A log full of matrices is read in the memory of one of them")
  func flatMemory() throws {
    let matrix =
      "LOG (p:main():t.cc:1) m [\n"
      + String(repeating: "  0.25 -1.5 3.75 0.125 8.5 \n", count: 200)
      + "  1.5 2.5 3.5 4.5 5.5 ]\n\n"
    let folder = try TemporaryFolder()
    try folder.write("log", String(repeating: matrix, count: 4000))
    let before = try residentMegabytes()
    var count = 0
    try TensorSource(folder.file("log")).forEachRecord { _ in count += 1 }
    #expect(count == 4000)
    #expect(try residentMegabytes() - before < 24)
  }
}
