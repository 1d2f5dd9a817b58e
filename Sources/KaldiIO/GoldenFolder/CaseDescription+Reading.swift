public import Files
import Foundation

extension CaseDescription {
  /// The file of a case's folder that describes it.
  public static let fileName = "case.json"

  /// The largest description that is read; the largest real ones have a hundredth of it.
  private static let mostBytes = 1 << 26
  /// The largest dimension; a tensor of that many rows in text would take a week to print.
  private static let mostRows = 1 << 31

  /// Whether a folder holds a description of a case.
  ///
  /// - Parameter folder: The folder.
  /// - Returns: Whether a file of the description's name is there.
  public static func exists(in folder: DataPath) -> Bool {
    FileSystem.kind(of: folder.appending(fileName).text) != .absent
  }

  /// Reads the description of a case's folder; it may come from anywhere and is believed in nothing.
  ///
  /// - Parameter folder: The folder.
  /// - Throws: ``KaldiIOError`` for what cannot be read or describes no case that could be.
  public init(inFolder folder: DataPath) throws(KaldiIOError) {
    let path = folder.appending(Self.fileName).text
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileSystem.contents(of: path, limit: Self.mostBytes)
    } catch {
      throw KaldiIOError(error)
    }
    try self.init(json: bytes, name: path)
  }

  /// Reads a description from its bytes.
  ///
  /// - Parameters:
  ///   - bytes: All of the description.
  ///   - name: What errors call it.
  /// - Throws: ``KaldiIOError/malformed(_:found:expected:)`` for what describes no case.
  public init(json bytes: [UInt8], name: String) throws(KaldiIOError) {
    let place = KaldiIOError.Place(file: name, byte: 0)
    do {
      self = try JSONDecoder().decode(CaseDescription.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw .malformed(place, found: Self.words(of: error), expected: "a case description")
    } catch {
      throw .malformed(place, found: "no JSON", expected: "a case description")
    }
    if let fault { throw .malformed(place, found: fault.found, expected: fault.expected) }
  }

  private static func words(of error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      return "no \(path(context.codingPath + [key]))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "something else in \(path(context.codingPath))"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty ? "no JSON" : "nonsense in \(path(context.codingPath))"
    @unknown default: return "nonsense"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }.joined(separator: ".")
  }

  /// The first thing that no case can have, with what would be right; nil where all is possible.
  var fault: (found: String, expected: String)? {
    if format != 1 { return ("format \(format)", "format 1") }
    var elements = 0
    for tensor in tensors {
      if let fault = tensor.fault { return ("\(fault.found) of \(tensor.name)", fault.expected) }
      elements = min(elements + (tensor.elementCount ?? 0), 1 << 50)
    }
    // A dimension counts rows, columns, frames or streams of something that is there.
    for (letter, size) in dimensions.sorted(by: { $0.key < $1.key })
    where size < 0 || size > min(elements, Self.mostRows) {
      return (
        "dimension \(letter) = \(size)",
        "one that tensors of \(elements) elements together can have"
      )
    }
    return nil
  }
}

extension CaseDescription.TensorEntry {
  /// How many elements the shape has; nil where no tensor can have so many.
  var elementCount: Int? {
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow, product < 1 << 48 else { return nil }
      count = product
    }
    return count
  }

  fileprivate var fault: (found: String, expected: String)? {
    guard elementCount != nil else { return ("shape \(shape)", "a possible shape") }
    let width = shape.last ?? 1
    for block in blocks {
      guard block.columns.count == 2, let first = block.columns.first,
        let count = block.columns.last,
        first >= 0, count >= 0, count <= width, first <= width - count
      else {
        return ("columns \(block.columns)", "the first and how many, within \(width)")
      }
    }
    for file in files {
      for path in [file.file, file.float32Bound, file.float64Bound].compactMap({ $0 }) {
        guard DataPath(".").below(path) != nil else {
          return ("the file name '\(path)'", "one below the case's folder")
        }
      }
    }
    return nil
  }
}
