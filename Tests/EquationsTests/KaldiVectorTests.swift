import Equations
import Tensors
import Testing

/// Numbers that compiled Kaldi printed for networks of one cell, in float32.
///
/// Provenance: a Kaldi nnet1 of 2018 with SRU and TF-LSTM components, clipping off, one stream; the
/// SRU's gradients are old less new parameters after one update at learning rate 1, hence good to
/// float32's spacing near the parameters.
@Suite struct KaldiVectorTests {
  /// Half a unit of the sixth digit, and what float32 loses on the way (its tanh up to 6e-8).
  static func agree(_ values: [Double], _ printed: [Double], absolute: Double) -> Bool {
    values.count == printed.count
      && zip(values, printed).allSatisfy { abs($0 - $1) <= absolute + 6e-6 * abs($1) }
  }

  static func table(
    _ layer: Layer, _ elements: [String: [Double]]
  ) throws -> TensorTable<Double> {
    var table = TensorTable<Double>()
    for specification in layer.given {
      let count = specification.shape.reduce(1, *)
      let numbers = elements[specification.name] ?? Array(repeating: 0, count: count)
      try #require(numbers.count == count)
      table[specification.name] = Tensor(shape: specification.shape, elements: numbers)
    }
    return table
  }

  @Test(arguments: BackwardForm.allCases)
  func `an SRU of one cell`(_ form: BackwardForm) throws {
    let layer = try Make.sru(1, 2, 1, 1)
    let results = try layer.evaluate(
      Self.table(
        layer,
        [
          "x": [0.5, -1], "W": [0.1, 0.2, 0.3, 0.4], "bf": [0.05], "br": [-0.05],
          "dout": [1, -0.5],
        ]), form: form)
    let tolerance = 6e-8
    #expect(
      Self.agree(results.elements("out"), [0.107146, -0.252441], absolute: 5e-7))
    #expect(Self.agree(results.elements("dx"), [0.195570, -0.142681], absolute: 5e-7))
    #expect(
      Self.agree(
        results.elements("dW"), [0.210389, 0.00365820, 0.0212266, 0.530819],
        absolute: tolerance))
    #expect(Self.agree(results.elements("dbf"), [-0.0116638], absolute: tolerance))
    #expect(Self.agree(results.elements("dbr"), [-0.0873879], absolute: tolerance))
  }

  /// Kaldi's weights are 4×2, 4×1, 4×1, in the order g i f o; ours the transposes.
  @Test(arguments: BackwardForm.allCases)
  func `a TF-LSTM of one cell and two blocks`(_ form: BackwardForm) throws {
    let layer = try Make.tflstm(1, 2, 3, 1, f: 2, s: 1, order: "gifo")
    let results = try layer.evaluate(
      Self.table(
        layer,
        [
          "x": [0.5, -1, 0.25, 0.1, 0.2, -0.3],
          "Wx": [0.1, 0.2, 0.3, 0.4, 0.05, -0.1, 0.15, -0.2],
          "Wh": [0.5, -0.4, 0.3, -0.2], "Wk": [-0.3, 0.2, -0.1, 0.6],
          "b": [0.01, 0.02, 0.03, 0.04], "pi": [0.1], "pf": [0.2], "po": [0.3],
          "dout": [1, -0.5, 0.25, 0.75],
        ]), form: form)
    func check(_ name: String, _ printed: [Double]) -> Bool {
      Self.agree(results.elements(name), printed, absolute: 3e-9)
    }
    #expect(
      Self.agree(
        results.elements("out"), [0.00337657, -0.0139591, 0.00965751, -0.00829698],
        absolute: 6e-8))
    #expect(
      check("dx", [0.0380216, 0.0215797, 0.000593634, 0.00530910, 0.0214344, 0.0106651]))
    #expect(
      check(
        "dWx",
        [
          0.210172, 0.00201083, -0.000705358, -0.00312083,
          -0.420346, -0.00191207, 0.00110387, 0.000505400,
        ]))
    #expect(check("dWh", [-0.00282360, -4.75686e-6, 5.05868e-5, 4.23893e-5]))
    #expect(check("dWk", [0.00214304, 1.64984e-6, -3.46922e-5, -1.60958e-5]))
    #expect(check("db", [0.656184, 0.00192105, -0.00346132, 0.00270667]))
    #expect(check("dpi", [-1.42116e-5]))
    #expect(check("dpf", [0.000127129]))
    #expect(check("dpo", [-4.97836e-5]))
  }
}
