import Tensors

extension ByteSource {
  /// Reads a compressed matrix behind its token.
  ///
  /// - Parameters:
  ///   - token: `CM`, `CM2` or `CM3`.
  ///   - start: Where the token stands.
  /// - Returns: The numbers as Kaldi decodes them, bit for bit.
  /// - Throws: ``KaldiIOError``.
  func readCompressed(
    token: String, at start: KaldiIOError.Place
  ) throws(KaldiIOError) -> StoredTensor {
    let minimum = Float(bitPattern: UInt32(truncatingIfNeeded: try readRaw(4)))
    let span = Float(bitPattern: UInt32(truncatingIfNeeded: try readRaw(4)))
    let rows = Int(Int32(truncatingIfNeeded: try readRaw(4)))
    let columns = Int(Int32(truncatingIfNeeded: try readRaw(4)))
    let range = CompressionRange(minimum: minimum, range: span)
    try checkShape(rows, columns, at: start)
    if columns == 0 {
      // Kaldi writes four bytes too many here, and trips over them itself.
      if try require(4) {
        var isZero = true
        for index in 0..<4 where unsafe bytes[cursor + index] != 0 { isZero = false }
        if isZero { advance(4) }
      }
      return StoredTensor(
        form: .matrix, matrix: Matrix(rows: 0, columns: 0, elements: []), encoding: .other(token))
    }
    let elements =
      switch token {
      case "CM": try readColumns(rows, columns, range, at: start)
      case "CM2": try readSteps(rows * columns, 2, range, at: start)
      default: try readSteps(rows * columns, 1, range, at: start)
      }
    return StoredTensor(
      form: .matrix, matrix: Matrix(rows: rows, columns: columns, elements: elements),
      encoding: .other(token))
  }

  private func readSteps(
    _ count: Int, _ size: Int, _ range: CompressionRange, at start: KaldiIOError.Place
  ) throws(KaldiIOError) -> [Double] {
    try check(count: count, of: size, at: start)
    let steps = size == 2 ? 1 / 65535.0 : 1 / 255.0
    let increment = Float(Double(range.range) * steps)
    var elements: [Double] = []
    elements.reserveCapacity(remaining == nil ? min(count, 1 << 17) : count)
    for _ in 0..<count {
      elements.append(widened(range.minimum + Float(try readRaw(size)) * increment))
    }
    return elements
  }

  private func readColumns(
    _ rows: Int, _ columns: Int, _ range: CompressionRange, at start: KaldiIOError.Place
  ) throws(KaldiIOError) -> [Double] {
    try check(count: rows + 8, of: columns, at: start)
    var headers: [CompressionColumn] = []
    headers.reserveCapacity(remaining == nil ? min(columns, 1 << 12) : columns)
    for _ in 0..<columns {
      let codes = (
        Int(try readRaw(2)), Int(try readRaw(2)), Int(try readRaw(2)), Int(try readRaw(2))
      )
      headers.append(CompressionColumn(codes: codes, in: range))
    }
    var byColumn: [Double] = []
    byColumn.reserveCapacity(remaining == nil ? min(rows * columns, 1 << 17) : rows * columns)
    for header in headers {
      for _ in 0..<rows {
        byColumn.append(widened(header.value(of: UInt8(truncatingIfNeeded: try readRaw(1)))))
      }
    }
    return Matrix(rows: columns, columns: rows, elements: byColumn).transposed().elements
  }
}
