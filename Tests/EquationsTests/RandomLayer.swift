import Tensors

/// A small layer drawn at random, as the text of its file.
///
/// States read at `[t-1]` or `[t+1]`, blocks of columns, frequency blocks over windows, taps with
/// positions, functions of every kind, `blend`, complements and differences, `concat`, `splice`.
struct RandomLayer {
  /// What the equations draw from; each is allowed once a layer at most in some seeds.
  enum Kind: CaseIterable { case sequence, blocks, sentences }

  /// An equation whose terms are kept apart, so that they can be put in another order.
  struct Line {
    var target: String
    /// What stands around the sum, such as `tanh(` and `)`.
    var before = ""
    var terms: [(isNegative: Bool, text: String)]
    var after = ""

    func text(_ order: [Int]) -> String {
      var sum = ""
      for (place, index) in order.enumerated() {
        let term = terms[index]
        sum += place == 0 ? (term.isNegative ? "-" : "") : term.isNegative ? " - " : " + "
        sum += term.text
      }
      return "\(target) = \(before)\(sum)\(after)"
    }
  }

  let seed: UInt64
  let kind: Kind
  /// Whether every function has a slope everywhere.
  private(set) var isSmooth = true
  private(set) var lines: [Line] = []
  private(set) var sizes: [String: Int] = [:]
  private var generator: SplitMix64
  private var header: [String] = []
  private var weights: [String] = []
  private var starts: [(quantity: String, given: String?)] = []
  private var outputs: [String] = []
  /// Quantities of H columns that equations may read at the frame at hand.
  private var ready: [String] = []
  /// Quantities that are read at another frame, and how: `[t-1]`.
  private var states: [(name: String, shift: String)] = []
  private let shift: String

  init(seed: UInt64) {
    self.seed = seed
    generator = SplitMix64(seed: seed)
    kind = Kind.allCases[Int(generator.next() >> 1) % Kind.allCases.count]
    shift = generator.next() & 1 == 0 ? "[t-1]" : "[t+1]"
    makeSizes()
    makeEquations()
  }

  // MARK: Drawing

  private mutating func pick(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(generator.next() >> 1) % range.count
  }

  private mutating func chance(_ percent: Int) -> Bool { pick(1...100) <= percent }

  private mutating func one<Element>(of all: [Element]) -> Element { all[pick(0...all.count - 1)] }

  private mutating func weight(_ shape: String) -> String {
    let name = "W\(weights.count)"
    weights.append("\(name)[\(shape)]")
    return name
  }

  private mutating func makeSizes() {
    sizes = ["T": pick(1...5), "D": pick(1...3), "H": pick(1...3)]
    header = ["layer random", "source seed \(seed)"]
    if kind != .sentences {
      sizes["N"] = pick(1...3)
      header.append("streams N")
    }
    header.append("frames T")
    var letters = "D \"inputs\", H \"units\""
    switch kind {
    case .sequence: break
    case .blocks:
      let (width, stride) = (pick(1...3), pick(1...2))
      (sizes["F"], sizes["S"]) = (width, stride)
      sizes["D"] = width + stride * pick(0...2)
      letters += ", F \"inputs a block\", S \"stride\""
    case .sentences:
      (sizes["N1"], sizes["N2"]) = (pick(1...3), pick(1...3))
      letters += ", N1 \"rows behind\", N2 \"rows ahead\""
    }
    header.append("sizes " + letters)
    if kind == .blocks { header += ["size B = (D - F) / S + 1", "blocks B"] }
    header.append("input x[D]")
    if kind == .sentences { header.append("positions behind behind, ahead ahead") }
  }

  // MARK: Equations

  private mutating func makeEquations() {
    // The last equation of a chain is its state, known beforehand.
    let state = "s"
    states = [(state, shift)]
    if chance(40) { states.append(("e", shift)) }
    makePreactivation()
    if kind == .sequence, chance(30) { makeSplice() }
    for index in 0..<pick(1...4) { addEquation("q\(index)") }
    // A state's width must follow from something but itself.
    if states.count > 1 { addEquation("e", firmly: true) }
    addEquation(state, firmly: true)
    if kind == .sentences { makeMemory() }
    if chance(30) { makeConcatenation() }
    finish()
  }

  private var input: String { kind == .blocks ? "window(x, F, S)" : "x" }
  private var rows: String { kind == .blocks ? "F" : "D" }

  /// `a = x @ W + s[t-1] @ W + b`, in named blocks or whole.
  private mutating func makePreactivation() {
    let names = Array(["i", "f", "o", "g"].prefix(pick(1...4)))
    let columns = names.count > 1 ? names.joined(separator: " ") + ": H" : "H"
    var terms = [(false, "\(input) @ \(weight("\(rows), \(columns)"))")]
    terms.append((chance(20), "s\(shift) @ \(weight("H, \(columns)"))"))
    if kind == .blocks { terms.append((false, "s\(blockShift) @ \(weight("H, \(columns)"))")) }
    if chance(70) { terms.append((false, weight(columns))) }
    lines.append(Line(target: "a", terms: terms))
    guard names.count > 1 else {
      ready = ["a"]
      return
    }
    for name in names {
      let (before, after) = function()
      var terms = [(false, "a.\(name)")]
      if chance(40) {
        let state = states[pick(0...states.count - 1)]
        terms.append((chance(20), "\(weight("H")) * \(state.name)\(state.shift)"))
      }
      lines.append(Line(target: name, before: before, terms: terms, after: after))
      ready.append(name)
    }
  }

