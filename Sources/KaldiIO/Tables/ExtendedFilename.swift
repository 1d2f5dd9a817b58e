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

/// Whether a name may run a shell command.
public enum PipePolicy: Sendable, Equatable {
  /// The user typed the name, or allowed pipes.
  case allowed
  /// The name came out of a file.
  case forbidden
}

extension ByteSource {
  /// Opens what an extended file name means.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - pipes: Whether it may run a command.
  /// - Returns: The opened input.
  /// - Throws: ``KaldiIOError``.
  public static func open(
    extended name: String, pipes: PipePolicy
  ) throws(KaldiIOError) -> ByteSource {
    switch try ExtendedFilename(reading: name) {
    case .standard: return try open(file: "-")
    case .file(let path): return try open(file: path)
    case .part(let path, let offset): return try open(file: path, startingAt: offset)
    case .command(let command):
      if pipes == .forbidden {
        throw .unusable(name, reason: "a command named inside a file runs only with --allow-pipes")
      }
      return try open(command: command)
    }
  }
}

extension ByteSink {
  /// Opens what an extended file name means.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - pipes: Whether it may run a command.
  /// - Returns: The opened output.
  /// - Throws: ``KaldiIOError``.
  public static func open(
    extended name: String, pipes: PipePolicy
  ) throws(KaldiIOError) -> ByteSink {
    switch try ExtendedFilename(writing: name) {
    case .standard: return try open(file: "-")
    case .file(let path): return try open(file: path)
    case .part(let path, _): return try open(file: path)
    case .command(let command):
      if pipes == .forbidden {
        throw .unusable(name, reason: "a command named inside a file runs only with --allow-pipes")
      }
      return try open(command: command)
    }
  }
}
