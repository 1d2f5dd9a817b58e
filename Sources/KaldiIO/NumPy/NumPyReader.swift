import Tensors

/// Reads arrays as `numpy.save` writes them: versions 1 to 3, both orders, both byte orders.
public enum NumPyReader {
  /// Reads one `.npy` array.
  ///
  /// All axes but the last are folded into rows; an array of one axis, or of none, is a vector.
  ///
  /// - Parameter source: The input, at the array's first byte; afterwards behind its last.
  /// - Returns: The array's numbers, widened.
  /// - Throws: ``KaldiIOError`` for what is no such array, or is cut short.
  public static func read(_ source: ByteSource) throws(KaldiIOError) -> StoredTensor {
    let header = try readHeader(source)
    guard let count = header.count else {
      throw source.malformed(
        found: "an array of shape \(header.shape)", expected: "an array that fits into memory")
    }
    let byteCount = count * header.element.size
    if let remaining = source.remaining, remaining < byteCount {
      throw source.malformed(
        found: "\(remaining) bytes", expected: "the \(byteCount) bytes of shape \(header.shape)")
    }
    let bytes = try source.takeBytes(byteCount, expected: "the elements of shape \(header.shape)")
    var elements = decode(bytes, as: header.element, isBigEndian: header.isBigEndian)
    let columns = header.shape.last ?? 1
    if header.isFortranOrdered && header.shape.count > 1 && count > 0 {
      elements = cOrdered(elements, shape: header.shape)
    }
    let isVector = header.shape.count < 2
    // What has no elements keeps its shape only where that is a sensible one.
    let rows = count == 0 ? 0 : count / columns
    let width = count == 0 ? min(columns, 1 << 31) : columns
    return StoredTensor(
      form: isVector ? .vector : .matrix,
      matrix: Matrix(rows: rows, columns: width, elements: elements),
      encoding: header.element.encoding)
  }

  private static func readHeader(_ source: ByteSource) throws(KaldiIOError) -> NumPyHeader {
    let start = try source.takeBytes(8, expected: "an array as numpy.save writes it")
    guard start.starts(with: NumPyHeader.magic), (1...3).contains(start[6]) else {
      throw source.malformed(
        found: quoted(start), expected: "the mark of an .npy array, version 1 to 3")
    }
    let sizeBytes = try source.takeBytes(start[6] == 1 ? 2 : 4, expected: "the header's length")
    let length = sizeBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= 1 << 20 else {
      throw source.malformed(found: "a header of \(length) bytes", expected: "at most a megabyte")
    }
    let text = try source.takeBytes(length, expected: "a header of \(length) bytes")
    switch NumPyHeader.parse(text) {
    case .success(let header): return header
    case .failure(let fault):
      throw source.malformed(
        found: fault.found,
        expected: "a header with descr (floats, integers or bool), fortran_order and shape")
    }
  }

  /// The elements widened to binary64, in the order of the file.
  static func decode(
    _ bytes: [UInt8], as element: NumPyHeader.Element, isBigEndian: Bool = false
  ) -> [Double] {
    let size = element.size
    let count = bytes.count / size
    var result: [Double] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      var bits: UInt64 = 0
      let first = index * size
      if isBigEndian {
        for byte in first..<first + size { bits = bits << 8 | UInt64(bytes[byte]) }
      } else {
        for byte in stride(from: first + size - 1, through: first, by: -1) {
          bits = bits << 8 | UInt64(bytes[byte])
        }
      }
      switch element {
      case .float32: result.append(widened(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
      case .float64: result.append(Double(bitPattern: bits))
      case .float16: result.append(binary16(UInt16(truncatingIfNeeded: bits)))
      case .bfloat16:
        result.append(widened(Float(bitPattern: UInt32(truncatingIfNeeded: bits << 16))))
      case .boolean: result.append(bits == 0 ? 0 : 1)
      case .unsigned: result.append(Double(bits))
      case .signed:
        let shift = UInt64(64 - size * 8)
        result.append(Double(Int64(bitPattern: bits << shift) >> Int64(shift)))
      }
    }
    return result
  }

  /// A binary16 number's value; exact.
  static func binary16(_ bits: UInt16) -> Double {
    let exponent = Int(bits >> 10) & 0x1f
    let fraction = Double(bits & 0x3ff)
    let magnitude: Double
    switch exponent {
    case 0: magnitude = fraction * 0x1p-24
    case 31: magnitude = fraction == 0 ? .infinity : .nan
    default:
      magnitude = (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
    }
    return bits >> 15 == 1 ? -magnitude : magnitude
  }

  /// Elements stored first axis fastest, put last axis fastest.
  private static func cOrdered(_ elements: [Double], shape: [Int]) -> [Double] {
    var strides = [1]
    for length in shape.dropLast() { strides.append(strides[strides.count - 1] * length) }
    var indices = Array(repeating: 0, count: shape.count)
    var from = 0
    var result: [Double] = []
    result.reserveCapacity(elements.count)
    for _ in elements.indices {
      result.append(elements[from])
      var axis = shape.count - 1
      while axis >= 0 {
        indices[axis] += 1
        from += strides[axis]
        if indices[axis] < shape[axis] { break }
        from -= strides[axis] * shape[axis]
        indices[axis] = 0
        axis -= 1
      }
    }
    return result
  }
}

extension ByteSource {
  /// How many bytes are in memory already.
  var available: Int { limit - cursor }

  /// Takes a number of bytes; memory grows with what comes, not with what is promised.
  func takeBytes(_ count: Int, expected: String) throws(KaldiIOError) -> [UInt8] {
    var result: [UInt8] = []
    while result.count < count {
      if try peek() == nil {
        throw malformed(found: "the end of the input", expected: expected)
      }
      let step = min(count - result.count, limit - cursor)
      unsafe result.append(contentsOf: UnsafeBufferPointer(start: bytes + cursor, count: step))
      advance(step)
    }
    return result
  }

  /// An error at the next byte of a binary input.
  func malformed(found: String, expected: String) -> KaldiIOError {
    .malformed(.init(file: name, byte: offset), found: found, expected: expected)
  }
}
