/// What keeps a comparison from giving a verdict.
public enum ComparisonError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A file or stream could not be read.
  case unreadable(String)
  /// A file of a golden folder is missing, malformed, or at odds with its `case.json`.
  case badCase(file: String, found: String, expected: String)
  /// Nothing of the actual side could be paired with anything expected.
  case nothingToCompare(expected: String, actual: String, hint: String)
  /// The golden side was given as what is to be judged.
  case swapped(expected: String, actual: String)
  /// An option's value makes no sense.
  case badOption(option: String, found: String, expected: String)
  /// A report could not be read or written.
  case badReport(file: String, problem: String)

  /// One line naming the file, what was found and what was expected.
  public var description: String {
    switch self {
    case .unreadable(let message): message
    case .badCase(let file, let found, let expected):
      "\(file): found \(found), expected \(expected)"
    case .nothingToCompare(let expected, let actual, let hint):
      "nothing to compare: no tensor of \(actual) fits any of \(expected)"
        + (hint.isEmpty ? "" : "; \(hint)")
    case .swapped(let expected, let actual):
      "\(actual) is a golden folder and \(expected) is not: EXPECTED comes first, "
        + "'compare \(actual) \(expected)'"
    case .badOption(let option, let found, let expected):
      "\(option): found '\(found)', expected \(expected)"
    case .badReport(let file, let problem): "\(file): \(problem)"
    }
  }
}
