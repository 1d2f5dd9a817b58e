import Equations
import Golden
import Tensors
import Testing

/// The survey that `gradcheck` prints, on cases small enough for a debug build.
@Suite struct GradientSurveyTests {
  static func setting(_ name: String) throws -> GradientSurvey.Setting {
    try #require(try GradientSurvey.settings(of: [Catalogue.named(name)]).first)
  }

  @Test(arguments: [
    ("sru-step", ["dx", "dprev_c", "dW", "dbf", "dbr"]),
    ("lstm-step", ["dx", "dprev_h", "dprev_c", "dWx", "dWh", "db"]),
    ("compact-vfsmn", ["dhidden", "dfilter"]),
    ("bi-compact-vfsmn", ["dhidden", "dbfilter", "dffilter"]),
  ])
  func `every gradient of a step or memory passes at 1e-8`(
    _ name: String, _ gradients: [String]
  ) throws {
    let outcomes = try GradientSurvey.finiteDifferences(Self.setting(name))
    #expect(outcomes.map(\.subject) == gradients)
    #expect(outcomes.filter { !$0.passes }.map(\.subject) == [])
    #expect(outcomes.allSatisfy { $0.setting == name && $0.mark == 1e-8 })
  }

  @Test(arguments: ["sru", "tflstm"])
  func `every gradient of a sequence passes at 1e-7 and the forms agree to 1e-13`(
    _ name: String
  ) throws {
    let setting = try Self.setting(name)
    let outcomes = try GradientSurvey.finiteDifferences(setting)
    #expect(outcomes.filter { !$0.passes }.map(\.subject) == [])
    let forms = outcomes.filter { $0.subject.hasSuffix("step-by-step form") }
    #expect(forms.allSatisfy { $0.mark == 1e-13 })
    let layer = try Catalogue.named(name).layer()
    #expect(forms.count == layer.results.count)
    #expect(
      outcomes.filter { $0.mark == 1e-7 }.map(\.subject)
        == layer.differentiated.map { "d" + $0.name })
  }

  @Test func `the seeded settings are the notebooks' shapes`() throws {
    let settings = try GradientSurvey.seededSettings()
    #expect(
      settings.map(\.name) == [
        "lstm-step, random", "lstm, random", "sru-step, random", "sru-step-separate, random",
        "sru, random", "sru-separate, random", "tflstm-step, random, ifog",
        "tflstm-ifog, random, ifog", "tflstm-ifog, random, gifo",
      ])
    let outcomes = try GradientSurvey.finiteDifferences(settings[2])
    #expect(outcomes.count == 5 && outcomes.allSatisfy { $0.passes })
  }

  @Test(arguments: ["sru-step", "compact-vfsmn"])
  func `backward agrees with exact derivatives to 1e-28`(_ name: String) throws {
    let outcomes = try GradientSurvey.exact(Self.setting(name))
    let layer = try Catalogue.named(name).layer()
    #expect(outcomes.map(\.subject) == layer.differentiated.map { "d" + $0.name })
    #expect(outcomes.allSatisfy { $0.error <= 1e-28 && $0.mark == 1e-28 && $0.passes })
  }

  @Test func `a declared convention is told, and the gradients are those without it`() throws {
    let text = """
      layer handed-on
      source a softmax's neighbour
      streams N
      frames T
      sizes D "inputs"
      input x[D]
      weight W[D, D]
      h = tanh(x @ W)
      passes h
      form sequence
        output out = h
      case handed-on of sequence
        N = 2, T = 2, D = 3
        x = -1:1, W = -0.5:0.7, dout = 0.3:0.9

      """
    let file = try LayerFile(text: text, file: "handed-on.layer")
    let golden = try GoldenCase(file, file.cases[0], isBuiltIn: false)
    let setting = try #require(try GradientSurvey.settings(of: [golden]).first)
    #expect(
      setting.conventions == [
        "handed-on.layer:8: tanh of h hands its derivative on, as if its slope were 1"
      ])
    #expect(try GradientSurvey.finiteDifferences(setting).allSatisfy { $0.passes })
    // What is dumped follows the convention: dx = dout @ Wᵀ, no slope.
    let (inputs, results) = (try golden.inputs(), try golden.layer().evaluate(golden.inputs()))
    let (above, weights) = (inputs["dout"]?.elements ?? [], inputs["W"]?.elements ?? [])
    for (index, found) in (results["dx"]?.elements ?? []).enumerated() {
      var due = 0.0
      for k in 0..<3 { due += above[index / 3 * 3 + k] * weights[index % 3 * 3 + k] }
      #expect(abs(found - due) < 1e-15)
    }
  }
}
