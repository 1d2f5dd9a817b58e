import Foundation
import Tensors

/// An array with the name and the shape that a framework expects.
public struct NamedArray: Sendable, Equatable {
  /// The name.
  public var name: String
  /// The lengths of the axes; their product is the number of elements.
  public var shape: [Int]
  /// The elements, the last axis fastest.
  public var elements: [Double]

  /// An array.
  public init(name: String, shape: [Int], elements: [Double]) {
    self.name = name
    self.shape = shape
    self.elements = elements
  }
}

/// Writes safetensors files: names in byte order, numbers end to end, the header's length a multiple
/// of eight.
public enum SafetensorsWriter {
  /// Writes arrays of binary32 or binary64 numbers.
  ///
  /// - Parameters:
  ///   - arrays: The arrays, no name twice.
  ///   - isDouble: Whether elements are written as binary64.
  ///   - sink: Where to.
  /// - Throws: ``KaldiIOError`` when the bytes cannot be written.
  public static func write(
    _ arrays: [NamedArray], isDouble: Bool, to sink: ByteSink
  ) throws(KaldiIOError) {
    let sorted = arrays.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let width = isDouble ? 8 : 4
    var place = 0
    var entries: [String] = []
    for array in sorted {
      let end = place + array.elements.count * width
      let shape = array.shape.map { "\($0)" }.joined(separator: ",")
      entries.append(
        "\(quotedAsJSON(array.name)):{\"dtype\":\"F\(width * 8)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(place),\(end)]}")
      place = end
    }
    var header = "{" + entries.joined(separator: ",") + "}"
    while header.utf8.count % 8 != 0 { header += " " }
    var bytes: [UInt8] = []
    append(UInt64(header.utf8.count), to: &bytes)
    try sink.append(bytes)
    try sink.append(header)
    for array in sorted {
      bytes.removeAll(keepingCapacity: true)
      for element in array.elements {
        if isDouble {
          append(element.bitPattern, to: &bytes)
        } else {
          append(narrowed(element).bitPattern, to: &bytes)
        }
      }
      try sink.append(bytes)
    }
  }

  private static func append<Bits: FixedWidthInteger>(_ bits: Bits, to bytes: inout [UInt8]) {
    for index in 0..<Bits.bitWidth / 8 {
      bytes.append(UInt8(truncatingIfNeeded: bits >> Bits(8 * index)))
    }
  }

  private static func quotedAsJSON(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // A string can always be encoded.
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
