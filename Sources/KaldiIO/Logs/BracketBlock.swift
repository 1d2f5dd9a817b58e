import Tensors

/// Where a printed object stands after some of its lines.
enum BlockProgress: Equatable {
  /// The bracket is still open at the end of the line.
  case open
  /// The bracket was closed; the index is the one behind it.
  case closed(Int)
  /// Something that belongs to no printed object stands at the index.
  case broken(Int)
}

/// Numbers between one pair of brackets: Kaldi's matrix or vector, or NumPy's array of one axis.
struct BracketBlock {
  private var elements: [Double] = []
  private var rowLengths: [Int] = []
  private var rowStart = 0
  private var lines = 0
  private var significantDigits = 0
  private var decimals = 0
  private var hasExponent = false
  private var isSpacedAsNumPy: Bool
  private let allowsCommas: Bool
  private var hasComma = false
  private var startsOnFirstLine = false
  private var hasSemicolon = false

  /// Whether a `...` stands for elements that were not printed.
  private(set) var isTruncated = false
  /// Whether a number that is no whole one was met.
  private(set) var hasFraction = false

  /// An opened bracket.
  ///
  /// - Parameter isArray: Whether the bracket can only be NumPy's: a number is stuck to it, or it
  ///   stands in `array(`. Kaldi knows no commas.
  init(isArray: Bool) {
    isSpacedAsNumPy = isArray
    allowsCommas = isArray
  }

  /// Whether whole rows are in from earlier lines, so that what breaks the object is an error.
  var hasRowsBefore: Bool { lines > 0 && (!rowLengths.isEmpty || isTruncated) }
  /// How many numbers are in.
  var count: Int { elements.count }

  /// Reads what one line adds.
  mutating func feed(_ line: [UInt8], from start: Int) -> BlockProgress {
    var index = start
    let end = line.count
    while index < end {
      let byte = line[index]
      if byte == 0x20 || byte == 0x09 {
        if index + 1 < end, index > start, line[index + 1] == byte { noteDoubleSpace(line, index) }
        index += 1
        continue
      }
      if byte == 0x5d {
        if index > 0, line[index - 1] != 0x20, !elements.isEmpty { isSpacedAsNumPy = true }
        endRow()
        return .closed(index + 1)
      }
      if byte == 0x3b {
        endRow()
        hasSemicolon = true
        index += 1
        continue
      }
      if byte == 0x2c && allowsCommas {
        hasComma = true
        index += 1
        continue
      }
      if isEllipsis(line, index) {
        isTruncated = true
        index += 3
        continue
      }
      guard let number = PrintedNumber(line, from: index), Self.endsNumber(line, number.end) else {
        return .broken(index)
      }
      note(number)
      index = number.end
    }
    if lines == 0 && !elements.isEmpty { startsOnFirstLine = true }
    lines += 1
    endRow()
    return .open
  }

  private mutating func noteDoubleSpace(_ line: [UInt8], _ index: Int) {
    if elements.count > rowStart && line[index - 1] != 0x2c { isSpacedAsNumPy = true }
  }

  private mutating func note(_ number: PrintedNumber) {
    elements.append(number.value)
    if number.significantDigits > significantDigits { significantDigits = number.significantDigits }
    if number.decimals > decimals { decimals = number.decimals }
    if number.hasExponent { hasExponent = true }
    if number.endsWithPoint { isSpacedAsNumPy = true }
    if number.hasExponent || number.decimals > 0 || number.endsWithPoint
      || number.significantDigits == 0
    {
      hasFraction = true
    }
  }

  private mutating func endRow() {
    if elements.count > rowStart {
      rowLengths.append(elements.count - rowStart)
      rowStart = elements.count
    }
  }

  private static func endsNumber(_ line: [UInt8], _ index: Int) -> Bool {
    guard index < line.count else { return true }
    let byte = line[index]
    return isWhitespace(byte) || byte == 0x5d || byte == 0x3b || byte == 0x2c
  }

  /// Whether commas separate the numbers, as in Python's lists and in `repr` of an array.
  var isList: Bool { hasComma }

  /// The object, once its bracket is closed; nil when its rows differ in length.
  func finished() -> StoredTensor? {
    let isWrappedVector = isSpacedAsNumPy && startsOnFirstLine && !hasSemicolon
    let isVector = isWrappedVector || (lines == 0 && !hasSemicolon)
    let rows = elements.isEmpty ? 0 : isVector ? 1 : rowLengths.count
    let columns = isVector ? elements.count : rowLengths.first ?? 0
    guard isVector || rowLengths.allSatisfy({ $0 == columns }) else { return nil }
    let encoding: StoredTensor.Encoding =
      isSpacedAsNumPy
      ? printedEncoding(
        decimals: decimals, hasExponent: hasExponent, significantDigits: significantDigits)
      : .text(significantDigits: significantDigits)
    return StoredTensor(
      form: isVector && !elements.isEmpty ? .vector : .matrix,
      matrix: Matrix(rows: rows, columns: elements.isEmpty ? 0 : columns, elements: elements),
      encoding: encoding)
  }
}

/// Whether `...` stands at an index.
func isEllipsis(_ line: [UInt8], _ index: Int) -> Bool {
  index + 2 < line.count && line[index] == 0x2e && line[index + 1] == 0x2e
    && line[index + 2] == 0x2e
}

/// How NumPy's printed numbers are encoded.
///
/// Exponents mean significant digits. An array of whole numbers shows no decimals although it was
/// rounded to NumPy's default of eight, so eight are taken; else a zero that should be a hundredth
/// would pass.
func printedEncoding(
  decimals: Int, hasExponent: Bool, significantDigits: Int
) -> StoredTensor.Encoding {
  if hasExponent { return .text(significantDigits: significantDigits) }
  return .fixedPoint(decimals: decimals == 0 ? 8 : decimals)
}
