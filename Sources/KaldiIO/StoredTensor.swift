public import Tensors

/// A matrix or vector as some program stored it: the numbers, and what is known of their precision.
public struct StoredTensor: Sendable, Equatable {
  /// Whether the object was written as a matrix or as a vector.
  public enum Form: Sendable, Equatable {
    /// Rows and columns.
    case matrix
    /// One row of numbers, written as a vector.
    case vector
  }

  /// How the numbers were encoded, hence how far each may be from the number that was meant.
  public enum Encoding: Sendable, Equatable {
    /// Decimal text; `significantDigits` is the most that any element of the object shows.
    case text(significantDigits: Int)
    /// Decimal text with a fixed number of decimals, as NumPy prints.
    case fixedPoint(decimals: Int)
    /// Binary, 32 bits a number.
    case float32
    /// Binary, 64 bits a number.
    case float64
    /// Another binary encoding, named: `CM`, `CM2`, `CM3`, `float16`, `int64`, …
    case other(String)
  }

  /// Matrix or vector.
  public var form: Form
  /// The numbers, a vector being one row; a binary32 number is held widened, exactly.
  public var matrix: Matrix<Double>
  /// How the numbers were encoded.
  public var encoding: Encoding

  /// A stored tensor.
  public init(form: Form, matrix: Matrix<Double>, encoding: Encoding) {
    self.form = form
    self.matrix = matrix
    self.encoding = encoding
  }
}
