import Equations
import Tensors
import Testing

/// The forms of one layer against each other.
@Suite struct FormTests {
  /// The pass mark of the documentation for forms.
  static let mark = 1e-13

  static func layers() throws -> [Layer] {
    [
      try Make.lstm(2, 5, 3, 4), try Make.lstm(3, 1, 2, 2, isStep: true),
      try Make.tflstm(2, 5, 3, 4, f: 2, s: 1), try Make.tflstm(2, 4, 5, 2, f: 3, s: 2),
      try Make.tflstm(3, 1, 4, 2, f: 2, s: 1, isStep: true), try Make.sru(2, 5, 3, 4),
      try Make.sru(2, 5, 3, 4, isSeparate: true), try Make.sru(3, 1, 2, 2, isStep: true),
      try Make.memory(6, 2, 3, positions: [0, 1, 2, 0, 1, 2]),
      try Make.memory(
        4, 2, 2, 1, behindPositions: [0, 1, 0, 1], aheadPositions: [1, 0, 1, 0]),
    ]
  }

  @Test func `step-by-step and advance agree`() throws {
    for layer in try Self.layers() where layer.forms.count > 1 {
      let given = Fill.random(layer, seed: 21)
      let advance = try layer.evaluate(given, form: .advance)
      let stepByStep = try layer.evaluate(given, form: .stepByStep)
      #expect(advance.differing(from: stepByStep, beyond: Self.mark) == [], "\(layer.kernel)")
    }
  }

  @Test func `no argument is altered, and a second run gives the same bits`() throws {
    for layer in try Self.layers() {
      let given = Fill.random(layer, seed: 22)
      let before = given.bits
      for form in layer.forms {
        let results = try layer.evaluate(given, form: form)
        #expect(given.bits == before)
        #expect(try layer.evaluate(given, form: form).bits == results.bits)
      }
    }
  }

  @Test func `every result that a layer promises is there in its shape`() throws {
    for layer in try Self.layers() {
      let results = try layer.evaluate(Fill.random(layer, seed: 23), form: .advance)
      #expect(results.entries.map(\.name) == layer.results.map(\.name))
      #expect(results.entries.map(\.tensor.shape) == layer.results.map(\.shape))
    }
  }

  /// The same weights; the sequence starts from a cell of zeros.
  @Test(arguments: [false, true])
  func `an LSTM step is a sequence of one frame`(_ isTimeFrequency: Bool) throws {
    let sequence =
      isTimeFrequency ? try Make.tflstm(2, 1, 4, 3, f: 2, s: 1) : try Make.lstm(2, 1, 4, 3)
    let step =
      isTimeFrequency
      ? try Make.tflstm(2, 1, 4, 3, f: 2, s: 1, isStep: true)
      : try Make.lstm(2, 1, 4, 3, isStep: true)
    let given = Fill.random(sequence, seed: 24)
    let names = ["x": "x", "prev_h": "h0", "dnext_h": "dout"]
    var stepGiven = TensorTable<Double>()
    for specification in step.given {
      let count = specification.shape.reduce(1, *)
      let zeros = Array(repeating: 0.0, count: count)
      let source = names[specification.name] ?? specification.name
      stepGiven[specification.name] = Tensor(
        shape: specification.shape, elements: given[source]?.elements ?? zeros)
    }
    let ofStep = try step.evaluate(stepGiven, form: .advance).bits
    let renamed = ["next_h": "out", "dprev_h": "dh0"]
    for form in sequence.forms {
      let ofSequence = try sequence.evaluate(given, form: form).bits
      for (name, bits) in ofStep where name != "next_c" && name != "dprev_c" {
        #expect(bits == ofSequence[renamed[name] ?? name], "\(name)")
      }
    }
  }

  @Test func `an SRU step is a sequence of one frame`() throws {
    let sequence = try Make.sru(2, 1, 4, 3)
    let step = try Make.sru(2, 1, 4, 3, isStep: true)
    let given = Fill.random(sequence, seed: 25)
    var stepGiven = TensorTable<Double>()
    for specification in step.given {
      let count = specification.shape.reduce(1, *)
      let source = specification.name == "dnext_h" ? "dout" : specification.name
      stepGiven[specification.name] = Tensor(
        shape: specification.shape,
        elements: given[source]?.elements ?? Array(repeating: 0, count: count))
    }
    let ofStep = try step.evaluate(stepGiven, form: .advance).bits
    for form in sequence.forms {
      let ofSequence = try sequence.evaluate(given, form: form).bits
      for (name, bits) in ofStep where name != "next_c" && name != "dprev_c" {
        #expect(bits == ofSequence[name == "next_h" ? "out" : name], "\(name)")
      }
    }
  }

