/// A printed object whose brackets are not yet closed.
enum OpenObject {
  /// Kaldi's matrix or vector, or NumPy's array of one axis.
  case bracket(BracketBlock)
  /// NumPy's array of two or more axes.
  case nested(NestedBlock)

  /// What a bracket in a line opens, if it may open an object.
  ///
  /// - Parameters:
  ///   - line: The line.
  ///   - index: Where the bracket stands.
  ///   - nameStart: Where the text that may name the object begins.
  ///   - isInMessage: Whether it stands in or behind one of Kaldi's messages.
  init?(_ line: [UInt8], at index: Int, nameStart: Int, isInMessage: Bool) {
    let next = index + 1 < line.count ? line[index + 1] : 0x20
    let before = index > nameStart ? line[index - 1] : 0x20
    let isFree = before == 0x20 || before == 0x09
    let isStuck = before == 0x28 || before == 0x3d || before == 0x3a
    guard isFree || isStuck else { return nil }
    if next == 0x5b {
      self = .nested(NestedBlock())
      return
    }
    if next == 0x20 || next == 0x09 {
      var first = index + 1
      while first < line.count, line[first] == 0x20 || line[first] == 0x09 { first += 1 }
      if first + 1 < line.count, line[first] == 0x5b, line[first + 1] != 0x20 {
        self = .nested(NestedBlock())
      } else if before == 0x28 {
        self = .bracket(BracketBlock(isArray: true))
      } else if isFree && !Self.isSparse(line, index, nameStart) {
        self = .bracket(BracketBlock(isArray: false))
      } else {
        return nil
      }
      return
    }
    // Inside Kaldi's messages a tight bracket is its list of progress, not a vector.
    guard !isInMessage,
      next == 0x2d || next == 0x2e || isDigit(next)
        || next | 0x20 == 0x6e || next | 0x20 == 0x69
    else { return nil }
    self = .bracket(BracketBlock(isArray: true))
  }

  /// Whether the text before a bracket announces a sparse vector: `dim=5 [ 1 0.5 ]`.
  private static func isSparse(_ line: [UInt8], _ index: Int, _ nameStart: Int) -> Bool {
    var end = index
    while end > nameStart, line[end - 1] == 0x20 { end -= 1 }
    let last = end
    while end > nameStart, isDigit(line[end - 1]) { end -= 1 }
    return end < last && line[nameStart..<end].suffix(4).elementsEqual("dim=".utf8)
  }

  /// Whether it is an array of two or more axes.
  var isNested: Bool { if case .nested = self { true } else { false } }

  /// Whether whole rows are in from earlier lines, so that what breaks the object is an error.
  var hasRowsBefore: Bool {
    switch self {
    case .bracket(let open): open.hasRowsBefore
    case .nested(let open): open.hasRowsBefore
    }
  }

  /// Whether an object closed on the line it began on is one; lists and indices are not.
  func isAccepted(_ line: [UInt8], opening: Int, end: Int) -> Bool {
    guard case .bracket(let closed) = self, line.count > opening + 1,
      line[opening + 1] != 0x20 && line[opening + 1] != 0x09
    else { return true }
    let isArray = opening >= 6 && (0x28 == line[opening - 1])
    if closed.isList && !isArray { return false }
    if closed.count > 1 || closed.hasFraction || isArray { return true }
    // `[3]` in a sentence is an index; alone or behind `name =` it is an array.
    let before = line[..<opening].last { $0 != 0x20 && $0 != 0x09 }
    let isAlone = before == nil || before == 0x3a || before == 0x3d
    return isAlone && line[end...].allSatisfy { isWhitespace($0) }
  }

  /// Reads what one line adds.
  mutating func feed(_ line: [UInt8], from start: Int) -> BlockProgress {
    // The block is moved out and back, so that it is never copied.
    switch self {
    case .bracket(var open):
      self = .bracket(BracketBlock(isArray: false))
      defer { self = .bracket(open) }
      return open.feed(line, from: start)
    case .nested(var open):
      self = .nested(NestedBlock())
      defer { self = .nested(open) }
      return open.feed(line, from: start)
    }
  }
}

/// A name without the white space, colons and equals signs around it, or `array(` behind it.
func trimmedName(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  var text = text
  while let first = text.first, isWhitespace(first) { text.removeFirst() }
  while true {
    while let last = text.last, isWhitespace(last) || last == 0x3a || last == 0x3d {
      text.removeLast()
    }
    var isCall = false
    for call in ["array(", "tensor("] where text.suffix(call.utf8.count).elementsEqual(call.utf8) {
      text.removeLast(call.utf8.count)
      isCall = true
    }
    if !isCall { return text }
  }
}
