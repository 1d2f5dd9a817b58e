/// The mistakes of a layer: one catalogue for power, diagnosis and tests alike.
extension Layer {
  /// Every mistake that changes something at these sizes: of the equations, derived; of order, scale,
  /// sign, layout, state and update, which know nothing of equations.
  public var mistakes: [Mistake] {
    var all = orderMistakes + equationMistakes + stateMistakes + everyGradient + eachGradient
    all += layoutMistakes
    var seen: Set<String> = []
    return all.filter { seen.insert($0.name).inserted }
  }

  private var parameters: [String] { given.filter { $0.role == .weight }.map(\.name) }
  private var parameterGradients: [String] { parameters.map { "d" + $0 } }
  private var outputNames: [String] { form.outputs.prefix(1).map(\.name) }

  // MARK: Equations

  private var equationMistakes: [Mistake] {
    let forwardEdits = EquationEdits(
      forward, beside: backward, file, widths, isBackward: false
    ).all
    let backwardEdits = EquationEdits(
      backward, beside: forward, file, widths, isBackward: true
    ).all
    var result: [Mistake] = []
    for edit in forwardEdits {
      let name = name(of: edit.key)
      // A shift can make a circle, which no program computes.
      guard (try? plan(making: .forward(edit))) != nil else { continue }
      result.append(
        Mistake(name, edit.explanation, edit: edit.key, MistakeRecipe(program: .model(edit))))
      result.append(
        Mistake(
          name + "-forward", edit.explanation + "; in the forward pass alone",
          edit: edit.key + ", forward only", MistakeRecipe(program: .forward(edit))))
    }
    for known in file.knownMistakes where known.edit.contains("; ") {
      // Several edits that some real program made together.
      let keys = known.edit.split(separator: ";").map { $0.trimmingPrefix(while: \.isWhitespace) }
      let edits = keys.compactMap { key in backwardEdits.first { $0.key == key } }
      guard edits.count == keys.count else { continue }
      let joined = EquationEdit(
        index: edits[0].index, replacements: edits.flatMap(\.replacements), key: known.edit,
        explanation: edits.map(\.explanation).joined(separator: "; and "))
      result.append(
        Mistake(
          known.name, joined.explanation, edit: known.edit,
          MistakeRecipe(program: .backward(joined))))
    }
    for edit in backwardEdits where (try? plan(making: .backward(edit))) != nil {
      result.append(
        Mistake(
          name(of: edit.key), edit.explanation, edit: edit.key,
          MistakeRecipe(program: .backward(edit))))
    }
    return result
  }

  /// The name that the file gives an edit, or words made from it.
  private func name(of key: String) -> String {
    file.knownMistakes.first { $0.edit == key }?.name ?? MistakeWords.name(of: key)
  }

  // MARK: Orders

  private var orderMistakes: [Mistake] {
    guard let order, let declared = file.order else { return fixedOrderMistakes }
    let written = Self.text(order)
    let ordered = file.weights.filter { $0.columns.order == declared.name }.map(\.name)
    return Self.arrangements(of: order).filter { $0 != order }.flatMap { other -> [Mistake] in
      // Where the program looks for the block that stands in each place.
      let source = order.map { other.firstIndex(of: $0) ?? 0 }
      let back = other.map { order.firstIndex(of: $0) ?? 0 }
      let read = Self.text(other)
      return [
        Mistake(
          "gates-read-as-\(read)",
          "the blocks of \(ordered.joined(separator: ", ")) stand in the order \(written) but are"
            + " read as \(read)",
          MistakeRecipe(runOrder: other))
      ]
        + ordered.map { tensor in
          Mistake(
            "gates-of-\(tensor)-read-as-\(read)",
            "the blocks of \(tensor) stand in the order \(written) but are read as \(read); the"
              + " other tensors are read rightly",
            MistakeRecipe(
              before: [.permuteBlocks([tensor], source: source)],
              after: [.permuteBlocks(["d" + tensor], source: back)]))
        }
    }
  }

  /// Blocks of one weight, whose order cannot be chosen, taken in another.
  private var fixedOrderMistakes: [Mistake] {
    file.weights.filter { (2...4).contains($0.columns.blocks.count) }.flatMap { weight in
      // Stored as several matrices there is no order to mistake.
      guard !form.splits.contains(where: { $0.weight == weight.name }) else { return [Mistake]() }
      let blocks = weight.columns.blocks
      return Self.arrangements(of: blocks).filter { $0 != blocks }.map { other in
        let read = Self.text(other)
        return Mistake(
          "blocks-read-as-\(read)",
          "the blocks of \(weight.name) stand in the order \(Self.text(blocks)) but are read as"
            + " \(read)",
          MistakeRecipe(
            before: [
              .permuteBlocks([weight.name], source: blocks.map { other.firstIndex(of: $0) ?? 0 })
            ],
            after: [
              .permuteBlocks(
                ["d" + weight.name], source: other.map { blocks.firstIndex(of: $0) ?? 0 })
            ]))
      }
    }
  }

