import KaldiIO
import Tensors
import Testing

/// The path of a file that `tools/make_numpy_fixtures.py` made with NumPy.
private func fixture(_ name: String) -> String {
  dump("../numpy/\(name)")
}

private func array(_ name: String) throws -> StoredTensor {
  try NumPyReader.read(ByteSource.open(file: fixture(name)))
}

@Suite("NumPy files")
struct NumPyFileTests {
  // Element (i, j) is 4 i + j - 5, divided by 4 for floats; unsigned numbers are 5 larger.
  @Test(
    "Every element type, order and version reads as NumPy means it",
    arguments: [
      ("f2.npy", 4, 5, .other("float16")), ("f4.npy", 4, 5, .float32), ("f8.npy", 4, 5, .float64),
      ("f4-big.npy", 4, 5, .float32), ("f8-big.npy", 4, 5, .float64),
      ("i1.npy", 1, 5, .other("int8")), ("i2.npy", 1, 5, .other("int16")),
      ("i4.npy", 1, 5, .other("int32")), ("i8.npy", 1, 5, .other("int64")),
      ("i4-big.npy", 1, 5, .other("int32")), ("u1.npy", 1, 0, .other("uint8")),
      ("u2.npy", 1, 0, .other("uint16")), ("u8.npy", 1, 0, .other("uint64")),
      ("f8-fortran.npy", 4, 5, .float64), ("version2.npy", 4, 5, .float64),
      ("version3.npy", 4, 5, .float64),
    ] as [(String, Double, Double, StoredTensor.Encoding)])
  func elements(
    file: String, divisor: Double, offset: Double, encoding: StoredTensor.Encoding
  ) throws {
    let expected = (0..<12).map { (Double($0) - offset) / divisor }
    #expect(
      try array(file)
        == StoredTensor(
          form: .matrix, matrix: Matrix(rows: 3, columns: 4, elements: expected),
          encoding: encoding))
  }

  @Test("Ranks beside two are folded into rows")
  func ranks() throws {
    let cube = Matrix(rows: 6, columns: 4, elements: (0..<24).map(Double.init))
    #expect(try array("cube.npy").matrix == cube)
    #expect(try array("cube-fortran.npy").matrix == cube)
    #expect(try array("scalar.npy").matrix.elements == [2.5])
    let vector = try array("vector.npy")
    #expect(vector.form == .vector)
    #expect(vector.matrix.elements == [1, 2.5, -3])
    #expect(try array("empty.npy").matrix == Matrix(rows: 0, columns: 4, elements: []))
    #expect(try array("bool.npy").matrix.elements == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
  }

  @Test("What np.savez stores reads by name")
  func archive() throws {
    let all = try TensorSource(fixture("pair.npz")).records()
    #expect(all.map(\.name) == ["W", "b"])
    guard case .tensor(let weights) = all[0].content else { return }
    #expect(weights.matrix.elements == (0..<12).map(Double.init))
    #expect(try TensorSource(fixture("pair.npz") + ":b").records().count == 1)
  }

  @Test("A compressed archive says how to save it plainly")
  func compressed() {
    let error = #expect(throws: KaldiIOError.self) {
      try TensorSource(fixture("compressed.npz")).records()
    }
    #expect(error?.description.contains("numpy.savez, not numpy.savez_compressed") == true)
  }

  @Test("NumPy's own print reads back, and a truncated one is an error")
  func printed() throws {
    let all = try TensorSource(fixture("printed.txt")).records()
    #expect(all.map(\.name) == ["dWx", "db", "cube"])
    guard case .tensor(let wide) = all[0].content, case .tensor(let row) = all[1].content,
      case .tensor(let cube) = all[2].content
    else {
      Issue.record("\(all)")
      return
    }
    #expect(try wide.matrix == array("printed-wide.npy").matrix)
    #expect(try row.matrix.elements == Array(array("printed-wide.npy").matrix.row(0)))
    #expect(cube.matrix == Matrix(rows: 6, columns: 4, elements: (0..<24).map(Double.init)))
    guard
      case .malformed(let error)? = try TensorSource(fixture("truncated.txt")).records().first?
        .content
    else {
      Issue.record("no error")
      return
    }
    #expect(error.description.contains("truncated"))
  }

  @Test(
    "A written array has the bytes that NumPy saved",
    arguments: ["f4.npy", "f8.npy", "vector.npy", "printed-wide.npy"])
  func writing(file: String) throws {
    let tensor = try array(file)
    let sink = ByteSink()
    try NumPyWriter.write(tensor, isDouble: tensor.encoding == .float64, to: sink)
    #expect(try sink.bytes == dumpBytes("../numpy/\(file)"))
  }

  @Test("A header that promises 10¹² elements is refused")
  func promises() throws {
    for shape in ["(1000000, 1000000)", "(4611686018427387904, 16)", "(99999999999999999999,)"] {
      let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }\n"
      let bytes =
        [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, UInt8(dictionary.utf8.count), 0]
        + Array(dictionary.utf8)
      #expect(throws: KaldiIOError.self) {
        try NumPyReader.read(ByteSource(bytes: bytes, name: "array"))
      }
    }
  }
}
