/// What a layer file must say, and what it may name.
extension LayerFileParser {
  func checkComplete() throws(LayerFileError) {
    func missing(_ what: String) -> LayerFileError {
      layer.error(finalPlace, found: "the end of the file", expected: what)
    }
    if layer.name.isEmpty { throw missing("a line 'layer NAME'") }
    if layer.frames.isEmpty { throw missing("a line 'frames T'") }
    if layer.inputs.isEmpty { throw missing("a line 'input x[D]'") }
    if syntax.isEmpty { throw missing("an equation") }
    if layer.streams != nil, let counts = layer.counts.first {
      throw layer.error(
        counts.place, found: "positions \(counts.name) beside streams",
        expected: "a layer without 'streams': its rows are frames of sentences, one after another")
    }
    if layer.forms.isEmpty { throw missing("a form, such as 'form sequence' with its outputs") }
    if layer.cases.isEmpty {
      throw missing("a case, such as 'case NAME of sequence' with its sizes")
    }
    for form in layer.forms where form.outputs.isEmpty {
      throw layer.error(form.place, found: "no output", expected: "a line 'output NAME = QUANTITY'")
    }
  }

  /// Forms and paths may name only what is there, and must say what is needed.
  func checkReferences() throws(LayerFileError) {
    let quantities = Set(layer.equations.map(\.target.name))
    let inputs = Set(layer.inputs.map(\.name))
    for path in layer.paths
    where !quantities.contains(path.through) || !quantities.contains(path.to) {
      throw layer.error(
        finalPlace, found: "path \(path.name) through \(path.through) to \(path.to)",
        expected: "two quantities of the equations")
    }
    let shifted = layer.equations.flatMap { equation in
      equation.terms.flatMap(\.references).filter { $0.shift.frames != 0 }
        .map { ($0.name, equation.place) }
    }
    for form in layer.forms {
      for output in form.outputs where !quantities.contains(output.quantity) {
        throw layer.error(
          form.place, found: "output '\(output.quantity)'", expected: "a quantity of the equations")
      }
      for output in form.outputs where output.name == output.quantity {
        if let reader = layer.equations.first(where: { equation in
          equation.terms.flatMap(\.references).contains { $0.name == output.quantity }
        }) {
          throw layer.error(
            form.place, found: "output \(output.name)",
            expected: "another name for it, as \(reader.target.name) reads the quantity too")
        }
      }
      for start in form.starts
      where !quantities.contains(start.quantity)
        && !inputs.contains(start.quantity)
      {
        throw layer.error(
          form.place, found: "start '\(start.quantity)'", expected: "a quantity of the equations")
      }
      for (name, place) in shifted where !form.starts.contains(where: { $0.quantity == name }) {
        throw layer.error(
          place, found: "\(name) of another frame",
          expected: "a line 'start \(name) = …' in form \(form.name)")
      }
      try checkNames(of: form, quantities)
      for split in form.splits {
        guard let weight = layer.weights.first(where: { $0.name == split.weight }),
          weight.columns.blocks.count == split.parts.count
        else {
          throw layer.error(
            form.place, found: "split \(split.weight)",
            expected: "a weight with as many blocks as parts")
        }
      }
    }
  }

  /// States, outputs and derivatives need names of their own.
  private func checkNames(
    of form: LayerFile.Form, _ quantities: Set<String>
  ) throws(LayerFileError) {
    var own = Set(layer.inputs.map(\.name) + layer.weights.map(\.name) + layer.counts.map(\.name))
    own.formUnion(layer.sizes.map(\.letter) + layer.derivedSizes.map(\.letter))
    func refuse(_ name: String, _ what: String) -> LayerFileError {
      layer.error(
        form.place, found: "\(what) '\(name)' of form \(form.name)",
        expected: "a name that nothing else has")
    }
    for given in form.starts.compactMap(\.given)
    where quantities.contains(given) || !own.insert(given).inserted {
      throw refuse(given, "the state")
    }
    // One of the matrices that a weight is split into may keep its name.
    for split in form.splits {
      for part in split.parts
      where part != split.weight && (quantities.contains(part) || !own.insert(part).inserted) {
        throw refuse(part, "the matrix")
      }
    }
    for output in form.outputs {
      let isOther = output.name != output.quantity && quantities.contains(output.name)
      if isOther || !own.insert(output.name).inserted { throw refuse(output.name, "the output") }
    }
    own.formUnion(quantities)
    for name in own.sorted() where own.contains("d" + name) {
      throw refuse("d" + name, "beside the derivative of \(name), another")
    }
  }

  /// Views may show only what the layer has, and evaluate only what a buffer shows.
  func checkViews() throws(LayerFileError) {
    let given = layer.inputs.map(\.name) + layer.weights.map(\.name)
    let ofForms = layer.forms.flatMap { form in
      form.starts.compactMap(\.given) + form.outputs.map(\.name) + form.splits.flatMap(\.parts)
    }
    let own = given + ofForms + layer.equations.map(\.target.name)
    let known = Set(own).union(own.map { "d" + $0 }).union(layer.paths.map(\.name)).union(
      layer.equations.filter { $0.function != .identity }.map {
        "d" + Derivation.preactivation($0.target.name)
      })
    func has(_ source: String) -> Bool {
      let parts = source.split(separator: ".").map(String.init)
      guard parts.count == 2 else { return known.contains(source) }
      let quantity =
        layer.quantityBlocks[parts[0]] ?? layer.quantityBlocks[String(parts[0].dropFirst())]
      return known.contains(parts[0]) && quantity?.contains(parts[1]) ?? false
    }
    for view in layer.views {
      func refuse(_ name: String, _ expected: String) -> LayerFileError {
        layer.error(view.place, found: "'\(name)' in view \(view.name)", expected: expected)
      }
      if let order = view.order, order.sorted() != layer.order?.blocks.sorted() {
        throw refuse(
          order.joined(separator: " "),
          "each of \(layer.order?.blocks.joined(separator: " ") ?? "no blocks") once")
      }
      for entry in view.entries where !has(entry.source) {
        throw refuse(entry.source, "a tensor or quantity of the layer")
      }
      for buffer in view.buffers {
        let sources = buffer.columns.flatMap { item in
          item.each
            ? (layer.order?.blocks ?? []).map { item.prefix + $0 }
            : item.column.source.map { [$0] } ?? []
        }
        if let source = sources.first(where: { !has($0) }) {
          throw refuse(source, "a quantity of the layer in the columns of \(buffer.name)")
        }
        if let name = buffer.evaluationOrder.first(where: { !sources.contains($0) }) {
          throw refuse(name, "a column of \(buffer.name) to evaluate")
        }
      }
    }
  }
}
