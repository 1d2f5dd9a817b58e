/// What the system refused to do with a path.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The path, as it was given.
  public var path: String
  /// What was tried, a verb such as `open`, `list`, `write`.
  public var operation: String
  /// Why not, in the system's words or ours.
  public var reason: String

  /// A refusal.
  public init(path: String, operation: String, reason: String) {
    self.path = path
    self.operation = operation
    self.reason = reason
  }

  /// One line for a person.
  public var description: String { "cannot \(operation) \(path): \(reason)" }
}
