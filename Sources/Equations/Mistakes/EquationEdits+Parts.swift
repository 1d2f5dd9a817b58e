/// Edits of what a term is short for.
///
/// `blend(f, a, b)` is `f * a + (1 - f) * b`, `d * (a - b)` is `d * a - d * b`, and `(1 - f) * b` is
/// `b - f * b`: a program that writes them so can leave out, add twice or subtract each part.
extension EquationEdits {
  /// Edits of the two products that a blend is short for.
  func openedEdits(_ index: Int, _ place: Int) -> [EquationEdit] {
    guard
      case .elementwise(.blend(let f, let a, let b), let atoms) = equations[index].terms[place].kind
    else { return [] }
    let isNegative = equations[index].terms[place].isNegative
    var opened = equations
    opened[index].terms.replaceSubrange(
      place...place,
      with: [
        .product([f, a] + atoms, isNegative: isNegative),
        Term(.elementwise(.complement(f), [.constant(1), b] + atoms), isNegative: isNegative),
      ])
    let edits = EquationEdits(opened, of: self)
    return [place, place + 1].flatMap { edits.termEdits(index, $0) + edits.kindEdits(index, $0) }
  }

  /// Edits of the two parts of a difference: `a` and `b` of `a - b`, `1` and `f` of `1 - f`.
  func partEdits(
    _ index: Int, _ place: Int, _ first: [Atom], _ second: [Atom], _ names: (String, String)
  ) -> [EquationEdit] {
    let term = equations[index].terms[place]
    let text = Printer.text(term)
    let parts = [
      Term.product(first, isNegative: term.isNegative),
      Term.product(second, isNegative: !term.isNegative),
    ]
    func replaced(_ words: String, _ explanation: String, _ terms: [Term]) -> EquationEdit {
      edit(index, "\(words) in \(text)", "\(explanation) in \(text)") {
        $0.terms.replaceSubrange(place...place, with: terms)
      }
    }
    return [names.0, names.1].enumerated().flatMap { part, name -> [EquationEdit] in
      var turned = parts
      turned[part].isNegative.toggle()
      return [
        replaced("without \(name)", "\(name) is left out", [parts[1 - part]]),
        replaced("\(name) twice", "\(name) is taken twice", parts + [parts[part]]),
        replaced("\(name) with the wrong sign", "\(name) has the wrong sign", turned),
      ]
    }
  }
}
