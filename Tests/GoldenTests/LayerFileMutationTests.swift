import Equations
import Foundation
import Golden
import KaldiIO
import Layers
import Tensors
import Testing

/// Layer files as people mistype them: refused with a line, or read; never a crash.
@Suite struct LayerFileMutationTests {
  static let names = LayerCatalogue.layers.map(\.name)

  static let count = 200

  /// Whether an error is one line that names the file and a line of it.
  static func namesLine(_ error: String, of text: String) -> Bool {
    guard error.contains("m.layer:"), !error.contains("\n"),
      let after = error.components(separatedBy: "m.layer:").last,
      let line = Int(after.prefix { $0.isNumber })
    else { return false }
    return (1...text.split(separator: "\n", omittingEmptySubsequences: false).count + 1)
      .contains(line)
  }

  /// Runs every case of a text as far as it goes.
  static func run(_ text: String) throws(GoldenError) {
    let file: LayerFile
    do { file = try LayerFile(text: text, file: "m.layer") } catch { throw .file(error) }
    for layerCase in file.cases {
      let golden = try GoldenCase(file, layerCase, isBuiltIn: false)
      // What is well said but large has nothing to tell here.
      guard golden.settings.sizes.values.allSatisfy({ $0 <= 40 }) else { continue }
      let run = try CaseRun.outline(golden)
      _ = run.viewedTensors().count + run.description().tensors.count
      do { _ = try run.layer.evaluate(run.inputs) } catch {
        throw .layer(case: golden.name, error)
      }
    }
  }

  @Test(arguments: names)
  func `a mistyped file is refused with its line, or runs`(_ name: String) throws {
    let original = try #require(LayerCatalogue.layer(named: name)).text
    try Self.run(original)
    var refused = 0
    var nameless: [String] = []
    for seed in 1...UInt64(Self.count) {
      let text = LayerFileMutation(original, seed: seed).text
      do {
        try Self.run(text)
      } catch {
        refused += 1
        if !Self.namesLine("\(error)", of: text) { nameless.append("seed \(seed): \(error)") }
      }
    }
    #expect(nameless == [])
    // Most slips say something that cannot be.
    #expect(refused * 2 > Self.count)
  }
}
