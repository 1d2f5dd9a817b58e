import Glibc
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
  /// The line, counted from the bracket's, of the first row that is not as long as the one before.
  private(set) var raggedLine: Int?
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
  /// Whether every line but the first begins with exactly one blank, and every number has a point.
  private var isWrappedAsNumPy = true

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
  /// Whether nothing is in and the line ended at the bracket, as that of Kaldi's matrix does.
  var isOpening: Bool { lines > 0 && elements.isEmpty && !isTruncated && !allowsCommas }
  /// Whether a line ended in it.
  var hasLines: Bool { lines > 0 }
  /// How many numbers its rows have.
  var widths: Set<Int> { Set(rowLengths) }
  /// How many numbers are in.
  var count: Int { elements.count }

  /// Reads what one line adds.
  mutating func feed(_ line: [UInt8], from start: Int) -> BlockProgress {
    var index = start
    let end = line.count
    if lines > 0 && !Self.isIndentedAsNumPy(line[...]) { isWrappedAsNumPy = false }
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

  /// Whether a line begins with exactly one blank, as the further lines of one axis do in NumPy.
  static func isIndentedAsNumPy(_ line: ArraySlice<UInt8>) -> Bool {
    line.first == 0x20 && line.dropFirst().first.map { !isWhitespace($0) } ?? false
  }

  /// What ``feedPlainRows(_:)`` took.
  struct PlainProgress {
    /// How many bytes, line feeds included.
    var bytes = 0
    /// How many lines, the closing one included.
    var lines = 0
    /// Whether the bracket was closed, at the end of its line.
    var isClosed = false
  }

  /// Reads whole lines of numbers with one space between them, as Kaldi prints them, without
  /// making anything of the text but the numbers.
  ///
  /// Does what ``feed(_:from:)`` does line by line; whatever is unusual is left in place for it,
  /// from the start of its line.
  ///
  /// - Parameter text: The text from the start of a line; a byte that is part of no number and no
  ///   line feed stands behind its end.
  /// - Returns: What was taken.
  mutating func feedPlainRows(_ text: UnsafeBufferPointer<UInt8>) -> PlainProgress {
    var progress = PlainProgress()
    guard lines > 0, !startsOnFirstLine, let start = text.baseAddress else { return progress }
    var numbers: [Double] = []
    swap(&numbers, &elements)
    defer { swap(&numbers, &elements) }
    if numbers.isEmpty {
      var length = text.count
      if let bracket = unsafe memchr(start, 0x5d, length) {
        length = unsafe UnsafeRawPointer(bracket) - UnsafeRawPointer(start)
      }
      numbers.reserveCapacity(length / 9)
    }
    let end = unsafe start + text.count
    var line = unsafe start
    while unsafe line < end {
      let before = numbers.count
      var digits: UInt64 = 0
      var mostDecimals = 0
      var anyExponent = false
      var p = unsafe line
      while unsafe p[0] == 0x20 { unsafe p += 1 }
      while unsafe p[0] == 0x2d || p[0] &- 0x30 <= 9 {
        let number = unsafe DecimalReader.read(p, single: false)
        guard unsafe number.failure == .none, unsafe !number.isLong, unsafe number.decimals != 0
        else { break }
        unsafe numbers.append(number.value)
        digits = unsafe max(digits, number.decimal)
        mostDecimals = unsafe max(mostDecimals, number.decimals ?? 0)
        anyExponent = unsafe anyExponent || number.hasExponent
        unsafe p = number.end
        guard unsafe p[0] == 0x20 else { break }
        unsafe p += 1
      }
      let isSpaced = unsafe p == line || p[-1] == 0x20
      let closes = unsafe p[0] == 0x5d && isSpaced && p + 1 < end && p[1] == 0x0a
      guard unsafe closes || (p[0] == 0x0a && p < end) else {
        numbers.removeLast(numbers.count - before)
        return progress
      }
      if numbers.count > before {
        significantDigits = max(significantDigits, DecimalDigits.count(digits))
        decimals = max(decimals, mostDecimals)
        hasExponent = hasExponent || anyExponent
        hasFraction = hasFraction || anyExponent || mostDecimals > 0
        noteRow(numbers.count - before, line: lines)
        rowStart = numbers.count
      }
      unsafe line = p + (closes ? 2 : 1)
      progress.bytes = unsafe line - start
      progress.lines += 1
      if closes {
        progress.isClosed = true
        return progress
      }
      lines += 1
    }
    return progress
  }

  private mutating func noteDoubleSpace(_ line: [UInt8], _ index: Int) {
    if elements.count > rowStart && line[index - 1] != 0x2c { isSpacedAsNumPy = true }
  }

  private mutating func note(_ number: PrintedNumber) {
    elements.append(number.value)
    if number.significantDigits > significantDigits { significantDigits = number.significantDigits }
    if number.decimals > decimals { decimals = number.decimals }
    if number.hasExponent { hasExponent = true }
    if number.decimals == 0 && !number.endsWithPoint { isWrappedAsNumPy = false }
    if number.endsWithPoint { isSpacedAsNumPy = true }
    if number.hasExponent || number.decimals > 0 || number.endsWithPoint
      || number.significantDigits == 0
    {
      hasFraction = true
    }
  }

  private mutating func endRow() {
    if elements.count > rowStart {
      noteRow(elements.count - rowStart, line: lines)
      rowStart = elements.count
    }
  }

  private mutating func noteRow(_ length: Int, line: Int) {
    if raggedLine == nil, let last = rowLengths.last, last != length { raggedLine = line }
    rowLengths.append(length)
  }

  /// How a ragged object differs from a matrix, in words.
  var raggedWords: (found: String, expected: String) {
    let first = rowLengths.first ?? 0
    let odd = rowLengths.first { $0 != first } ?? 0
    return ("a row of \(odd) numbers", "\(first), as in the rows before")
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
    let isWrapped = isSpacedAsNumPy || (lines > 0 && isWrappedAsNumPy)
    let isWrappedVector = isWrapped && startsOnFirstLine && !hasSemicolon
    if !isWrappedVector, rowLengths.count > 1, rowLengths.elementsEqual(1...rowLengths.count) {
      // The triangle that Kaldi keeps of a symmetric matrix.
      let packed = PackedMatrix(size: rowLengths.count, elements: elements)
      return StoredTensor(
        form: .matrix, matrix: packed.symmetric,
        encoding: .text(significantDigits: significantDigits))
    }
    let isVector = isWrappedVector || (lines == 0 && !hasSemicolon)
    let rows = elements.isEmpty ? 0 : isVector ? 1 : rowLengths.count
    let columns = isVector ? elements.count : rowLengths.first ?? 0
    guard isVector || rowLengths.allSatisfy({ $0 == columns }) else { return nil }
    let encoding: StoredTensor.Encoding =
      isSpacedAsNumPy || isWrappedVector
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