  private static func text(_ order: [String]) -> String {
    order.joined(separator: order.allSatisfy { $0.count == 1 } ? "" : "-")
  }

  /// Every arrangement, in lexical order of places; of more than five blocks only exchanges of two.
  private static func arrangements(of blocks: [String]) -> [[String]] {
    guard blocks.count <= 5 else {
      return blocks.indices.flatMap { first in
        blocks.indices.filter { $0 > first }.map { second in
          var other = blocks
          other.swapAt(first, second)
          return other
        }
      }
    }
    guard blocks.count > 1 else { return [blocks] }
    return blocks.indices.flatMap { index -> [[String]] in
      var rest = blocks
      let first = rest.remove(at: index)
      return arrangements(of: rest).map { [first] + $0 }
    }
  }

  // MARK: States and time

  private var stateMistakes: [Mistake] {
    guard !form.isStep else { return forgetBias + exchanges }
    var all = exchanges
    for (quantity, given) in form.starts {
      guard let given else { continue }
      all.append(
        Mistake(
          "initial-state-ignored", "\(given) is not used: \(quantity) starts from zero",
          MistakeRecipe(before: [.scale([given], 0)], after: [.scale(["d" + given], 0)])))
    }
    if !form.starts.isEmpty {
      let names = form.starts.map(\.quantity).joined(separator: " and ")
      all.append(
        Mistake(
          "final-state-carried", "the final \(names) of a first run are the initial ones of this",
          MistakeRecipe(carriesFinalState: true)))
    }
    for block in forgetBias { all.append(block) }
    guard widths.frames > 1 else { return all + [nothingBackward] }
    let sequences = given.filter { $0.isSequence || $0.shape.count == 2 && $0.role != .weight }
      .map(\.name).filter { name in !form.starts.contains { $0.given == name } }
    let sequenceResults = results.filter { $0.role != .gradient || $0.isSequence }.map(\.name)
    if !form.starts.isEmpty {
      all += [
        Mistake(
          "sequence-reversed", "frames run from the last to the first",
          MistakeRecipe(
            before: [.reverseRows(sequences)], after: [.reverseRows(sequenceResults)])),
        Mistake(
          "input-one-frame-late", "frame t sees the input of frame t-1 (zeros in frame 0)",
          MistakeRecipe(before: [.delayFrames(file.inputs.map(\.name))])),
      ]
    }
    return all + [nothingBackward]
  }

  private var nothingBackward: Mistake {
    Mistake(
      "backward-not-computed", "the backward pass computes nothing: all gradients are zero",
      MistakeRecipe(skipsBackward: true))
  }

  /// Two vectors of weights of one length taken for each other, such as two biases or two peepholes.
  private var exchanges: [Mistake] {
    let vectors = given.filter { $0.role == .weight && $0.shape.count == 1 }
    return vectors.indices.flatMap { first -> [Mistake] in
      vectors[(first + 1)...].filter { $0.shape == vectors[first].shape }.map { second in
        let names = (vectors[first].name, second.name)
        let key = "\(names.0) and \(names.1) exchanged"
        return Mistake(
          name(of: key), "\(names.0) is read for \(names.1), and the reverse", edit: key,
          MistakeRecipe(
            before: [.exchange(names.0, names.1)],
            after: [.exchange("d" + names.0, "d" + names.1)]))
      }
    }
  }

  /// 1 added to the bias of a block that is called a forget gate, as some programs do on purpose.
  private var forgetBias: [Mistake] {
    file.weights.compactMap { weight -> Mistake? in
      guard weight.rows == nil, let whole = widths.weights[weight.name] else { return nil }
      if weight.columns.blocks.contains("f"), let stretch = widths.stretch(weight.name, "f") {
        return Mistake(
          "forget-bias-plus-one", "1 is added to the forget gate's part of \(weight.name)",
          MistakeRecipe(
            before: [
              .addToColumns(weight.name, first: stretch.first, count: stretch.count, 1)
            ]))
      }
      guard weight.name == "bf", whole.columns == whole.block else { return nil }
      return Mistake(
        "forget-bias-plus-one", "1 is added to the forget gate's bias \(weight.name)",
        MistakeRecipe(before: [.addToAll(weight.name, 1)]))
    }
  }

  // MARK: Gradients

  private struct Scale {
    var name: String
    var words: String
    var factor: Double
  }

