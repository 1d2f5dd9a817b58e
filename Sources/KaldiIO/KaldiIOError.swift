import Files

/// What went wrong with a file, a pipe or a name, with all that is needed to act on it.
public indirect enum KaldiIOError: Error, Sendable, Equatable {
  /// Where in an input something was met.
  public struct Place: Sendable, Equatable {
    /// The input, as the user named it (`-` for standard input).
    public var file: String
    /// The byte, from 0.
    public var byte: Int
    /// The line, from 1, where the input is text.
    public var line: Int?

    /// A place in an input.
    public init(file: String, byte: Int, line: Int? = nil) {
      self.file = file
      self.byte = byte
      self.line = line
    }
  }

  /// The input is not what its format says.
  case malformed(Place, found: String, expected: String)
  /// The system refused: `operation` is a verb such as `open`, `read`, `write`.
  case system(file: String, operation: String, reason: String)
  /// A file name, specifier or range that cannot be used as it stands.
  case unusable(String, reason: String)
  /// A command at the other end of a pipe failed.
  case commandFailed(command: String, status: Int)
  /// Behind a line of a script file: the line, its key, and what went wrong there.
  case behindScript(Place, key: String, KaldiIOError)

  /// What the system refused.
  init(_ error: FileError) {
    self = .system(file: error.path, operation: error.operation, reason: error.reason)
  }
}

extension KaldiIOError: CustomStringConvertible {
  /// One line that names the file, the place, what was found and what was expected.
  public var description: String {
    switch self {
    case .malformed(let place, let found, let expected):
      let line = place.line.map { ":\($0)" } ?? ""
      return "\(place.file)\(line): byte \(place.byte): found \(found), expected \(expected)"
    case .system(let file, let operation, let reason):
      return "\(file): cannot \(operation): \(reason)"
    case .unusable(let name, let reason):
      return "'\(name)': \(reason)"
    case .commandFailed(let command, let status):
      return "command '\(command)' failed with status \(status)"
    case .behindScript(let place, let key, let error):
      return "\(place.file):\(place.line ?? 1): key '\(key)': \(error)"
    }
  }
}

/// A piece of input as an error message shows it: one line, quoted, cut when long.
func quoted(_ bytes: some Sequence<UInt8>) -> String {
  var text = "'"
  for (index, byte) in bytes.enumerated() {
    if index == 24 { return text + "…'" }
    if byte >= 0x20 && byte < 0x7f {
      text.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      let hex = String(byte, radix: 16)
      text += "\\x" + (hex.count == 1 ? "0" : "") + hex
    }
  }
  return text + "'"
}
