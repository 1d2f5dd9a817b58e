import Equations
import Layers
import Tensors
import Testing

/// Arguments that cannot be: a typed error whose one line names the tensor, what was expected and
/// what was found.
@Suite struct RefusalTests {
  typealias Dimension = (name: String, found: Int)

  /// The line that an error prints.
  static func line(_ error: LayerError?) -> String { error.map { "\($0)" } ?? "" }

  @Test func `dimensions below one are refused by their letter`() {
    for found in [0, -1, Int.min] {
      func refused(_ letter: String) -> LayerError {
        .dimension(name: letter, found: found, expected: "at least 1")
      }
      #expect(throws: refused("N")) { try Make.lstm(found, 1, 1, 1) }
      #expect(throws: refused("H")) { try Make.lstm(1, 1, 1, found) }
      #expect(throws: refused("S")) { try Make.tflstm(1, 1, 1, 1, f: 1, s: found) }
      #expect(throws: refused("T")) { try Make.sru(1, found, 1, 1) }
      #expect(throws: refused("D")) { try Make.sru(1, 1, found, 1) }
    }
  }

  @Test func `a filter wider than the frame and a stride that does not divide are refused`() {
    let wide = #expect(throws: LayerError.self) { try Make.tflstm(1, 1, 3, 1, f: 9, s: 1) }
    #expect(Self.line(wide).hasPrefix("tflstm.layer:8: B = (D - F) / S + 1 is no whole number"))
    #expect(Self.line(wide).hasSuffix(" at D=3, F=9, S=1"))
    let uneven = #expect(throws: LayerError.self) { try Make.tflstm(1, 1, 6, 1, f: 2, s: 3) }
    #expect(Self.line(uneven).hasSuffix(" at D=6, F=2, S=3"))
  }

