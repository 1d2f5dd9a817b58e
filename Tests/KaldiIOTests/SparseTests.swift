import KaldiIO
import Tensors
import Testing

@Suite("Sparse and packed matrices")
struct SparseTests {
  private let sparse = SparseMatrix(rows: [
    .init(dimension: 5, columns: [1, 3], values: [0.5, 2]),
    .init(dimension: 5, columns: [], values: []),
  ])

  @Test("A sparse matrix has Kaldi's text and comes back, binary too")
  func sparseRoundTrip() throws {
    let text = ByteSink()
    try text.append(sparse, isBinary: false, precision: .float32, style: .shortestFloat)
    #expect(
      String(decoding: text.bytes, as: UTF8.self) == "rows=2 dim=5 [ 1 0.5 3 2 ] dim=5 [ ] \n")
    let source = ByteSource(bytes: text.bytes, name: "t")
    #expect(try source.readSparseMatrix(isBinary: false) == sparse)
    #expect(try source.peek() == nil)
    for precision in [Precision.float32, .float64] {
      let binary = ByteSink()
      try binary.append(sparse, isBinary: true, precision: precision, style: .shortestFloat)
      let back = try ByteSource(bytes: binary.bytes, name: "b").readSparseMatrix(isBinary: true)
      #expect(back == sparse)
    }
    #expect(sparse.dense(limit: 10)?.elements == [0, 0.5, 0, 2, 0, 0, 0, 0, 0, 0])
    #expect(sparse.dense(limit: 9) == nil)
  }

  @Test(
    "Indices that do not rise, or are out of reach, are refused",
    arguments: ["dim=3 [ 1 2 1 3 ]", "dim=3 [ 3 1 ]", "dim=3 [ -1 1 ]", "dim=x [ ]", "dim=-2 [ ]"])
  func indices(_ text: String) {
    #expect(throws: KaldiIOError.self) {
      try ByteSource(bytes: Array(text.utf8), name: "t").readSparseVector(isBinary: false)
    }
  }

  @Test("A packed matrix has Kaldi's text and comes back, binary too")
  func packedRoundTrip() throws {
    let packed = PackedMatrix(size: 2, elements: [1, 2, 3])
    let text = ByteSink()
    try text.append(packed, isBinary: false, precision: .float32, style: .shortestFloat)
    #expect(String(decoding: text.bytes, as: UTF8.self) == "[\n1 \n2 3 ]\n")
    #expect(
      try ByteSource(bytes: text.bytes, name: "t").readPackedMatrix(isBinary: false) == packed)
    let binary = ByteSink()
    try binary.append(packed, isBinary: true, precision: .float64, style: .shortestFloat)
    #expect(
      try ByteSource(bytes: binary.bytes, name: "b").readPackedMatrix(isBinary: true) == packed)
    #expect(packed.symmetric.elements == [1, 2, 2, 3])
  }

  @Test("A packed text whose rows do not grow by one is refused")
  func packedRows() {
    for text in ["[ 1 2\n3 4 ]", "[ 1\n2 ]", "[ 1\n2 3\n4 5 ]"] {
      #expect(throws: KaldiIOError.self) {
        try ByteSource(bytes: Array(text.utf8), name: "t").readPackedMatrix(isBinary: false)
      }
    }
  }

  @Test("Integers and numbers, binary and text")
  func basics() throws {
    for isBinary in [true, false] {
      let sink = ByteSink()
      try sink.append(token: "<Splice>")
      try sink.append(Int32(-2), isBinary: isBinary)
      try sink.append(1.5, precision: .float32, isBinary: isBinary, style: .shortestFloat)
      if isBinary {
        let start: [UInt8] = [4, 0xfe, 0xff, 0xff, 0xff, 4, 0, 0, 0xc0, 0x3f]
        #expect(Array(sink.bytes.dropFirst(9).prefix(10)) == start)
      }
      let source = ByteSource(bytes: sink.bytes, name: "b")
      try source.expect(token: "<Splice>")
      #expect(try source.readInt32(isBinary: isBinary) == -2)
      #expect(try source.readFloat(isBinary: isBinary).value == 1.5)
      if !isBinary { try source.skipWhitespace() }
      #expect(try source.peek() == nil)
    }
    #expect(throws: KaldiIOError.self) {
      try ByteSource(bytes: Array("</Nnet>".utf8), name: "t").readToken()
    }
  }
}
