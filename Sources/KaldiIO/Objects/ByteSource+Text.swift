import Tensors

extension ByteSource {
  /// Reads a matrix or vector in Kaldi's text form.
  ///
  /// The line ending directly behind the closing bracket is taken too, as Kaldi does.
  ///
  /// - Parameters:
  ///   - form: What to read; nil takes an object with a row break in it for a matrix, one on a
  ///     single line for a vector, an empty one for a matrix of no rows.
  ///   - options: Strictness and storage type.
  /// - Returns: The numbers; a vector is one row.
  /// - Throws: ``KaldiIOError/malformed(_:found:expected:)`` with the line.
  public func readTextTensor(
    form: StoredTensor.Form? = nil, options: TextOptions = TextOptions()
  ) throws(KaldiIOError) -> StoredTensor {
    try skipWhitespace()
    guard try take(0x5b) else { throw malformed(expected: "'['") }
    var body = TextBody(form: form, options: options)
    if try take(0x5d) {
      if let after = try peek(), !isWhitespace(after) {
        cursor -= 2
        throw malformed(expected: "'['")
      }
      return body.tensor()
    }
    guard let after = try peek() else { throw malformed(expected: "']'") }
    guard isWhitespace(after) else {
      cursor -= 1
      throw malformed(expected: "'[' and white space")
    }
    try body.read(from: self)
    if try take(0x0d) {
      _ = try take(0x0a)
    } else {
      _ = try take(0x0a)
    }
    return body.tensor()
  }
}

/// What stands between the brackets of a matrix or vector, as far as it is read.
struct TextBody {
  let form: StoredTensor.Form?
  let options: TextOptions
  /// Whether rows may grow by one element each, as a packed triangle does.
  var isTriangle = false
  private(set) var elements: [Double] = []
  private(set) var rows = 0
  private var columns = 0
  private var rowStart = 0
  private var hasRowBreak = false
  private var isGlued = false
  private var digitsShown: UInt64 = 0
  private var tryPlainRows = true

  init(form: StoredTensor.Form?, options: TextOptions) {
    self.form = form
    self.options = options
  }

  /// The most significant digits that an element shows.
  var significantDigits: Int { digitsShown == 0 ? 0 : DecimalDigits.count(digitsShown) }

  /// What was read.
  func tensor() -> StoredTensor {
    let encoding = StoredTensor.Encoding.text(significantDigits: significantDigits)
    if isTriangle {
      let packed = PackedMatrix(size: rows, elements: elements)
      return StoredTensor(form: .matrix, matrix: packed.symmetric, encoding: encoding)
    }
    let isVector =
      form == .vector || (form == nil && !hasRowBreak && !isGlued && !elements.isEmpty)
    let matrix =
      isVector
      ? Matrix(rows: 1, columns: elements.count, elements: elements)
      : Matrix(rows: rows, columns: columns, elements: elements)
    return StoredTensor(form: isVector ? .vector : .matrix, matrix: matrix, encoding: encoding)
  }

  /// Reads up to the closing bracket and takes it.
  mutating func read(from source: ByteSource) throws(KaldiIOError) {
    let single = options.precision == .float32
    let isVector = form == .vector
    let isTolerant = !options.isStrict
    var afterSeparator = true
    var p = unsafe source.bytes + source.cursor
    var end = unsafe source.bytes + source.limit
    while true {
      let byte = unsafe p[0]
      if byte == 0x20 || byte == 0x09 {
        afterSeparator = true
        unsafe p += 1
        continue
      }
      let isNumber =
        byte &- 0x30 <= 9 || byte == 0x2d
        || (isTolerant && afterSeparator && (byte == 0x2b || byte == 0x2e))
      if isNumber {
        let number = unsafe DecimalReader.read(p, single: single)
        let next = unsafe number.end
        if unsafe next >= end && !source.isComplete {
          unsafe source.cursor = p - source.bytes
          _ = try source.fill()
          unsafe p = source.bytes + source.cursor
          unsafe end = source.bytes + source.limit
          continue
        }
        if unsafe number.failure == .none {
          unsafe elements.append(number.value)
          digitsShown = unsafe max(digitsShown, number.digitsShown)
          let after = unsafe next[0]
          if after == 0x20 {
            unsafe p = next + 1
            afterSeparator = true
            continue
          }
          if !isWhitespace(after) && after != 0x5d && after != 0x3b {
            if isVector {
              unsafe source.cursor = p - source.bytes
              throw source.malformed(expected: "a number, then white space or ']'")
            }
            isGlued = true
          }
          afterSeparator = false
          unsafe p = next
          continue
        }
        unsafe source.cursor = p - source.bytes
        if unsafe number.failure == .overflow {
          throw source.malformed(expected: "a number within the range of \(options.precision)")
        }
        let letter = try source.peek(at: 1) ?? 0
        let isWord = letter | 0x20 == 0x69 || letter | 0x20 == 0x6e
        guard isTolerant && afterSeparator && isWord else {
          throw source.malformed(expected: "a number")
        }
        try readWord(from: source)
        unsafe p = source.bytes + source.cursor
        unsafe end = source.bytes + source.limit
        continue
      }
      unsafe source.cursor = p - source.bytes
      switch byte {
      case 0x5d:
        source.advance(1)
        try endRow(at: source)
        return
      case 0x0a, 0x3b:
        if isVector { throw source.malformed(expected: "']' on the same line") }
        hasRowBreak = true
        try endRow(at: source)
        source.advance(1)
        afterSeparator = true
        if byte == 0x0a && tryPlainRows { try readPlainRows(from: source) }
      case 0x0b, 0x0c, 0x0d:
        if isVector { throw source.malformed(expected: "']' on the same line") }
        source.advance(1)
        afterSeparator = true
      default:
        if unsafe p == end {
          if try !source.fill() { throw source.malformed(expected: "']'") }
        } else {
          try readWord(from: source)
          afterSeparator = false
        }
      }
      unsafe p = source.bytes + source.cursor
      unsafe end = source.bytes + source.limit
    }
  }

