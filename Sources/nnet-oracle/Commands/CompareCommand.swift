import Comparison
import Golden
import KaldiIO

/// `compare`: judges what a program produced.
enum CompareCommand {
  static let json = Option(
    name: "json", value: .flag, purpose: "Print the report as JSON, for other programs.")
  static let junit = Option(
    name: "junit", value: .text("FILE"),
    purpose: "Also write the report as JUnit XML, for CI systems.")
  static let map = Option(
    name: "map", value: .text("ACTUAL=EXPECTED"),
    purpose: "Settle a pair that the names do not tell.", isRepeatable: true)
  static let view = Option(
    name: "view", value: .choice(["kaldi", "numpy"]),
    purpose: "The view of a case's folder to compare with; kaldi unless EXPECTED ends in /numpy.")
  static let requireAll = Option(
    name: "require-all", value: .flag, purpose: "Golden tensors that ACTUAL lacks are a mismatch.")
  static let strict = Option(
    name: "strict", value: .flag,
    purpose: "What ACTUAL holds and nothing expects is a mismatch.")
  static let allowUndecided = Option(
    name: "allow-undecided", value: .flag,
    purpose: "End with status 0 where nothing mismatches but something could not be judged.")
  static let rtol = Option(
    name: "rtol", value: .magnitude("R"),
    purpose: "Relative tolerance, in place of the golden folder's bounds.")
  static let atol = Option(
    name: "atol", value: .magnitude("A"),
    purpose: "Absolute tolerance, in place of the golden folder's bounds.")
  static let double = Option(
    name: "double", value: .flag,
    purpose: "Judge a program that computes in float64; float32 is the default.")
  static let digits = Option(
    name: "digits", value: .integer("P", 1...17),
    purpose: "Significant digits that ACTUAL was printed with, in place of those it shows.")
  static let decimals = Option(
    name: "decimals", value: .integer("P", 0...17),
    purpose: "Decimals that ACTUAL was printed with, where their number was fixed.")
  static let learningRate = Option(
    name: "learning-rate", value: .number("LR"),
    purpose: "The rate by which a log's parameters were updated, in place of the one found.")
  static let smallestPassing = Option(
    name: "smallest-passing", value: .flag,
    purpose: "Tell the rtol at atol 0 and the atol at rtol 0 that would just pass.")
  static let diagnose = Option(
    name: "diagnose", value: .flag,
    purpose: "Look for the cause of a mismatch; --diagnose=false only judges.")
  static let teacherForced = Option(
    name: "teacher-forced", value: .flag,
    purpose: "Judge each result, forward and backward, recomputed from ACTUAL's own operands; by"
      + " default where a bound over all frames tells nothing.")
  static let shard = Option(
    name: "shard", value: .text("K/N"),
    purpose: "Compare part K of N only; 'merge-reports' joins the parts' --json.")

  static let command = Command(
    declaration: CommandDeclaration(
      name: "compare",
      purpose: "Compares what a program produced with what is right, and says what is wrong.",
      operands: [
        Operand(
          name: "EXPECTED", count: .one,
          purpose: "The golden folder, a case's folder or view, or any file with matrices."),
        Operand(
          name: "ACTUAL", count: .one,
          purpose: "A folder, file, archive, scp, model or log; '-' is standard input."),
      ],
      options: [
        json, junit, map, view, requireAll, strict, allowUndecided, rtol, atol, double, digits,
        decimals, learningRate, smallestPassing, diagnose, teacherForced, shard,
        FrameOptions.streams, FrameOptions.lengths, InspectCommand.allowPipes,
      ],
      notes: [
        "Names are paired however the dump decorated them. The tolerance of a golden result is its"
          + " derived bound plus what the dump's printed digits are worth; what ACTUAL lacks is"
          + " listed, and fails only under --require-all.",
        "The digits of a print are those its numbers show. A tensor is undecided where for more than"
          + " half of its numbers the tolerance is a tenth of the root mean square or more: they"
          + " could be anything; a tolerance of your own says by itself what matters. Inputs and"
          + " parameters alone are undecided too: no result was compared.",
        "--teacher-forced finds the first wrong frame of a long recurrence: with propagate_buf each"
          + " gate, cell and output is recomputed from the numbers in ACTUAL that enter its"
          + " equation; with out alone the cell is carried from frame to frame.",
      ],
      mismatch: "a mismatch", undecided: undecidedStatus,
      example: .init(
        command: "nnet-oracle compare golden/compact-vfsmn/kaldi/in_diff.txt "
          + "Tests/Fixtures/kaldi-dumps/compact-vfsmn-cpu/in_diff.mat",
        output: """
          tensor     shape  largest error   at  expected  actual  of tolerance  verdict   source
          compact-vfsmn (kaldi view):
            in_diff   15x5            351  0,4       351       0         >1e6x  mismatch  \
          Tests/Fixtures/kaldi-dumps/compact-vfsmn-cpu/in_diff.mat
              75 of 75 elements out; worst at 7,2: expected 38 within 2.27e-06, found 0
              nothing was computed: every element is 0
          compact-vfsmn: first wrong: in_diff, t=14, stream 0, column 0
          compact-vfsmn: cause: backward not computed
              gradients are zero or not applied: the backward pass did nothing (explains in_diff)
          MISMATCH: 0 match, 1 mismatch
          """)),
    run: { (arguments, output) throws(Trouble) in try run(arguments, &output) })

