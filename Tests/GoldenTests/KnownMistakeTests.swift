import Equations
import Golden
import Layers
import Testing

/// The mistakes that layer files give names of their own.
@Suite struct KnownMistakeTests {
  @Test(arguments: LayerCatalogue.layers.filter { !$0.knownMistakes.isEmpty }.map(\.name))
  func `every known mistake is an edit that some case has, under its name`(_ name: String) throws {
    let file = try #require(LayerCatalogue.layer(named: name))
    let known = file.knownMistakes
    #expect(Set(known.map(\.name)).count == known.count)
    #expect(Set(known.map(\.edit)).count == known.count)
    var missing = known.map { "\($0.name) = \($0.edit)" }
    // The probe first: it has most of them.
    for layerCase in file.cases.reversed() where !missing.isEmpty {
      let layer = try GoldenCase(file, layerCase, isBuiltIn: true).layer()
      let found = Set(layer.mistakes.map { "\($0.name) = \($0.edit)" })
      missing.removeAll { found.contains($0) }
    }
    #expect(missing == [])
  }
}
