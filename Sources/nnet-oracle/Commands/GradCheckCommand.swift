import Concurrency
import Golden
import KaldiIO

/// `gradcheck`: checks every gradient and every form of the layers.
enum GradCheckCommand {
  static let exact = Option(
    name: "exact", value: .flag,
    purpose: "Compare with forward-mode derivatives at 106 bits, not with finite differences.")

  static let command = Command(
    declaration: CommandDeclaration(
      name: "gradcheck",
      purpose: "Checks every gradient of the golden cases and of seeded random settings.",
      operands: [
        Operand(
          name: "CASE", count: .any,
          purpose: "The cases; all of them, and the random settings, if none is named.")
      ],
      options: [exact],
      notes: [
        "'error' is the largest difference over the largest element of the gradient, which must not"
          + " exceed the mark; 'relative' is what the notebooks print, max |x-y| / max(1e-8,"
          + " |x|+|y|), and is no pass mark. The layers' further backward forms are compared with"
          + " the first one."
      ],
      mismatch: "a gradient or form beyond its mark",
      example: .init(
        command: "nnet-oracle gradcheck sru-step",
        output: """
          setting   gradient  error    mark   relative
          sru-step  dx        1.3e-11  1e-08  5.6e-10   ok
          sru-step  dprev_c   3.4e-11  1e-08  1.7e-11   ok
          sru-step  dW        3.5e-11  1e-08  2.1e-09   ok
          sru-step  dbf       4.6e-10  1e-08  2.7e-09   ok
          sru-step  dbr       5.7e-11  1e-08  2.8e-11   ok
          all 5 within their marks
          """)),
    run: { (arguments, output) throws(Trouble) in try run(arguments, &output) })

  private static func run(
    _ arguments: Arguments, _ output: inout StandardOutput
  ) throws(Trouble) -> ExitStatus {
    let settings = try settings(arguments)
    let isExact = arguments.isOn(exact)
    let surveys = Threads.map(settings) { setting -> Result<[GradientSurvey.Outcome], Trouble> in
      do {
        return .success(
          isExact
            ? try GradientSurvey.exact(setting) : try GradientSurvey.finiteDifferences(setting))
      } catch {
        return .failure(Trouble("\(setting.name): \(error)"))
      }
    }
    var rows = [["setting", "gradient", "error", "mark", "relative", ""]]
    var failures = 0
    for survey in surveys {
      for outcome in try survey.get() {
        if !outcome.passes { failures += 1 }
        rows.append([
          outcome.setting, outcome.subject, short(outcome.error), short(outcome.mark),
          short(outcome.relativeError), outcome.passes ? "ok" : "FAILED",
        ])
      }
    }
    try output.write(columns(rows))
    var told: Set<String> = []
    for setting in settings {
      for convention in setting.conventions where told.insert(convention).inserted {
        try output.writeLine(
          "\(convention): a convention, not mathematics; the gradients above are those without it")
      }
    }
    let count = rows.count - 1
    try output.writeLine(
      failures == 0 ? "all \(count) within their marks" : "\(failures) of \(count) FAILED")
    return failures == 0 ? .success : .mismatch
  }

  private static func settings(
    _ arguments: Arguments
  ) throws(Trouble) -> [GradientSurvey.Setting] {
    let cases = try goldenCases(named: arguments.operands)
    do {
      let settings = try GradientSurvey.settings(of: cases)
      return arguments.operands.isEmpty
        ? settings + (try GradientSurvey.seededSettings()) : settings
    } catch {
      throw Trouble(error)
    }
  }

  private static func short(_ number: Double) -> String {
    NumberStyle.significantDigits(2).spell(number)
  }
}
