import Equations
import Tensors
import Testing

/// Every layer at the edges of its dimensions: forward against the naive reference, each gradient
/// against central differences of that reference's loss.
@Suite struct EdgeDimensionTests {
  /// `max |x - y| / max |x|` for forward values; the C library's functions are good to 1 ulp or so.
  static let forwardMark = 1e-13
  /// The pass mark of sequences for central differences.
  static let gradientMark = 1e-7

  /// Dimensions of a gated layer; F = 0 is an LSTM.
  struct Size: Sendable, CustomTestStringConvertible {
    var n = 2
    var t = 3
    var d = 3
    var h = 2
    var f = 0
    var s = 1
    var isStep = false
    var order = "ifog"
    var testDescription: String {
      "N\(n) T\(t) D\(d) H\(h) F\(f) S\(s) \(order)\(isStep ? " step" : "")"
    }
  }

  static let sizes = [
    Size(), Size(n: 1), Size(t: 1), Size(d: 1), Size(h: 1), Size(n: 1, t: 1, d: 1, h: 1),
    Size(t: 1, isStep: true), Size(order: "gofi"),
    Size(f: 2), Size(n: 1, f: 2), Size(t: 1, f: 2), Size(h: 1, f: 2), Size(f: 3),
    Size(f: 1), Size(d: 5, f: 3, s: 2), Size(d: 7, f: 1, s: 3), Size(d: 4, f: 2, s: 2),
    Size(n: 1, t: 1, d: 1, h: 1, f: 1), Size(t: 1, d: 5, f: 1, s: 2, isStep: true),
    Size(d: 5, f: 3, s: 2, order: "gifo"),
  ]

  static func gated(_ size: Size) throws -> Layer {
    size.f == 0
      ? try Make.lstm(size.n, size.t, size.d, size.h, order: size.order, isStep: size.isStep)
      : try Make.tflstm(
        size.n, size.t, size.d, size.h, f: size.f, s: size.s, order: size.order,
        isStep: size.isStep)
  }

  /// The gradients that are farther from central differences than the mark.
  static func wrongGradients(
    _ layer: Layer, _ given: TensorTable<Double>, form: BackwardForm,
    outputs: (TensorTable<Double>) -> [Double]
  ) throws -> [String] {
    let results = try layer.evaluate(given, form: form)
    let upstream = layer.given.filter { $0.role == .upstream }.flatMap {
      given.elements($0.name)
    }
    return layer.differentiated.filter { specification in
      let numerical = numericalGradient(
        at: given.elements(specification.name), upstream: upstream
      ) { elements in
        var moved = given
        moved[specification.name] = Tensor(shape: specification.shape, elements: elements)
        return outputs(moved)
      }
      // Elements that nothing depends on (Wk of one block) are exactly zero in both.
      let error = scaledError(results.elements("d" + specification.name), numerical)
      return !(error <= gradientMark)
    }.map(\.name)
  }

  @Test(arguments: sizes)
  func `a gated layer`(_ size: Size) throws {
    let layer = try Self.gated(size)
    let given = Fill.random(layer, seed: 11)
    func outputs(_ table: TensorTable<Double>) -> [Double] {
      let (hidden, cell) = NaiveReference.gated(layer, table)
      return size.isStep ? hidden + cell : hidden
    }
    let expected = outputs(given)
    for form in layer.forms {
      let results = try layer.evaluate(given, form: form)
      let found =
        size.isStep
        ? results.elements("next_h") + results.elements("next_c") : results.elements("out")
      #expect(scaledError(expected, found) <= Self.forwardMark)
      #expect(try Self.wrongGradients(layer, given, form: form, outputs: outputs) == [])
    }
  }

  @Test(arguments: [(2, 3, 3, 2), (1, 3, 3, 2), (2, 1, 3, 2), (2, 3, 1, 2), (2, 3, 3, 1)])
  func `an SRU`(_ size: (n: Int, t: Int, d: Int, h: Int)) throws {
    let layer = try Make.sru(size.n, size.t, size.d, size.h)
    let given = Fill.random(layer, seed: 12)
    let expected = NaiveReference.sru(layer, given)
    for form in layer.forms {
      let results = try layer.evaluate(given, form: form)
      #expect(scaledError(expected, results.elements("out")) <= Self.forwardMark)
      let wrong = try Self.wrongGradients(layer, given, form: form) {
        NaiveReference.sru(layer, $0)
      }
      #expect(wrong == [])
    }
  }

  @Test(arguments: [
    (5, 2, 2, [0, 1, 2, 0, 1]), (1, 1, 3, [0]), (4, 1, 9, [0, 1, 2, 3]), (3, 2, 1, [0, 0, 0]),
  ])
  func `a vFSMN memory`(_ t: Int, _ d: Int, _ n: Int, _ positions: [Int]) throws {
    let layer = try Make.memory(t, d, n, positions: positions)
    let given = Fill.random(layer, seed: 13)
    let results = try layer.evaluate(given, form: .advance)
    #expect(
      scaledError(NaiveReference.memory(layer, given), results.elements("memory"))
        <= Self.forwardMark)
    let wrong = try Self.wrongGradients(layer, given, form: .advance) {
      NaiveReference.memory(layer, $0)
    }
    #expect(wrong == [])
  }

  @Test(arguments: [
    (5, 2, 1, [0, 1, 2, 0, 1], [2, 1, 0, 1, 0]), (1, 3, 2, [0], [0]),
    (4, 1, 9, [0, 1, 2, 3], [3, 2, 1, 0]),
  ])
  func `a bidirectional vFSMN memory`(
    _ t: Int, _ back: Int, _ ahead: Int, _ behindPositions: [Int], _ aheadPositions: [Int]
  ) throws {
    let layer = try Make.memory(
      t, 2, back, ahead, behindPositions: behindPositions, aheadPositions: aheadPositions)
    let given = Fill.random(layer, seed: 14)
    let results = try layer.evaluate(given, form: .advance)
    #expect(
      scaledError(NaiveReference.memory(layer, given), results.elements("memory"))
        <= Self.forwardMark)
    let wrong = try Self.wrongGradients(layer, given, form: .advance) {
      NaiveReference.memory(layer, $0)
    }
    #expect(wrong == [])
  }
}
