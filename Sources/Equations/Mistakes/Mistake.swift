public import Arithmetic

/// A mistake that people make when they write or port a layer, and what it computes.
///
/// Names are those that reports print, in words joined by hyphens. A mistake of a forward equation is
/// a program that computes the wrong layer and differentiates *that* layer rightly; the same name with
/// `-forward` is the mistake in the forward pass alone, the backward pass being the right text on the
/// wrong trace.
public struct Mistake: Sendable {
  /// The name.
  public let name: String
  /// What is wrong, and where in the equations: a line a person can act on.
  public let explanation: String
  /// The edit in the language of layer files; empty where the equations stay as they are.
  public let edit: String
  let recipe: MistakeRecipe

  init(_ name: String, _ explanation: String, edit: String = "", _ recipe: MistakeRecipe) {
    self.name = name
    self.explanation = explanation
    self.edit = edit
    self.recipe = recipe
  }
}

extension Mistake {
  /// Whether all its edits are of equations that set certain quantities.
  ///
  /// - Parameter quantities: Names of quantities, or of blocks such as `a.i`.
  /// - Returns: Whether the mistake is nothing but edits of their equations.
  public func isIn(_ quantities: Set<String>) -> Bool {
    guard recipe.before.isEmpty, recipe.after.isEmpty, let program = recipe.program else {
      return false
    }
    return switch program {
    case .model(let edit), .forward(let edit), .backward(let edit):
      edit.replacements.flatMap(\.equations).allSatisfy {
        $0.extent == .frames && quantities.contains(Printer.text($0.target))
      }
    }
  }
}

/// What a mistake does: to the tensors before the run, to the equations, and to the results after it.
struct MistakeRecipe: Sendable {
  /// How equations are edited.
  enum Program: Sendable {
    /// The forward ones, and the backward ones derived from the edited text.
    case model(EquationEdit)
    /// The forward ones alone.
    case forward(EquationEdit)
    /// The backward ones alone.
    case backward(EquationEdit)
  }

  var before: [TensorEdit] = []
  var program: Program?
  var runOrder: [String]?
  /// Run twice, the final states of the first run being the initial ones of the second.
  var carriesFinalState = false
  /// Whether the backward pass computes nothing.
  var skipsBackward = false
  var after: [TensorEdit] = []
}

extension EquationEdit {
  func applied(to equations: [Equation]) -> [Equation] {
    let changed = Dictionary(replacements.map { ($0.index, $0.equations) }) { first, _ in first }
    return equations.enumerated().flatMap { index, equation in changed[index] ?? [equation] }
  }
}

extension Layer {
  /// The plan of a program with edited equations.
  ///
  /// - Throws: ``EquationError`` where no program can make this mistake.
  func plan(making program: MistakeRecipe.Program) throws(EquationError) -> Plan {
    switch program {
    case .model(let edit):
      let wrong = edit.applied(to: forward)
      let derived = Derivation(file, form, backward: .advance).equations(from: wrong)
      return try Self.plan(file, form, widths, wrong, derived)
    case .forward(let edit):
      return try Self.plan(file, form, widths, edit.applied(to: forward), backward)
    case .backward(let edit):
      return try Self.plan(file, form, widths, forward, edit.applied(to: backward))
    }
  }

  /// Runs the layer forward and backward with a mistake.
  ///
  /// - Parameters:
  ///   - given: The tensors of ``given``, none of which is altered.
  ///   - mistake: One of ``mistakes``.
  /// - Returns: The tensors of ``results``, as that program would give them.
  /// - Throws: ``LayerError`` when a tensor is missing or misshapen.
  public func evaluate<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, making mistake: Mistake
  ) throws(LayerError) -> TensorTable<Scalar> {
    for specification in self.given { _ = try given.tensor(specification) }
    let recipe = mistake.recipe
    var edited = given
    for edit in recipe.before { edit.apply(to: &edited, given: given) }
    var layer = self
    if let order = recipe.runOrder {
      layer = try Layer(
        file, form: form.name, sizes: widths.sizes, order: order, positions: positions)
    }
    let run: Run<Scalar>
    if let program = recipe.program {
      do { run = Run(try plan(making: program)) } catch {
        throw .equations(file: file.file, error)
      }
    } else {
      run = layer.makeRun(of: Scalar.self)
    }
    try layer.load(edited, into: run)
    run.forward()
    if recipe.carriesFinalState {
      run.carryFinalStates(form.starts.map(\.quantity))
      run.forward()
    }
    if !recipe.skipsBackward { run.backward() }
    var results = layer.collect(run)
    if let runOrder = recipe.runOrder, let order { results = results.renamed(runOrder, as: order) }
    for edit in recipe.after { edit.apply(to: &results, given: edited) }
    return results
  }

  /// A mistake of this layer by its name.
  ///
  /// - Parameter name: The name.
  /// - Returns: The mistake.
  /// - Throws: ``LayerError/mistake(name:layer:)``.
  public func mistake(named name: String) throws(LayerError) -> Mistake {
    guard let mistake = mistakes.first(where: { $0.name == name }) else {
      throw .mistake(name: name, layer: kernel)
    }
    return mistake
  }
}

extension TensorTable {
  /// The quantities of a run in one order under the names that their places have in another: a block
  /// goes by what stands there by right, whatever the run took it for.
  func renamed(_ taken: [String], as order: [String]) -> TensorTable {
    let right = Dictionary(uniqueKeysWithValues: zip(taken, order))
    var result = TensorTable()
    for entry in entries {
      // i, da_i and da.i belong to the block i.
      let prefix = ["da_", "da."].first { entry.name.hasPrefix($0) } ?? ""
      let own = String(entry.name.dropFirst(prefix.count))
      result[right[own].map { prefix + $0 } ?? entry.name] = entry.tensor
    }
    return result
  }
}

extension Run {
  /// Makes the final states the initial ones.
  func carryFinalStates(_ quantities: [String]) {
    for name in quantities {
      guard let field = plan.fields[name] else { continue }
      let lane = scalars[field.store].lane
      let size = plan.widths.streams * field.stream
      // Beside the last frame read, on the side where the quantity is read from.
      let isAhead = field.offset < field.frame
      let (from, to) =
        isAhead
        ? (field.offset, field.offset + plan.widths.frames * field.frame)
        : (field.offset + (plan.widths.frames - 1) * field.frame, field.offset - field.frame)
      guard to >= 0, to + size <= lane.count else { continue }
      for index in 0..<size { lane[to + index] = lane[from + index] }
    }
  }
}
