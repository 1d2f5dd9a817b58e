import KaldiIO
import Tensors
import TestSupport
import Testing

/// Corners of the formats that nothing else reaches.
@Suite("Corners of the formats")
struct EdgeFormTests {
  private func words(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
  }

  private func compressed(
    _ token: String, range: Float, rows: UInt32, columns: UInt32, _ body: [UInt8]
  ) throws -> [Double] {
    let header = words(Float(0).bitPattern) + words(range.bitPattern) + words(rows) + words(columns)
    let bytes = [0, 0x42] + Array("\(token) ".utf8) + header + body
    return try ByteSource(bytes: bytes, name: token).readTensor().matrix.elements
  }

  @Test("Every level of a compressed matrix stands where Kaldi puts it")
  func compressionLevels() throws {
    // The quartiles lie where the levels themselves do, so level v is the number v.
    let quartiles = [0, 64, 192, 255].flatMap { [UInt8($0), UInt8(0)] }
    let levels = (0...255).map { UInt8($0) }
    let columns = try compressed("CM", range: 65535, rows: 256, columns: 1, quartiles + levels)
    let bytes = try compressed("CM3", range: 255, rows: 256, columns: 1, levels)
    for (level, (column, byte)) in zip(columns, bytes).enumerated() {
      #expect(abs(column - Double(level)) < 1e-4)
      #expect(abs(byte - Double(level)) < 1e-4)
    }
    let codes: [UInt16] = [0, 1, 255, 256, 32767, 65534, 65535]
    let body = codes.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    let steps = try compressed("CM2", range: 65535, rows: 7, columns: 1, body)
    for (code, step) in zip(codes, steps) { #expect(abs(step - Double(code)) < 0.01) }
  }

  @Test("NumPy's header of the days of long integers reads")
  func longIntegers() throws {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    let body = (0..<6).flatMap { words(Float($0).bitPattern) }
    let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + body
    let tensor = try NumPyReader.read(ByteSource(bytes: bytes, name: "old.npy"))
    #expect(tensor.matrix == Matrix(rows: 2, columns: 3, elements: [0, 1, 2, 3, 4, 5]))
  }

  @Test("Digits far behind the eight-hundredth still decide a tie")
  func farDigits() throws {
    let half = "1.00000000000000011102230246251565404236316680908203125"
    for zeros in [0, 700, 745, 746, 747, 748, 800, 2000] {
      let middle = half + String(repeating: "0", count: zeros)
      let above = middle + "1"
      let read = try ByteSource(bytes: Array("[ \(middle) \(above) -\(above) ]".utf8), name: "t")
        .readTensor().matrix.elements
      #expect(read == [1, 1.0.nextUp, -1.0.nextUp], "\(zeros)")
      let printed = try records(ofLog: "x = [\(middle), \(above)]\nx [ \(middle) \(above) ]\n")
      guard case .tensor(let tensor)? = printed.last?.content else {
        Issue.record("\(zeros)")
        continue
      }
      #expect(tensor.matrix.elements == [1, 1.0.nextUp], "\(zeros)")
    }
  }

  @Test("A tie of 752 digits goes to the even neighbour, and what is a digit off it does not")
  func longestTie() throws {
    // 3·2⁻¹⁰⁷⁵ lies exactly between the smallest number and its double.
    var digits = [3]
    for _ in 0..<1075 {
      var carry = 0
      for place in digits.indices.reversed() {
        let product = 5 * digits[place] + carry
        digits[place] = product % 10
        carry = product / 10
      }
      if carry > 0 { digits.insert(carry, at: 0) }
    }
    #expect(digits.count == 752 && digits.last == 5)
    let start = digits.dropLast().map(String.init).joined()
    let read = try ByteSource(
      bytes: Array("[ \(start)5e-1075 \(start)4e-1075 \(start)6e-1075 ]".utf8), name: "t"
    ).readTensor().matrix.elements
    #expect(read == [0x1p-1073, 0x1p-1074, 0x1p-1073])
  }

  @Test("Brackets nest 32 deep and no deeper")
  func nesting() throws {
    func count(_ depth: Int) throws -> Int {
      let opening = String(repeating: "[", count: depth)
      let closing = String(repeating: "]", count: depth)
      return try records(ofLog: "x = \(opening)1.5 2.5\(closing)\n").count {
        if case .tensor = $0.content { true } else { false }
      }
    }
    #expect(try [2, 31, 32].map(count) == [1, 1, 1])
    #expect(try [33, 100, 100_000].map(count) == [0, 0, 0])
  }

  @Test(
    "Verbose messages of every level are messages", arguments: ["VLOG[1]", "VLOG[-3]", "VLOG[12]"])
  func verbose(severity: String) throws {
    let text = "\(severity) (p[5.5]:Backpropagate():t.cc:9) out [\n  1 2 ]\n"
    let record = try records(ofLog: text).first
    #expect(record?.name == "out")
    #expect(record?.origin.function == "Backpropagate")
    #expect(
      try records(ofLog: text.replacing("[-3]", with: "[-]")).first?.origin.function
        == (severity == "VLOG[-3]" ? nil : "Backpropagate"))
  }
}
