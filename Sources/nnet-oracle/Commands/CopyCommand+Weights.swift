import Files
import KaldiIO

/// `copy --gate-order`: an LSTM's weights from one framework's layout to another's.
extension CopyCommand {
  static let gateOrder = Option(
    name: "gate-order", value: .text("ORDER"),
    purpose: "Take IN for the weights of an LSTM and write them as ORDER has them: kaldi, onnx,"
      + " torch, keras, tensorflow, or the notebooks' form with the gates as in ifog.")
  static let fromOrder = Option(
    name: "from-order", value: .text("ORDER"),
    purpose: "The order that IN has, where its names (or its case.json) do not tell.")

  static let weightsNote =
    "With --gate-order, blocks are permuted, transposed, renamed, biases joined or split and"
    + " peepholes reordered; numbers are only moved, so there and back gives the same bits. IN is"
    + " any source, or a golden case for its parameters; OUT is a table, or safetensors where its"
    + " name ends in .safetensors. What an order has no place for (peepholes, a projection) is an"
    + " error unless it is zero. TensorFlow's bias is written for forget_bias=0."

  static func copyWeights(_ arguments: Arguments, options: CopyOptions) throws(Trouble) {
    let target = try order(arguments.text(gateOrder) ?? "", option: gateOrder)
    let source = arguments.operands[0]
    let weights = try goldenWeights(of: source)
    var given = weights?.order
    if let word = arguments.text(fromOrder) { given = try order(word, option: fromOrder) }
    do {
      var records: [TensorRecord] = []
      let sources = weights?.files.map { SourceName.found($0) } ?? [.typed(TypedName(source))]
      for name in sources {
        try name.opened(options.source).forEachRecord { records.append($0) }
      }
      let converted = try ConvertedWeights(records, from: given, to: target, source: source)
      for name in converted.leftOver {
        complain(Trouble("warning: \(source): \(name) is no weight of an LSTM, and left out").line)
      }
      try converted.write(to: arguments.operands[1], options: options)
    } catch {
      throw Trouble(error)
    }
  }

  private static func order(_ word: String, option: Option) throws(Trouble) -> WeightOrder {
    guard let order = WeightOrder(word) else {
      throw Trouble(
        "copy: option --\(option.name) is \(WeightOrder.words.joined(separator: ", ")), not '\(word)'"
      )
    }
    return order
  }

  /// The files of a golden case's parameters, and the order of its gates; nil for other sources.
  private static func goldenWeights(
    of source: String
  ) throws(Trouble) -> (files: [DataPath], order: WeightOrder?)? {
    let ending = source.hasSuffix("/") ? String(source.dropLast()) : source
    var folder = ending
    var view = "numpy"
    for name in ["numpy", "kaldi"] where ending.hasSuffix("/" + name) {
      (folder, view) = (String(ending.dropLast(name.count + 1)), name)
    }
    guard FileSystem.kind(of: folder + "/case.json") == .file else { return nil }
    let description: CaseDescription
    do { description = try CaseDescription(inFolder: DataPath(folder)) } catch {
      throw Trouble(error)
    }
    let files = description.tensors.filter { $0.role == .weight }.flatMap(\.files)
    // Kaldi's own names tell its order.
    let order = view == "numpy" ? description.gateOrder.flatMap { WeightOrder($0) } : nil
    let paths = files.filter { $0.view == view }.compactMap { DataPath(folder).below($0.file) }
    return (paths, order)
  }
}
