import Foundation
import Tensors

/// Reads the tensors of a safetensors file, one after another in the order of their bytes.
///
/// The file is a length of eight bytes, so many bytes of JSON that give each tensor's type, shape
/// and place, and the numbers themselves. Tensors must lie end to end, as the format demands: so
/// none can be named twice to make much out of little.
struct SafetensorsReader {
  /// What the header says of one tensor.
  private struct Entry: Decodable {
    var dtype: String?
    var shape: [Int]?
    var data_offsets: [Int]?
  }

  /// The largest header that the format allows.
  static let largestHeader = 100_000_000

  private let source: ByteSource
  private var waiting: [(name: String, entry: Entry)]
  private let start: Int

  /// Whether the next bytes of a source look like such a file: a length, and a brace behind it.
  static func begins(_ source: ByteSource) throws(KaldiIOError) -> Bool {
    guard try source.peek(at: 8) == UInt8(ascii: "{") else { return false }
    var length = 0
    for index in (0..<8).reversed() {
      length = length << 8 | Int(try source.peek(at: index) ?? 0)
      if length > largestHeader { return false }
    }
    return length >= 2
  }

  /// Reads the header.
  ///
  /// - Parameter source: The file, at its first byte.
  /// - Throws: ``KaldiIOError`` for a header that is none, or contradicts itself.
  init(_ source: ByteSource) throws(KaldiIOError) {
    self.source = source
    let sizeBytes = try source.takeBytes(8, expected: "the length of a safetensors header")
    let length = sizeBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    if let remaining = source.remaining, length > remaining {
      throw source.malformed(
        found: "\(remaining) bytes", expected: "the \(length) bytes of the header")
    }
    let text = try source.takeBytes(length, expected: "a header of \(length) bytes")
    start = source.offset
    let entries: [String: Entry]
    do {
      entries = try JSONDecoder().decode([String: Entry].self, from: Data(text))
    } catch {
      throw source.malformed(
        found: "a header that is not what safetensors has",
        expected: "JSON with dtype, shape and data_offsets of each tensor")
    }
    waiting = entries.filter { $0.key != "__metadata__" }.map { ($0.key, $0.value) }
    try orderByPlace()
  }

  /// Puts the tensors in the order of their bytes, the last one first, and checks that they lie end
  /// to end.
  private mutating func orderByPlace() throws(KaldiIOError) {
    func start(_ entry: Entry) -> Int { entry.data_offsets?.first ?? -1 }
    func end(_ entry: Entry) -> Int { entry.data_offsets?.last ?? -1 }
    waiting.sort { first, second in
      (start(first.entry), end(first.entry), first.name)
        < (start(second.entry), end(second.entry), second.name)
    }
    var place = 0
    for (name, entry) in waiting {
      guard entry.data_offsets?.count == 2, start(entry) == place, end(entry) >= place else {
        throw source.malformed(
          found: "\(quoted(name.utf8)) at bytes \(start(entry)) to \(end(entry))",
          expected: "tensors that lie end to end, the next at byte \(place)")
      }
      place = end(entry)
    }
    if let remaining = source.remaining, remaining != place {
      throw source.malformed(
        found: "\(remaining) bytes of numbers", expected: "the \(place) bytes of the header")
    }
    waiting.reverse()
  }

  /// The next tensor; nil behind the last one.
  ///
  /// - Throws: ``KaldiIOError`` where bytes and shape disagree.
  mutating func next() throws(KaldiIOError) -> TensorRecord? {
    guard let (name, entry) = waiting.popLast() else {
      if try source.peek() != nil {
        throw source.malformed(found: "more bytes", expected: "the end of the last tensor")
      }
      return nil
    }
    let offset = source.offset
    let byteCount = (entry.data_offsets?.last ?? 0) - (entry.data_offsets?.first ?? 0)
    let origin = TensorRecord.Origin(file: source.name, key: name, byteOffset: offset)
    let shape = entry.shape ?? []
    guard entry.shape != nil, let element = Self.element(of: entry.dtype ?? "") else {
      var left = byteCount
      while left > 0 {
        left -= try source.takeBytes(min(left, 1 << 16), expected: "the bytes of a tensor").count
      }
      let type = quoted((entry.dtype ?? "").utf8)
      return TensorRecord(
        name: name, content: .unrecognised("elements of type \(type)"), origin: origin)
    }
    guard let matrix = FoldedShape(shape), matrix.count * element.size == byteCount else {
      throw source.malformed(
        found: "\(byteCount) bytes for \(quoted(name.utf8)) of shape \(shape)",
        expected: "\(element.size) bytes an element")
    }
    let bytes = try source.takeBytes(byteCount, expected: "the elements of \(quoted(name.utf8))")
    let tensor = matrix.tensor(
      NumPyReader.decode(bytes, as: element), encoding: element.encoding)
    return TensorRecord(name: name, content: .tensor(tensor), origin: origin)
  }

  private static func element(of type: String) -> NumPyHeader.Element? {
    switch type {
    case "F64": .float64
    case "F32": .float32
    case "F16": .float16
    case "BF16": .bfloat16
    case "BOOL": .boolean
    case "I8", "I16", "I32", "I64": .signed(bytes: (Int(type.dropFirst()) ?? 8) / 8)
    case "U8", "U16", "U32", "U64": .unsigned(bytes: (Int(type.dropFirst()) ?? 8) / 8)
    default: nil
    }
  }
}

/// A shape of any rank as rows and columns: all axes but the last are folded into rows, and one axis,
/// or none, is a vector.
struct FoldedShape {
  /// How many elements.
  let count: Int
  /// How many columns.
  let columns: Int
  /// Whether the shape is that of a vector.
  let isVector: Bool

  /// Folds a shape; nil for one that no array in memory can have.
  init?(_ shape: [Int]) {
    var product = 1
    for length in shape {
      guard length >= 0, length < 1 << 31 else { return nil }
      guard length != 0 else { continue }
      let (next, overflow) = product.multipliedReportingOverflow(by: length)
      guard !overflow, next < 1 << 48 else { return nil }
      product = next
    }
    count = shape.contains(0) ? 0 : product
    columns = shape.last ?? 1
    isVector = shape.count < 2
  }

  /// So many elements as a tensor of this shape.
  func tensor(_ elements: [Double], encoding: StoredTensor.Encoding) -> StoredTensor {
    StoredTensor(
      form: isVector ? .vector : .matrix,
      matrix: Matrix(rows: count == 0 ? 0 : count / columns, columns: columns, elements: elements),
      encoding: encoding)
  }
}
