public import Files
import Glibc

extension ByteSource {
  /// Opens a file that was found in data: a regular file, whatever its name looks like.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - position: The byte to start at.
  /// - Throws: ``KaldiIOError/system(file:operation:reason:)`` for what cannot be opened, or is no
  ///   regular file.
  /// - Returns: The opened stream.
  public static func open(
    _ path: DataPath, startingAt position: Int = 0
  ) throws(KaldiIOError) -> ByteSource {
    try open(path.text, namedBy: .data, startingAt: position)
  }

  /// Opens what a user typed: a file that is there, and else what Kaldi's extended file names mean.
  ///
  /// - Parameter name: The name.
  /// - Throws: ``KaldiIOError``.
  /// - Returns: The opened stream.
  public static func open(_ name: TypedName) throws(KaldiIOError) -> ByteSource {
    if !name.isStandard && FileSystem.kind(of: name.text) != .absent {
      return try open(name.text, namedBy: .user)
    }
    switch try ExtendedFilename(reading: name.text) {
    case .standard: return standardInput()
    case .file(let path): return try open(path, namedBy: .user)
    case .part(let path, let offset): return try open(path, namedBy: .user, startingAt: offset)
    case .command(let command): return try open(command: command)
    }
  }

  /// Opens what a line of a script file names: a file; a command only where the user allowed it.
  static func open(
    scriptLocation name: String, pipes: PipePolicy
  ) throws(KaldiIOError) -> ByteSource {
    switch try ExtendedFilename(reading: name) {
    case .standard: return standardInput()
    case .file(let path): return try open(DataPath(path))
    case .part(let path, let offset): return try open(DataPath(path), startingAt: offset)
    case .command(let command):
      try pipes.check(name)
      return try open(command: command)
    }
  }

  static func standardInput() -> ByteSource {
    ByteSource(descriptor: 0, owned: false, length: nil, name: "-")
  }

  static func open(
    _ path: String, namedBy namer: FileSystem.Namer, startingAt position: Int = 0
  ) throws(KaldiIOError) -> ByteSource {
    do throws(FileError) {
      let file = try FileSystem.open(path, namedBy: namer, startingAt: position)
      return ByteSource(
        descriptor: file.descriptor, owned: true, startingAt: position, length: file.length,
        name: path)
    } catch {
      throw KaldiIOError(error)
    }
  }

  /// Runs a command and reads its output.
  private static func open(command: String) throws(KaldiIOError) -> ByteSource {
    let stream = try CommandStream(command, mode: .reading)
    return ByteSource(
      descriptor: stream.descriptor, owned: false, length: nil, stream: stream, name: command + "|")
  }
}
