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
      for row in 0..<matrix.rows {
        try append("\n  ")
        try appendNumbers(matrix.row(row), style: style)
      }
    }
    try append("]\n")
  }

  /// Appends numbers, each with a space behind it.
  private func appendNumbers(
    _ numbers: ArraySlice<Double>, style: NumberStyle
  ) throws(KaldiIOError) {
    let most = DecimalWriter.maximumLength(style) + 1
    for number in numbers {
      try unsafe write(atMost: most) { target in
        let count = unsafe DecimalWriter.write(number, style: style, to: target)
        unsafe target[count] = 0x20
        return count + 1
      }
    }
  }
}
