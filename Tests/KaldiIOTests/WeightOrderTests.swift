import KaldiIO
import Tensors
import TestSupport
import Testing

private func record(_ name: String, _ rows: Int, _ columns: Int, _ elements: [Double])
  -> TensorRecord
{
  TensorRecord(
    name: name,
    content: .tensor(
      StoredTensor(
        form: rows == 1 ? .vector : .matrix,
        matrix: Matrix(rows: rows, columns: columns, elements: elements), encoding: .float64)),
    origin: .init(file: "test"))
}

private func order(_ word: String) throws -> WeightOrder { try #require(WeightOrder(word)) }

/// What a conversion gave, as records again.
private func convert(
  _ records: [TensorRecord], from: String? = nil, to: String
) throws -> [TensorRecord] {
  let given = try from.map(order)
  return try ConvertedWeights(records, from: given, to: order(to), source: "test").arrays.map {
    let columns = $0.shape.last ?? 1
    return record($0.name, max($0.elements.count / columns, 1), columns, $0.elements)
  }
}

private func elements(_ records: [TensorRecord]) -> [String: [Double]] {
  var result: [String: [Double]] = [:]
  for record in records {
    if case .tensor(let tensor) = record.content { result[record.name] = tensor.matrix.elements }
  }
  return result
}

/// One unit, two inputs: each number tells its gate (1 input, 2 forget, 3 candidate, 4 output) in
/// front of the point and its place behind it.
private let kaldi = [
  record("w_gifo_x", 4, 2, [3.1, 3.2, 1.1, 1.2, 2.1, 2.2, 4.1, 4.2]),
  record("w_gifo_r", 4, 1, [3.3, 1.3, 2.3, 4.3]),
  record("bias", 1, 4, [3.4, 1.4, 2.4, 4.4]),
  record("peephole_i_c", 1, 1, [1.5]), record("peephole_f_c", 1, 1, [2.5]),
  record("peephole_o_c", 1, 1, [4.5]),
]

/// Kaldi's weights of random numbers: 3 units, 5 inputs.
private func random(peepholes: Bool, seed: UInt64) -> [TensorRecord] {
  var generator = SeededGenerator(seed: seed)
  func numbers(_ count: Int) -> [Double] {
    (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }
  }
  let names = peepholes ? ["peephole_i_c", "peephole_f_c", "peephole_o_c"] : []
  return [
    record("w_gifo_x", 12, 5, numbers(60)), record("w_gifo_r", 12, 3, numbers(36)),
    record("bias", 1, 12, numbers(12)),
  ] + names.map { record($0, 1, 3, numbers(3)) }
}

@Suite("Weights across frameworks")
struct WeightOrderTests {
  @Test(
    "ONNX: input, output, forget, candidate; two biases in one; peepholes input, output, forget")
  func onnx() throws {
    let found = elements(try convert(kaldi, to: "onnx"))
    #expect(found["W"] == [1.1, 1.2, 4.1, 4.2, 2.1, 2.2, 3.1, 3.2])
    #expect(found["R"] == [1.3, 4.3, 2.3, 3.3])
    #expect(found["B"] == [1.4, 4.4, 2.4, 3.4, 0, 0, 0, 0])
    #expect(found["P"] == [1.5, 4.5, 2.5])
    let shapes = try ConvertedWeights(kaldi, from: nil, to: order("onnx"), source: "test").arrays
    #expect(shapes.map(\.shape) == [[1, 4, 2], [1, 4, 1], [1, 8], [1, 3]])
  }

  @Test("PyTorch: input, forget, candidate, output; two biases")
  func torch() throws {
    let found = elements(try convert(Array(kaldi[..<3]), to: "torch"))
    #expect(found["weight_ih_l0"] == [1.1, 1.2, 2.1, 2.2, 3.1, 3.2, 4.1, 4.2])
    #expect(found["weight_hh_l0"] == [1.3, 2.3, 3.3, 4.3])
    #expect(found["bias_ih_l0"] == [1.4, 2.4, 3.4, 4.4])
    #expect(found["bias_hh_l0"] == [0, 0, 0, 0])
  }

  @Test("Keras: input, forget, candidate, output, a column a gate")
  func keras() throws {
    let found = elements(try convert(Array(kaldi[..<3]), to: "keras"))
    #expect(found["kernel"] == [1.1, 2.1, 3.1, 4.1, 1.2, 2.2, 3.2, 4.2])
    #expect(found["recurrent_kernel"] == [1.3, 2.3, 3.3, 4.3])
    #expect(found["bias"] == [1.4, 2.4, 3.4, 4.4])
  }

  @Test("TensorFlow: input, candidate, forget, output, one kernel for input and recurrence")
  func tensorflow() throws {
    let found = elements(try convert(kaldi, to: "tensorflow"))
    #expect(found["kernel"] == [1.1, 3.1, 2.1, 4.1, 1.2, 3.2, 2.2, 4.2, 1.3, 3.3, 2.3, 4.3])
    #expect(found["bias"] == [1.4, 3.4, 2.4, 4.4])
    #expect(found["w_f_diag"] == [2.5])
  }

  @Test("The notebooks' form: the gates in the order asked for, a column a gate")
  func notebook() throws {
    let found = elements(try convert(kaldi, to: "ogfi"))
    #expect(found["Wx"] == [4.1, 3.1, 2.1, 1.1, 4.2, 3.2, 2.2, 1.2])
    #expect(found["b"] == [4.4, 3.4, 2.4, 1.4])
    #expect(found["po"] == [4.5])
  }

  @Test("From every order to every other and back, the bits are the same")
  func roundTrips() throws {
    let words = ["kaldi", "onnx", "torch", "keras", "tensorflow", "ifog", "gifo"]
    for (index, first) in words.enumerated() {
      for (offset, second) in words.enumerated() {
        let hasPeepholes = ![first, second].contains { $0 == "torch" || $0 == "keras" }
        let weights = random(peepholes: hasPeepholes, seed: UInt64(100 * index + offset))
        let there = try convert(weights, to: first)
        let across = try convert(there, from: first, to: second)
        let back = try convert(across, from: second, to: first)
        #expect(elements(back) == elements(there), "\(first) \(second)")
        let home = try convert(back, from: first, to: "kaldi")
        #expect(elements(home) == elements(weights), "\(first) \(second)")
      }
    }
  }

  @Test("Two biases stay two where there is room for two, and are added where there is not")
  func biases() throws {
    var torch = try convert(Array(kaldi[..<3]), to: "torch")
    torch[3] = record("bias_hh_l0", 1, 4, [10, 20, 30, 40])
    let onnx = try convert(torch, to: "onnx")
    #expect(elements(onnx)["B"] == [1.4, 4.4, 2.4, 3.4, 10, 40, 20, 30])
    #expect(elements(try convert(onnx, to: "torch")) == elements(torch))
    #expect(elements(try convert(onnx, to: "kaldi"))["bias"] == [33.4, 11.4, 22.4, 44.4])
  }

  @Test("Names tell the layout, whatever stands around them")
  func names() throws {
    let torch = try convert(Array(kaldi[..<3]), to: "torch").map {
      TensorRecord(name: "encoder.lstm." + $0.name, content: $0.content, origin: $0.origin)
    }
    #expect(elements(try convert(torch, to: "kaldi")) == elements(Array(kaldi[..<3])))
    let other = record("decoder.weight", 1, 2, [1, 2])
    let converted = try ConvertedWeights(
      torch + [other], from: nil, to: order("kaldi"), source: "test")
    #expect(converted.leftOver == ["decoder.weight"])
  }

  @Test("What an order has no place for is an error, unless it is zero")
  func refusals() throws {
    for word in ["torch", "keras"] {
      #expect(throws: KaldiIOError.self) { try convert(kaldi, to: word) }
      let zeros = kaldi[..<3] + kaldi[3...].map { record($0.name, 1, 1, [0]) }
      #expect(try convert(Array(zeros), to: word).count > 2)
    }
    let block = kaldi + [record("w_gifo_k", 4, 1, [1, 2, 3, 4])]
    #expect(throws: KaldiIOError.self) { try convert(block, to: "onnx") }
    #expect(elements(try convert(block, to: "gifo"))["Wk"] == [1, 2, 3, 4])
  }

  @Test("Missing, doubled and misshapen weights are told")
  func broken() throws {
    let twice = kaldi + [record("other/w_gifo_r", 4, 1, [1, 2, 3, 4])]
    let cases: [([TensorRecord], String)] = [
      (Array(kaldi[1...]), "do not tell whose"), ([kaldi[0]], "there is no w_gifo_r"),
      (twice, "more than one tensor could be w_gifo_r"),
      ([record("w_gifo_x", 3, 2, [1, 2, 3, 4, 5, 6])], "w_gifo_x is 3×2, expected 4H×D"),
      ([kaldi[0], record("w_gifo_r", 4, 2, Array(repeating: 1, count: 8))], "expected 4H×1"),
      (Array(kaldi[..<2]) + [record("bias", 1, 3, [1, 2, 3])], "bias is 1×3, expected 4 numbers"),
      (Array(kaldi[..<4]), "some of peephole_i_c"),
    ]
    for (records, wanted) in cases {
      do {
        _ = try convert(records, to: "ifog")
        Issue.record("nothing was refused: \(wanted)")
      } catch let error as KaldiIOError {
        #expect(error.description.contains(wanted), "\(error)")
      }
    }
  }

  @Test(
    "Words that name no order are none",
    arguments: ["", "pytorch", "ifg", "iifo", "ifogg", "notebook"])
  func words(_ word: String) { #expect(WeightOrder(word) == nil) }
}
