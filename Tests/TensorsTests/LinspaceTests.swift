import Foundation
import Tensors
import Testing

/// `linspace` against NumPy's, bit by bit.
@Suite struct LinspaceTests {
  /// One call of NumPy's, as `tools/fixtures/numpy_linspace.py` writes it.
  struct Call {
    var start: Double
    var end: Double
    var count: Int
    var elements: [String]
  }

  static func calls() throws -> [Call] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/numpy-linspace/bits.txt")
    let text = try String(contentsOf: file, encoding: .utf8)
    return try text.split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      return Call(
        start: try number(words[0]), end: try number(words[1]),
        count: try #require(Int(words[2])), elements: Array(words.dropFirst(4)))
    }
  }

  static func number(_ digits: String) throws -> Double {
    Double(bitPattern: try #require(UInt64(digits, radix: 16)))
  }

  static func digits(_ number: Double) -> String {
    guard !number.isNaN else { return "nan" }
    let digits = String(number.bitPattern, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  @Test func `every element has NumPy's bits`() throws {
    let calls = try Self.calls()
    #expect(calls.count == 100)
    let differing = calls.filter { call in
      linspace(call.start, call.end, count: call.count).map(Self.digits) != call.elements
    }
    #expect(differing.map { "\($0.start):\($0.end), \($0.count)" } == [])
  }

  @Test func `one element is the start and none is none`() {
    #expect(linspace(0.25, 4, count: 1) == [0.25])
    #expect(linspace(0.25, 4, count: 0) == [])
  }

  @Test func `the last element is the end, whatever the step rounds to`() {
    for count in 2..<200 {
      #expect(linspace(-0.4, 0.7, count: count).last == 0.7)
    }
  }
}
