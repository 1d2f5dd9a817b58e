/// Why a kernel refused its arguments.
public enum KernelError: Error, Sendable, Equatable {
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
  /// A gate order is not one of the 24 arrangements of `i`, `f`, `o`, `g`.
  case gateOrder(found: String)
  /// A fault that this layer does not have.
  case fault(name: String, layer: String)
}

extension KernelError: CustomStringConvertible {
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
    case .gateOrder(let found):
      "order: found \(found), expected an arrangement of the letters i, f, o, g"
    case .fault(let name, let layer):
      "\(name): not a fault of \(layer)"
    }
  }

  private func text(_ shape: [Int]) -> String {
    "[" + shape.map(String.init).joined(separator: ", ") + "]"
  }
}
