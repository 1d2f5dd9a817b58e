public import Arithmetic
import Tensors

/// A layer file at given sizes, seen from outside: named tensors in, named tensors out.
///
/// This is the border that golden cases, gradient checks, mistakes and the command line share; the
/// equations stand in the file.
public struct Layer: Sendable {
  /// The file.
  public let file: LayerFile
  /// The form: a sequence or a step, with its states and outputs.
  public let form: LayerFile.Form
  /// The storage order of the blocks, where it can be changed.
  public let order: [String]?
  /// The counters by name, one a row.
  public let positions: [String: Positions]
  /// The tensors it takes, in the order of evaluation.
  public let given: [TensorSpecification]
  /// The tensors it gives, in the order of evaluation.
  public let results: [TensorSpecification]
  let widths: Widths
  let forward: [Equation]
  let backward: [Equation]
  let plan: Plan
  let stepByStepPlan: Plan?

  /// A layer at given sizes.
  ///
  /// - Parameters:
  ///   - file: The layer file.
  ///   - name: The name of one of its forms.
  ///   - sizes: Every size that the file declares, by its letter; a step needs no frames.
  ///   - order: The storage order of the blocks, if the file lets it be chosen.
  ///   - positions: Counters by name.
  /// - Throws: ``LayerError`` when a size is missing or impossible, or the equations do not fit.
  public init(
    _ file: LayerFile, form name: String, sizes: [String: Int], order: [String]?,
    positions: [String: Positions] = [:]
  ) throws(LayerError) {
    guard let form = file.form(named: name) else { throw .missing(tensor: "form \(name)") }
    self.file = file
    self.form = form
    self.positions = positions
    for letter in Self.letters(file, form) {
      guard let size = sizes[letter] else { throw .missing(tensor: "size \(letter)") }
      guard size >= 1 else { throw .dimension(name: letter, found: size, expected: "at least 1") }
    }
    if let declared = file.order {
      guard let order, order.sorted() == declared.blocks.sorted() else {
        throw .order(found: order?.joined(separator: " ") ?? "none", expected: declared.blocks)
      }
    }
    self.order = file.order == nil ? nil : order
    do {
      let widths = try Widths(file, sizes: sizes, order: self.order, isStep: form.isStep)
      let derivation = Derivation(file, form, backward: .advance)
      forward = file.equations
      backward = derivation.equations(from: file.equations)
      plan = try Self.plan(file, form, widths, forward, backward)
      self.widths = plan.widths
      let isRecurrent = backward.contains { equation in
        equation.extent == .frames
          && equation.terms.flatMap(\.references).contains {
            $0.shift.frames != 0 && $0.name.hasPrefix("d")
          }
      }
      stepByStepPlan =
        isRecurrent && !form.isStep
        ? try Self.plan(
          file, form, widths, forward,
          Derivation(file, form, backward: .stepByStep).equations(from: file.equations)) : nil
    } catch {
      throw .equations(file: file.file, error)
    }
    (given, results) = Self.tensors(file, form, self.widths, backward, plan)
    for counts in file.counts where positions[counts.name]?.counts.count != self.widths.frames {
      throw .shape(
        tensor: counts.name, expected: [self.widths.frames],
        found: [positions[counts.name]?.counts.count ?? 0])
    }
  }

  static func plan(
    _ file: LayerFile, _ form: LayerFile.Form, _ widths: Widths, _ forward: [Equation],
    _ backward: [Equation]
  ) throws(EquationError) -> Plan {
    let kept = Set(
      file.views.flatMap(\.buffers).flatMap(\.columns).compactMap { $0.column.source }
        .filter { !$0.contains(".") })
    return Plan(
      try PlanBuilder(
        file, form, widths: widths, forward: forward, backward: backward, keeping: kept))
  }

  /// The letters that a case must set.
  public static func letters(_ file: LayerFile, _ form: LayerFile.Form) -> [String] {
    (file.streams.map { [$0] } ?? []) + (form.isStep ? [] : [file.frames])
      + file.sizes.map(\.letter)
  }

  /// The layer's name.
  public var kernel: String { file.name }
  /// The backward forms it has.
  public var forms: [BackwardForm] { stepByStepPlan == nil ? [.advance] : BackwardForm.allCases }

  /// The sizes by their letters, in the order of the documentation.
  public var dimensions: [(letter: String, size: Int)] {
    (Self.letters(file, form) + file.derivedSizes.map(\.letter)).map {
      (letter: $0, size: widths.sizes[$0] ?? 1)
    }
  }

  /// The forward and backward equations in the language of the file.
  public var equations: [String] { (forward + backward).map(Printer.text) }

