public import Tensors

extension ByteSink {
  /// Appends the two bytes that stand before a binary object.
  public func appendBinaryHeader() throws(KaldiIOError) {
    try append([0x00, 0x42])
  }

  /// Appends a token and its space.
  public func append(token: String) throws(KaldiIOError) {
    try append(token)
    try append(0x20)
  }

  /// Appends a 32-bit integer: with its size byte in binary, decimal and a space in text.
  public func append(_ value: Int32, isBinary: Bool) throws(KaldiIOError) {
    if isBinary {
      try append(4)
      try appendRaw(UInt64(UInt32(bitPattern: value)), 4)
    } else {
      try append("\(value) ")
    }
  }

  /// Appends a floating-point number: with its size byte in binary, decimal and a space in text.
  ///
  /// - Parameters:
  ///   - value: The number.
  ///   - precision: The width it has in binary.
  ///   - isBinary: Binary or text.
  ///   - style: How text spells it.
  /// - Throws: ``KaldiIOError``.
  public func append(
    _ value: Double, precision: Precision, isBinary: Bool, style: NumberStyle
  ) throws(KaldiIOError) {
    if !isBinary {
      try append(value, style: style)
      try append(0x20)
    } else if precision == .float32 {
      try append(4)
      try appendRaw(UInt64(narrowed(value).bitPattern), 4)
    } else {
      try append(8)
      try appendRaw(value.bitPattern, 8)
    }
  }

  /// Appends a vector of 32-bit integers as it stands inside objects, not in tables.
  public func append(_ values: [Int32], isBinary: Bool) throws(KaldiIOError) {
    if isBinary {
      try append(4)
      try appendRaw(UInt64(values.count), 4)
      for value in values { try appendRaw(UInt64(UInt32(bitPattern: value)), 4) }
    } else {
      try append("[ ")
      for value in values { try append("\(value) ") }
      try append("]\n")
    }
  }

  /// Appends a matrix or vector in binary, without the header.
  ///
  /// - Parameters:
  ///   - matrix: The numbers; a vector is one row.
  ///   - form: Matrix or vector.
  ///   - precision: The width of a number; narrowing rounds to nearest.
  /// - Throws: ``KaldiIOError``.
  public func appendBinary(
    _ matrix: Matrix<Double>, form: StoredTensor.Form, precision: Precision
  ) throws(KaldiIOError) {
    try append(
      token: (precision == .float32 ? "F" : "D") + (form == .vector ? "V" : "M"))
    let isEmpty = matrix.elements.isEmpty
    if form == .matrix {
      try append(dimension: isEmpty ? 0 : matrix.rows)
      try append(dimension: isEmpty ? 0 : matrix.columns)
    } else {
      try append(dimension: matrix.elements.count)
    }
    try append(numbers: matrix.elements, precision)
  }

  /// Appends bare numbers.
  func append(numbers: [Double], _ precision: Precision) throws(KaldiIOError) {
    var start = 0
    while start < numbers.count {
      let end = min(numbers.count, start + 1 << 13)
      let size = precision == .float32 ? 4 : 8
      unsafe try write(atMost: (end - start) * size) { target in
        var p = UnsafeMutableRawPointer(target)
        for index in start..<end {
          if precision == .float32 {
            unsafe p.storeBytes(of: narrowed(numbers[index]).bitPattern, as: UInt32.self)
          } else {
            unsafe p.storeBytes(of: numbers[index].bitPattern, as: UInt64.self)
          }
          unsafe p += size
        }
        return (end - start) * size
      }
      start = end
    }
  }

  /// Appends a size of a matrix or vector.
  func append(dimension: Int) throws(KaldiIOError) {
    guard let small = Int32(exactly: dimension) else {
      throw .unusable(name, reason: "a dimension of \(dimension) does not fit Kaldi's binary form")
    }
    try append(small, isBinary: true)
  }

  /// Appends a number's low bytes, little-endian.
  func appendRaw(_ value: UInt64, _ count: Int) throws(KaldiIOError) {
    for index in 0..<count { try append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
  }
}
