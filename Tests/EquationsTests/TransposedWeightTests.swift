import Arithmetic
import Equations
import Layers
import Tensors
import Testing

/// A weight taken transposed in the forward pass: the mistake computes what the right layer computes
/// from a transposed weight.
@Suite struct TransposedWeightTests {
  @Test(arguments: [
    ("elman", "Wh", "h-Wh-transposed-forward"), ("gru", "Wn", "n-Wn-transposed-forward"),
  ])
  func `outputs are those of the transposed weight`(
    _ name: String, _ weight: String, _ mistake: String
  ) throws {
    let file = try #require(LayerCatalogue.layer(named: name))
    let layer = try Layer(
      file, form: "sequence", sizes: ["N": 2, "T": 4, "D": 3, "H": 4], order: file.order?.blocks)
    var generator = SplitMix64(seed: 11)
    var given = TensorTable<Double>()
    for specification in layer.given {
      given[specification.name] = Tensor(
        shape: specification.shape,
        elements: (0..<specification.shape.reduce(1, *)).map { _ in generator.nextBell() })
    }
    var turned = given
    let square = try #require(given[weight])
    turned[weight] = Tensor(shape: square.shape, elements: square.matrix.transposed().elements)
    let expected = try #require(try layer.evaluate(turned)["out"]).elements
    let right = try #require(try layer.evaluate(given)["out"]).elements
    let found = try layer.evaluate(given, making: layer.mistake(named: mistake))
    let outputs = try #require(found["out"]).elements
    #expect(relativeError(outputs, expected) < 1e-12)
    #expect(relativeError(outputs, right) > 1e-3)
  }
}