  /// The equation that sets a quantity or output, and when it runs.
  ///
  /// - Parameter name: A quantity, a block of one such as `a.i`, or an output.
  /// - Returns: Its place among the equations, forward ones first, whether it is of the backward pass,
  ///   and its text; nil for what no equation sets.
  public func equation(setting name: String) -> (index: Int, isBackward: Bool, text: String)? {
    let quantity = form.outputs.first { $0.name == name }?.quantity ?? name
    let all = forward + backward
    let whole = quantity.split(separator: ".").first.map(String.init) ?? quantity
    guard
      let index = all.firstIndex(where: { Printer.text($0.target) == quantity })
        ?? all.firstIndex(where: { $0.target.name == whole && $0.target.block == nil })
    else { return nil }
    return (index, index >= forward.count, Printer.text(all[index]))
  }

  /// Whether rows are frames of several sequences.
  private static func rows(
    _ name: String, _ role: TensorRole, _ columns: Int, _ file: LayerFile, _ form: LayerFile.Form,
    _ widths: Widths
  ) -> TensorSpecification {
    if form.isStep { return TensorSpecification(name, role, [widths.streams, columns]) }
    if file.streams == nil { return TensorSpecification(name, role, [widths.frames, columns]) }
    return TensorSpecification(
      name, role, [widths.frames, widths.streams, columns], isSequence: true)
  }

  private static func tensors(
    _ file: LayerFile, _ form: LayerFile.Form, _ widths: Widths, _ backward: [Equation],
    _ plan: Plan
  ) -> ([TensorSpecification], [TensorSpecification]) {
    func state(_ name: String) -> Int { (widths.columns[name] ?? 1) * widths.blocks }
    func rows(_ name: String, _ role: TensorRole, _ columns: Int) -> TensorSpecification {
      Self.rows(name, role, columns, file, form, widths)
    }
    func weights(_ prefix: String, _ role: TensorRole) -> [TensorSpecification] {
      file.weights.flatMap { weight -> [TensorSpecification] in
        guard let whole = widths.weights[weight.name] else { return [] }
        let rows = weight.rows == nil ? [] : [whole.rows]
        if let split = form.splits.first(where: { $0.weight == weight.name }) {
          return split.parts.map {
            TensorSpecification(prefix + $0, role, rows + [whole.block])
          }
        }
        return [TensorSpecification(prefix + weight.name, role, rows + [whole.columns])]
      }
    }
    let initial = form.starts.compactMap { start in
      start.given.map { ($0, [widths.streams, state(start.quantity)]) }
    }
    let given =
      file.inputs.map { rows($0.name, .input, widths.columns[$0.name] ?? 1) }
      + initial.map { TensorSpecification($0.0, .input, $0.1) } + weights("", .weight)
      + form.outputs.map { rows("d" + $0.name, .upstream, state($0.quantity)) }
    func internals(_ equations: [Equation], but left: Set<String>) -> [TensorSpecification] {
      var seen: Set<String> = []
      return equations.compactMap { equation -> TensorSpecification? in
        let name = Printer.text(equation.target)
        guard equation.extent == .frames, !left.contains(equation.target.name),
          plan.fields[equation.target.name] != nil,
          let stretch = widths.stretch(equation.target.name, equation.target.block),
          seen.insert(name).inserted
        else { return nil }
        return rows(name, .internal, stretch.count * widths.blocks)
      }
    }
    let inputGradients = Set(file.inputs.map { "d" + $0.name })
    var closed: [Equation] = []
    for equation in file.equations {
      let name = equation.target.name
      if plan.fields[name] != nil && plan.fields[PlanBuilder.openName(name)] == nil {
        closed.append(equation)
      } else if plan.fields[name] != nil {
        for block in plan.closedBlocks[name] ?? [] {
          closed.append(Equation(target: Target(name, block), terms: [], place: equation.place))
        }
      }
    }
    // An output by its quantity's own name stands among the outputs.
    let shown = Set(form.outputs.filter { $0.name == $0.quantity }.map(\.name))
    let results =
      internals(closed, but: shown)
      + form.outputs.map { rows($0.name, .output, state($0.quantity)) }
      + internals(backward, but: inputGradients)
      + file.inputs.map { rows("d" + $0.name, .gradient, widths.columns[$0.name] ?? 1) }
      + initial.map { TensorSpecification("d" + $0.0, .gradient, $0.1) }
      + weights("d", .gradient)
    return (given, results)
  }

  /// Whether a quantity is read from the frame after, so that it starts beside the last frame.
  ///
  /// - Parameter quantity: The quantity.
  /// - Returns: Whether any forward equation reads it so.
  public func isReadAhead(_ quantity: String) -> Bool {
    forward.flatMap(\.terms).flatMap(\.references).contains {
      $0.name == quantity && $0.shift.frames > 0
    }
  }

