/// Edits of elementwise terms: factors left out, read elsewhere, exchanged for their complements.
extension EquationEdits {
  func elementwiseEdits(
    _ index: Int, _ place: Int, _ head: Head, _ atoms: [Atom]
  ) -> [EquationEdit] {
    let term = equations[index].terms[place]
    let text = Printer.text(term)
    func replaced(
      _ words: String, _ explanation: String, _ head: Head, _ atoms: [Atom]
    ) -> EquationEdit {
      edit(index, words, explanation) { $0.terms[place].kind = .elementwise(head, atoms) }
    }
    var edits: [EquationEdit] = []
    if atoms.count > 1 || head != .none {
      for (position, atom) in atoms.enumerated() where !atom.isConstant {
        var rest = atoms
        rest.remove(at: position)
        // The first factor of a head is part of it: without it there is 1.
        if head != .none && !head.isBlend && position == 0 { rest.insert(.constant(1), at: 0) }
        edits.append(
          replaced(
            "\(Printer.text(atom)) left out of \(text)",
            "the factor \(Printer.text(atom)) is left out",
            head, rest))
      }
    }
    switch head {
    case .none: break
    case .complement(let f):
      let name = Printer.text(f)
      edits.append(
        replaced(
          "(1 - \(name)) left out of \(text)", "the factor 1 - \(name) is left out", .none, atoms))
      edits.append(
        replaced(
          "\(name) for 1 - \(name) in \(text)", "\(name) stands for 1 - \(name)", .none,
          [atoms[0], f] + atoms.dropFirst()))
      edits += partEdits(
        index, place, atoms, [atoms[0], f] + atoms.dropFirst(), ("1", name))
    case .difference(let a, let b):
      let (first, second) = (Printer.text(a), Printer.text(b))
      edits.append(
        replaced(
          "(\(first) - \(second)) left out of \(text)",
          "the factor \(first) - \(second) is left out", .none, atoms))
      edits += partEdits(
        index, place, [atoms[0], a] + atoms.dropFirst(), [atoms[0], b] + atoms.dropFirst(),
        (first, second))
    case .blend(let f, let a, let b):
      let name = Printer.text(f)
      edits.append(
        replaced(
          "\(name) and 1 - \(name) exchanged", "\(name) stands for 1 - \(name), and the reverse",
          .blend(f, b, a), atoms))
    }
    for (position, atom) in atoms.enumerated() where gates.contains(atom.unshifted) && head == .none
    {
      var rest = atoms
      rest.remove(at: position)
      guard !rest.isEmpty else { continue }
      edits.append(
        replaced(
          "1 - \(Printer.text(atom)) for \(Printer.text(atom)) in \(text)",
          "1 - \(Printer.text(atom)) stands for \(Printer.text(atom))", .complement(atom), rest))
    }
    // Every factor read elsewhere.
    let all = head.atoms + atoms
    for (position, atom) in all.enumerated() {
      for (other, words) in atomEdits(atom, in: text) {
        var changed = all
        changed[position] = other
        let count = head.atoms.count
        edits.append(
          replaced(
            words, "\(Printer.text(other)) stands for \(Printer.text(atom))",
            head.with(Array(changed[..<count])), Array(changed[count...])))
      }
    }
    return edits
  }

  func atomEdits(_ atom: Atom, in text: String) -> [(Atom, String)] {
    switch atom {
    case .quantity(let reference):
      return readings(reference).map { other in
        (.quantity(other), "\(Printer.text(other)) for \(Printer.text(reference)) in \(text)")
      }
    case .slope(let function, let reference):
      let slopes: [Function] =
        switch function {
        case .sigmoid: [.tanh]
        case .tanh: [.sigmoid]
        default: []
        }
      return slopes.map { other in
        let wrong = Atom.slope(other, reference)
        return (wrong, "\(Printer.text(wrong)) for \(Printer.text(atom))")
      }
        + readings(reference).filter { $0.block == reference.block }.map { other in
          let wrong = Atom.slope(function, other)
          return (wrong, "\(Printer.text(wrong)) for \(Printer.text(atom))")
        }
    case .weight, .constant: return []
    }
  }

  func readingEdits(_ reference: Reference, in term: Term) -> [(Reference, String)] {
    readings(reference).map {
      ($0, "\(Printer.text($0)) for \(Printer.text(reference)) in \(Printer.text(term))")
    }
  }

  /// The frames, frequency blocks and blocks of columns that may be taken for the right ones.
  func readings(_ reference: Reference) -> [Reference] {
    var others: [Reference] = []
    if recurrent.contains(reference.name) {
      let steps =
        switch reference.shift.frames {
        case 0: [-1, 1]
        case ..<0: [0, 1]
        default: [0, -1]
        }
      others += steps.map {
        Reference(
          reference.name, reference.block, Shift(frames: $0, blocks: reference.shift.blocks))
      }
    }
    if reference.shift.blocks != 0 {
      for blocks in [0, -reference.shift.blocks] {
        others.append(
          Reference(
            reference.name, reference.block, Shift(frames: reference.shift.frames, blocks: blocks)))
      }
      if reference.shift.frames == 0 {
        // The block below of the frame before, or for a derivative the block above of the next.
        let frames = isBackward ? 1 : -1
        others.append(
          Reference(
            reference.name, reference.block,
            Shift(frames: frames, blocks: reference.shift.blocks)))
      }
    }
    let whole = reference.block == nil ? blocks[reference.name] : reference
    if let whole {
      others += otherBlocks(whole.name, whole.block).map {
        Reference(whole.name, $0, reference.shift)
      }
    }
    return others
  }
}

extension EquationEdits {
  /// The blocks of columns that are as wide as one, and not it.
  func otherBlocks(_ name: String, _ block: String?) -> [String] {
    guard let block, let own = widths.stretch(name, block) else { return [] }
    return (widths.blockNames[name] ?? []).filter { other in
      other != block && widths.stretch(name, other)?.count == own.count
    }
  }
}

extension Head {
  var isBlend: Bool {
    if case .blend = self { return true }
    return false
  }

  /// The same head of other atoms.
  func with(_ atoms: [Atom]) -> Head {
    switch self {
    case .none: .none
    case .complement: .complement(atoms[0])
    case .difference: .difference(atoms[0], atoms[1])
    case .blend: .blend(atoms[0], atoms[1], atoms[2])
    }
  }
}

extension Atom {
  var isConstant: Bool {
    if case .constant = self { return true }
    return false
  }

  /// The atom at the frame at hand.
  var unshifted: Atom {
    guard case .quantity(var reference) = self else { return self }
    reference.shift = .none
    return .quantity(reference)
  }
}