  private static func run(
    _ arguments: Arguments, _ output: inout StandardOutput
  ) throws(Trouble) -> ExitStatus {
    let options = try options(arguments)
    let report: ComparisonReport
    do {
      report = try compare(
        expected: arguments.operands[0], actual: arguments.operands[1], options: options,
        hypotheses: mistakeHypotheses(isDouble: options.double), untried: untriedMistakes,
        forecaster: ownStateForecasts(isDouble: options.double))
    } catch {
      // Whoever reads the JSON is told of trouble there too.
      guard arguments.isOn(json) else { throw Trouble(error) }
      var failed = ComparisonReport()
      failed.problems = ["\(error)"]
      return try finish(failed, arguments, &output)
    }
    return try finish(report, arguments, &output)
  }

  private static func options(_ arguments: Arguments) throws(Trouble) -> ComparisonOptions {
    let frames = try FrameOptions(arguments, command: "compare")
    var options = ComparisonOptions()
    do {
      for pair in arguments.texts(map) { options.map.append(try .init(argument: pair)) }
      if let part = arguments.text(shard) { options.shard = try Shard(argument: part) }
    } catch {
      throw Trouble("compare: \(error)")
    }
    options.view = arguments.text(view)
    options.requireAll = arguments.isOn(requireAll)
    options.strict = arguments.isOn(strict)
    options.allowUndecided = arguments.isOn(allowUndecided)
    options.rtol = arguments.number(rtol)
    options.atol = arguments.number(atol)
    options.double = arguments.isOn(double)
    options.digits = arguments.integer(digits)
    options.decimals = arguments.integer(decimals)
    options.learningRate = arguments.number(learningRate)
    options.smallestPassing = arguments.isOn(smallestPassing)
    // A table of a corpus shows the first thousand matches; the reports for programs have all.
    options.listEveryMatch = arguments.isOn(json) || arguments.text(junit) != nil
    options.diagnose = arguments.flag(diagnose) ?? true
    options.teacherForced = arguments.flag(teacherForced)
    options.pipes = arguments.isOn(InspectCommand.allowPipes) ? .allowed : .forbidden
    options.streams = frames.streams
    options.lengths = frames.lengths
    return options
  }

  /// Writes and prints what is wanted of a report, and gives the status it asks for.
  static func finish(
    _ report: ComparisonReport, _ arguments: Arguments, _ output: inout StandardOutput
  ) throws(Trouble) -> ExitStatus {
    if let file = arguments.text(junit) {
      try writeWhole(JUnitReport(report).rendered(), to: file)
    }
    return try print(report, asJSON: arguments.isOn(json), to: &output)
  }

  private static func print(
    _ report: ComparisonReport, asJSON: Bool, to output: inout StandardOutput
  ) throws(Trouble) -> ExitStatus {
    if asJSON {
      do { try output.write(json: try JSONReport.render(report)) } catch {
        throw Trouble("\(error)")
      }
    } else {
      try output.write(TextReport(report).rendered())
    }
    for warning in report.warnings { complain(Trouble("warning: \(warning)").line) }
    for problem in report.problems { complain(Trouble(problem).line) }
    return ExitStatus(rawValue: report.exitStatus) ?? .trouble
  }
}

/// What the known mistakes would print, for the judge that knows no kernel.
private func mistakeHypotheses(isDouble: Bool) -> HypothesisProvider {
  { description, view, right in
    MistakePrediction.all(for: description, view: view, excluding: right).map { prediction in
      Hypothesis(
        name: prediction.name, explanation: prediction.explanation, tensors: prediction.tensors,
        refined: {
          prediction.bounded(isDouble: isDouble).map {
            Hypothesis(
              name: prediction.name, explanation: prediction.explanation, tensors: $0.tensors,
              bounds: $0.bounds)
          }
        })
    } + precisionHypotheses(for: description, view: view)
  }
}

/// What each result should be, given the dump's own operands, for the judge that knows no layer.
private func ownStateForecasts(isDouble: Bool) -> FrameForecaster {
  { description, view, dump in
    let printed = dump.mapValues {
      LocalForecast.Printed(values: $0.values, halfUnits: $0.halfUnits)
    }
    return LocalForecast(description, view: view, dump: printed, isDouble: isDouble).map {
      FrameForecast(
        basis: "recomputed from the dump's own operands "
          + (($0.held.isEmpty ? [] : [$0.held.joined(separator: ", ")])
          + $0.carried.map { "\($0) carried" }).joined(separator: ", "),
        tensors: $0.tensors, bounds: $0.bounds,
        wrong: $0.wrong.map {
          ComparisonReport.OwnError(
            quantity: $0.quantity, equation: $0.equation, wrong: $0.wrongCount, elements: $0.count,
            place: ($0.frame, $0.stream, $0.unit), restriction: $0.restriction,
            expected: $0.expected, found: $0.found)
        }, right: $0.right)
    }
  }
}

/// Writes a text file, whole or not at all.
func writeWhole(_ text: String, to path: String) throws(Trouble) {
  do {
    let sink = try ByteSink.open(file: path)
    try sink.append(text)
    try sink.finish()
  } catch {
    throw Trouble(error)
  }
}
