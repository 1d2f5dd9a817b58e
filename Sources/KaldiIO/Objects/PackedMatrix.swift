public import Tensors

/// The lower triangle of a square matrix by rows, as Kaldi packs symmetric and triangular ones.
public struct PackedMatrix: Sendable, Equatable {
  /// How many rows, and columns.
  public let size: Int
  /// The elements of the lower triangle, row after row.
  public let elements: [Double]

  /// A packed matrix.
  ///
  /// - Precondition: `elements.count == size * (size + 1) / 2`.
  public init(size: Int, elements: [Double]) {
    precondition(size >= 0 && elements.count == size * (size + 1) / 2)
    self.size = size
    self.elements = elements
  }

  /// The whole matrix where the packed one is symmetric; the file does not say whether it is.
  public var symmetric: Matrix<Double> {
    var matrix = Matrix(rows: size, columns: size, repeating: 0.0)
    var index = 0
    for row in 0..<size {
      for column in 0...row {
        matrix[row, column] = elements[index]
        matrix[column, row] = elements[index]
        index += 1
      }
    }
    return matrix
  }
}

extension ByteSource {
  /// Reads a packed matrix: `FP` or `DP` in binary, rows of 1, 2, 3 … numbers in text.
  ///
  /// - Parameters:
  ///   - isBinary: Binary or text.
  ///   - options: How text is read.
  /// - Returns: The matrix.
  /// - Throws: ``KaldiIOError``.
  public func readPackedMatrix(
    isBinary: Bool, options: TextOptions = TextOptions()
  ) throws(KaldiIOError) -> PackedMatrix {
    if !isBinary {
      try skipWhitespace()
      guard try take(0x5b) else { throw malformed(expected: "'['") }
      var body = TextBody(form: .matrix, options: options)
      body.isTriangle = true
      try body.read(from: self)
      _ = try take(0x0a)
      return PackedMatrix(size: body.rows, elements: body.elements)
    }
    let token = try peekToken()
    guard token == "FP" || token == "DP" else {
      throw malformed(expected: "'FP' or 'DP'", isText: false)
    }
    try expect(token: token)
    let start = place
    let size = Int(try readInt32(isBinary: true))
    // Half of size squared must not overflow, nor may the whole be beyond what memory holds.
    guard size >= 0, size < 1 << 16 else {
      throw malformed(expected: "a possible size", isText: false)
    }
    let elements = try readNumbers(
      size * (size + 1) / 2, token == "FP" ? .float32 : .float64, at: start)
    return PackedMatrix(size: size, elements: elements)
  }
}
