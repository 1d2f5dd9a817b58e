import Foundation
import KaldiIO
import Tensors
import TestSupport
import Testing

/// Matrices long enough to be read and written in blocks by two threads.
@Suite("Large text")
struct LargeTextTests {
  private let matrix: Matrix<Double> = {
    var generator = SeededGenerator(seed: 7)
    let elements = (0..<30_000).map { _ in
      Double(Int64(truncatingIfNeeded: generator.next()) >> 30) / 1e6
    }
    return Matrix(rows: 2500, columns: 12, elements: elements)
  }()

  /// The text, spelled by the standard library instead of our writer.
  private func text(_ alter: (Int, [String]) -> String) -> String {
    var lines = [" ["]
    for row in 0..<matrix.rows {
      lines.append("  " + alter(row, matrix.row(row).map(\.description)))
    }
    return lines.joined(separator: "\n") + " ]\n"
  }

  private func plain(_ row: Int, _ words: [String]) -> String { words.joined(separator: " ") }

  private func read(_ text: String) throws -> StoredTensor {
    try ByteSource(bytes: Array(text.utf8), name: "large").readTensor()
  }

  @Test("Every element arrives, from memory, a file, and a pipe")
  func whole() throws {
    let text = text(plain)
    #expect(try read(text).matrix == matrix)
    let folder = try ScratchFolder()
    let file = folder.path + "/large.txt"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try ByteSource.open(file: file).readTensor().matrix == matrix)
    let pipe = try ByteSource.open(TypedName("cat \(file) |"))
    #expect(try pipe.readTensor().matrix == matrix)
  }

  @Test("Rows that are not plain change nothing", arguments: [0, 1, 1249, 1250, 1251, 2498, 2499])
  func unusual(_ place: Int) throws {
    let separated = text { $0 == place ? $1.joined(separator: "\t") + " ; \r" : plain($0, $1) }
    #expect(try read(separated).matrix == matrix)
    let infinite = text { $0 == place ? "inf " + plain($0, Array($1.dropFirst())) : plain($0, $1) }
    let numbers = try read(infinite).matrix
    #expect(numbers[place, 0] == .infinity && numbers.rows == 2500)
    #expect(numbers.elements.count(where: { !$0.isFinite }) == 1)
    let blank = text { $0 == place ? "\n\n" + plain($0, $1) : plain($0, $1) }
    #expect(try read(blank).matrix == matrix)
  }

  @Test(
    "A row that is too short is found on its line", arguments: [1, 600, 1250, 1251, 2400, 2498])
  func ragged(_ place: Int) {
    let short = text { $0 == place ? plain($0, Array($1.dropLast())) : plain($0, $1) }
    let error = #expect(throws: KaldiIOError.self) { try read(short) }
    #expect(error?.description.hasPrefix("large:\(place + 2): byte") == true)
    #expect(error?.description.hasSuffix("found a row of 11 numbers, expected 12") == true)
  }

  @Test("The writer's blocks come in order")
  func written() throws {
    let sink = ByteSink()
    try sink.appendText(matrix, form: .matrix, style: .shortestDouble)
    let expected = text { row, words in
      let numbers = words.map { $0.hasSuffix(".0") ? String($0.dropLast(2)) : $0 }
      return numbers.joined(separator: " ") + (row == 2499 ? "" : " ")
    }
    #expect(String(decoding: sink.bytes, as: UTF8.self) == expected)
    #expect(try read(String(decoding: sink.bytes, as: UTF8.self)).matrix == matrix)
  }
}
