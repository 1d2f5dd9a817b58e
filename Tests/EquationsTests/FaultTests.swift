import Kernels
import Tensors
import Testing

/// Known mistakes made on purpose: what each does to the results, by hand.
@Suite struct FaultTests {
  static func lstm() throws -> (layer: LSTMLayer, given: TensorTable<Double>) {
    let layer = try Make.lstm(2, 4, 3, 2)
    return (layer, Fill.random(layer, seed: 41))
  }

  /// Results right and with a fault.
  static func results<Checked: Layer>(
    _ layer: Checked, _ given: TensorTable<Double>, _ fault: String
  ) throws -> (right: TensorTable<Double>, wrong: TensorTable<Double>) {
    (
      try layer.evaluate(given, form: .advance),
      try layer.evaluate(given, form: .advance, fault: layer.fault(named: fault))
    )
  }

  @Test func `names are told once and every fault changes some result`() throws {
    let layers: [any Layer] = [
      try Make.lstm(2, 4, 3, 3), try Make.tflstm(2, 4, 5, 3, f: 3, s: 2), try Make.sru(2, 4, 3, 3),
      try Make.memory(9, 2, 3, positions: [0, 1, 2, 3, 4, 0, 1, 2, 3]),
      try Make.memory(
        9, 2, 2, 2, behindPositions: [0, 1, 2, 3, 4, 0, 1, 2, 3],
        aheadPositions: [4, 3, 2, 1, 0, 3, 2, 1, 0]),
    ]
    for layer in layers {
      let names = layer.faults.map(\.name)
      #expect(Set(names).count == names.count)
      #expect(layer.faults.allSatisfy { !$0.explanation.isEmpty })
      let given = Fill.random(layer, seed: 42)
      let before = given.bits
      let right = try layer.evaluate(given, form: .advance)
      // A clip acts only above its level, which a case sets by what it reaches.
      let idle = try layer.faults.filter { fault in
        let wrong = try layer.evaluate(given, form: .advance, fault: fault)
        return wrong.bits == right.bits && !fault.name.contains("clipped")
      }.map(\.name)
      #expect(idle == [], "\(layer.kernel)")
      #expect(given.bits == before)
    }
  }

  @Test(arguments: [
    ("gradient-doubled", 2.0), ("gradient-negated", -1), ("learning-rate-applied", 0.008),
    ("gradient-mean-over-streams", 0.5), ("gradient-mean-over-frames", 0.25),
    ("gradient-mean-over-all", 0.125), ("gradient-summed-again-over-frames", 4),
  ])
  func `faults of scale multiply the parameters' gradients alone`(
    _ name: String, _ factor: Double
  ) throws {
    let (layer, given) = try Self.lstm()
    let (right, wrong) = try Self.results(layer, given, name)
    let gradients = ["dWx", "dWh", "db"]
    for entry in right.entries {
      let expected =
        gradients.contains(entry.name)
        ? entry.tensor.elements.map { $0 * factor } : entry.tensor.elements
      #expect(wrong.elements(entry.name) == expected, "\(entry.name)")
    }
  }

  @Test func `an updated parameter is the parameter plus its gradient`() throws {
    let (layer, given) = try Self.lstm()
    let (right, wrong) = try Self.results(layer, given, "gradient-added-to-parameter")
    let sums = zip(given.elements("Wx"), right.elements("dWx")).map { $0 + $1 }
    #expect(wrong.elements("dWx") == sums)
  }

