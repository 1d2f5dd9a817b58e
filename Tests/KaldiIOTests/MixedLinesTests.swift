import KaldiIO
import Tensors
import TestSupport
import Testing

/// Logs into which several processes wrote their lines.
@Suite("Lines of several processes")
struct MixedLinesTests {
  /// A message with a matrix: the rows count on from a number.
  private func message(_ name: String, _ rows: Int, _ columns: Int, from first: Int) -> [String] {
    var lines = ["LOG (p:main():t.cc:1) \(name) ["]
    for row in 0..<rows {
      let numbers = (0..<columns).map { "\(Double(first + row * columns + $0) + 0.5) " }
      lines.append("  " + numbers.joined() + (row == rows - 1 ? "]" : ""))
    }
    return lines + [""]
  }

  private let first = ["LOG (p:main():t.cc:1) <First>"]
  private let statistics = ["LOG (p:main():t.cc:1) 6 3", "  w_   ( min -0.2, max 0.9 ) ", "  b_ "]
  private let second = ["LOG (p:main():t.cc:1) <Second>"]

  /// What is read, by process: name, component and numbers, or `broken` with what is told.
  private func seen(_ lines: [String]) throws -> [String: [String]] {
    var found: [String: [String]] = [:]
    for record in try records(ofLog: lines.joined(separator: "\n") + "\n") {
      let start = "\(record.name) \(record.origin.component ?? "")"
      let text =
        switch record.content {
        case .tensor(let tensor): "\(start) \(tensor.matrix.rows) \(tensor.matrix.elements)"
        case .malformed(let error): "broken \(start) \(error)"
        case .unrecognised(let what): "unrecognised \(what)"
        }
      found[record.origin.process ?? "", default: []].append(text)
    }
    return found
  }

  /// Two texts in one, each line of either behind its tag, in an order that is drawn.
  private func mixed(
    _ one: [String], _ other: [String], tags: (String, String), _ generator: inout SeededGenerator
  ) -> [String] {
    var rest = [one.map { tags.0 + $0 }[...], other.map { tags.1 + $0 }[...]]
    var result: [String] = []
    while !rest[0].isEmpty || !rest[1].isEmpty {
      let which = Int.random(in: 0...1, using: &generator)
      if let line = rest[which].popFirst() { result.append(line) }
    }
    return result
  }

  /// What tools put before every line, for two processes: containers, jobs, ranks, system logs.
  private static let tags = [
    ("web_1  | ", "web_2  | "), ("web_1  | ", "db-worker-2  | "), ("job1\t", "job2\t"),
    ("0: ", "1: "), ("[pod/web-7f9c/main] ", "[pod/db-55/main] "), ("rank 0 | ", "rank 1 | "),
    ("Nov 25 13:33:07 host kaldi[812]: ", "Nov 25 13:33:07 host kaldi[97]: "),
    ("2026-11-25 13:33:07,123 [main] INFO  ", "2026-11-25 13:33:07,123 [worker] INFO  "),
  ]

  @Test("Where a word before every line tells the process, each is read by itself", arguments: tags)
  func tagged(tags: (String, String)) throws {
    let one = first + message("a", 5, 3, from: 1) + message("b", 4, 3, from: 50)
    let other = second + message("a", 5, 3, from: 100) + message("c", 6, 2, from: 150)
    let alone = [try seen(one)[""], try seen(other)[""]]
    #expect(alone.map { $0?.count } == [2, 2])
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<20 {
      let found = try seen(mixed(one, other, tags: tags, &generator))
      #expect(found.count == 2)
      #expect(found.values.contains { $0 == alone[0] } && found.values.contains { $0 == alone[1] })
    }
  }

