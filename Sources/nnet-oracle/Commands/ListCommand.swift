import Equations
import Golden
import KaldiIO

/// `list`: the catalogue of cases, or all about one.
enum ListCommand {
  static let mistakes = Option(
    name: "mistakes", value: .flag,
    purpose: "List the mistakes that the case is known to be written with: names, edits, words.")

  static let command = Command(
    declaration: CommandDeclaration(
      name: "list",
      purpose: "Lists the golden cases; of one case its tensors, shapes, layouts and equations.",
      operands: [
        Operand(
          name: "CASE", count: .optional,
          purpose: "The case to tell all about, or a layer file: FILE.layer, FILE.layer:CASE.")
      ],
      options: [mistakes],
      example: .init(
        command: "nnet-oracle list compact-vfsmn",
        output: """
          compact-vfsmn: the Kaldi debug case of <CompactVfsmn>

          Kernel compact-vfsmn, T=15 D=5 N=4, in Kaldi <CompactVfsmn>.

          Equations:
            memory = hidden + taps(filter, hidden, position)
            dhidden = dmemory + tapsᵀ(filter, dmemory, position)
            dfilter = Σ taps-of(hidden, position) * dmemory

          Tensors:
            tensor    role      shape   numpy/    kaldi/                filled with
            hidden    input     15 x 5  hidden    in, time-major        1:75
            filter    weight    4 x 5   filter    filter                0.1:2
            dmemory   upstream  15 x 5  dmemory   out_diff, time-major  75:1
            position  input     15      position  position              0,1,2,3,4,5,6,7,0,1,2,3,4,0,1
            memory    output    15 x 5  memory    out, time-major
            dhidden   gradient  15 x 5  dhidden   in_diff, time-major
            dfilter   gradient  4 x 5   dfilter   filter_corr

          'dump compact-vfsmn --set K=V --out DIR' changes D, N, T, dmemory, filter, hidden, position.
          """)),
    run: { (arguments, output) throws(Trouble) in
      guard let name = arguments.operands.first else {
        try output.write(try overview())
        return .success
      }
      let golden = try goldenCase(named: name)
      try output.write(
        arguments.isOn(mistakes)
          ? try mistakeTable(of: golden) : try details(of: golden, named: name))
      return .success
    })

  private static func overview() throws(Trouble) -> String {
    var rows = [["case", "kernel", "dimensions", "order", "what it is"]]
    for goldenCase in Catalogue.cases {
      do {
        let layer = try goldenCase.layer()
        rows.append([
          goldenCase.name, layer.kernel, dimensions(of: layer),
          layer.order.map(CaseSettings.text(ofOrder:)) ?? "-",
          goldenCase.summary,
        ])
      } catch {
        throw Trouble(error)
      }
    }
    return columns(rows)
  }

  private static func details(of goldenCase: GoldenCase, named name: String) throws(Trouble)
    -> String
  {
    let run: CaseRun
    do { run = try CaseRun.outline(goldenCase) } catch { throw Trouble(error) }
    let description = run.description()
    var text = "\(goldenCase.name): \(goldenCase.summary)\n\n"
    text += "Kernel \(description.kernel), \(dimensions(of: run.layer))"
    if let order = description.gateOrder { text += ", gate blocks in the order \(order)" }
    if let component = description.component { text += ", in Kaldi \(component)" }
    text += ".\n\nEquations:\n"
    text += run.layer.equations.map { "  \($0)\n" }.joined()
    text += "\nTensors:\n"
    var rows = [["tensor", "role", "shape", "numpy/", "kaldi/", "filled with"]]
    for tensor in description.tensors {
      rows.append([
        tensor.name, tensor.role.rawValue, shape(tensor.shape),
        files(of: tensor, in: "numpy"), files(of: tensor, in: "kaldi"),
        description.settings[tensor.name] ?? "",
      ])
    }
    text += columns(rows, indent: "  ")
    let keys = goldenCase.settings.keys.joined(separator: ", ")
    return text + "\n'dump \(name) --set K=V --out DIR' changes \(keys).\n"
  }

  /// Every mistake of the case: the name that reports print, and what is wrong.
  private static func mistakeTable(of goldenCase: GoldenCase) throws(Trouble) -> String {
    let layer: Layer
    do { layer = try goldenCase.layer() } catch { throw Trouble(error) }
    return columns(
      [["mistake", "edit", "what is wrong"]]
        + layer.mistakes.map { [$0.name, $0.edit.isEmpty ? "-" : $0.edit, $0.explanation] })
  }

  private static func dimensions(of layer: Layer) -> String {
    layer.dimensions.map { "\($0.letter)=\($0.size)" }.joined(separator: " ")
  }

  private static func shape(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: " x ")
  }

  private static func files(of tensor: CaseDescription.TensorEntry, in view: String) -> String {
    let files = tensor.files.filter { $0.view == view }
    guard !files.isEmpty else { return "-" }
    return files.map { $0.layout == "plain" ? $0.name : "\($0.name), \($0.layout)" }
      .joined(separator: "; ")
  }
}
