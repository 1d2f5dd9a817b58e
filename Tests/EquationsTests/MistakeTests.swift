import Equations
import Layers
import Tensors
import Testing

/// Known mistakes made on purpose: what each does to the results, by hand.
@Suite struct MistakeTests {
  static func lstm() throws -> (layer: Layer, given: TensorTable<Double>) {
    let layer = try Make.lstm(2, 4, 3, 2)
    return (layer, Fill.random(layer, seed: 41))
  }

  /// Results right and with a mistake.
  static func results(
    _ layer: Layer, _ given: TensorTable<Double>, _ mistake: String
  ) throws -> (right: TensorTable<Double>, wrong: TensorTable<Double>) {
    (
      try layer.evaluate(given),
      try layer.evaluate(given, making: layer.mistake(named: mistake))
    )
  }

  static let names = LayerCatalogue.layers.map(\.name)

  /// A case's sizes, large enough for every mistake to be possible, its tensors seeded.
  static func layer(named name: String) throws -> Layer {
    switch name {
    case "lstm": try Make.lstm(2, 4, 3, 3)
    case "tflstm": try Make.tflstm(2, 4, 5, 3, f: 3, s: 2)
    case "compact-vfsmn": try Make.memory(9, 2, 3, positions: behind)
    case "bi-compact-vfsmn":
      try Make.memory(9, 2, 2, 2, behindPositions: behind, aheadPositions: ahead)
    case "deepfsmn":
      try Make.layer(
        name, "sentences", ["T": 9, "D": 2, "H": 3, "N1": 2, "N2": 2],
        positions: [
          "bposition": Positions(
            behind, direction: .behind, tensor: "bposition", rowCount: 9),
          "fposition": Positions(ahead, direction: .ahead, tensor: "fposition", rowCount: 9),
        ])
    default:
      try Make.layer(
        name, "sequence", ["N": 2, "T": 4, "D": 3, "H": 3, "C": 3, "R": 2],
        order: LayerCatalogue.layer(named: name)?.order?.blocks.joined())
    }
  }

  private static let behind = [0, 1, 2, 3, 4, 0, 1, 2, 3]
  private static let ahead = [4, 3, 2, 1, 0, 3, 2, 1, 0]

  @Test(arguments: names)
  func `names are told once, in letters, digits and hyphens`(_ name: String) throws {
    let mistakes = try Self.layer(named: name).mistakes
    #expect(Set(mistakes.map(\.name)).count == mistakes.count)
    #expect(mistakes.count > 40)
    let strange = mistakes.map(\.name).filter { name in
      !name.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
          || "-_".unicodeScalars.contains($0)
      } || name.isEmpty
    }
    #expect(strange == [])
    #expect(mistakes.allSatisfy { !$0.explanation.isEmpty })
    // The same edit has one name, and no two edits have the same.
    let edits = mistakes.map(\.edit).filter { !$0.isEmpty }
    #expect(Set(edits).count == edits.count)
  }

  #if DEBUG
    static let trials = 12
  #else
    static let trials = Int.max
  #endif

  @Test(arguments: names)
  func `every mistake changes some result and alters no argument`(_ name: String) throws {
    let layer = try Self.layer(named: name)
    let given = Fill.random(layer, seed: 42)
    let before = given.bits
    let right = try layer.evaluate(given)
    var generator = SplitMix64(seed: 3)
    let all = layer.mistakes
    let some =
      all.count <= Self.trials
      ? all : (0..<Self.trials).map { _ in all[Int(generator.next() >> 1) % all.count] }
    let idle = try some.filter { try layer.evaluate(given, making: $0).bits == right.bits }
    #expect(idle.map(\.name) == [])
    #expect(given.bits == before)
  }

  @Test(arguments: [
    ("gradient-doubled", 2.0), ("gradient-negated", -1), ("learning-rate-applied", 0.008),
    ("gradient-mean-over-streams", 0.5), ("gradient-mean-over-frames", 0.25),
    ("gradient-mean-over-all", 0.125), ("gradient-summed-again-over-frames", 4),
  ])
  func `mistakes of scale multiply the parameters' gradients alone`(
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

  @Test func `mistakes of layout move the output's elements`() throws {
    let (layer, given) = try Self.lstm()
    let out = try #require(try layer.evaluate(given)["out"])
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

  @Test func `mistakes of the bias are runs with another bias`() throws {
    let (layer, given) = try Self.lstm()
    func run(_ change: (inout [Double]) -> Void) throws -> [Double] {
      var moved = given
      var bias = given.elements("b")
      change(&bias)
      moved["b"] = Tensor(shape: [8], elements: bias)
      return try layer.evaluate(moved).elements("out")
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
    let other = try Make.lstm(2, 4, 3, 2, order: "gifo")
    let expected = try other.evaluate(given)
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
    let expected = try layer.evaluate(moved)
    let wrong = try Self.results(layer, given, "gates-of-Wh-read-as-gifo").wrong
    #expect(wrong.elements("out") == expected.elements("out"))
    #expect(wrong.elements("dWx") == expected.elements("dWx"))
    let gradient = expected["dWh"].map { FormTests.reordered($0, from: "ifog", to: "gifo") }
    #expect(wrong.elements("dWh") == gradient?.elements)
  }

  @Test func `the vFSMN's missing identity term is the classic bug`() throws {
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
}
