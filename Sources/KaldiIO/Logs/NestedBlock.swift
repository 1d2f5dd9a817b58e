import Tensors

/// An array of two or more axes as NumPy prints it, `[[1. 2.]\n [3. 4.]]`: leading axes are rows.
///
/// Rows may be wrapped over lines, and commas may separate (Python lists, `repr`, other libraries).
struct NestedBlock {
  private var elements: [Double] = []
  private var depth = 0
  private var leafDepth: Int?
  private var columns: Int?
  private var rowStart = 0
  private var rows = 0
  private var lines = 0
  /// How many numbers stood on earlier lines.
  private var countBefore = 0
  private var significantDigits = 0
  private var decimals = 0
  private var hasExponent = false
  /// Per depth: how many lists the open one holds, and how many every closed one held.
  private var children = [0, 0]
  private var expectedChildren: [Int?] = [nil, nil]

  /// Whether a `...` stands for elements that were not printed.
  private(set) var isTruncated = false
  /// Whether lists of one level differ in length.
  private(set) var isRagged = false

  /// The deepest nesting that is taken for an array.
  static let deepest = 32

  /// Whether a row is in from earlier lines, so that what breaks the array is an error.
  var hasRowsBefore: Bool { countBefore > 0 || (lines > 0 && isTruncated) }

  /// Reads what one line adds; the first call begins at the opening bracket.
  mutating func feed(_ line: [UInt8], from start: Int) -> BlockProgress {
    var index = start
    while index < line.count {
      switch line[index] {
      case 0x20, 0x09, 0x0d, 0x2c: index += 1
      case 0x5b:
        guard depth < Self.deepest, leafDepth.map({ depth < $0 }) ?? true else {
          return .broken(index)
        }
        if depth > 0 { children[depth] += 1 }
        depth += 1
        children.append(0)
        expectedChildren.append(nil)
        children[depth] = 0
        rowStart = elements.count
        index += 1
      case 0x5d:
        close()
        index += 1
        if depth == 0 { return .closed(index) }
      default:
        if isEllipsis(line, index) {
          isTruncated = true
          index += 3
          continue
        }
        guard let number = PrintedNumber(line, from: index), endsNumber(line, number.end),
          leafDepth ?? depth == depth
        else { return .broken(index) }
        leafDepth = depth
        elements.append(number.value)
        significantDigits = max(significantDigits, number.significantDigits)
        decimals = max(decimals, number.decimals)
        hasExponent = hasExponent || number.hasExponent
        index = number.end
      }
    }
    lines += 1
    countBefore = elements.count
    return .open
  }

  private mutating func close() {
    if leafDepth == depth || (leafDepth == nil && children[depth] == 0) {
      let length = elements.count - rowStart
      if let columns, columns != length { isRagged = true }
      columns = length
      rows += 1
    } else {
      if let expected = expectedChildren[depth], expected != children[depth] { isRagged = true }
      expectedChildren[depth] = children[depth]
    }
    depth -= 1
  }

  private func endsNumber(_ line: [UInt8], _ index: Int) -> Bool {
    guard index < line.count else { return true }
    let byte = line[index]
    return isWhitespace(byte) || byte == 0x5d || byte == 0x2c
  }

  /// The array as a matrix, once its brackets are closed; nil when it is ragged.
  func finished() -> StoredTensor? {
    let width = columns ?? 0
    guard !isRagged, rows.multipliedReportingOverflow(by: width).partialValue == elements.count
    else { return nil }
    return StoredTensor(
      form: .matrix,
      matrix: Matrix(rows: width == 0 ? 0 : rows, columns: width, elements: elements),
      encoding: printedEncoding(
        decimals: decimals, hasExponent: hasExponent, significantDigits: significantDigits))
  }
}
