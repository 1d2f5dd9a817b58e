import Tensors

/// Reads ONNX's `TensorProto`, as it lies in the `.pb` files of ONNX's test data.
///
/// Numbers stand in `raw_data`, or in a field of their type; what lies in another file, is text or
/// complex, is refused.
enum TensorProtoReader {
  /// ONNX's numbers for the types of elements, as far as they are read.
  private enum DataType: Int {
    case float = 1, uint8, int8, uint16, int16, int32, int64
    case bool = 9, float16, double, uint32, uint64
    case bfloat16 = 16

    var element: NumPyHeader.Element {
      switch self {
      case .float: .float32
      case .double: .float64
      case .float16: .float16
      case .bfloat16: .bfloat16
      case .bool: .boolean
      case .uint8: .unsigned(bytes: 1)
      case .uint16: .unsigned(bytes: 2)
      case .uint32: .unsigned(bytes: 4)
      case .uint64: .unsigned(bytes: 8)
      case .int8: .signed(bytes: 1)
      case .int16: .signed(bytes: 2)
      case .int32: .signed(bytes: 4)
      case .int64: .signed(bytes: 8)
      }
    }
  }

  /// Whether a file's first bytes look like such a message: the axes' lengths, then a type that
  /// ONNX knows, then a field that may follow.
  static func begins(_ head: [UInt8]) -> Bool {
    var fields = ProtobufFields(head, in: 0..<head.count)
    while let (number, value) = fields.next() {
      switch (number, value) {
      case (1, _): continue
      case (2, .varint(let type)):
        guard (1...23).contains(type) else { return false }
        if fields.isAtEnd { return true }
        let tag = head[fields.index]
        return (4...14).contains(tag >> 3) && (tag & 7 == 2 || [0x25, 0x51].contains(tag))
          || tag & 7 == 0 && [5, 7, 11, 14].contains(tag >> 3)
      default: return false
      }
    }
    return false
  }

  /// Reads the message that a source holds from here to its end.
  ///
  /// - Parameters:
  ///   - source: The message.
  ///   - stem: The name of a tensor that has none.
  /// - Returns: The tensor.
  /// - Throws: ``KaldiIOError`` for a message that is malformed or holds no numbers.
  static func read(_ source: ByteSource, stem: String) throws(KaldiIOError) -> TensorRecord {
    var bytes: [UInt8] = []
    while try source.peek() != nil {
      bytes += try source.takeBytes(source.available, expected: "a tensor")
    }
    var reader = Message(bytes: bytes)
    guard reader.scan() else {
      throw .malformed(
        .init(file: source.name, byte: reader.place), found: "no field of ONNX's TensorProto",
        expected: "the next field of a tensor")
    }
    func refuse(_ found: String, _ expected: String) -> KaldiIOError {
      .malformed(.init(file: source.name, byte: 0), found: found, expected: expected)
    }
    guard !reader.isElsewhere else {
      throw .unusable(source.name, reason: "the tensor's numbers lie in another file")
    }
    guard let type = DataType(rawValue: reader.type) else {
      throw refuse("elements of ONNX's type \(reader.type)", "real numbers")
    }
    guard let shape = FoldedShape(reader.shape) else {
      throw refuse("a tensor of shape \(reader.shape)", "one that fits into memory")
    }
    let element = type.element
    let elements: [Double]
    if let raw = reader.raw {
      guard raw.count == shape.count * element.size else {
        throw refuse("\(raw.count) bytes for shape \(reader.shape)", "\(element.size) an element")
      }
      elements = NumPyReader.decode(Array(bytes[raw]), as: element)
    } else {
      guard let values = reader.values(of: element), values.count == shape.count else {
        throw refuse("other than \(shape.count) numbers", "those of shape \(reader.shape)")
      }
      elements = values
    }
    return TensorRecord(
      name: reader.name.isEmpty ? stem : reader.name,
      content: .tensor(shape.tensor(elements, encoding: element.encoding)),
      origin: .init(file: source.name, byteOffset: 0))
  }

  /// A message, and what was found in it.
  private struct Message {
    let bytes: [UInt8]
    var shape: [Int] = []
    var type = 0
    var name = ""
    var raw: Range<Int>?
    /// The fields with numbers, by field number.
    var numbers: [(field: Int, value: ProtobufFields.Value)] = []
    var isElsewhere = false
    var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Goes through the fields; false where one is malformed.
    mutating func scan() -> Bool {
      var fields = ProtobufFields(bytes, in: 0..<bytes.count)
      while !fields.isAtEnd {
        place = fields.index
        guard let (number, value) = fields.next() else { return false }
        switch (number, value) {
        case (1, .varint(let length)): shape.append(Int(truncatingIfNeeded: length))
        case (1, .bytes(let range)):
          var lengths = ProtobufFields(bytes, in: range)
          while !lengths.isAtEnd {
            guard let length = lengths.varint() else { return false }
            shape.append(Int(truncatingIfNeeded: length))
          }
        case (2, .varint(let code)): type = Int(clamping: code)
        case (8, .bytes(let range)): name = String(decoding: bytes[range], as: UTF8.self)
        case (9, .bytes(let range)): raw = range
        case (14, .varint(let location)): isElsewhere = location == 1
        case (3, _), (12, _), (13, _), (16, _): continue
        case (4...7, _), (10, _), (11, _): numbers.append((number, value))
        default: return false
        }
        if shape.count > 64 { return false }
      }
      return true
    }

    /// The numbers of the fields that hold this type; nil where another one is there.
    func values(of element: NumPyHeader.Element) -> [Double]? {
      let wanted: Int
      switch element {
      case .float32: wanted = 4
      case .float64: wanted = 10
      case .signed(bytes: 8): wanted = 7
      case .unsigned(bytes: 4), .unsigned(bytes: 8): wanted = 11
      default: wanted = 5
      }
      var result: [Double] = []
      for (field, value) in numbers {
        guard field == wanted else { return nil }
        switch value {
        case .fixed32(let bits) where wanted == 4: result.append(widened(Float(bitPattern: bits)))
        case .fixed64(let bits) where wanted == 10: result.append(Double(bitPattern: bits))
        case .varint(let bits): result.append(number(bits, as: element))
        case .bytes(let range) where wanted == 4 || wanted == 10:
          guard range.count % element.size == 0 else { return nil }
          result += NumPyReader.decode(Array(bytes[range]), as: element)
        case .bytes(let range):
          var packed = ProtobufFields(bytes, in: range)
          while !packed.isAtEnd {
            guard let bits = packed.varint() else { return nil }
            result.append(number(bits, as: element))
          }
        default: return nil
        }
      }
      return result
    }

    /// A number that stands as a varint; the short floats stand there as their bits.
    private func number(_ bits: UInt64, as element: NumPyHeader.Element) -> Double {
      switch element {
      case .float16: NumPyReader.binary16(UInt16(truncatingIfNeeded: bits))
      case .bfloat16: widened(Float(bitPattern: UInt32(truncatingIfNeeded: bits << 16)))
      case .boolean: bits == 0 ? 0 : 1
      case .unsigned: Double(bits)
      default: Double(Int64(bitPattern: bits))
      }
    }
  }
}
