/// Why a layer refused its arguments.
public enum LayerError: Error, Sendable, Equatable {
  /// A tensor has another shape than the layer's dimensions ask for.
  case shape(tensor: String, expected: [Int], found: [Int])
  /// A tensor that the layer needs was not given.
  case missing(tensor: String)
  /// A dimension is outside what the layer can have.
  case dimension(name: String, found: Int, expected: String)
  /// A position reaches before the first row or past the last one.
  case position(tensor: String, row: Int, found: Int, allowed: ClosedRange<Int>)
  /// A position is not a whole number.
  case fractionalPosition(tensor: String, row: Int, found: Double)
  /// A storage order is no arrangement of the layer's blocks.
  case order(found: String, expected: [String])
  /// The equations do not go together at these sizes.
  case equations(file: String, EquationError)
  /// A mistake that this layer does not have.
  case mistake(name: String, layer: String)
}

extension LayerError: CustomStringConvertible {
  /// One line that says what was found and what was expected.
  public var description: String {
    switch self {
    case .shape(let tensor, let expected, let found):
      "\(tensor): expected shape \(text(expected)), found \(text(found))"
    case .missing(let tensor):
      "\(tensor): not given"
    case .dimension(let name, let found, let expected):
      "\(name): found \(found), expected \(expected)"
    case .position(let tensor, let row, let found, let allowed):
      "\(tensor): row \(row) reaches \(found) frames, expected a whole number from"
        + " \(allowed.lowerBound) to \(allowed.upperBound)"
    case .fractionalPosition(let tensor, let row, let found):
      "\(tensor): row \(row) holds \(found), expected a whole number"
    case .order(let found, let expected):
      "order: found \(found), expected an arrangement of \(expected.joined(separator: ", "))"
    case .equations(let file, let error):
      (error.place.map { "\(file):\($0.line): " } ?? "\(file): ") + error.problem
    case .mistake(let name, let layer):
      "\(name): not a mistake of \(layer)"
    }
  }

  private func text(_ shape: [Int]) -> String {
    "[" + shape.map(String.init).joined(separator: ", ") + "]"
  }
}
