import Kernels
import Tensors
import Testing

/// Arguments that cannot be: a typed error whose one line names the tensor, what was expected and
/// what was found.
@Suite struct RefusalTests {
  typealias Dimension = (name: String, found: Int)

  /// The line that an error prints.
  static func line(_ error: KernelError?) -> String { error.map { "\($0)" } ?? "" }

  @Test func `dimensions below one are refused by their letter`() {
    for found in [0, -1, Int.min] {
      let expected = "at least 1"
      #expect(throws: KernelError.dimension(name: "N", found: found, expected: expected)) {
        try LSTMShape(batchSize: found, frameCount: 1, inputSize: 1, cellSize: 1)
      }
      #expect(throws: KernelError.dimension(name: "H", found: found, expected: expected)) {
        try LSTMShape(batchSize: 1, frameCount: 1, inputSize: 1, cellSize: found)
      }
      #expect(throws: KernelError.dimension(name: "S", found: found, expected: expected)) {
        try LSTMShape(
          batchSize: 1, frameCount: 1, inputSize: 1, cellSize: 1, filterWidth: 1, stride: found)
      }
      #expect(throws: KernelError.dimension(name: "T", found: found, expected: expected)) {
        try SRUShape(batchSize: 1, frameCount: found, inputSize: 1, cellSize: 1)
      }
      #expect(throws: KernelError.dimension(name: "D", found: found, expected: expected)) {
        try SRUShape(batchSize: 1, frameCount: 1, inputSize: found, cellSize: 1)
      }
    }
  }

  @Test func `a filter wider than the frame and a stride that does not divide are refused`() {
    let wide = #expect(throws: KernelError.self) {
      try LSTMShape(batchSize: 1, frameCount: 1, inputSize: 3, cellSize: 1, filterWidth: 9)
    }
    #expect(Self.line(wide) == "F: found 9, expected at most D, which is 3")
    let uneven = #expect(throws: KernelError.self) {
      try LSTMShape(
        batchSize: 1, frameCount: 1, inputSize: 6, cellSize: 1, filterWidth: 2, stride: 3)
    }
    #expect(Self.line(uneven) == "S: found 3, expected a divisor of D - F, which is 4")
  }

  @Test func `a step of several frames is refused`() throws {
    let shape = try LSTMShape(batchSize: 1, frameCount: 2, inputSize: 1, cellSize: 1)
    let error = #expect(throws: KernelError.self) {
      try LSTMLayer(
        shape: shape, order: .inputForgetOutputCandidate, isTimeFrequency: false, isStep: true)
    }
    #expect(Self.line(error) == "T: found 2, expected 1 in a step")
    let unit = try SRUShape(batchSize: 1, frameCount: 2, inputSize: 1, cellSize: 1)
    #expect(throws: KernelError.dimension(name: "T", found: 2, expected: "1 in a step")) {
      try SRULayer(shape: unit, weightForm: .compact, isStep: true)
    }
  }

  @Test func `a tensor that is missing is named, each in turn`() throws {
    for layer in try FormTests.layers() {
      let given = Fill.random(layer, seed: 31)
      for specification in layer.given {
        var table = given
        table[specification.name] = nil
        let error = #expect(throws: KernelError.self) {
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
          let error = #expect(throws: KernelError.self) {
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
    let error = #expect(throws: KernelError.self) { try layer.evaluate(given, form: .advance) }
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
    let error = #expect(throws: KernelError.self) {
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
    let error = #expect(throws: KernelError.self) {
      try Positions(
        numbers: [0, value, 0], direction: .behind, tensor: "bposition", rowCount: 3)
    }
    let line = Self.line(error)
    #expect(line.hasPrefix("bposition: row 1 holds ") && line.hasSuffix("a whole number"))
  }

  @Test(arguments: [0, 2, 4])
  func `too many or too few positions are refused`(_ count: Int) {
    #expect(throws: KernelError.shape(tensor: "fposition", expected: [3], found: [count])) {
      try Positions(
        Array(repeating: 0, count: count), direction: .ahead, tensor: "fposition", rowCount: 3)
    }
  }

  /// A position is checked before it is limited to the filter's length.
  @Test func `a short filter does not hide a position out of reach`() {
    #expect(throws: KernelError.position(tensor: "position", row: 1, found: 2, allowed: 0...1)) {
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
    for (width, order, name) in [(0, 1, "D"), (1, 0, "N"), (1, -3, "N")] {
      let positions = try Positions(
        [0, 1], direction: .behind, tensor: "position", rowCount: 2)
      #expect(throws: KernelError.self) {
        try MemoryRun<Double>(width: width, order: order, positions: positions)
      }
      let error = #expect(throws: KernelError.self) {
        try MemoryLayer(width: width, order: order, positions: positions)
          .evaluate(
            Fill.random(
              MemoryLayer(width: max(width, 1), order: max(order, 1), positions: positions),
              seed: 1), form: .advance)
      }
      #expect(Self.line(error).contains(name) || Self.line(error).contains("shape"))
    }
  }

  @Test(arguments: ["", "ifo", "ifogg", "iifo", "ifox", "IFOG", "gi fo", "ifog\u{301}"])
  func `letters that are no gate order are refused`(_ letters: String) {
    let error = #expect(throws: KernelError.self) { try GateOrder(letters: letters) }
    #expect(error == .gateOrder(found: letters))
    #expect(
      Self.line(error)
        == "order: found \(letters), expected an arrangement of the letters i, f, o, g")
  }

  @Test func `each of the 24 gate orders reads back from its letters`() throws {
    for order in GateOrder.all {
      #expect(try GateOrder(letters: order.letters) == order)
      for (block, gate) in order.gates.enumerated() { #expect(order.block(of: gate) == block) }
    }
  }

  @Test func `a fault that a layer does not have is refused`() throws {
    let layer = try Make.sru(1, 1, 1, 1)
    #expect(throws: KernelError.fault(name: "gates-read-as-gifo", layer: "sru")) {
      try layer.fault(named: "gates-read-as-gifo")
    }
  }
}
