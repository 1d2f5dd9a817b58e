/// `inspect`: prints tensors for a person to read.
enum InspectCommand {
  static let layout = Option(
    name: "layout", value: .choice(FrameLayout.Order.allCases.map(\.rawValue)),
    purpose: "Print the rows in this order; as they are stored unless given.")
  static let style = Option(
    name: "style", value: .choice(TensorPrinter.Style.allCases.map(\.rawValue)),
    purpose: "As Kaldi prints (default), or as NumPy 1.13 under precision=8, suppress=True.")
  static let precision = Option(
    name: "precision", value: .integer("P", 1...17),
    purpose: "Significant digits in Kaldi's style; 7 unless given, as Kaldi writes files.")
  static let labels = Option(
    name: "labels", value: .flag,
    purpose: "Print a heading and each row's (t, n); --labels=false leaves the bare text.")
  static let allowPipes = Option(
    name: "allow-pipes", value: .flag,
    purpose: "Let the lines of an scp file run shell commands.")

  static let command = Command(
    declaration: CommandDeclaration(
      name: "inspect",
      purpose: "Prints a tensor row by row, with each row's frame and stream.",
      operands: [
        Operand(
          name: "SOURCE[:KEY]", count: .one,
          purpose: "A file, folder, archive, scp, model or log; '-' is standard input. KEY is one"
            + " object in it, digits are a byte offset. Without KEY all objects are printed.")
      ],
      options: [
        layout, FrameOptions.streams, FrameOptions.lengths, style, precision, labels, allowPipes,
      ],
      notes: [
        "A file of a golden folder needs neither --streams nor --lengths: case.json beside it"
          + " tells N, T and the order of its rows.",
        "In Kaldi's buffers the first and the last frame are padding, numbered -1 and T.",
      ],
      example: .init(
        command: "nnet-oracle inspect Tests/Fixtures/kaldi-dumps/tflstm/in.mat --streams 2",
        output: """
          in: Tests/Fixtures/kaldi-dumps/tflstm/in.mat, 6 x 3, T=3 N=2, rows (t, n) time-major
                 [
          (0, 0)  -0.4 -0.3411765 -0.282353 
          (0, 1)  0.1294118 0.1882353 0.2470588 
          (1, 0)  -0.2235294 -0.1647059 -0.1058823 
          (1, 1)  0.3058824 0.3647059 0.4235294 
          (2, 0)  -0.04705882 0.01176471 0.07058824 
          (2, 1)  0.4823529 0.5411765 0.6 ]
          """)),
    run: { (arguments, output) throws(Trouble) in try run(arguments, &output) })

  private static func run(
    _ arguments: Arguments, _ output: inout StandardOutput
  ) throws(Trouble) -> ExitStatus {
    let printer = TensorPrinter(
      style: arguments.text(style).flatMap(TensorPrinter.Style.init) ?? .kaldi,
      digits: arguments.integer(precision) ?? 7,
      showsLabels: arguments.flag(labels) ?? true,
      order: arguments.text(layout).flatMap(FrameLayout.Order.init))
    let frames = try FrameOptions(arguments, command: "inspect")
    var report = InspectReport(printer: printer, frames: frames)
    let source = arguments.operands[0]
    try forEachRecord(of: source, allowPipes: arguments.isOn(allowPipes)) { record in
      try report.add(record, to: &output)
    }
    try report.finish(source: source, to: &output)
    return report.hasTrouble ? .trouble : .success
  }
}
