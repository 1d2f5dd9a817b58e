import Tensors

/// Writes arrays byte for byte as `numpy.save` does.
public enum NumPyWriter {
  /// Writes one `.npy` array of binary32 or binary64 numbers.
  ///
  /// - Parameters:
  ///   - tensor: The array; a vector becomes an array of one axis.
  ///   - isDouble: Whether its elements are written as binary64.
  ///   - sink: Where to.
  /// - Throws: ``KaldiIOError`` when the bytes cannot be written.
  public static func write(
    _ tensor: StoredTensor, isDouble: Bool, to sink: ByteSink
  ) throws(KaldiIOError) {
    let matrix = tensor.matrix
    let shape =
      tensor.form == .vector
      ? "(\(matrix.elements.count),)" : "(\(matrix.rows), \(matrix.columns))"
    let type = isDouble ? "<f8" : "<f4"
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    // Magic, version and length take ten bytes; the header ends on a multiple of 64.
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    try sink.append(NumPyHeader.magic + [1, 0])
    let length = header.utf8.count
    try sink.append([UInt8(length & 0xff), UInt8(length >> 8)])
    try sink.append(header)
    var bytes: [UInt8] = []
    for element in matrix.elements {
      if isDouble {
        append(element.bitPattern, to: &bytes)
      } else {
        append(narrowed(element).bitPattern, to: &bytes)
      }
      if bytes.count >= 1 << 16 {
        try sink.append(bytes)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try sink.append(bytes)
  }

  private static func append<Bits: FixedWidthInteger>(_ bits: Bits, to bytes: inout [UInt8]) {
    var rest = bits
    for _ in 0..<Bits.bitWidth / 8 {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }
}