  @Test func `faults of layout move the output's elements`() throws {
    let (layer, given) = try Self.lstm()
    let out = try #require(try layer.evaluate(given, form: .advance)["out"])
    // [T 4, N 2, H 2]: 16 numbers, frame t in 4t ..< 4t + 4.
    let o = out.elements
    let reversed = try Self.results(layer, given, "frames-reversed").wrong
    #expect(
      reversed.elements("out") == Array(o[12..<16] + o[8..<12] + o[4..<8] + o[0..<4]))
    let shifted = try Self.results(layer, given, "frames-shifted").wrong
    #expect(shifted.elements("out") == [0, 0, 0, 0] + o[0..<12])
    let columns = try Self.results(layer, given, "columns-reversed").wrong
    #expect(columns.elements("out") == o.indices.map { o[$0 ^ 1] })
    let batch = try Self.results(layer, given, "frames-batch-major").wrong
    let rows = [0, 2, 4, 6, 1, 3, 5, 7]
    #expect(batch.elements("out") == rows.flatMap { o[2 * $0..<2 * $0 + 2] })
    let columnMajor = try Self.results(layer, given, "gradients-column-major")
    let turned = try #require(columnMajor.right["dWx"]).matrix.transposed().elements
    #expect(columnMajor.wrong.elements("dWx") == turned)
  }

  @Test func `faults of the bias are runs with another bias`() throws {
    let (layer, given) = try Self.lstm()
    func run(_ change: (inout [Double]) -> Void) throws -> [Double] {
      var moved = given
      var bias = given.elements("b")
      change(&bias)
      moved["b"] = Tensor(shape: [8], elements: bias)
      return try layer.evaluate(moved, form: .advance).elements("out")
    }
    let twice = try Self.results(layer, given, "bias-twice").wrong
    #expect(twice.elements("out") == (try run { $0 = $0.map { 2 * $0 } }))
    let none = try Self.results(layer, given, "bias-left-out").wrong
    #expect(none.elements("out") == (try run { $0 = $0.map { 0 * $0 } }))
    #expect(none.elements("db").allSatisfy { $0 == 0 })
    // The forget gate's block of i f o g is the second: elements 2 and 3 of H = 2.
    let plusOne = try Self.results(layer, given, "forget-bias-plus-one").wrong
    #expect(
      plusOne.elements("out")
        == (try run {
          $0[2] += 1
          $0[3] += 1
        }))
  }

  @Test func `gates read in another order are a run of that order`() throws {
    let (layer, given) = try Self.lstm()
    let other = try Make.lstm(2, 4, 3, 2, order: GateOrder(letters: "gifo"))
    let expected = try other.evaluate(given, form: .advance)
    let wrong = try Self.results(layer, given, "gates-read-as-gifo").wrong
    for name in ["out", "dx", "dh0", "dWx", "dWh", "db"] {
      #expect(wrong.elements(name) == expected.elements(name), "\(name)")
    }
  }

  @Test func `one tensor's gates read in another order is that tensor permuted`() throws {
    let (layer, given) = try Self.lstm()
    var moved = given
    // Stored i f o g, read as g i f o: what stands first is taken for g, and so on.
    moved["Wh"] = given["Wh"].map { FormTests.reordered($0, from: "gifo", to: "ifog") }
    let expected = try layer.evaluate(moved, form: .advance)
    let wrong = try Self.results(layer, given, "gates-of-Wh-read-as-gifo").wrong
    #expect(wrong.elements("out") == expected.elements("out"))
    #expect(wrong.elements("dWx") == expected.elements("dWx"))
    let gradient = expected["dWh"].map { FormTests.reordered($0, from: "ifog", to: "gifo") }
    #expect(wrong.elements("dWh") == gradient?.elements)
  }

  @Test func `exchanged biases of the SRU are a run with bf and br exchanged`() throws {
    let layer = try Make.sru(2, 3, 2, 2)
    let given = Fill.random(layer, seed: 43)
    var moved = given
    (moved["bf"], moved["br"]) = (given["br"], given["bf"])
    let expected = try layer.evaluate(moved, form: .advance)
    let wrong = try Self.results(layer, given, "biases-swapped").wrong
    #expect(wrong.elements("out") == expected.elements("out"))
    #expect(wrong.elements("dbf") == expected.elements("dbr"))
    #expect(wrong.elements("dbr") == expected.elements("dbf"))
  }

  @Test func `the vFSMN's missing identity term is what kernels.md calls the classic bug`() throws {
    let layer = try Make.memory(5, 2, 2, positions: [0, 1, 2, 0, 1])
    let given = Fill.random(layer, seed: 44)
    let (right, wrong) = try Self.results(layer, given, "identity-left-out-backward")
    #expect(wrong.elements("memory") == right.elements("memory"))
    #expect(wrong.elements("dfilter") == right.elements("dfilter"))
    let sum = zip(wrong.elements("dhidden"), given.elements("dmemory")).map { $0 + $1 }
    #expect(scaledError(right.elements("dhidden"), sum) < 1e-15)
    let idle = try Self.results(layer, given, "backward-not-computed").wrong
    #expect((idle.elements("dhidden") + idle.elements("dfilter")).allSatisfy { $0 == 0 })
  }

  @Test func `clips act at the levels of the layer`() throws {
    var (layer, given) = try Self.lstm()
    layer.clip = ClipLevels(cell: 0.125, gradient: 0.0625, parameter: 0.03125)
    let cells = try Self.results(layer, given, "cell-clipped-forward").wrong.elements("c")
    #expect(cells.contains { abs($0) == 0.125 } && cells.allSatisfy { abs($0) <= 0.125 })
    let (right, wrong) = try Self.results(layer, given, "gradients-clipped")
    #expect(
      wrong.elements("dWx") == right.elements("dWx").map { min(max($0, -0.03125), 0.03125) })
    given["dout"] = given["dout"].map { $0.map { 16 * $0 } }
    let derivatives = try Self.results(layer, given, "gate-gradients-clipped").wrong
    #expect(derivatives.elements("da_f").allSatisfy { abs($0) <= 0.0625 })
  }
}
