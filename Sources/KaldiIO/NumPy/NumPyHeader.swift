/// The header of an `.npy` file: what the elements are, and how they are laid out.
struct NumPyHeader: Equatable {
  /// A kind of element.
  enum Element: Equatable {
    case float16, bfloat16, float32, float64, boolean
    case signed(bytes: Int), unsigned(bytes: Int)

    /// Bytes an element takes.
    var size: Int {
      switch self {
      case .float16, .bfloat16: 2
      case .float32: 4
      case .float64: 8
      case .boolean: 1
      case .signed(let bytes), .unsigned(let bytes): bytes
      }
    }

    /// What the encoding is called in a ``StoredTensor``.
    var encoding: StoredTensor.Encoding {
      switch self {
      case .float32: .float32
      case .float64: .float64
      case .float16: .other("float16")
      case .bfloat16: .other("bfloat16")
      case .boolean: .other("bool")
      case .signed(let bytes): .other("int\(bytes * 8)")
      case .unsigned(let bytes): .other("uint\(bytes * 8)")
      }
    }
  }

  var element: Element
  var isBigEndian: Bool
  var isFortranOrdered: Bool
  var shape: [Int]

  /// The bytes that every `.npy` file begins with.
  static let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

  /// Elements of all axes together.
  ///
  /// - Returns: nil when no array of that many elements can be.
  var count: Int? {
    var product = 1
    for length in shape where length != 0 {
      let (next, overflow) = product.multipliedReportingOverflow(by: length)
      guard !overflow, next < 1 << 48 else { return nil }
      product = next
    }
    return shape.contains(0) ? 0 : product
  }

  /// Reads the header's dictionary, a Python literal such as
  /// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
  ///
  /// - Returns: nil, with the reason, when it is not what `numpy.save` writes.
  static func parse(_ text: [UInt8]) -> Result<NumPyHeader, Fault> {
    var parser = Parser(text: text)
    var descr: [UInt8]?
    var order: Bool?
    var shape: [Int]?
    guard parser.take(0x7b) else { return .failure(Fault("no dictionary")) }
    while !parser.take(0x7d) {
      guard let key = parser.string(), parser.take(0x3a) else {
        return .failure(Fault("a key without its value"))
      }
      switch String(decoding: key, as: UTF8.self) {
      case "descr":
        guard let value = parser.string() else {
          return .failure(Fault("elements that are no plain numbers"))
        }
        descr = value
      case "fortran_order":
        if parser.takeWord("True") {
          order = true
        } else if parser.takeWord("False") {
          order = false
        } else {
          return .failure(Fault("a fortran_order that is neither True nor False"))
        }
      case "shape":
        guard let lengths = parser.tuple() else {
          return .failure(Fault("a shape that is no tuple of lengths"))
        }
        shape = lengths
      default: return .failure(Fault("key \(quoted(key))"))
      }
      _ = parser.take(0x2c)
    }
    guard let descr, let order, let shape else {
      return .failure(Fault("a header without descr, fortran_order or shape"))
    }
    guard let (element, isBig) = elementKind(descr) else {
      return .failure(Fault("elements of type \(quoted(descr))"))
    }
    return .success(
      NumPyHeader(element: element, isBigEndian: isBig, isFortranOrdered: order, shape: shape))
  }

  private static func elementKind(_ descr: [UInt8]) -> (Element, isBigEndian: Bool)? {
    let text = String(decoding: descr, as: UTF8.self)
    let isBig = text.hasPrefix(">")
    let code = text.drop(while: { "<>|=".contains($0) })
    guard text.count - code.count <= 1 else { return nil }
    switch code {
    case "f2": return (.float16, isBig)
    case "f4": return (.float32, isBig)
    case "f8": return (.float64, isBig)
    case "b1", "?": return (.boolean, isBig)
    case "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8":
      guard let bytes = code.last?.wholeNumberValue else { return nil }
      return (code.first == "i" ? .signed(bytes: bytes) : .unsigned(bytes: bytes), isBig)
    default: return nil
    }
  }

  /// Why a header was not understood.
  struct Fault: Error {
    var found: String

    init(_ found: String) { self.found = found }
  }

  /// Takes pieces of a Python literal, white space before each passed over.
  private struct Parser {
    let text: [UInt8]
    var index = 0

    mutating func take(_ byte: UInt8) -> Bool {
      while index < text.count && isWhitespace(text[index]) { index += 1 }
      guard index < text.count, text[index] == byte else { return false }
      index += 1
      return true
    }

    mutating func takeWord(_ word: String) -> Bool {
      while index < text.count && isWhitespace(text[index]) { index += 1 }
      guard index < text.count, text[index...].starts(with: word.utf8) else { return false }
      index += word.utf8.count
      return true
    }

    mutating func string() -> [UInt8]? {
      let quote: UInt8
      if take(0x27) {
        quote = 0x27
      } else if take(0x22) {
        quote = 0x22
      } else {
        return nil
      }
      guard let end = text[index...].firstIndex(of: quote) else { return nil }
      defer { index = end + 1 }
      return Array(text[index..<end])
    }

    mutating func tuple() -> [Int]? {
      guard take(0x28) else { return nil }
      var lengths: [Int] = []
      while !take(0x29) {
        while index < text.count && isWhitespace(text[index]) { index += 1 }
        let start = index
        while index < text.count && isDigit(text[index]) { index += 1 }
        guard let length = Int(String(decoding: text[start..<index], as: UTF8.self)),
          lengths.count < 64
        else { return nil }
        lengths.append(length)
        _ = takeWord("L")
        if !take(0x2c) && !(index < text.count && text[index] == 0x29) { return nil }
      }
      return lengths
    }
  }
}
