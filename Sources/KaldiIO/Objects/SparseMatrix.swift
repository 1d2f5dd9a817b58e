public import Tensors

/// A matrix of which only some elements are stored, as Kaldi keeps sparse features.
public struct SparseMatrix: Sendable, Equatable {
  /// A row: how wide it is, and its elements by rising column.
  public struct Row: Sendable, Equatable {
    /// How many columns.
    public var dimension: Int
    /// The columns that are stored, rising.
    public var columns: [Int]
    /// Their elements.
    public var values: [Double]

    /// A row.
    public init(dimension: Int, columns: [Int], values: [Double]) {
      self.dimension = dimension
      self.columns = columns
      self.values = values
    }
  }

  /// The rows.
  public var rows: [Row]

  /// A matrix of rows.
  public init(rows: [Row]) { self.rows = rows }

  /// All elements, those that are not stored being 0.
  ///
  /// - Parameter limit: The most elements that may be made.
  /// - Returns: The matrix; nil when it would be larger, or the rows are not of one width.
  public func dense(limit: Int) -> Matrix<Double>? {
    let width = rows.first?.dimension ?? 0
    let (count, overflow) = width.multipliedReportingOverflow(by: rows.count)
    guard !overflow, count <= limit, rows.allSatisfy({ $0.dimension == width }) else { return nil }
    if count == 0 { return Matrix(rows: 0, columns: 0, elements: []) }
    var matrix = Matrix(rows: rows.count, columns: width, repeating: 0.0)
    for (index, row) in rows.enumerated() {
      for (column, value) in zip(row.columns, row.values) { matrix[index, column] = value }
    }
    return matrix
  }
}

extension ByteSource {
  /// Reads a sparse matrix: `SM` in binary, `rows=2 dim=5 [ 1 0.5 ] …` in text.
  ///
  /// - Parameter isBinary: Binary or text.
  /// - Returns: The matrix.
  /// - Throws: ``KaldiIOError``.
  public func readSparseMatrix(isBinary: Bool) throws(KaldiIOError) -> SparseMatrix {
    let count: Int
    if isBinary {
      try expect(token: "SM")
      let start = place
      count = Int(try readInt32(isBinary: true))
      // A row takes 13 bytes at the least.
      try check(count: count, of: 13, at: start)
    } else {
      try skipWhitespace()
      try expect(text: "rows=")
      count = Int(try readInt32(isBinary: false))
    }
    var rows: [SparseMatrix.Row] = []
    var left = count
    while left > 0 {
      rows.append(try readSparseVector(isBinary: isBinary))
      left -= 1
    }
    if count < 0 { throw malformed(expected: "a count of rows", isText: !isBinary) }
    if !isBinary {
      while try take(0x20) {}
      _ = try take(0x0a)
    }
    return SparseMatrix(rows: rows)
  }

  /// Reads a sparse vector: `SV` in binary, `dim=5 [ 1 0.5 3 2 ] ` in text.
  ///
  /// - Parameter isBinary: Binary or text.
  /// - Returns: The vector as one row.
  /// - Throws: ``KaldiIOError``.
  public func readSparseVector(isBinary: Bool) throws(KaldiIOError) -> SparseMatrix.Row {
    var row = SparseMatrix.Row(dimension: 0, columns: [], values: [])
    if isBinary {
      try expect(token: "SV")
      row.dimension = Int(try readInt32(isBinary: true))
      let start = place
      let count = Int(try readInt32(isBinary: true))
      // An element takes 10 bytes at the least.
      try check(count: count, of: 10, at: start)
      for _ in 0..<count { try readElement(into: &row, isBinary: true) }
    } else {
      try skipWhitespace()
      try expect(text: "dim=")
      row.dimension = Int(try readInt32(isBinary: false))
      try skipWhitespace()
      try expect(text: "[")
      while true {
        try skipWhitespace()
        if try take(0x5d) { break }
        try readElement(into: &row, isBinary: false)
      }
    }
    if row.dimension < 0 { throw malformed(expected: "a possible dimension", isText: !isBinary) }
    return row
  }

  private func readElement(
    into row: inout SparseMatrix.Row, isBinary: Bool
  ) throws(KaldiIOError) {
    let start = place
    let column = Int(try readInt32(isBinary: isBinary))
    guard column > row.columns.last ?? -1, column < row.dimension else {
      throw .malformed(
        start, found: "index \(column)", expected: "rising indices below \(row.dimension)")
    }
    row.columns.append(column)
    row.values.append(try readFloat(isBinary: isBinary).value)
  }

  private func expect(text: String) throws(KaldiIOError) {
    for (index, byte) in text.utf8.enumerated() {
      guard try peek(at: index) == byte else { throw malformed(expected: "'\(text)'") }
    }
    advance(text.utf8.count)
  }
}

extension ByteSource {
  /// The most elements that a sparse object may have when it is made whole.
  private static let mostElements = 1 << 24

  /// Reads a sparse or packed object in binary as the whole matrix or vector; nil, with nothing
  /// taken, where another object stands.
  func readUnusualBinary() throws(KaldiIOError) -> StoredTensor? {
    let start = place
    switch try peekToken() {
    case "SM":
      return try whole(try readSparseMatrix(isBinary: true), .matrix, isText: false, at: start)
    case "SV":
      let row = try readSparseVector(isBinary: true)
      return try whole(SparseMatrix(rows: [row]), .vector, isText: false, at: start)
    case "FP":
      let packed = try readPackedMatrix(isBinary: true)
      return StoredTensor(form: .matrix, matrix: packed.symmetric, encoding: .float32)
    case "DP":
      let packed = try readPackedMatrix(isBinary: true)
      return StoredTensor(form: .matrix, matrix: packed.symmetric, encoding: .float64)
    default: return nil
    }
  }

  /// Reads a sparse object in text as the whole matrix or vector; nil where another object stands.
  func readSparseText() throws(KaldiIOError) -> StoredTensor? {
    try skipWhitespace()
    let start = place
    let first = try peek()
    guard first == 0x72 || first == 0x64 else { return nil }
    if first == 0x72 {
      return try whole(try readSparseMatrix(isBinary: false), .matrix, isText: true, at: start)
    }
    let row = try readSparseVector(isBinary: false)
    while try take(0x20) {}
    _ = try take(0x0a)
    return try whole(SparseMatrix(rows: [row]), .vector, isText: true, at: start)
  }

  private func whole(
    _ sparse: SparseMatrix, _ form: StoredTensor.Form, isText: Bool, at start: KaldiIOError.Place
  ) throws(KaldiIOError) -> StoredTensor {
    guard let matrix = sparse.dense(limit: Self.mostElements) else {
      var start = start
      if !isText { start.line = nil }
      throw .malformed(
        start,
        found: "\(sparse.rows.count) sparse rows, the first \(sparse.rows[0].dimension) wide",
        expected: "rows of one width, \(Self.mostElements) elements together at most")
    }
    let isSingle = sparse.rows.allSatisfy { $0.values.allSatisfy { Double(Float($0)) == $0 } }
    let encoding: StoredTensor.Encoding =
      isText ? .text(significantDigits: 17) : isSingle ? .float32 : .float64
    return StoredTensor(form: form, matrix: matrix, encoding: encoding)
  }
}
