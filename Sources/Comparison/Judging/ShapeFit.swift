import KaldiIO
import Tensors

/// Whether an actual matrix can stand for an expected one, and how.
enum ShapeFit: Sendable, Equatable {
  /// Same rows and columns.
  case same
  /// One of them is a row and the other a column of as many numbers.
  case lineForLine
  /// They hold different numbers of numbers, or differ in both directions.
  case none

  /// Compares two shapes: a vector, a 1×n and an n×1 matrix hold the same numbers in one order.
  init(expected: Matrix<Double>, actual: Matrix<Double>) {
    if expected.rows == actual.rows, expected.columns == actual.columns {
      self = .same
    } else if expected.elements.count == actual.elements.count,
      min(expected.rows, expected.columns) <= 1, min(actual.rows, actual.columns) <= 1
    {
      self = .lineForLine
    } else {
      self = .none
    }
  }
}

extension Matrix {
  /// `R×C`, for messages.
  var shapeText: String { "\(rows)×\(columns)" }
}
