/// Why equations cannot be run at given sizes.
public struct EquationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The equation's place in its file, where it has one.
  public var place: SourcePlace?
  /// What is wrong, with the names involved.
  public var problem: String

  /// The problem.
  public var description: String { problem }
}
