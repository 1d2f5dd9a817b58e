import Glibc

extension ByteSource {
  /// Opens a file, or standard input for `-` and the empty name.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - position: The byte to start at.
  /// - Throws: ``KaldiIOError/system(file:operation:reason:)`` for what cannot be opened, a folder
  ///   among them.
  /// - Returns: The opened stream.
  public static func open(
    file path: String, startingAt position: Int = 0
  ) throws(KaldiIOError) -> ByteSource {
    if path.isEmpty || path == "-" {
      return ByteSource(descriptor: 0, owned: false, length: nil, name: "-")
    }
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .system(file: path, operation: "open", reason: systemReason())
    }
    var status = stat()
    var length: Int?
    if unsafe fstat(descriptor, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR {
        _ = Glibc.close(descriptor)
        throw .system(file: path, operation: "read", reason: "it is a directory")
      }
      // Files of the kernel's own (/proc) say that they are empty and are not.
      if status.st_mode & S_IFMT == S_IFREG && status.st_size > 0 { length = Int(status.st_size) }
    }
    if position != 0 {
      if let length, position > length {
        _ = Glibc.close(descriptor)
        throw .unusable(
          "\(path):\(position)", reason: "the file has only \(length) bytes")
      }
      if position < 0 || lseek(descriptor, position, SEEK_SET) < 0 {
        _ = Glibc.close(descriptor)
        throw .system(file: path, operation: "seek in", reason: systemReason())
      }
    }
    return ByteSource(
      descriptor: descriptor, owned: true, startingAt: position, length: length, name: path)
  }

  /// Runs a command and reads its output.
  ///
  /// - Parameter command: What the shell is to run; only ever what the user typed.
  /// - Returns: The opened stream.
  /// - Throws: ``KaldiIOError``.
  static func open(command: String) throws(KaldiIOError) -> ByteSource {
    let stream = try CommandStream(command, mode: "r")
    return ByteSource(
      descriptor: stream.descriptor, owned: false, length: nil, stream: stream, name: command + "|")
  }
}
