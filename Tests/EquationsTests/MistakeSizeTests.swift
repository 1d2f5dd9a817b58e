import Equations
import Layers
import Tensors
import Testing

/// Mistakes where sizes coincide or are 1: more weights are square there, and frames and streams few.
@Suite struct MistakeSizeTests {
  /// Sizes for every layer: weights of as many rows as columns, and everything 1.
  static let settings: [[String: Int]] = [
    ["N": 2, "T": 2, "D": 5, "H": 3, "C": 3, "R": 3, "F": 3, "S": 2, "N1": 3, "N2": 3],
    ["N": 1, "T": 1, "D": 1, "H": 1, "C": 1, "R": 1, "F": 1, "S": 1, "N1": 1, "N2": 1],
  ]

  @Test(arguments: LayerCatalogue.layers.map(\.name))
  func `every mistake gives results of the right shape, whatever the sizes`(_ name: String) throws {
    let file = try #require(LayerCatalogue.layer(named: name))
    for sizes in Self.settings {
      let rows = try #require(sizes["T"])
      var positions: [String: Positions] = [:]
      for counts in file.counts {
        let direction: Positions.Direction = counts.isAhead ? .ahead : .behind
        positions[counts.name] = try Positions(
          Positions.ofSentences([2, 1], direction: direction, rowCount: rows), direction: direction,
          tensor: counts.name, rowCount: rows)
      }
      let letters = Set(
        file.sizes.map(\.letter) + [file.frames] + (file.streams.map { [$0] } ?? []))
      let layer = try Layer(
        file, form: file.forms.first { !$0.isStep }?.name ?? "",
        sizes: sizes.filter { letters.contains($0.key) }, order: file.order?.blocks,
        positions: positions)
      let given = Fill.random(layer, seed: 9)
      let specifications = layer.results.filter { $0.role != .internal }
      for mistake in layer.mistakes {
        let results = try layer.evaluate(given, making: mistake)
        #expect(
          specifications.allSatisfy { results[$0.name]?.shape == $0.shape },
          "\(mistake.name) at \(sizes)")
      }
    }
  }
}
