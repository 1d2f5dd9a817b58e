/// The prefix that Kaldi's logging puts before a message: `LOG (prog[5.5]:main():file.cc:12) `.
///
/// All ages of it are known, from the one without a version to the failed assertion of 2011.
struct LogPrefix: Equatable {
  /// The function named, such as `UnitTestTfLstm`.
  var function: String
  /// The source file and line, such as `nnet-component-test.cc:724`.
  var sourceLine: String
  /// Where in the line the message begins.
  var messageStart: Int

  /// Reads the prefix of a line, if it has one.
  ///
  /// - Parameters:
  ///   - line: The line without its end.
  ///   - start: Where the prefix would begin.
  init?(_ line: [UInt8], from start: Int = 0) {
    guard let opening = Self.severityEnd(line, start) else {
      self.init(oldAssertion: line, from: start)
      return
    }
    // The program's name is optional; where it is taken for the function, the rest does not fit.
    let afterProgram = Self.programEnd(line, opening)
    if let afterProgram, let found = Self(line, functionAt: afterProgram) {
      self = found
    } else if let found = Self(line, functionAt: opening) {
      self = found
    } else {
      return nil
    }
  }

  private init(function: String, sourceLine: String, messageStart: Int) {
    self.function = function
    self.sourceLine = sourceLine
    self.messageStart = messageStart
  }

  /// The severity and ` (`: the index behind them.
  private static func severityEnd(_ line: [UInt8], _ start: Int) -> Int? {
    guard start < line.count else { return nil }
    let first = line[start]
    guard first == 0x4c || first == 0x57 || first == 0x45 || first == 0x41 || first == 0x56 else {
      return nil
    }
    for word in ["LOG (", "WARNING (", "ERROR (", "ASSERTION_FAILED ("] {
      if line[start...].starts(with: word.utf8) { return start + word.utf8.count }
    }
    guard line[start...].starts(with: "VLOG[".utf8) else { return nil }
    var index = start + 5
    if index < line.count && line[index] == 0x2d { index += 1 }
    let digits = index
    while index < line.count && isDigit(line[index]) { index += 1 }
    guard index > digits, line[index...].starts(with: "] (".utf8) else { return nil }
    return index + 3
  }

  /// The program, its version in brackets if any, and a colon: the index behind them.
  private static func programEnd(_ line: [UInt8], _ start: Int) -> Int? {
    var index = start
    while index < line.count {
      let byte = line[index]
      if isWhitespace(byte) || byte == 0x28 || byte == 0x29 || byte == 0x5d { return nil }
      if byte == 0x5b || byte == 0x3a { break }
      index += 1
    }
    if index < line.count && line[index] == 0x5b {
      guard let close = line[index...].firstIndex(of: 0x5d) else { return nil }
      index = close + 1
    }
    guard index < line.count, line[index] == 0x3a else { return nil }
    return index + 1
  }

  /// `func():file:line) `: the first split that fits.
  private init?(_ line: [UInt8], functionAt start: Int) {
    var index = start + 1
    while index + 2 < line.count {
      defer { index += 1 }
      guard line[index] == 0x28, line[index + 1] == 0x29, line[index + 2] == 0x3a else { continue }
      let file = index + 3
      var end = file
      while end < line.count, line[end] != 0x3a, line[end] != 0x28, line[end] != 0x29,
        !isWhitespace(line[end])
      {
        end += 1
      }
      guard end > file, end < line.count, line[end] == 0x3a else { continue }
      let digits = end + 1
      end = digits
      while end < line.count && isDigit(line[end]) { end += 1 }
      guard end > digits, end < line.count, line[end] == 0x29 else { continue }
      let message = end + 1 < line.count && line[end + 1] == 0x20 ? end + 2 : end + 1
      self.init(
        function: String(decoding: line[start..<index], as: UTF8.self),
        sourceLine: String(decoding: line[file..<end], as: UTF8.self), messageStart: message)
      return
    }
    return nil
  }

  /// `KALDI_ASSERT: at prog:func:file:line, failed: CONDITION`.
  private init?(oldAssertion line: [UInt8], from start: Int) {
    let opening = "KALDI_ASSERT: at "
    guard start < line.count, line[start...].starts(with: opening.utf8) else { return nil }
    let text = String(decoding: line[(start + opening.utf8.count)...], as: UTF8.self)
    guard let comma = text.firstRange(of: ", failed: ") else { return nil }
    let parts = text[..<comma.lowerBound].split(separator: ":", omittingEmptySubsequences: false)
    self.init(
      function: parts.count >= 3 ? String(parts[parts.count - 3]) : "",
      sourceLine: parts.suffix(2).joined(separator: ":"), messageStart: line.count)
  }
}

/// Whether a byte is an ASCII digit.
@inline(__always) func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
