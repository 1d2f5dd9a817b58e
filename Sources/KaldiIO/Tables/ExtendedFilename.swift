/// What Kaldi's extended file names can mean.
public enum ExtendedFilename: Sendable, Equatable {
  /// Standard input or output.
  case standard
  /// A shell command at the other end of a pipe.
  case command(String)
  /// A file.
  case file(String)
  /// A file from a byte on.
  case part(String, offset: Int)

  /// Takes a name to read from apart.
  ///
  /// - Parameter name: The name as the user or a script file has it.
  /// - Throws: ``KaldiIOError/unusable(_:reason:)`` for what Kaldi holds to be no input.
  public init(reading name: String) throws(KaldiIOError) {
    if name.isEmpty || name == "-" {
      self = .standard
    } else if name.hasPrefix("|") {
      throw .unusable(name, reason: "a name that begins with '|' is an output, not an input")
    } else if name.hasSuffix("|") {
      self = .command(String(name.dropLast()))
    } else {
      try Self.checkPlain(name)
      if let colon = name.lastIndex(of: ":") {
        let digits = name[name.index(after: colon)...]
        if !digits.isEmpty && digits.utf8.allSatisfy({ $0 &- 0x30 <= 9 }) {
          guard let offset = Int(digits) else {
            throw .unusable(name, reason: "the offset is out of range")
          }
          self = .part(String(name[..<colon]), offset: offset)
          return
        }
      }
      self = .file(name)
    }
  }

  /// Takes a name to write to apart.
  ///
  /// - Parameter name: The name as the user has it.
  /// - Throws: ``KaldiIOError/unusable(_:reason:)`` for what Kaldi holds to be no output.
  public init(writing name: String) throws(KaldiIOError) {
    if name.isEmpty || name == "-" {
      self = .standard
    } else if name.hasPrefix("|") {
      self = .command(String(name.dropFirst()))
    } else if name.hasSuffix("|") {
      throw .unusable(name, reason: "a name that ends in '|' is an input, not an output")
    } else {
      try Self.checkPlain(name)
      if let colon = name.lastIndex(of: ":") {
        let digits = name[name.index(after: colon)...]
        if !digits.isEmpty && digits.utf8.allSatisfy({ $0 &- 0x30 <= 9 }) {
          throw .unusable(name, reason: "an output has no byte offset")
        }
      }
      self = .file(name)
    }
  }

  private static func checkPlain(_ name: String) throws(KaldiIOError) {
    let bytes = Array(name.utf8)
    if let first = bytes.first, let last = bytes.last, isWhitespace(first) || isWhitespace(last) {
      throw .unusable(name, reason: "a file name with white space at its end")
    }
    let input = try ReadSpecifier.parse(name)
    let output = try WriteSpecifier.parse(name)
    if input != nil || output != nil {
      throw .unusable(name, reason: "a table where a single file is wanted")
    }
    if bytes.contains(0x7c) {
      throw .unusable(name, reason: "'|' in the middle of a file name")
    }
  }
}

/// Whether the lines of a script file may run shell commands.
public enum PipePolicy: Sendable, Equatable {
  /// The user allowed it.
  case allowed
  /// They may not.
  case forbidden

  /// Refuses a command where none may run.
  func check(_ name: String) throws(KaldiIOError) {
    guard self == .forbidden else { return }
    throw .unusable(name, reason: "a command named inside a file runs only with --allow-pipes")
  }
}

extension ByteSink {
  /// Opens what a user typed as an output.
  ///
  /// - Parameter name: The name.
  /// - Returns: The opened output.
  /// - Throws: ``KaldiIOError``.
  public static func open(_ name: TypedName) throws(KaldiIOError) -> ByteSink {
    try open(scriptLocation: name.text, pipes: .allowed)
  }

  /// Opens what a line of a script file names as an output.
  static func open(scriptLocation name: String, pipes: PipePolicy) throws(KaldiIOError) -> ByteSink
  {
    switch try ExtendedFilename(writing: name) {
    case .standard: return try open(file: "-")
    case .file(let path), .part(let path, _): return try open(file: path)
    case .command(let command):
      try pipes.check(name)
      return try open(command: command)
    }
  }
}
