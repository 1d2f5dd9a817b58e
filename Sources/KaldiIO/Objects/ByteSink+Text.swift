import Concurrency
public import Tensors

extension ByteSink {
  /// Appends one number.
  ///
  /// - Parameters:
  ///   - number: The number.
  ///   - style: How to spell it.
  /// - Throws: ``KaldiIOError``.
  public func append(_ number: Double, style: NumberStyle) throws(KaldiIOError) {
    try unsafe write(atMost: DecimalWriter.maximumLength(style)) { target in
      unsafe DecimalWriter.write(number, style: style, to: target)
    }
  }

  /// Appends a matrix or vector in Kaldi's text form, the line feed at its end included.
  ///
  /// - Parameters:
  ///   - matrix: The numbers; a vector is one row.
  ///   - form: Matrix or vector.
  ///   - style: How to spell the numbers.
  /// - Throws: ``KaldiIOError``.
  public func appendText(
    _ matrix: Matrix<Double>, form: StoredTensor.Form, style: NumberStyle
  ) throws(KaldiIOError) {
    try append(" [")
    if form == .vector || matrix.elements.isEmpty {
      try append(0x20)
      try appendNumbers(matrix.elements[...], style: style)
    } else {
      let half = matrix.elements.count >= Self.parallelCount ? matrix.rows / 2 : 0
      if half > 0 {
        let parts = Threads.map([0..<half, half..<matrix.rows]) { rows in
          Result { () throws(KaldiIOError) in
            let part = ByteSink()
            try part.appendRows(rows, of: matrix, style: style)
            return part.bytes
          }
        }
        for part in parts { try append(part.get()) }
      } else {
        try appendRows(0..<matrix.rows, of: matrix, style: style)
      }
    }
    try append("]\n")
  }

  /// From this many numbers on, a matrix is spelled by two threads.
  private static let parallelCount = 1 << 13

  private func appendRows(
    _ rows: Range<Int>, of matrix: Matrix<Double>, style: NumberStyle
  ) throws(KaldiIOError) {
    for row in rows {
      try append(0x0a)
      try append(0x20)
      try append(0x20)
      try appendNumbers(matrix.row(row), style: style)
    }
  }

  /// Appends numbers, each with a space behind it.
  private func appendNumbers(
    _ numbers: ArraySlice<Double>, style: NumberStyle
  ) throws(KaldiIOError) {
    let most = DecimalWriter.maximumLength(style)
    var start = numbers.startIndex
    while start < numbers.endIndex {
      let end = min(numbers.endIndex, start + 256)
      try unsafe write(atMost: (end - start) * most) { target in
        var p = unsafe target
        for index in start..<end {
          unsafe p += DecimalWriter.write(numbers[index], style: style, to: p)
          unsafe p[0] = 0x20
          unsafe p += 1
        }
        return unsafe p - target
      }
      start = end
    }
  }
}