  @Test(arguments: [false, true])
  func `separate and compact SRU weights give the same bits`(_ isStep: Bool) throws {
    let compact = try Make.sru(2, isStep ? 1 : 4, 3, 5, isStep: isStep)
    let separate = try Make.sru(2, isStep ? 1 : 4, 3, 5, isSeparate: true, isStep: isStep)
    let given = Fill.random(compact, seed: 26)
    /// The four 3×5 column blocks of a 3×20 matrix.
    func blocks(_ elements: [Double]) -> [[Double]] {
      (0..<4).map { block in
        (0..<3).flatMap { row in elements[row * 20 + block * 5..<row * 20 + block * 5 + 5] }
      }
    }
    var separateGiven = given
    for (name, block) in zip(["W", "Wf", "Wr", "Wh"], blocks(given.elements("W"))) {
      separateGiven[name] = Tensor(shape: [3, 5], elements: block)
    }
    for form in compact.forms {
      let one = try compact.evaluate(given, form: form)
      let four = try separate.evaluate(separateGiven, form: form)
      for entry in one.entries where entry.name != "dW" {
        #expect(entry.tensor.elements == four.elements(entry.name), "\(entry.name)")
      }
      #expect(
        blocks(one.elements("dW")) == ["dW", "dWf", "dWr", "dWh"].map { four.elements($0) })
    }
  }

  /// Columns of four blocks put from one order into another.
  static func reordered(
    _ tensor: Tensor<Double>, from source: String, to target: String
  ) -> Tensor<Double> {
    let columns = tensor.shape.last ?? 0
    let size = columns / 4
    var result = tensor
    for (block, letter) in target.enumerated() {
      let from = source.distance(
        from: source.startIndex, to: source.firstIndex(of: letter) ?? source.startIndex)
      for row in 0..<tensor.elements.count / columns {
        for j in 0..<size {
          result.elements[row * columns + block * size + j] =
            tensor.elements[row * columns + from * size + j]
        }
      }
    }
    return result
  }

  /// Every arrangement of letters.
  static func arrangements(of letters: String) -> [String] {
    letters.count < 2
      ? [letters]
      : letters.flatMap { first in
        arrangements(of: letters.filter { $0 != first }).map { "\(first)\($0)" }
      }
  }

  @Test func `gate order is storage only`() throws {
    let orders = Self.arrangements(of: "ifog")
    #expect(orders.count == 24 && Set(orders).count == 24)
    let base = try Make.tflstm(2, 3, 3, 2, f: 2, s: 1)
    let given = Fill.random(base, seed: 27)
    let results = try base.evaluate(given, form: .advance)
    let blocked = ["Wx", "Wh", "Wk", "b"]
    for order in orders {
      let layer = try Make.tflstm(2, 3, 3, 2, f: 2, s: 1, order: order)
      var moved = given
      for name in blocked {
        moved[name] = given[name].map {
          Self.reordered($0, from: "ifog", to: order)
        }
      }
      for form in BackwardForm.allCases {
        var found = try layer.evaluate(moved, form: form)
        // Forward sums do not cross gates: the same bits. Backward ones do: their order differs.
        for name in ["i", "f", "o", "g", "c", "out"] {
          #expect(found.elements(name) == results.elements(name), "\(order) \(name)")
        }
        for name in blocked {
          let gradient = "d" + name
          found[gradient] = found[gradient].map {
            Self.reordered($0, from: order, to: "ifog")
          }
        }
        #expect(results.differing(from: found, beyond: Self.mark) == [], "\(order)")
      }
    }
  }

  @Test func `a TF-LSTM of one block without peepholes is an LSTM, bit for bit`() throws {
    let lstm = try Make.lstm(2, 4, 3, 3)
    let single = try Make.tflstm(2, 4, 3, 3, f: 3, s: 1)
    var given = Fill.random(single, seed: 28)
    for name in ["pi", "pf", "po"] {
      given[name] = Tensor(shape: [3], elements: [0, 0, 0])
    }
    let found = try single.evaluate(given, form: .advance)
    let expected = try lstm.evaluate(given, form: .advance)
    for entry in expected.entries {
      #expect(found.elements(entry.name) == entry.tensor.elements, "\(entry.name)")
    }
    // The weights between blocks have nothing to weigh.
    #expect(found.elements("dWk").allSatisfy { $0 == 0 })
  }

  @Test func `single precision follows double within its rounding`() throws {
    for layer in try Self.layers() {
      let given = Fill.random(layer, seed: 29)
      let double = try layer.evaluate(given, form: .advance)
      let single = try layer.evaluate(given.map { Float($0) }, form: .advance).map { Double($0) }
      #expect(double.differing(from: single, beyond: 1e-5) == [], "\(layer.kernel)")
    }
  }
}
