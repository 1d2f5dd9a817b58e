/// Equations as text, in the language of layer files.
enum Printer {
  static func text(_ reference: Reference) -> String {
    var text = reference.name + (reference.block.map { ".\($0)" } ?? "")
    var shifts: [String] = []
    if reference.shift.frames != 0 { shifts.append("t" + signed(reference.shift.frames)) }
    if reference.shift.blocks != 0 { shifts.append("k" + signed(reference.shift.blocks)) }
    if !shifts.isEmpty { text += "[" + shifts.joined(separator: ",") + "]" }
    return text
  }

  private static func signed(_ number: Int) -> String { number < 0 ? "\(number)" : "+\(number)" }

  static func text(_ weight: WeightReference) -> String {
    weight.name + (weight.block.map { ".\($0)" } ?? "") + (weight.row.map { "[\($0)]" } ?? "")
  }

  static func number(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  static func text(_ atom: Atom) -> String {
    switch atom {
    case .quantity(let reference): text(reference)
    case .weight(let weight): text(weight)
    case .constant(let value): number(value)
    case .slope(let function, let reference): slope(function, text(reference))
    }
  }

  private static func slope(_ function: Function, _ y: String) -> String {
    switch function {
    case .sigmoid: "\(y)*(1-\(y))"
    case .tanh: "(1-\(y)²)"
    case .relu: "[\(y)>0]"
    case .hardSigmoid: "0.2*[0<\(y)<1]"
    case .clip(let low, let high): "[\(number(low))<\(y)<\(number(high))]"
    case .identity: "1"
    }
  }

  /// A term without its sign.
  static func text(_ term: Term) -> String {
    switch term.kind {
    case .elementwise(let head, let atoms): return elementwise(head, atoms)
    case .product(let product):
      let left = product.readsWindow ? "window(\(product.left.name))" : text(product.left)
      let weight = text(product.weight) + (product.isTransposed ? "ᵀ" : "")
      let result = "\(left) @ \(weight)"
      return product.addsToWindow ? "windowᵀ(\(result))" : result
    case .taps(let taps):
      let filter = taps.filter + (taps.first == 0 ? "" : "[\(taps.first):]")
      let stride = taps.stride == 1 ? "" : ", \(taps.stride)"
      return
        "taps\(taps.isAdjoint ? "ᵀ" : "")(\(filter), \(text(taps.quantity)), \(taps.counts)\(stride))"
    case .outer(let left, let isWindow, let right):
      return "Σ \(isWindow ? "window(\(left.name))" : text(left))ᵀ @ \(text(right))"
    case .tapsGradient(let taps, let gradient):
      return "Σ taps-of(\(text(taps.quantity)), \(taps.counts)) * \(text(gradient))"
    case .splice(let reference, let offsets, let isAdjoint):
      let list = offsets.map(String.init).joined(separator: ", ")
      return "splice\(isAdjoint ? "ᵀ" : "")(\(text(reference)), \(list))"
    }
  }

  private static func elementwise(_ head: Head, _ atoms: [Atom]) -> String {
    var factors = atoms.map { text($0) }
    // The first factor of a head stands before it; a 1 need not be said.
    if head != .none && !head.isBlend && atoms.first == .constant(1) { factors.removeFirst() }
    let place = atoms.first == .constant(1) ? 0 : min(1, factors.count)
    switch head {
    case .none: break
    case .complement(let f): factors.insert("(1 - \(text(f)))", at: place)
    case .difference(let a, let b): factors.insert("(\(text(a)) - \(text(b)))", at: place)
    case .blend(let f, let a, let b):
      factors.insert("blend(\(text(f)), \(text(a)), \(text(b)))", at: 0)
    }
    return factors.joined(separator: " * ")
  }

  /// A target with its block.
  static func text(_ target: Target) -> String {
    guard let block = target.block else { return target.name }
    return block.hasPrefix("[") ? target.name + block : "\(target.name).\(block)"
  }

  /// A whole equation.
  static func text(_ equation: Equation) -> String {
    var sum = ""
    for (index, term) in equation.terms.enumerated() {
      if index == 0 {
        sum += term.isNegative ? "-" : ""
      } else {
        sum += term.isNegative ? " - " : " + "
      }
      let isSummed = equation.extent == .sum && term.isElementwise
      sum += (isSummed ? "Σ " : "") + text(term)
    }
    if sum.isEmpty { sum = "0" }
    switch equation.function {
    case .identity: break
    case .clip(let low, let high): sum = "clip(\(sum), \(number(low)), \(number(high)))"
    default: sum = "\(equation.function.name)(\(sum))"
    }
    let place = equation.extent == .initial ? "  (before the first frame)" : ""
    return "\(text(equation.target)) = \(sum)\(place)"
  }
}
