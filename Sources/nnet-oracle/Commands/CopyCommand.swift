import KaldiIO

/// `copy`: what Kaldi users know as copy-feats, copy-matrix and nnet-copy, in one.
enum CopyCommand {
  static let binary = Option(
    name: "binary", value: .flag,
    purpose: "Write binary, with =false text; single objects and models keep IN's form unless"
      + " given, tables follow their specifier.")
  static let double = Option(
    name: "double", value: .flag,
    purpose: "Write binary numbers as float64; otherwise text becomes float32 and binary keeps its"
      + " width.")
  static let compress = Option(
    name: "compress", value: .flag,
    purpose: "Write compressed matrices, as Kaldi's automatic method does.")
  static let compressionMethod = Option(
    name: "compression-method", value: .integer("M", 1...7),
    purpose: "Write compressed matrices by this method, numbered as in Kaldi.")
  static let precision = Option(
    name: "precision", value: .integer("P", 1...17),
    purpose: "Print text as C's %.Pg; unless given, text keeps its digits and binary is printed in"
      + " the shortest form that reads back.")

  static let command = Command(
    declaration: CommandDeclaration(
      name: "copy",
      purpose: "Copies matrices, archives and models from any form to any other.",
      operands: [
        Operand(
          name: "IN", count: .one,
          purpose: "A source as 'inspect' takes it, ark:… and scp:… among them."),
        Operand(
          name: "OUT", count: .one,
          purpose: "A file, '-', '| COMMAND', or a table such as ark,t:FILE or ark,scp:FILE,FILE;"
            + " a name in .npy gets a NumPy array."),
      ],
      options: [
        binary, double, compress, compressionMethod, precision, gateOrder, fromOrder,
        InspectCommand.allowPipes,
      ],
      notes: [
        "What Kaldi wrote, copied to its own form, has the same bytes. OUT appears whole or not at"
          + " all.",
        weightsNote,
      ],
      example: .init(
        command: "nnet-oracle copy Tests/Fixtures/kaldi-dumps/archives/feats.ark:sru-in -"
          + " --binary=false",
        output: """
           [
            -0.4 -0.3411765 -0.282353 
            0.1294118 0.1882353 0.2470588 
            -0.2235294 -0.1647059 -0.1058823 
            0.3058824 0.3647059 0.4235294 
            -0.04705882 0.01176471 0.07058824 
            0.4823529 0.5411765 0.6 ]
          """)),
    run: { (arguments, output) throws(Trouble) in
      // What the copy writes to standard output must not overtake what was printed.
      try output.flush()
      try copy(arguments)
      return .success
    })

  private static func copy(_ arguments: Arguments) throws(Trouble) {
    var compression = arguments.isOn(compress) ? CompressionMethod.automatic : nil
    if let method = arguments.integer(compressionMethod) {
      compression = CompressionMethod(rawValue: method)
    }
    let pipes: PipePolicy = arguments.isOn(InspectCommand.allowPipes) ? .allowed : .forbidden
    let options = CopyOptions(
      isBinary: arguments.flag(binary), isDouble: arguments.isOn(double),
      compression: compression, precision: arguments.integer(precision),
      source: TensorSource.Options(pipes: pipes))
    if arguments.has(gateOrder) { return try copyWeights(arguments, options: options) }
    guard !arguments.has(fromOrder) else {
      throw Trouble("copy: --from-order goes with --gate-order")
    }
    let typed = arguments.operands[0]
    var source = SourceName.typed(TypedName(typed))
    if let golden = try goldenFiles(of: typed), golden.count == 1 { source = .found(golden[0]) }
    do {
      try copyTensors(from: source, to: TypedName(arguments.operands[1]), options: options) {
        complain(Trouble("warning: \($0)").line)
      }
    } catch {
      throw Trouble(error)
    }
  }
}
