import Tensors

/// Reads rows of numbers between commas, semicolons, tabs or spaces: what `numpy.savetxt` and
/// spreadsheets write.
///
/// Lines that begin with `#` and empty lines are passed over, and so is a first row of names where
/// something other than white space stands between them. All rows must be as wide as the first.
struct DelimitedText {
  /// What stands between the numbers of a row.
  private enum Delimiter {
    case space
    case byte(UInt8)
  }

  /// Whether text that holds nothing else begins like such rows.
  ///
  /// - Parameter head: The first kilobytes; a line that they cut off is not looked at.
  /// - Returns: Whether every line is a row, and there is one.
  static func begins(_ head: [UInt8]) -> Bool {
    var rows = DelimitedText()
    var found = 0
    for line in head.split(separator: 0x0a) {
      if line.endIndex == head.count && head.count >= 4096 { break }
      switch rows.take(Array(line)) {
      case .row: found += 1
      case .nothing: continue
      case .failure: return false
      }
    }
    return found > 0
  }

  /// Reads all rows.
  ///
  /// - Parameters:
  ///   - source: The text.
  ///   - stem: The matrix's name.
  ///   - precision: The type that numbers are rounded to.
  /// - Returns: The matrix.
  /// - Throws: ``KaldiIOError`` for a row that is none, or of another width.
  static func read(
    _ source: ByteSource, stem: String, precision: Precision
  ) throws(KaldiIOError) -> TensorRecord {
    var rows = DelimitedText(precision: precision)
    while true {
      let place = source.place
      guard let line = try source.restOfLine() else { break }
      if case .failure(let found, let expected) = rows.take(line) {
        throw .malformed(place, found: found, expected: expected)
      }
    }
    let encoding: StoredTensor.Encoding =
      rows.isFixed && rows.decimals > 0
      ? .fixedPoint(decimals: rows.decimals)
      : .text(significantDigits: max(rows.significantDigits, 1))
    let columns = rows.columns ?? 0
    return TensorRecord(
      name: stem,
      content: .tensor(
        StoredTensor(
          form: .matrix,
          matrix: Matrix(
            rows: columns == 0 ? 0 : rows.elements.count / columns, columns: columns,
            elements: rows.elements),
          encoding: encoding)),
      origin: .init(file: source.name, line: 1, byteOffset: 0))
  }

  /// What a line was.
  private enum Line {
    case row
    case nothing
    case failure(found: String, expected: String)
  }

  private var precision = Precision.float64
  private var delimiter: Delimiter?
  private var columns: Int?
  /// How many names the first row had.
  private var names: Int?
  private var elements: [Double] = []
  private var significantDigits = 0
  private var decimals = 0
  /// Whether every number so far was printed with the same decimals and no exponent.
  private var isFixed = true

  private init(precision: Precision = .float64) { self.precision = precision }

  private mutating func take(_ line: [UInt8]) -> Line {
    let start = line.firstIndex { !isWhitespace($0) } ?? line.count
    if start == line.count || line[start] == UInt8(ascii: "#") { return .nothing }
    if delimiter == nil {
      let marks: [UInt8] = [UInt8(ascii: ";"), UInt8(ascii: ","), 0x09]
      delimiter = marks.first { line.contains($0) }.map { .byte($0) } ?? .space
    }
    let first = elements.count
    let fields = self.fields(of: line)
    for field in fields {
      guard let number = PrintedNumber(line, from: field.lowerBound), number.end == field.upperBound
      else {
        elements.removeLast(elements.count - first)
        if case .byte = delimiter, columns == nil, names == nil, isName(line[field]) {
          names = fields.count
          return .nothing
        }
        return .failure(found: quoted(line[field]), expected: "a number")
      }
      note(number, isFirst: elements.isEmpty)
      let value = precision == .float32 ? widened(narrowed(number.value)) : number.value
      guard value.isFinite || !number.value.isFinite else {
        return .failure(found: quoted(line[field]), expected: "a number that binary32 can hold")
      }
      elements.append(value)
    }
    let width = columns ?? names ?? fields.count
    columns = width
    guard fields.count == width else {
      return .failure(found: "\(fields.count) numbers", expected: "\(width), as in the first row")
    }
    return .row
  }

  private mutating func note(_ number: PrintedNumber, isFirst: Bool) {
    if isFirst { decimals = number.decimals }
    isFixed = isFixed && !number.hasExponent && number.decimals == decimals
    significantDigits = max(significantDigits, number.significantDigits)
  }

  /// Whether a field is a column's name: not empty, and no number begins it.
  private func isName(_ field: ArraySlice<UInt8>) -> Bool {
    guard let first = field.first else { return false }
    return (first | 0x20) &- 0x61 < 26 || first == UInt8(ascii: "\"") || first == 0x5f
  }

  /// The places of a line's fields, without the white space around them.
  private func fields(of line: [UInt8]) -> [Range<Int>] {
    var fields: [Range<Int>] = []
    var index = 0
    func trimmed(_ range: Range<Int>) -> Range<Int> {
      var (low, high) = (range.lowerBound, range.upperBound)
      while low < high, isWhitespace(line[low]) { low += 1 }
      while low < high, isWhitespace(line[high - 1]) { high -= 1 }
      return low..<high
    }
    guard case .byte(let mark) = delimiter else {
      while index < line.count {
        if isWhitespace(line[index]) {
          index += 1
          continue
        }
        let start = index
        while index < line.count, !isWhitespace(line[index]) { index += 1 }
        fields.append(start..<index)
      }
      return fields
    }
    var start = 0
    while index <= line.count {
      if index == line.count || line[index] == mark {
        fields.append(trimmed(start..<index))
        start = index + 1
      }
      index += 1
    }
    // A mark at the end of every row closes the last number.
    if let last = fields.last, last.isEmpty, fields.count > 1 { fields.removeLast() }
    return fields
  }
}