  /// The same way in every equation: two ways round make a circle.
  private var blockShift: String { seed & 2 == 0 ? "[k-1]" : "[k+1]" }

  private mutating func function() -> (String, String) {
    switch pick(1...12) {
    case 1...4: return ("sigmoid(", ")")
    case 5...8: return ("tanh(", ")")
    case 9:
      isSmooth = false
      return ("relu(", ")")
    case 10:
      isSmooth = false
      return ("hard_sigmoid(", ")")
    case 11:
      isSmooth = false
      return ("clip(", ", -0.4, 0.5)")
    default: return ("", "")
    }
  }

  private mutating func addEquation(_ name: String, firmly: Bool = false) {
    let (before, after) = function()
    var terms: [(Bool, String)] = []
    if firmly { terms.append((false, "\(one(of: ready)) @ \(weight("H, H"))")) }
    for _ in 0..<pick(1...4) { terms.append((chance(25), term())) }
    lines.append(Line(target: name, before: before, terms: terms, after: after))
    ready.append(name)
  }

  /// A quantity of H columns: of this frame, or a state of the frame beside it.
  private mutating func quantity() -> String {
    if ready.isEmpty || chance(35) {
      let state = states[pick(0...states.count - 1)]
      return state.name + state.shift
    }
    return one(of: ready)
  }

  private mutating func term() -> String {
    switch pick(1...13) {
    case 1, 2: "\(quantity()) * \(quantity())"
    case 3: "\(weight("H")) * \(quantity())"
    case 4: "\(quantity()) @ \(weight("H, H"))"
    case 5: "\(input) @ \(weight("\(rows), H"))"
    case 6: "(1 - \(quantity())) * \(quantity())"
    case 7: "blend(\(quantity()), \(quantity()), \(quantity()))"
    case 8: "\(quantity()) * (\(quantity()) - \(quantity()))"
    case 9: "\(["0.5", "0.25", "1.5"][pick(0...2)]) * \(quantity())"
    case 10: weight("H")
    case 11: "\(quantity()) * tanh(\(quantity()))"
    case 12: "\(quantity()) * \(quantity()) * \(quantity())"
    default: quantity()
    }
  }

  private mutating func makeSplice() {
    let offsets = [["-1", "0", "1"], ["0", "2"], ["-2"], ["1", "-1"]][pick(0...3)]
    lines.append(
      Line(target: "z", terms: [(false, "splice(x, \(offsets.joined(separator: ", ")))")]))
    let weight = weight("\(offsets.count)*D, H")
    lines.append(Line(target: "zh", terms: [(false, "z @ \(weight)")]))
    ready.append("zh")
  }

  private mutating func makeMemory() {
    let filter = weight("N1 + 1, H")
    let stride = chance(30) ? ", 2" : ""
    var terms = [
      (false, one(of: ready)), (false, "\(filter)[0] * s"),
      (chance(20), "taps(\(filter)[1:], s, behind\(stride))"),
    ]
    if chance(60) { terms.append((false, "taps(\(weight("N2, H")), s, ahead)")) }
    lines.append(Line(target: "m", terms: terms))
    ready.append("m")
  }

  private mutating func makeConcatenation() {
    let first = one(of: ready)
    let others = ready.filter { $0 != first }
    guard !others.isEmpty else { return }
    let second = one(of: others)
    lines.append(
      Line(target: "y", before: "concat(\(first), \(second)", terms: [(false, "")], after: ")"))
    if chance(50) {
      let weight = weight("2*H, H")
      lines.append(Line(target: "yh", terms: [(false, "y @ \(weight)"), (false, "y.\(first)")]))
      ready.append("yh")
    } else {
      outputs.append("y")
    }
  }

  private mutating func finish() {
    if outputs.isEmpty || chance(50) { outputs.append(ready[ready.count - 1]) }
    if ready.contains("m"), !outputs.contains("m") { outputs.append("m") }
    if !outputs.contains("s"), chance(50) { outputs.append("s") }
    for (name, _) in states {
      starts.append((name, kind != .sentences && chance(40) ? "start_\(name)" : nil))
    }
  }

  // MARK: Text

  /// The file's text.
  ///
  /// - Parameter shuffle: A seed to put the terms of every sum in another order, nil for their own.
  /// - Returns: The text.
  func text(shuffled shuffle: UInt64? = nil) -> String {
    var order = shuffle.map { SplitMix64(seed: $0) }
    let equations = lines.map { line -> String in
      var indices = Array(line.terms.indices)
      if order != nil {
        for place in indices.indices.dropFirst().reversed() {
          let other = Int((order?.next() ?? 0) >> 1) % (place + 1)
          indices.swapAt(place, other)
        }
      }
      return line.text(indices)
    }
    let start = starts.map { "\($0.quantity) = \($0.given ?? "0")" }.joined(separator: ", ")
    let output = outputs.map { "out_\($0) = \($0)" }.joined(separator: ", ")
    let settings = sizes.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
    return
      (header + ["weight " + weights.joined(separator: ", ")] + equations
      + ["form sequence", "  start \(start)", "  output \(output)"]
      + ["case random of sequence", "  " + settings.joined(separator: ", ")])
      .joined(separator: "\n") + "\n"
  }
}
