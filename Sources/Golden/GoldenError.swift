public import Equations

/// Why a golden case could not be made.
public enum GoldenError: Error, Sendable, Equatable {
  /// No case has that name.
  case unknownCase(name: String, known: [String])
  /// A case has no such setting.
  case unknownSetting(case: String, key: String, known: [String])
  /// A setting's value cannot be read.
  case malformedSetting(key: String, value: String, expected: String)
  /// The layer refused its arguments.
  case layer(case: String, LayerError)
  /// A layer file says something that cannot be.
  case file(LayerFileError)
  /// The enclosure of a value does not decide which double is nearest.
  case undecided(case: String, tensor: String, index: Int, radius: Double)
}

extension GoldenError: CustomStringConvertible {
  /// One line that says what was found and what was expected.
  public var description: String {
    switch self {
    case .unknownCase(let name, let known):
      "unknown case '\(name)'; the cases are \(known.joined(separator: ", "))"
    case .unknownSetting(let name, let key, let known):
      "case \(name) has no setting '\(key)'; it has \(known.joined(separator: ", "))"
    case .malformedSetting(let key, let value, let expected):
      "--set \(key)=\(value): expected \(expected)"
    case .layer(let name, let error):
      "case \(name): \(error)"
    case .file(let error):
      "\(error)"
    case .undecided(let name, let tensor, let index, let radius):
      "case \(name), tensor \(tensor), element \(index): the enclosure (radius \(radius)) does not"
        + " decide which double is nearest; nothing was written"
    }
  }
}
