public import Arithmetic
import Tensors

/// Each quantity recomputed from the operands that another program's dump holds.
///
/// Every equation, forward and backward, reads what the dump holds in place of what would be computed;
/// what the dump lacks is computed from there on, carried through frames where it must be. So a frame
/// is right or wrong by itself, however long the recurrence, and the first wrong equation is where
/// the mistake lies.
public struct LocalCheck: Sendable {
  /// The quantities that are held.
  public let held: [String]
  /// The quantities that are recomputed: the layer's results.
  public var results: [TensorSpecification] { layer.results }
  /// States that the dump lacks and that are carried from frame to frame.
  public var carried: [String] {
    layer.form.starts.map(\.quantity).filter { !held.contains($0) }
  }
  /// Whether some equation reads what is held, or a state is carried: otherwise there is nothing to check.
  public var isTelling: Bool {
    let read = Set(
      (layer.forward + layer.backward).flatMap(\.terms).flatMap(\.references).map(\.name))
    return !layer.form.starts.isEmpty || held.contains(where: read.contains)
  }
  private let layer: Layer
  private let plan: Plan

  /// The name under which a held quantity is read.
  static func heldName(_ name: String) -> String { "held " + name }

  /// A check of a layer by what a dump holds.
  ///
  /// - Parameters:
  ///   - layer: The layer.
  ///   - names: Names of ``Layer/results`` that the dump holds: quantities, their blocks, outputs.
  /// - Throws: ``LayerError`` where the equations do not go together.
  public init(_ layer: Layer, holding names: [String]) throws(LayerError) {
    self.layer = layer
    let outputs = Dictionary(
      layer.form.outputs.map { ($0.name, $0.quantity) }
    ) { first, _ in first }
    let perFrame = Set(
      layer.results.filter { $0.role == .internal || $0.role == .output }.map(\.name))
    // A whole quantity, or some of its blocks.
    var blocks: [String: Set<String>?] = [:]
    for name in names where perFrame.contains(name) {
      let parts = (outputs[name] ?? name).split(separator: ".").map(String.init)
      if parts.count > 1 {
        if case .some(.none) = blocks[parts[0]] { continue }
        blocks[parts[0], default: []]?.insert(parts[1])
      } else {
        blocks[parts[0]] = .some(nil)
      }
    }
    let defined = Set((layer.forward + layer.backward).map(\.target.name))
    let kept = blocks.filter { defined.contains($0.key) }
    held = kept.keys.sorted()
    func read(_ reference: Reference) -> Reference {
      guard let parts = kept[reference.name] else { return reference }
      if let parts, reference.block.map({ !parts.contains($0) }) ?? true { return reference }
      return Reference(Self.heldName(reference.name), reference.block, reference.shift)
    }
    func rewritten(_ equations: [Equation]) -> [Equation] {
      equations.map { equation in
        var result = equation
        result.terms = equation.terms.map { $0.mapReferences(read) }
        return result
      }
    }
    do {
      plan = Plan(
        try PlanBuilder(
          layer.file, layer.form, widths: layer.widths, forward: rewritten(layer.forward),
          backward: rewritten(layer.backward), keeping: Set(layer.forward.map(\.target.name)),
          holding: held))
    } catch {
      throw .equations(file: layer.file.file, error)
    }
  }

  /// Recomputes everything.
  ///
  /// - Parameters:
  ///   - given: The tensors of ``Layer/given``.
  ///   - dump: What the dump holds, by the names handed to ``init(_:holding:)``.
  /// - Returns: The layer's results, each from the dump's own operands.
  /// - Throws: ``LayerError`` when a tensor is missing or misshapen.
  public func recompute<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, from dump: TensorTable<Scalar>
  ) throws(LayerError) -> TensorTable<Scalar> {
    let run = Run<Scalar>(plan)
    try layer.load(given, into: run)
    for entry in dump.entries {
      let quantity =
        layer.form.outputs.first { $0.name == entry.name }?.quantity ?? entry.name
      run.load(entry.tensor.elements, intoHeld: quantity)
    }
    run.forward()
    run.backward()
    return layer.collect(run)
  }
}

extension Run {
  /// Loads a held quantity, or a block of one as `u.x`.
  func load(_ elements: [Scalar], intoHeld name: String) {
    let parts = name.split(separator: ".").map(String.init)
    let held = LocalCheck.heldName(parts[0])
    guard let field = plan.fields[held],
      let stretch = plan.widths.stretch(held, parts.count > 1 ? parts[1] : nil)
    else { return }
    load(elements, into: field.columns(stretch))
  }
}

extension Term {
  /// The term with its references replaced.
  func mapReferences(_ change: (Reference) -> Reference) -> Term {
    func atom(_ atom: Atom) -> Atom {
      switch atom {
      case .quantity(let reference): .quantity(change(reference))
      case .slope(let function, let reference): .slope(function, change(reference))
      default: atom
      }
    }
    var result = self
    switch kind {
    case .elementwise(let head, let atoms):
      result.kind = .elementwise(head.map(atom), atoms.map(atom))
    case .product(var product):
      product.left = change(product.left)
      result.kind = .product(product)
    case .taps(var taps):
      taps.quantity = change(taps.quantity)
      result.kind = .taps(taps)
    case .outer(let left, let isWindow, let right):
      result.kind = .outer(change(left), isWindow: isWindow, change(right))
    case .tapsGradient(var taps, let gradient):
      taps.quantity = change(taps.quantity)
      result.kind = .tapsGradient(taps, change(gradient))
    case .splice(let reference, let offsets, let isAdjoint):
      result.kind = .splice(change(reference), offsets, isAdjoint: isAdjoint)
    }
    return result
  }
}
