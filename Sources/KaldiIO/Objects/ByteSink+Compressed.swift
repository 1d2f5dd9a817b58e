public import Tensors

extension ByteSink {
  /// Appends a matrix in one of Kaldi's compressed forms, without the header.
  ///
  /// - Parameters:
  ///   - matrix: The numbers, rounded to binary32 first.
  ///   - method: The form.
  /// - Throws: ``KaldiIOError/unusable(_:reason:)`` for numbers that are not finite.
  public func appendCompressed(
    _ matrix: Matrix<Double>, method: CompressionMethod
  ) throws(KaldiIOError) {
    let numbers = matrix.elements.map { narrowed($0) }
    if numbers.isEmpty {
      try append(token: "CM")
      try append([UInt8](repeating: 0, count: 16))
      return
    }
    guard let range = Self.range(of: numbers, method) else {
      throw .unusable(name, reason: "a matrix with infinities or NaN cannot be compressed")
    }
    let size: Int
    switch method {
    case .automatic: size = matrix.rows > 8 ? 0 : 2
    case .speechFeature: size = 0
    case .twoByteAutomatic, .twoByteSigned: size = 2
    case .oneByteAutomatic, .oneByteUnsigned, .oneByteZeroToOne: size = 1
    }
    try append(token: size == 0 ? "CM" : size == 2 ? "CM2" : "CM3")
    try appendRaw(UInt64(range.minimum.bitPattern), 4)
    try appendRaw(UInt64(range.range.bitPattern), 4)
    for dimension in [matrix.rows, matrix.columns] {
      guard let small = Int32(exactly: dimension) else {
        throw .unusable(name, reason: "a dimension of \(dimension) does not fit Kaldi's form")
      }
      try appendRaw(UInt64(UInt32(bitPattern: small)), 4)
    }
    if size == 0 {
      try appendColumns(numbers, matrix.rows, matrix.columns, range)
    } else {
      let steps: Float = size == 2 ? 65535 : 255
      for number in numbers {
        try appendRaw(UInt64(range.quantized(number, steps: steps)), size)
      }
    }
  }

  private static func range(of numbers: [Float], _ method: CompressionMethod) -> CompressionRange? {
    guard numbers.allSatisfy(\.isFinite) else { return nil }
    switch method {
    case .twoByteSigned: return CompressionRange(minimum: -32768, range: 65535)
    case .oneByteUnsigned: return CompressionRange(minimum: 0, range: 255)
    case .oneByteZeroToOne: return CompressionRange(minimum: 0, range: 1)
    default: break
    }
    guard let minimum = numbers.min(), var maximum = numbers.max() else { return nil }
    if maximum == minimum { maximum = minimum + (1 + minimum.magnitude) }
    let range = maximum - minimum
    return range.isFinite ? CompressionRange(minimum: minimum, range: range) : nil
  }

  private func appendColumns(
    _ numbers: [Float], _ rows: Int, _ columns: Int, _ range: CompressionRange
  ) throws(KaldiIOError) {
    var headers: [CompressionColumn] = []
    headers.reserveCapacity(columns)
    for column in 0..<columns {
      let codes = Self.quantiles(
        stride(from: column, to: numbers.count, by: columns).map { numbers[$0] }, range)
      for code in [codes.0, codes.1, codes.2, codes.3] { try appendRaw(UInt64(code), 2) }
      headers.append(CompressionColumn(codes: codes, in: range))
    }
    for column in 0..<columns {
      for row in 0..<rows {
        try append(headers[column].byte(for: numbers[row * columns + column]))
      }
    }
  }

  /// The four numbers of a column's header, each above the one before.
  private static func quantiles(
    _ column: [Float], _ range: CompressionRange
  ) -> (Int, Int, Int, Int) {
    let sorted = column.sorted()
    let count = sorted.count
    let quarter = count / 4
    let places = count >= 5 ? [0, quarter, 3 * quarter, count - 1] : [0, 1, 2, 3]
    func code(_ index: Int) -> Int? {
      let place = places[index]
      return place < count ? range.quantized(sorted[place], steps: 65535) : nil
    }
    let first = min(code(0) ?? 0, 65532)
    let second = code(1).map { min(max($0, first + 1), 65533) } ?? first + 1
    let third = code(2).map { min(max($0, second + 1), 65534) } ?? second + 1
    let fourth = code(3).map { max($0, third + 1) } ?? third + 1
    return (first, second, third, fourth)
  }
}
