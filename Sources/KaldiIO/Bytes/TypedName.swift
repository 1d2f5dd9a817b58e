/// What a user typed as the name of an input or output.
///
/// Only such a name can be a command, standard input or output, a table, an offset or a key. What was
/// found in data is a `DataPath`, and nothing turns one into the other.
public struct TypedName: Sendable, Hashable, CustomStringConvertible {
  /// The words as they were typed.
  public let text: String

  /// Takes a user's words; never anything that stood in a file or in a folder's listing.
  public init(_ text: String) { self.text = text }

  /// The words.
  public var description: String { text }

  /// Whether the name is that of standard input or output.
  var isStandard: Bool { text.isEmpty || text == "-" }
}
