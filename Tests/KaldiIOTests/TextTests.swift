import KaldiIO
import Tensors
import Testing

/// Kaldi's accept and reject table (observed by running Kaldi's own readers).
struct TextCase: Sendable, CustomTestStringConvertible {
  let text: String
  /// The shape as a matrix, nil where Kaldi refuses.
  let matrix: [Int]?
  /// The size as a vector, nil where Kaldi refuses.
  let vector: Int?
  /// Whether the tolerant mode reads what Kaldi refuses.
  var tolerant = false

  var testDescription: String { text.debugDescription }
}

let textCases: [TextCase] = [
  .init(text: "[ 1 2 3 ]", matrix: [1, 3], vector: 3),
  .init(text: "[1 2 3]", matrix: nil, vector: nil),
  .init(text: "[]", matrix: [0, 0], vector: 0),
  .init(text: "[ ]", matrix: [0, 0], vector: 0),
  .init(text: "[ \n \n]", matrix: [0, 0], vector: nil),
  .init(text: "[ 1 2 ; 3 4 ]", matrix: [2, 2], vector: nil),
  .init(text: "[ 1 2; 3 4;]", matrix: [2, 2], vector: nil),
  .init(text: "[\n1 2\n3 4 ]", matrix: [2, 2], vector: nil),
  .init(text: "[ 1 2\n\n\n3 4]", matrix: [2, 2], vector: nil),
  .init(text: "[ 1 2]", matrix: [1, 2], vector: 2),
  .init(text: "[ 1 2\r\n3 4 ]\r\n", matrix: [2, 2], vector: nil),
  .init(text: "[ 1 2 ]\r\n", matrix: [1, 2], vector: 2),
  .init(text: "[ inf nan Infinity NaN INF ]", matrix: [1, 5], vector: 5),
  .init(text: "[ inf]", matrix: nil, vector: nil),
  .init(text: "[ -inf ]", matrix: nil, vector: nil, tolerant: true),
  .init(text: "[ -nan ]", matrix: nil, vector: nil, tolerant: true),
  .init(text: "[ +1 ]", matrix: nil, vector: nil, tolerant: true),
  .init(text: "[ .5 ]", matrix: nil, vector: nil, tolerant: true),
  .init(text: "[ 5. ]", matrix: [1, 1], vector: 1),
  .init(text: "[ 1e5 1E-3 ]", matrix: [1, 2], vector: 2),
  .init(text: "[ 1.#INF ]", matrix: nil, vector: nil),
  .init(text: "[ 0x10 ]", matrix: nil, vector: nil),
  .init(text: "[ 1,2 ]", matrix: nil, vector: nil),
  .init(text: "[ 1.5abc ]", matrix: nil, vector: nil),
  .init(text: "[ 1e ]", matrix: nil, vector: nil),
  .init(text: "[ - 5 ]", matrix: nil, vector: nil),
  .init(text: "[ 1.2.3 ]", matrix: nil, vector: nil),
  .init(text: "[ 1-2 ]", matrix: [1, 2], vector: nil),
  .init(text: "[ 1 2 \n 3 ]", matrix: nil, vector: nil),
  .init(text: "[ 1", matrix: nil, vector: nil),
  .init(text: "", matrix: nil, vector: nil),
]

@Suite("Text matrices and vectors")
struct TextTests {
  private func read(
    _ text: String, _ form: StoredTensor.Form?, isStrict: Bool, precision: Precision = .float64
  ) throws(KaldiIOError) -> StoredTensor {
    try ByteSource(bytes: Array(text.utf8), name: "test").readTextTensor(
      form: form, options: TextOptions(isStrict: isStrict, precision: precision))
  }

  @Test("Strict reading accepts and refuses what Kaldi does", arguments: textCases)
  func strict(_ entry: TextCase) {
    let matrix = try? read(entry.text, .matrix, isStrict: true).matrix
    #expect(matrix.map { [$0.rows, $0.columns] } == entry.matrix)
    let vector = try? read(entry.text, .vector, isStrict: true).matrix.elements.count
    #expect(vector == entry.vector)
  }

  @Test("Tolerant reading adds four spellings and nothing else", arguments: textCases)
  func tolerant(_ entry: TextCase) {
    let matrix = try? read(entry.text, .matrix, isStrict: false)
    #expect((matrix != nil) == (entry.matrix != nil || entry.tolerant))
    let vector = try? read(entry.text, .vector, isStrict: false)
    #expect((vector != nil) == (entry.vector != nil || entry.tolerant))
  }

  @Test("Numbers keep to the range of their storage type")
  func range() throws {
    #expect(throws: KaldiIOError.self) {
      try read("[ 1e39 ]", .matrix, isStrict: true, precision: .float32)
    }
    #expect(try read("[ 1e39 ]", .matrix, isStrict: true).matrix.elements == [1e39])
    let tiny = try read("[ 1e-46 ]", .matrix, isStrict: true, precision: .float32)
    #expect(tiny.matrix.elements == [0])
    #expect(throws: KaldiIOError.self) { try read("[ 1e309 ]", .vector, isStrict: false) }
  }

  @Test("An object without a row break is a vector unless told otherwise")
  func form() throws {
    #expect(try read(" [ 1 2 ]\n", nil, isStrict: true).form == .vector)
    #expect(try read(" [\n  1 2 ]\n", nil, isStrict: true).form == .matrix)
    #expect(try read(" [ 1 2 ; ]\n", nil, isStrict: true).form == .matrix)
  }

  @Test("Significant digits are those of the number that shows most")
  func digits() throws {
    let tensor = try read("[ 0 -0.00125 100000 1.250e7 7 ]", nil, isStrict: true)
    #expect(tensor.encoding == .text(significantDigits: 4))
  }

  @Test("An error names file, line, byte, what was found and what was expected")
  func message() {
    let error = #expect(throws: KaldiIOError.self) {
      try read("[\n 1 2\n 3 x4 ]", .matrix, isStrict: false)
    }
    #expect(error?.description == "test:3: byte 10: found 'x4', expected a number or ']'")
    let ragged = #expect(throws: KaldiIOError.self) {
      try read("[\n 1 2\n 3\n 4 5 ]", .matrix, isStrict: false)
    }
    #expect(ragged?.description == "test:3: byte 9: found a row of 1 numbers, expected 2")
  }

  @Test("The writer's bytes are Kaldi's")
  func writer() throws {
    let sink = ByteSink()
    let matrix = Matrix(rows: 2, columns: 3, elements: [1, -2.5, 1.0 / 3, 4, 5, 6])
    try sink.appendText(matrix, form: .matrix, style: .significantDigits(7))
    try sink.appendText(
      Matrix(rows: 1, columns: 2, elements: [1, 2]), form: .vector, style: .shortestDouble)
    try sink.appendText(
      Matrix(rows: 0, columns: 0, elements: []), form: .matrix, style: .shortestDouble)
    try sink.appendText(
      Matrix(rows: 1, columns: 0, elements: []), form: .vector, style: .shortestDouble)
    let expected = " [\n  1 -2.5 0.3333333 \n  4 5 6 ]\n [ 1 2 ]\n [ ]\n [ ]\n"
    #expect(String(decoding: sink.bytes, as: UTF8.self) == expected)
  }
}
