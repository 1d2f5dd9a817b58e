import Equations
import Golden
import KaldiIO
import Tensors
import Testing

/// What programs with known mistakes would print.
@Suite struct MistakePredictionTests {
  static let probes = Committed.names.filter { $0.hasSuffix("-probe") }

  #if DEBUG
    /// Some of a few hundred: a debug build takes its time.
    static let trials = 8
  #else
    static let trials = Int.max
  #endif

  /// All of a list, or a seeded choice of as many as the build has time for.
  static func some<Element>(_ all: [Element]) -> [Element] {
    guard all.count > trials else { return all }
    var generator = SplitMix64(seed: 5)
    return (0..<trials).map { _ in all[Int(generator.next() >> 1) % all.count] }
  }

  @Test(arguments: probes)
  func `each mistake of a probe case changes some output or gradient`(_ name: String) throws {
    let run = try Committed.run(name)
    let right = try run.layer.evaluate(run.inputs, form: .advance)
    let shown = run.layer.results.filter { $0.role != .internal }.map(\.name)
    let mistakes = run.layer.mistakes
    let idle = try Self.some(mistakes).filter { mistake in
      let wrong = try run.layer.evaluate(run.inputs, making: mistake)
      return !shown.contains { name in
        guard let one = right[name], let other = wrong[name] else { return false }
        return scaledError(one.elements, other.elements) > 1e-9
      }
    }
    #expect(mistakes.count > 20)
    #expect(idle.map(\.name) == [])
  }

  @Test func `there is a probe case a layer`() throws {
    let kernels = try Self.probes.map { try Catalogue.named($0).layer().kernel }
    #expect(
      kernels.sorted() == [
        "bi-compact-vfsmn", "blstmp", "compact-vfsmn", "deepfsmn", "elman", "gru", "gru-after",
        "lstm", "lstmp", "sru", "tflstm",
      ])
  }

  @Test(arguments: [("compact-vfsmn", "kaldi"), ("sru-step", "numpy")])
  func `predictions bear the view's names, shapes and bounds`(
    _ name: String, _ view: String
  ) throws {
    let description = try Committed.description(name)
    let run = try Committed.run(name)
    let results = run.viewedTensors().filter {
      $0.file.view == view && $0.entry.role.isResult
    }
    let predictions = MistakePrediction.all(for: description, view: view)
    #expect(predictions.map(\.name) == run.layer.mistakes.map(\.name))
    for isDouble in [false, true] {
      for prediction in Self.some(predictions) {
        let bounded = try #require(prediction.bounded(isDouble: isDouble))
        #expect(prediction.tensors.keys.sorted() == results.map(\.file.name).sorted())
        #expect(bounded.tensors.keys.sorted() == results.map(\.file.name).sorted())
        #expect(bounded.bounds.keys.sorted() == results.map(\.file.name).sorted())
        #expect(
          results.allSatisfy { result in
            let tensor = prediction.tensors[result.file.name]
            return tensor?.rows == result.values.rows
              && tensor?.columns == result.values.columns
          })
      }
    }
  }

  @Test func `a doubled gradient is predicted as twice the golden one`() throws {
    let description = try Committed.description("compact-vfsmn")
    let predictions = MistakePrediction.all(for: description, view: "kaldi")
    let prediction = try #require(predictions.first { $0.name == "gradient-doubled" })
    let doubled = try #require(prediction.bounded(isDouble: true))
    let golden = try Committed.run("compact-vfsmn").viewedTensors()
    let filter = try #require(golden.first { $0.file.name == "filter_corr" })
    #expect(doubled.tensors["filter_corr"]?.elements == filter.values.elements.map { 2 * $0 })
    let out = try #require(golden.first { $0.file.view == "kaldi" && $0.file.name == "out" })
    #expect(doubled.tensors["out"] == out.values)
  }

  @Test func `a case that the catalogue does not have gets no predictions`() throws {
    var description = try Committed.description("sru-step")
    description.case = "no-such-case"
    #expect(MistakePrediction.all(for: description, view: "numpy").isEmpty)
  }
}