  @Test func `a tensor that is missing is named, each in turn`() throws {
    for layer in try FormTests.layers() {
      let given = Fill.random(layer, seed: 31)
      for specification in layer.given {
        var table = given
        table[specification.name] = nil
        let error = #expect(throws: LayerError.self) {
          try layer.evaluate(table, form: .advance)
        }
        #expect(error == .missing(tensor: specification.name))
        #expect(Self.line(error) == "\(specification.name): not given")
      }
    }
  }

  @Test func `a tensor of another shape is named with both shapes, each in turn`() throws {
    for layer in try FormTests.layers() {
      let given = Fill.random(layer, seed: 32)
      for specification in layer.given {
        let elements = given.elements(specification.name)
        let wrong: [([Int], [Double])] = [
          (specification.shape + [1], elements),
          ([elements.count, 1, 1, 1], elements),
          (specification.shape.dropLast() + [0], []),
          (specification.shape.dropLast() + [specification.shape.last.map { $0 + 1 } ?? 0], []),
        ]
        for (shape, numbers) in wrong {
          let count = shape.reduce(1, *)
          var table = given
          table[specification.name] = Tensor(
            shape: shape,
            elements: numbers.isEmpty ? Array(repeating: 1, count: count) : numbers)
          let error = #expect(throws: LayerError.self) {
            try layer.evaluate(table, form: .advance)
          }
          #expect(
            error
              == .shape(tensor: specification.name, expected: specification.shape, found: shape))
          let line = Self.line(error)
          #expect(line.hasPrefix("\(specification.name): expected shape ["))
          #expect(line.contains("\(specification.shape)") && line.contains("\(shape)"))
        }
      }
    }
  }

  @Test func `a transposed weight matrix is not taken for itself`() throws {
    let layer = try Make.lstm(2, 3, 3, 2)
    var given = Fill.random(layer, seed: 33)
    let weights = try #require(given["Wx"])
    given["Wx"] = Tensor(shape: [8, 3], elements: weights.matrix.transposed().elements)
    let error = #expect(throws: LayerError.self) { try layer.evaluate(given, form: .advance) }
    #expect(Self.line(error) == "Wx: expected shape [3, 8], found [8, 3]")
  }

  typealias Direction = Positions.Direction

  @Test(arguments: [
    (Direction.behind, [0.0, 1, 3], 2, 3, 0...2), (.behind, [1, 0, 0], 0, 1, 0...0),
    (.behind, [0, -1, 0], 1, -1, 0...1), (.ahead, [3, 0, 0], 0, 3, 0...2),
    (.ahead, [0, 0, 1], 2, 1, 0...0), (.ahead, [0, -2, 0], 1, -2, 0...1),
    (.behind, [0, 1, 1e15], 2, 1_000_000_000_000_000, 0...2),
  ])
  func `a position out of reach is refused with its row`(
    _ direction: Direction, _ values: [Double], _ row: Int, _ found: Int,
    _ allowed: ClosedRange<Int>
  ) {
    let error = #expect(throws: LayerError.self) {
      try Positions(numbers: values, direction: direction, tensor: "position", rowCount: 3)
    }
    #expect(
      error == .position(tensor: "position", row: row, found: found, allowed: allowed))
    #expect(
      Self.line(error)
        == "position: row \(row) reaches \(found) frames, expected a whole number from"
        + " \(allowed.lowerBound) to \(allowed.upperBound)")
  }

  @Test(arguments: [0.5, -0.1, .nan, .infinity, -.infinity, 1e300])
  func `a position that is no whole number is refused`(_ value: Double) {
    let error = #expect(throws: LayerError.self) {
      try Positions(
        numbers: [0, value, 0], direction: .behind, tensor: "bposition", rowCount: 3)
    }
    let line = Self.line(error)
    #expect(line.hasPrefix("bposition: row 1 holds ") && line.hasSuffix("a whole number"))
  }

  @Test(arguments: [0, 2, 4])
  func `too many or too few positions are refused`(_ count: Int) {
    #expect(throws: LayerError.shape(tensor: "fposition", expected: [3], found: [count])) {
      try Positions(
        Array(repeating: 0, count: count), direction: .ahead, tensor: "fposition", rowCount: 3)
    }
  }

  /// A position is checked before it is limited to the filter's length.
  @Test func `a short filter does not hide a position out of reach`() {
    #expect(throws: LayerError.position(tensor: "position", row: 1, found: 2, allowed: 0...1)) {
      try Make.memory(3, 1, 1, positions: [0, 2, 0])
    }
  }

  @Test func `positions of sentences are those of the documentation, cut at T`() {
    #expect(
      Positions.ofSentences([8, 5, 2], direction: .behind, rowCount: 15) == SeedValueTests.behind)
    #expect(
      Positions.ofSentences([8, 5, 2], direction: .ahead, rowCount: 15) == SeedValueTests.ahead)
    #expect(Positions.ofSentences([8, 5, 2], direction: .behind, rowCount: 1) == [0])
    #expect(
      Positions.ofSentences([3, 2], direction: .ahead, rowCount: 9) == [
        2, 1, 0, 1, 0, 2, 1, 0, 0,
      ])
  }

  @Test func `a memory without filter rows or columns is refused`() throws {
    for (width, order, name, found) in [(0, 1, "D", 0), (1, 0, "N", 0), (1, -3, "N", -3)] {
      #expect(throws: LayerError.dimension(name: name, found: found, expected: "at least 1")) {
        try Make.memory(2, width, order, positions: [0, 1])
      }
    }
  }

  @Test(arguments: ["", "ifo", "ifogg", "iifo", "ifox", "IFOG", "gi fo", "ifog\u{301}"])
  func `letters that are no gate order are refused`(_ letters: String) {
    let error = #expect(throws: LayerError.self) { try Make.lstm(1, 1, 1, 1, order: letters) }
    let found = letters.map(String.init)
    #expect(
      error == .order(found: found.joined(separator: " "), expected: ["i", "f", "o", "g"]))
    #expect(Self.line(error).hasSuffix(", expected an arrangement of i, f, o, g"))
  }

  @Test func `a size, form or counter that is not given is named`() throws {
    let sru = try #require(LayerCatalogue.layer(named: "sru"))
    #expect(throws: LayerError.missing(tensor: "size H")) {
      try Layer(sru, form: "sequence", sizes: ["N": 1, "T": 1, "D": 1], order: nil)
    }
    #expect(throws: LayerError.missing(tensor: "form steps")) {
      try Layer(sru, form: "steps", sizes: [:], order: nil)
    }
    let memory = try #require(LayerCatalogue.layer(named: "compact-vfsmn"))
    #expect(throws: LayerError.shape(tensor: "position", expected: [2], found: [0])) {
      try Layer(memory, form: "sentences", sizes: ["T": 2, "D": 1, "N": 1], order: nil)
    }
  }

  @Test func `a mistake that a layer does not have is refused`() throws {
    let layer = try Make.sru(1, 1, 1, 1)
    #expect(throws: LayerError.mistake(name: "gates-read-as-gifo", layer: "sru")) {
      try layer.mistake(named: "gates-read-as-gifo")
    }
  }
}