  /// Multiplications, additions and activations of a pass, one each, as the equations have them.
  public var operations: (forward: Double, backward: Double) {
    let rows = Double(widths.frames * widths.streams)
    func count(_ equations: [Equation]) -> Double {
      equations.map { equation -> Double in
        let columns = Double(
          widths.stretch(equation.target.name, equation.target.block)?.count ?? 0)
        let terms = equation.terms.map { term -> Double in
          switch term.kind {
          case .elementwise(let head, let atoms): columns * Double((head.atoms + atoms).count)
          case .product(let product):
            2 * columns
              * Double(widths.stretch(product.left.name, product.left.block)?.count ?? 0)
          case .taps(let taps):
            2 * columns * Double(widths.weights[taps.filter]?.rows ?? 0)
          case .outer(let left, let isWindow, let right):
            2
              * Double(
                isWindow
                  ? widths.sizes["F"] ?? 0 : widths.stretch(left.name, left.block)?.count ?? 0)
              * Double(widths.stretch(right.name, right.block)?.count ?? 0)
          case .tapsGradient(let taps, _):
            2
              * Double(
                (widths.weights[taps.filter]?.rows ?? 0)
                  * (widths.weights[taps.filter]?.columns ?? 0))
          case .splice: columns
          }
        }
        let blocks = Double(equation.extent == .initial ? 0 : widths.blocks)
        return blocks * (terms.reduce(0, +) + (equation.function == .identity ? 0 : columns))
      }.reduce(0, +)
    }
    return (rows * count(forward), rows * count(backward))
  }

  /// The given tensors that have a gradient: inputs and weights.
  public var differentiated: [TensorSpecification] {
    given.filter { $0.role == .input || $0.role == .weight }
  }

  /// Runs the layer forward and backward.
  ///
  /// - Parameters:
  ///   - given: The tensors of ``given``, none of which is altered.
  ///   - form: How the backward pass carries the recurrent gradient.
  /// - Returns: The tensors of ``results``.
  /// - Throws: ``LayerError`` when a tensor is missing or misshapen.
  public func evaluate<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, form: BackwardForm = .advance
  ) throws(LayerError) -> TensorTable<Scalar> {
    let run = makeRun(of: Scalar.self, form: form)
    try load(given, into: run)
    run.forward()
    run.backward()
    return collect(run)
  }

  /// The parameter and block that a matrix of its own holds.
  private func part(_ name: String) -> (weight: String, part: Int)? {
    for split in form.splits {
      if let part = split.parts.firstIndex(of: name) { return (split.weight, part) }
    }
    return nil
  }

  /// Memory to run the layer in.
  ///
  /// - Parameters:
  ///   - scalar: The arithmetic.
  ///   - form: How the backward pass carries the recurrent gradient.
  ///   - threads: How many threads may share large work.
  /// - Returns: The run, with nothing loaded.
  public func makeRun<Scalar: Arithmetic>(
    of scalar: Scalar.Type, form: BackwardForm = .advance, threads: Int = 1
  ) -> Run<Scalar> {
    Run(form == .stepByStep ? stepByStepPlan ?? plan : plan, threads: threads)
  }

  /// Loads the given tensors.
  ///
  /// - Parameters:
  ///   - table: The tensors of ``given``.
  ///   - run: Where to.
  /// - Throws: ``LayerError`` when a tensor is missing or misshapen.
  public func load<Scalar: Arithmetic>(
    _ table: TensorTable<Scalar>, into run: Run<Scalar>
  ) throws(LayerError) {
    for specification in given {
      let elements = try table.tensor(specification).elements
      if let (weight, part) = part(specification.name) {
        run.load(elements, intoPart: part, of: weight)
      } else {
        run.load(elements, into: specification.name)
      }
    }
    for (name, list) in positions { run.load(list.counts, asCounts: name) }
  }

  /// The results of a run.
  ///
  /// - Parameter run: A run that went forward and backward.
  /// - Returns: The tensors of ``results``.
  public func collect<Scalar: Arithmetic>(_ run: Run<Scalar>) -> TensorTable<Scalar> {
    var table = TensorTable<Scalar>()
    for specification in results {
      var elements: [Scalar]?
      if let output = form.outputs.first(where: { $0.name == specification.name }) {
        elements = run.elements(of: output.quantity)
      } else if specification.role == .gradient,
        let (weight, part) = part(String(specification.name.dropFirst()))
      {
        elements = run.gradient(ofPart: part, of: weight)
      } else if specification.role == .gradient,
        let weight = run.gradient(of: String(specification.name.dropFirst()))
      {
        elements = weight
      } else {
        elements = run.elements(of: specification.name)
      }
      if let elements {
        table[specification.name] = Tensor(shape: specification.shape, elements: elements)
      }
    }
    return table
  }
}
