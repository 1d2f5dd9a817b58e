import Tensors

/// A part of a matrix as Kaldi's script files name it: `[0:9]`, `[0:9,2:3]`, `[:,2:3]`.
public struct ElementRange: Sendable, Equatable {
  /// The rows, or for a vector the elements; nil means all.
  public var rows: ClosedRange<Int>?
  /// The columns; nil means all.
  public var columns: ClosedRange<Int>?
  /// Whether a second part stood there, which a vector has no use for.
  private var hasColumns = false

  /// Splits the range off a name.
  ///
  /// - Parameter name: An extended file name, with a range at its end or without.
  /// - Returns: The name before the range, and the range if there is one.
  /// - Throws: ``KaldiIOError/unusable(_:reason:)`` for a malformed range.
  public static func split(
    _ name: String
  ) throws(KaldiIOError) -> (name: String, range: ElementRange?) {
    guard name.hasSuffix("]") else { return (name, nil) }
    let parts = name.dropLast().split(separator: "[", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw .unusable(name, reason: "a range is written NAME[first:last] or NAME[rows,columns]")
    }
    let axes = parts[1].split(separator: ",", omittingEmptySubsequences: false)
    guard axes.count <= 2 else {
      throw .unusable(name, reason: "a range has rows and columns, no more")
    }
    var range = ElementRange()
    range.rows = try bounds(axes[0], of: name)
    if axes.count == 2 {
      range.hasColumns = true
      range.columns = try bounds(axes[1], of: name)
    }
    return (String(parts[0]), range)
  }

  private static func bounds(
    _ text: Substring, of name: String
  ) throws(KaldiIOError) -> ClosedRange<Int>? {
    if text == ":" { return nil }
    let ends = text.split(separator: ":", omittingEmptySubsequences: false)
    let areDigits = ends.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 &- 0x30 <= 9 } }
    guard ends.count == 2, areDigits, let first = Int(ends[0]), let last = Int(ends[1]),
      first <= last
    else {
      throw .unusable(
        name, reason: "'\(text)' is no range: both ends are counted from 0 and included, as in 0:9")
    }
    return first...last
  }

  /// Cuts the part out of a record's object, with a warning where the range had to be cut.
  func apply(to record: inout TensorRecord, name: String) throws(KaldiIOError) {
    guard case .tensor(let whole) = record.content else { return }
    record.content = .tensor(try apply(to: whole, name: name))
    let count = whole.form == .vector ? whole.matrix.columns : whole.matrix.rows
    if let rows, rows.upperBound >= count {
      let what = whole.form == .vector ? "elements" : "rows"
      record.warning = "'\(name)': there are only \(count) \(what), the range ends there"
    }
  }

  /// Cuts the part out.
  ///
  /// As in Kaldi, the last row may lie up to three behind the end and is then the end.
  ///
  /// - Parameters:
  ///   - tensor: The whole.
  ///   - name: What errors call it.
  /// - Returns: The part.
  /// - Throws: ``KaldiIOError/unusable(_:reason:)`` when the whole has no such part.
  public func apply(
    to tensor: StoredTensor, name: String
  ) throws(KaldiIOError) -> StoredTensor {
    let matrix = tensor.matrix
    let isVector = tensor.form == .vector
    if isVector && hasColumns {
      throw .unusable(name, reason: "a vector has no columns to choose")
    }
    let rowRange = isVector ? nil : rows
    let columnRange = isVector ? rows : columns
    let rowPart = try part(
      rowRange, of: matrix.rows, tolerance: 3, what: "rows", name: name)
    let columnPart = try part(
      columnRange, of: matrix.columns, tolerance: isVector ? 3 : 0,
      what: isVector ? "elements" : "columns", name: name)
    var elements: [Double] = []
    elements.reserveCapacity(rowPart.count * columnPart.count)
    for row in rowPart {
      let start = row * matrix.columns
      elements += matrix.elements[start + columnPart.lowerBound..<start + columnPart.upperBound]
    }
    return StoredTensor(
      form: tensor.form,
      matrix: Matrix(rows: rowPart.count, columns: columnPart.count, elements: elements),
      encoding: tensor.encoding)
  }

  private func part(
    _ range: ClosedRange<Int>?, of count: Int, tolerance: Int, what: String, name: String
  ) throws(KaldiIOError) -> Range<Int> {
    guard let range else { return 0..<count }
    if range.lowerBound >= count
      || range.upperBound >= count + tolerance && range.upperBound >= count
    {
      throw .unusable(
        name,
        reason: "there are only \(count) \(what), no \(range.lowerBound):\(range.upperBound)")
    }
    return range.lowerBound..<min(range.upperBound + 1, count)
  }
}