  /// Reads the rows in the window that hold only numbers and spaces, as far as there are some.
  private mutating func readPlainRows(from source: ByteSource) throws(KaldiIOError) {
    if isTriangle { return }
    if source.isRegular { _ = try source.require(Self.blockLength) }
    let length = source.plainLength(endingBefore: 0x5d)
    if length < 2048 { return }
    let single = options.precision == .float32
    let text = unsafe UnsafeBufferPointer(start: source.bytes + source.cursor, count: length)
    var blocks: [PlainRows] = []
    let middle = (unsafe text[(length / 2)...].firstIndex(of: 0x0a) ?? length - 1) + 1
    if length >= Self.parallelLength && middle < length {
      blocks = unsafe PlainRows.pair(text, middle: middle, single: single)
    } else {
      blocks = [unsafe PlainRows(text, single: single)]
    }
    var taken = 0
    for (index, block) in blocks.enumerated() where taken == (index == 0 ? 0 : middle) {
      if rows > 0 && block.rows > 0 && block.columns != columns { break }
      if block.rows > 0 { columns = block.columns }
      if elements.isEmpty { elements = block.elements } else { elements += block.elements }
      rows += block.rows
      digitsShown = max(digitsShown, block.digitsShown)
      taken += block.length
    }
    rowStart = elements.count
    source.advance(taken)
    // Where the rows are not plain, looking for plain ones again and again would cost time.
    tryPlainRows = taken >= length / 2
  }

  /// How much of a file is wanted in the window before its rows are read as a block.
  private static let blockLength = 1 << 19
  /// From this length on, a block is read by two threads.
  private static let parallelLength = 1 << 16

  private mutating func endRow(at source: ByteSource) throws(KaldiIOError) {
    let width = elements.count - rowStart
    if width == 0 { return }
    if rows == 0 && !isTriangle { columns = width }
    // A row of one and a row of two begin the triangle that Kaldi keeps of a symmetric matrix.
    if form == nil && rows == 1 && columns == 1 && width == 2 { isTriangle = true }
    let expected = isTriangle ? rows + 1 : columns
    if width != expected {
      throw .malformed(
        source.place, found: "a row of \(width) numbers", expected: "\(expected)")
    }
    rows += 1
    rowStart = elements.count
  }

  /// Reads `inf`, `infinity` or `nan`; with a sign only where the caller allows one.
  private mutating func readWord(from source: ByteSource) throws(KaldiIOError) {
    var letters: [UInt8] = []
    while letters.count < 12, let byte = try source.peek(at: letters.count), !isWhitespace(byte) {
      letters.append(byte | 0x20)
    }
    var name = letters[...]
    let isNegative = letters.first == 0x2d
    if isNegative || letters.first == 0x2b { name = name.dropFirst() }
    let value: Double
    switch String(decoding: name, as: UTF8.self) {
    case "inf", "infinity": value = .infinity
    case "nan": value = .nan
    default: throw source.malformed(expected: "a number or ']'")
    }
    elements.append(isNegative ? -value : value)
    source.advance(letters.count)
  }
}
