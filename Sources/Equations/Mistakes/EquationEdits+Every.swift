/// One mistake made in several equations at once: wherever a function, a filter or a weight stands.
extension EquationEdits {
  /// One function taken for another wherever it stands.
  var everyFunction: [EquationEdit] {
    var seen: [Function] = []
    for equation in equations where equation.function != .identity {
      if !seen.contains(equation.function) { seen.append(equation.function) }
    }
    return seen.flatMap { function -> [EquationEdit] in
      let places = equations.indices.filter { equations[$0].function == function }
      guard places.count > 1 else { return [] }
      return others(function).filter { $0 != .identity }.map { other in
        let names = places.map { equations[$0].target.name }.joined(separator: ", ")
        return EquationEdit(
          index: places[0],
          replacements: places.map { place in
            var equation = equations[place]
            equation.function = other
            return (place, [equation])
          },
          key: "every \(name(function)) as \(name(other))",
          explanation: "\(names) go through \(name(other)), not \(name(function))")
      }
    }
  }

  /// One mistake made in all taps of the layer.
  var everyTap: [EquationEdit] {
    let places = equations.indices.flatMap { index in
      equations[index].terms.indices.compactMap { place -> (Int, Int, TapsTerm)? in
        if case .taps(let taps) = equations[index].terms[place].kind { return (index, place, taps) }
        return nil
      }
    }
    guard places.count > 1 else { return [] }
    let kinds: [(String, (inout TapsTerm) -> Void)] = [
      ("each filter row one frame too near", { $0.start -= 1 }),
      ("one term too many", { $0.extra += 1 }), ("one term too few", { $0.extra -= 1 }),
      ("positions ignored", { $0.isUnbounded = true }),
      ("the other direction", { $0.isAhead.toggle() }),
    ]
    return kinds.map { words, change in
      var changed: [Int: Equation] = [:]
      for (index, place, taps) in places {
        var taps = taps
        change(&taps)
        changed[index, default: equations[index]].terms[place].kind = .taps(taps)
      }
      return EquationEdit(
        index: places[0].0,
        replacements: changed.sorted { $0.key < $1.key }.map { ($0.key, [$0.value]) },
        key: "every filter: \(words)", explanation: "in every filter, \(words)")
    }
  }

  /// One mistake made in every product with a weight, or in all of its gradient, where the text has them
  /// block by block: a program that keeps the blocks in one matrix makes it once.
  var everyWeight: [EquationEdit] {
    layer.weights.flatMap { weight -> [EquationEdit] in
      let terms = equations.indices.flatMap { index in
        // From the last to the first, so that an edit does not move the places still to come.
        equations[index].terms.indices.reversed().map { (index: index, place: $0) }
      }
      let products = terms.filter { index, place in
        guard case .product(let product) = equations[index].terms[place].kind else { return false }
        return product.weight.name == weight.name && product.weight.block != nil
      }
      let sums = terms.filter { index, _ in
        equations[index].target.name == "d" + weight.name && equations[index].target.block != nil
      }
      return joint(products, "every product with \(weight.name)\(isBackward ? "ᵀ" : "")")
        + joint(sums, "every block of d\(weight.name)")
    }
  }

  /// One mistake made with every bias: vectors of weights that several equations add.
  var everyBias: [EquationEdit] {
    let biases = equations.indices.flatMap { index in
      equations[index].terms.indices.filter { place in
        if case .elementwise(.none, let atoms) = equations[index].terms[place].kind {
          return atoms.count == 1 && atoms[0].isWeight
        }
        return false
      }.reversed().map { (index: index, place: $0) }
    }
    return joint(biases, "every bias")
  }

  /// The edits that can be made alike in several terms.
  private func joint(_ terms: [(index: Int, place: Int)], _ name: String) -> [EquationEdit] {
    guard terms.count > 1 else { return [] }
    let kinds = editsByKind(terms[0].index, terms[0].place).map(\.kind)
    return kinds.compactMap { kind -> EquationEdit? in
      var edited = self
      for (index, place) in terms {
        guard let edit = edited.editsByKind(index, place).first(where: { $0.kind == kind })?.edit,
          edit.replacements.count == 1, edit.replacements[0].equations.count == 1
        else { return nil }
        edited = EquationEdits(edited.equations.replacing(edit.replacements[0]), of: self)
      }
      let changed = Set(terms.map(\.index)).sorted()
      return EquationEdit(
        index: changed[0], replacements: changed.map { ($0, [edited.equations[$0]]) },
        key: "\(name): \(kind)", explanation: "\(name): \(kind)")
    }
  }

  /// The edits of a term, by words that do not say which block it is of.
  private func editsByKind(_ index: Int, _ place: Int) -> [(kind: String, edit: EquationEdit)] {
    let term = equations[index].terms[place]
    let text = Printer.text(term)
    let target = Printer.text(equations[index].target) + ": "
    return (termEdits(index, place) + kindEdits(index, place)).compactMap { edit in
      let words = String(edit.key.dropFirst(target.count))
      switch words {
      case "without \(text)": return ("left out", edit)
      case "\(text) twice": return ("twice", edit)
      case "\(text) with the wrong sign": return ("with the wrong sign", edit)
      case let words where words.hasSuffix("transposed"): return ("transposed", edit)
      default: break
      }
      // A reading at another frame or block, such as h for h[t-1].
      guard let cut = words.firstRange(of: " in \(text)") else { return nil }
      for reference in term.references {
        let old = Printer.text(reference)
        let reading = words[..<cut.lowerBound]
        guard reading.hasSuffix(" for \(old)"), reading.hasPrefix(reference.name) else { continue }
        let new = reading.dropLast(" for \(old)".count).dropFirst(reference.name.count)
        // All but what a parameter's gradient multiplies them with are derivatives in that pass.
        var isDerivative = isBackward
        if case .outer(reference, _, _) = term.kind { isDerivative = false }
        let name = isDerivative ? "derivative" : reference.name
        return ("\(name)\(new) for \(name)\(old.dropFirst(reference.name.count))", edit)
      }
      return nil
    }
  }
}

extension [Equation] {
  fileprivate func replacing(_ part: (index: Int, equations: [Equation])) -> [Equation] {
    var result = self
    result.replaceSubrange(part.index...part.index, with: part.equations)
    return result
  }
}
