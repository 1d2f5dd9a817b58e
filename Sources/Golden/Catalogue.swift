/// All golden cases, layer by layer.
public enum Catalogue {
  /// The cases at their own dimensions and ranges.
  public static let cases: [GoldenCase] = LSTMCases.all + SRUCases.all + MemoryCases.all

  /// The case of a name.
  ///
  /// - Parameter name: The case's name.
  /// - Returns: The case.
  /// - Throws: ``GoldenError/unknownCase(name:known:)``.
  public static func named(_ name: String) throws(GoldenError) -> GoldenCase {
    guard let found = cases.first(where: { $0.name == name }) else {
      throw .unknownCase(name: name, known: cases.map(\.name))
    }
    return found
  }
}
