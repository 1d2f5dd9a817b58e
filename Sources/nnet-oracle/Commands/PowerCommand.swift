import Concurrency
import Foundation
import Golden

/// `power`: which mistakes the fixtures catch and tell apart.
enum PowerCommand {
  static let json = Option(
    name: "json", value: .flag, purpose: "Print the table as JSON, with every mistake's name.")

  static let command = Command(
    declaration: CommandDeclaration(
      name: "power",
      purpose: "Measures which known mistakes the golden cases catch and tell apart.",
      operands: [
        Operand(name: "CASE", count: .any, purpose: "The cases; all of them, if none is named.")
      ],
      options: [json],
      notes: [
        "A mistake is caught where an output or gradient differs by more than the rounding of a"
          + " correct float32 program and of the mistaken one together; two mistakes are told apart"
          + " likewise. Pairs that compute the same numbers are one cause in several words. A layer is"
          + " complete when some case catches each of its mistakes, some case tells each pair apart,"
          + " and each mistake that its file calls known is an edit that some case has."
      ],
      mismatch: "a mistake that no case catches, or a pair that no case tells apart",
      example: .init(
        command: "nnet-oracle power compact-vfsmn-probe",
        output: """
          case                 mistakes  caught  pairs  told apart
          compact-vfsmn-probe  49        49      1176   1176

          layer          mistakes  caught  pairs  told apart  one cause
          compact-vfsmn  49        49      1176   1176        0          complete
          """)),
    run: { (arguments, output) throws(Trouble) in try run(arguments, &output) })

  private static func run(
    _ arguments: Arguments, _ output: inout StandardOutput
  ) throws(Trouble) -> ExitStatus {
    let cases = try goldenCases(named: arguments.operands)
    let measured = Threads.map(cases) { golden -> Result<Power.CasePower, Trouble> in
      do {
        return .success(try Power.measure(golden))
      } catch {
        return .failure(Trouble(error))
      }
    }
    var shares: [Power.CasePower] = []
    for result in measured { shares.append(try result.get()) }
    let power = Power(joining: shares)
    if arguments.isOn(json) {
      try output.write(try rendered(power))
    } else {
      try write(power, to: &output)
    }
    return power.layers.allSatisfy(\.isComplete) ? .success : .mismatch
  }

  private static func write(
    _ power: Power, to output: inout StandardOutput
  ) throws(Trouble) {
    var rows = [["case", "mistakes", "caught", "pairs", "told apart"]]
    for item in power.cases {
      let pairs = item.mistakes.count * (item.mistakes.count - 1) / 2
      rows.append([
        item.name, "\(item.mistakes.count)", "\(item.caught.count)", "\(pairs)",
        "\(pairs - item.confused.count)",
      ])
    }
    try output.write(columns(rows))
    try output.writeLine("")
    rows = [["layer", "mistakes", "caught", "pairs", "told apart", "one cause", ""]]
    for layer in power.layers {
      rows.append([
        layer.kernel, "\(layer.mistakes.count)", "\(layer.mistakes.count - layer.missed.count)",
        "\(layer.pairCount)", "\(layer.pairCount - layer.confused.count - layer.equalCount)",
        "\(layer.equalCount)",
        layer.isComplete ? "complete" : "LOST",
      ])
    }
    try output.write(columns(rows))
    for layer in power.layers {
      for name in layer.missed { try output.writeLine("\(layer.kernel): nothing catches \(name)") }
      for pair in layer.confused {
        try output.writeLine(
          "\(layer.kernel): nothing tells \(pair.first) from \(pair.second)")
      }
      for known in layer.neverEdited {
        try output.writeLine("\(layer.kernel): no case has the known mistake \(known)")
      }
    }
  }

  /// The table as JSON, keys sorted.
  private struct Document: Encodable {
    struct Case: Encodable {
      var name: String
      var kernel: String
      var mistakes: [String]
      var caught: [String]
      var confused: [[String]]
    }
    struct Layer: Encodable {
      var kernel: String
      var mistakes: [String]
      var missed: [String]
      var confused: [[String]]
      var complete: Bool
    }
    var schema = 1
    var cases: [Case]
    var layers: [Layer]
  }

  private static func rendered(_ power: Power) throws(Trouble) -> String {
    let document = Document(
      cases: power.cases.map { item in
        Document.Case(
          name: item.name, kernel: item.kernel, mistakes: item.mistakes,
          caught: item.caught.sorted(),
          confused: item.confused.sorted().map { [$0.first, $0.second] })
      },
      layers: power.layers.map { layer in
        Document.Layer(
          kernel: layer.kernel, mistakes: layer.mistakes, missed: layer.missed,
          confused: layer.confused.map { [$0.first, $0.second] }, complete: layer.isComplete)
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    do {
      return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    } catch {
      throw Trouble("power: \(error)")
    }
  }
}
