import Arithmetic
import Equations
import Layers
import Tensors
import Testing

/// Mistakes of a step: nothing is read beyond the one frame and the given states beside it.
@Suite struct StepMistakeTests {
  @Test(arguments: ["sru", "tflstm"])
  func `mistaken frames of a step give numbers of the right shape`(_ name: String) throws {
    let file = try #require(LayerCatalogue.layer(named: name))
    let layer = try Layer(
      file, form: "step", sizes: ["N": 2, "D": 5, "H": 3, "F": 3, "S": 2],
      order: file.order?.blocks)
    var generator = SplitMix64(seed: 5)
    var given = TensorTable<Double>()
    for specification in layer.given {
      given[specification.name] = Tensor(
        shape: specification.shape,
        elements: (0..<specification.shape.reduce(1, *)).map { _ in generator.nextBell() })
    }
    // Internals go where a function is left out: there is no gradient before it.
    let specifications = layer.results.filter { $0.role != .internal }
    for mistake in layer.mistakes where mistake.edit.contains("[t") {
      let results = try layer.evaluate(given, making: mistake)
      let isSound = specifications.allSatisfy { specification in
        guard let tensor = results[specification.name] else { return false }
        return tensor.shape == specification.shape && tensor.elements.allSatisfy(\.isFinite)
      }
      #expect(isSound, "\(mistake.name)")
    }
  }
}