  private var scales: [Scale] {
    var seen: Set<Int> = [1]
    var result: [Scale] = []
    let sizes = [
      ("streams", "N", widths.streams), ("frames", "T", widths.frames),
      ("all", "(N·T)", widths.streams * widths.frames),
    ]
    for (name, letter, size) in sizes where seen.insert(size).inserted {
      result.append(
        Scale(
          name: "mean-over-\(name)",
          words: "the mean, 1/\(letter) of the sum that Kaldi keeps", factor: 1 / Double(size)))
      if size != 2 {
        result.append(
          Scale(
            name: "summed-again-over-\(name)", words: "\(letter) times too large",
            factor: Double(size)))
      }
    }
    result += [
      Scale(name: "doubled", words: "added twice", factor: 2),
      Scale(name: "negated", words: "of the wrong sign", factor: -1),
    ]
    return result
  }

  private var everyGradient: [Mistake] {
    let gradients = parameterGradients
    var all = scales.map { scale in
      Mistake(
        "gradient-\(scale.name)", "the parameters' gradients are \(scale.words)",
        MistakeRecipe(after: [.scale(gradients, scale.factor)]))
    }
    all += [
      Mistake(
        "learning-rate-applied",
        "the parameters' gradients are already multiplied by the learning rate 0.008",
        MistakeRecipe(after: [.scale(gradients, 0.008)])),
      Mistake(
        "gradient-added-to-parameter",
        "the parameter plus its gradient stands where the gradient should",
        MistakeRecipe(
          after: parameters.map { .updatedParameter(gradient: "d" + $0, parameter: $0, rate: 1) })),
    ]
    guard widths.frames > 1, !form.starts.isEmpty else { return all }
    return all + [
      spanned(
        "last-frame-gradient-only", "the parameters' gradients are those of frame T-1", .last,
        parameters: nil),
      spanned(
        "gradient-overwritten",
        "the parameters' gradients are overwritten frame by frame (= for +=): frame 0 remains",
        .first, parameters: nil),
    ]
  }

  /// The same mistakes in the gradient of one parameter.
  private var eachGradient: [Mistake] {
    guard parameters.count > 1 else { return [] }
    return parameters.flatMap { parameter -> [Mistake] in
      var all = scales.filter { !$0.name.hasPrefix("summed") }.map { scale in
        Mistake(
          "d\(parameter)-\(scale.name)", "d\(parameter) is \(scale.words)",
          MistakeRecipe(after: [.scale(["d" + parameter], scale.factor)]))
      }
      let isSplit = form.splits.contains { $0.parts.contains(parameter) }
      if widths.frames > 1, !isSplit {
        all += [
          spanned(
            "d\(parameter)-of-the-first-frame-alone", "d\(parameter) is of frame 0 alone", .first,
            parameters: [parameter]),
          spanned(
            "d\(parameter)-of-the-last-frame-alone", "d\(parameter) is of frame T-1 alone", .last,
            parameters: [parameter]),
        ]
      }
      return all
    }
  }

  private func spanned(
    _ name: String, _ explanation: String, _ span: Equation.Span, parameters: [String]?
  ) -> Mistake {
    let names = parameters.map { Set($0.map { "d" + $0 }) }
    let replacements = backward.enumerated().filter { _, equation in
      equation.extent == .sum && names?.contains(equation.target.name) ?? true
    }.map { index, equation -> (index: Int, equations: [Equation]) in
      var changed = equation
      changed.span = span
      return (index, [changed])
    }
    let edit = EquationEdit(
      index: replacements.first?.index ?? 0, replacements: replacements, key: name,
      explanation: explanation)
    return Mistake(name, explanation, MistakeRecipe(program: .backward(edit)))
  }

  // MARK: Layout

  private var layoutMistakes: [Mistake] {
    var all = [
      Mistake(
        "columns-reversed", "the output's columns stand in the opposite order",
        MistakeRecipe(after: [.reverseColumns(outputNames)]))
    ]
    if widths.frames > 1 {
      all += [
        Mistake(
          "frames-reversed", "the output's frames stand in the opposite order",
          MistakeRecipe(after: [.reverseRows(outputNames)])),
        Mistake(
          "frames-shifted", "the output's frames stand one frame late",
          MistakeRecipe(after: [.delayFrames(outputNames)])),
      ]
      if widths.streams > 1 {
        all.append(
          Mistake(
            "frames-batch-major",
            "sequences are written batch-major, row n·T + t, where time-major t·N + n is due",
            MistakeRecipe(after: [.batchMajor(outputNames + file.inputs.map { "d" + $0.name })])))
      }
    }
    let matrices = results.filter { $0.role == .gradient && $0.shape.count == 2 }.map(\.name)
      .filter(parameterGradients.contains)
    all.append(
      Mistake(
        "gradients-column-major",
        "the weight matrices' gradients are written column after column, row after row being due",
        MistakeRecipe(after: [.columnMajor(matrices)])))
    return all
  }
}
