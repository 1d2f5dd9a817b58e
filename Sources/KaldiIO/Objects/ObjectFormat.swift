/// How a matrix or vector is to be written.
public enum ObjectFormat: Sendable, Equatable {
  /// Decimal text.
  case text(NumberStyle)
  /// Binary with a header, so many bits a number.
  case binary(Precision)
  /// Binary with a header, compressed; a vector is written as binary32.
  case compressed(CompressionMethod)
}

extension ByteSink {
  /// Appends a matrix or vector as a file or an archive's entry holds it: binary with its header.
  ///
  /// - Parameters:
  ///   - tensor: The numbers.
  ///   - format: How to write them.
  /// - Throws: ``KaldiIOError``.
  public func append(_ tensor: StoredTensor, as format: ObjectFormat) throws(KaldiIOError) {
    switch format {
    case .text(let style):
      try appendText(tensor.matrix, form: tensor.form, style: style)
    case .binary(let precision):
      try appendBinaryHeader()
      try appendBinary(tensor.matrix, form: tensor.form, precision: precision)
    case .compressed(let method):
      try appendBinaryHeader()
      if tensor.form == .vector {
        try appendBinary(tensor.matrix, form: .vector, precision: .float32)
      } else {
        try appendCompressed(tensor.matrix, method: method)
      }
    }
  }
}
