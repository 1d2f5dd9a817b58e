/// A mistake that people make when they write or port a layer, and what it computes.
///
/// Names are those that reports print. A fault of the model is a program that computes the wrong
/// layer and differentiates *that* layer rightly; the same name with `-forward` is the mistake in the
/// forward pass alone, the backward pass being the right text on the wrong trace.
public struct Fault: Sendable {
  /// The name, in words joined by hyphens.
  public let name: String
  /// What is wrong, and where in the equations: a line a person can act on.
  public let explanation: String
  let recipe: FaultRecipe

  init(_ name: String, _ explanation: String, _ recipe: FaultRecipe) {
    self.name = name
    self.explanation = explanation
    self.recipe = recipe
  }

  /// A fault of the model and the same mistake in the forward pass alone.
  static func bothWays(
    _ name: String, _ explanation: String, _ recipe: FaultRecipe
  ) -> [Fault] {
    [
      Fault(name, explanation, recipe),
      Fault(name + "-forward", explanation + "; in the forward pass alone", recipe.forwardOnly),
    ]
  }
}

/// What a fault does: to the tensors before the run, inside the run, and to the results after it.
///
/// Most faults only rearrange tensors around the kernel; those that change an equation set a field of
/// the layer's variant.
struct FaultRecipe: Sendable {
  var before: [TensorEdit] = []
  var lstm: (forward: LSTMVariant, backward: LSTMVariant)?
  var sru: (forward: SRUVariant, backward: SRUVariant)?
  var memory: (forward: MemoryVariant, backward: MemoryVariant)?
  var runOrder: GateOrder?
  /// Run twice, the final states of the first run being the initial ones of the second.
  var carriesFinalState = false
  var after: [TensorEdit] = []

  /// The same program of the layer forward and backward.
  static func lstm(_ change: (inout LSTMVariant) -> Void) -> FaultRecipe {
    var variant = LSTMVariant()
    change(&variant)
    return FaultRecipe(lstm: (variant, variant))
  }

  /// The same program of the layer forward and backward.
  static func sru(_ change: (inout SRUVariant) -> Void) -> FaultRecipe {
    var variant = SRUVariant()
    change(&variant)
    return FaultRecipe(sru: (variant, variant))
  }

  /// The same program of the layer forward and backward.
  static func memory(_ change: (inout MemoryVariant) -> Void) -> FaultRecipe {
    var variant = MemoryVariant()
    change(&variant)
    return FaultRecipe(memory: (variant, variant))
  }

  /// The mistake in the forward pass alone.
  var forwardOnly: FaultRecipe {
    var result = self
    result.lstm?.backward = LSTMVariant()
    result.sru?.backward = SRUVariant()
    result.memory?.backward = MemoryVariant()
    return result
  }

  /// The mistake in the backward pass alone.
  var backwardOnly: FaultRecipe {
    var result = self
    result.lstm?.forward = LSTMVariant()
    result.sru?.forward = SRUVariant()
    result.memory?.forward = MemoryVariant()
    return result
  }
}

extension Layer {
  /// A fault of this layer by its name.
  ///
  /// - Parameter name: The name.
  /// - Returns: The fault.
  /// - Throws: ``KernelError/fault(name:layer:)``.
  public func fault(named name: String) throws(KernelError) -> Fault {
    guard let fault = faults.first(where: { $0.name == name }) else {
      throw .fault(name: name, layer: kernel)
    }
    return fault
  }
}
