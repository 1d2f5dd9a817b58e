import Tensors

extension ByteSource {
  /// Reads a matrix or vector in Kaldi's binary form, from its token on.
  ///
  /// - Parameter form: What to read; nil takes either.
  /// - Returns: The numbers, held as doubles.
  /// - Throws: ``KaldiIOError``.
  public func readBinaryTensor(
    form: StoredTensor.Form? = nil
  ) throws(KaldiIOError) -> StoredTensor {
    let start = place
    if form == nil, let unusual = try readUnusualBinary() { return unusual }
    let token = try readToken()
    let isVector = token == "FV" || token == "DV"
    if form == nil || (form == .vector) == isVector {
      switch token {
      case "FM": return try readDense(.matrix, .float32)
      case "DM": return try readDense(.matrix, .float64)
      case "FV": return try readDense(.vector, .float32)
      case "DV": return try readDense(.vector, .float64)
      case "CM", "CM2", "CM3": return try readCompressed(token: token, at: start)
      default: break
      }
    }
    throw .malformed(
      .init(file: name, byte: start.byte), found: quoted(token.utf8),
      expected: form == nil
        ? "a binary matrix or vector" : "a binary \(form == .vector ? "vector" : "matrix")")
  }

  /// Reads one matrix or vector, text or binary by its header.
  ///
  /// - Parameters:
  ///   - form: What to read; nil takes either.
  ///   - options: How text is read.
  /// - Returns: The numbers.
  /// - Throws: ``KaldiIOError``.
  public func readTensor(
    form: StoredTensor.Form? = nil, options: TextOptions = TextOptions()
  ) throws(KaldiIOError) -> StoredTensor {
    if try takeBinaryHeader() { return try readBinaryTensor(form: form) }
    if form == nil, let sparse = try readSparseText() { return sparse }
    return try readTextTensor(form: form, options: options)
  }

  /// Whether a token stands here with which a matrix or vector begins in binary.
  func isAtBinaryToken() throws(KaldiIOError) -> Bool {
    guard let first = try peek(), first == 0x46 || first == 0x44 || first == 0x43 || first == 0x53
    else { return false }
    let known = ["FM", "DM", "FV", "DV", "CM", "CM2", "CM3", "SM", "SV", "FP", "DP"]
    return known.contains(try peekToken())
  }

  private func readDense(
    _ form: StoredTensor.Form, _ precision: Precision
  ) throws(KaldiIOError) -> StoredTensor {
    let start = place
    let rows = form == .vector ? 1 : Int(try readInt32(isBinary: true))
    let columns = Int(try readInt32(isBinary: true))
    try checkShape(rows, columns, at: start)
    let elements = try readNumbers(rows * columns, precision, at: start)
    return StoredTensor(
      form: form, matrix: Matrix(rows: rows, columns: columns, elements: elements),
      encoding: precision == .float32 ? .float32 : .float64)
  }

  /// Refuses negative sizes, and rows without columns, which Kaldi has no matrix for.
  func checkShape(
    _ rows: Int, _ columns: Int, at place: KaldiIOError.Place
  ) throws(KaldiIOError) {
    let isPossible = rows >= 0 && columns >= 0 && (rows == 0) == (columns == 0)
    if isPossible || (rows == 1 && columns == 0) { return }
    throw .malformed(
      .init(file: name, byte: place.byte), found: "a shape of \(rows) by \(columns)",
      expected: "a possible shape")
  }

  /// Reads bare numbers.
  func readNumbers(
    _ count: Int, _ precision: Precision, at start: KaldiIOError.Place
  ) throws(KaldiIOError) -> [Double] {
    let size = precision == .float32 ? 4 : 8
    try check(count: count, of: size, at: start)
    var elements: [Double] = []
    // Without a known end, memory follows what really comes.
    elements.reserveCapacity(remaining == nil ? min(count, 1 << 17) : count)
    let pieceLength = min(count, 1 << 15)
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceLength * size, alignment: 8)
    defer { unsafe piece.deallocate() }
    var left = count
    while left > 0 {
      let length = min(left, pieceLength)
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: piece[..<(length * size)])
      let came = try unsafe read(into: part)
      if came < part.count {
        throw .malformed(
          .init(file: name, byte: offset), found: "the end of the input",
          expected: "\(part.count - came + (left - length) * size) bytes more of a matrix")
      }
      if precision == .float32 {
        let numbers = unsafe part.bindMemory(to: Float.self)
        for index in 0..<length { unsafe elements.append(widened(numbers[index])) }
      } else {
        unsafe elements.append(contentsOf: part.bindMemory(to: Double.self))
      }
      left -= length
    }
    return elements
  }
}
