/// A place in a layer file, counted from 1.
public struct SourcePlace: Sendable, Hashable {
  /// The line.
  public var line: Int
  /// The column, in characters.
  public var column: Int

  /// A place.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// What is wrong in a layer file, and where.
public struct LayerFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file as the user named it, or the layer's name where it is compiled in.
  public var file: String
  /// Where.
  public var place: SourcePlace
  /// What stands there.
  public var found: String
  /// What should.
  public var expected: String

  /// An error.
  public init(file: String, place: SourcePlace, found: String, expected: String) {
    self.file = file
    self.place = place
    self.found = found
    self.expected = expected
  }

  /// One line: file, line, column, found, expected.
  public var description: String {
    "\(file):\(place.line):\(place.column): found \(found), expected \(expected)"
  }
}