  @Test("A time, a date, a level or a count tells no lines apart")
  func untagged() throws {
    let lines = first + message("a", 6, 3, from: 1) + message("b", 4, 3, from: 50)
    let plain = try seen(lines)[""]
    let levels = ["INFO ", "WARN ", "DEBUG"]
    let days = ["Nov 24 23:59:59", "Nov 25 00:00:00", "Dec 1 10:00:00"]
    let dressed: [(Int) -> String] = [
      { "\(days[$0 * 3 / lines.count]) " }, { "2026-11-25 13:33:07 \(levels[$0 % 3]) " },
      { "\(1_700_000_000 + $0 / 4) | " }, { "13:33:07 +\($0 % 3)ms | " },
      { "I112\($0) 13:33:07 | " }, { "\($0) 13:33:07 " },
    ]
    for prefix in dressed {
      let found = try seen(lines.enumerated().map { prefix($0.offset) + $0.element })
      #expect(found.count == 1 && found.values.first == plain, "\(prefix(1))")
    }
  }

  @Test("Names that are new on every line are no processes, and cost no memory")
  func countless() throws {
    let few = (0..<400).map { "app_\($0 % 4)  | x [ 1 2 ]" }
    let many = (0..<200_000).map { "app_\($0)  | x [ 1 2 ]" }
    let before = try residentMegabytes()
    var reader = try LogReader(
      ByteSource(bytes: Array((few + many).joined(separator: "\n").utf8), name: "text"))
    var count = 0
    while try reader.next() != nil { count += 1 }
    #expect(count == 200_400)
    #expect(try residentMegabytes() - before < 64)
  }

  /// Whether nothing is read that neither text holds by itself, and nothing is passed over.
  private func isHonest(_ one: [String], _ other: [String], as lines: [String]) throws -> Bool {
    let true1 = try seen(one)[""] ?? []
    let true2 = try seen(other)[""] ?? []
    let found = try seen(lines)[""] ?? []
    func numbers(_ text: String) -> Substring { text.drop { $0 != "[" } }
    let known = Set((true1 + true2).map(numbers))
    let read = found.filter { !$0.hasPrefix("broken") && !$0.hasPrefix("unrecognised") }
    let broken = found.count { $0.hasPrefix("broken") }
    return read.allSatisfy { known.contains(numbers($0)) }
      && read.count + broken >= true1.count + true2.count
  }

  @Test("Without such a word, a matrix of mixed lines is told and never read", arguments: [3, 2])
  func plain(columns: Int) throws {
    let one = first + message("a", 5, 3, from: 1) + statistics + message("b", 4, columns, from: 50)
    let other =
      second + statistics + message("a", 5, columns, from: 100) + message("c", 6, 3, from: 150)
    // Line by line, matrix in matrix.
    let turns = (0..<max(one.count, other.count)).flatMap { place in
      [one, other].compactMap { place < $0.count ? $0[place] : nil }
    }
    #expect(try isHonest(one, other, as: turns))
    let told = try seen(turns)[""]?.filter { $0.contains("lines of two messages mixed at line ") }
    #expect((told?.count ?? 0) > 0)
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      let lines = mixed(one, other, tags: ("", ""), &generator)
      #expect(try isHonest(one, other, as: lines), "\(lines.joined(separator: "\n"))")
    }
  }

  @Test("A whole message within another's matrix breaks that one, and what follows is read again")
  func whole() throws {
    let a = message("a", 5, 3, from: 1)
    let b = message("b", 2, 2, from: 50)
    let c = message("c", 4, 3, from: 80)
    let found = try seen(Array(a[..<3]) + b + Array(a[3...]) + c)[""] ?? []
    // Rows of two cannot be the first matrix's, and its last row stands by itself.
    #expect(found.map { $0.hasPrefix("broken") } == [true, false, false])
    #expect(found.first?.contains("the rest of the matrix begun on line 1") == true)
    let same = message("b", 2, 3, from: 50)
    let doubted = try seen(Array(a[..<3]) + same + Array(a[3...]) + c)[""] ?? []
    #expect(doubted.map { $0.hasPrefix("broken") } == [true, true, false])
    #expect(doubted[1].contains("lines of two messages mixed at line 4"))
  }

  @Test("A last row without its matrix is listed in a log, and is nothing in other text")
  func rest() throws {
    let found = try seen(["  1 2 3 ]", ""] + message("a", 2, 2, from: 1) + ["  1 2 3 ]"])[""]
    #expect(found?.count == 2)
    #expect(found?.last == "unrecognised the last row of a matrix without its beginning")
    #expect(try seen(["1 2 3 ]", "x [ 1 2 ]"])[""]?.count == 1)
  }
}
