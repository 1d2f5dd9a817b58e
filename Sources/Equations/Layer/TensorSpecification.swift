/// What a tensor is to a layer.
public enum TensorRole: String, Sendable {
  /// Data given to the layer: frames and states.
  case input
  /// A parameter.
  case weight
  /// The gradient that comes from above.
  case upstream
  /// A forward result.
  case output
  /// A backward result.
  case gradient
  /// A per-frame quantity between.
  case `internal`
}

/// A tensor that a layer takes or gives: its name, role and shape.
///
/// Frame sequences are time-major, `[T, N, columns]`, at this border.
public struct TensorSpecification: Sendable, Hashable {
  /// The layer file's name.
  public let name: String
  /// What it is to the layer.
  public let role: TensorRole
  /// Its shape.
  public let shape: [Int]
  /// Whether the first two axes are frames and sequences.
  public let isSequence: Bool

  /// A specification.
  public init(_ name: String, _ role: TensorRole, _ shape: [Int], isSequence: Bool = false) {
    self.name = name
    self.role = role
    self.shape = shape
    self.isSequence = isSequence
  }
}
