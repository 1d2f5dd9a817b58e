import Glibc

/// A file opened for reading, and what is known of it.
public struct OpenedFile: Sendable {
  /// The descriptor, to be closed by whoever asked for it.
  public var descriptor: Int32
  /// How many bytes it has, where that is known beforehand.
  public var length: Int?
}

extension FileSystem {
  /// Who named a file that is to be opened.
  public enum Namer: Sendable {
    /// The user: pipes and devices are read too, if need be by waiting for whoever writes to them.
    case user
    /// Data, such as a listing or a description: only a regular file is read, and nothing waits.
    case data
  }

  /// Opens a file for reading.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - namer: Who named it.
  ///   - position: The byte to start at.
  /// - Returns: The open file.
  /// - Throws: ``FileError``.
  public static func open(
    _ path: String, namedBy namer: Namer, startingAt position: Int = 0
  ) throws(FileError) -> OpenedFile {
    if path.utf8.contains(0) {
      throw FileError(path: path, operation: "open", reason: "a name with a NUL in it")
    }
    // Without waiting: a pipe that nobody writes to would else keep us here for ever.
    let waiting = namer == .data ? O_NONBLOCK : 0
    let descriptor = unsafe path.withSystemPath {
      unsafe Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | waiting)
    }
    guard descriptor >= 0 else {
      let refusal = refusal("open", path)
      let kind = kind(of: path)
      if namer == .data, kind == .socket || kind == .device || kind == .pipe {
        throw FileError(path: path, operation: "read", reason: "it is \(kind.words)")
      }
      throw refusal
    }
    do throws(FileError) {
      return try opened(descriptor, path, namer, position)
    } catch {
      _ = Glibc.close(descriptor)
      throw error
    }
  }

  private static func opened(
    _ descriptor: Int32, _ path: String, _ namer: Namer, _ position: Int
  ) throws(FileError) -> OpenedFile {
    var status = stat()
    var length: Int?
    guard unsafe fstat(descriptor, &status) == 0 else { throw refusal("read", path) }
    let kind = FileKind(mode: status.st_mode)
    if kind == .folder {
      throw FileError(path: path, operation: "read", reason: "it is a directory")
    }
    if kind != .file && namer == .data {
      throw FileError(path: path, operation: "read", reason: "it is \(kind.words)")
    }
    // Files of the kernel's own (/proc) say that they are empty and are not.
    if kind == .file && status.st_size > 0 { length = Int(status.st_size) }
    if position != 0 {
      if let length, position > length {
        throw FileError(
          path: path, operation: "start at byte \(position)",
          reason: "the file has only \(length) bytes")
      }
      guard position > 0, lseek(descriptor, position, SEEK_SET) >= 0 else {
        throw refusal("seek in", path)
      }
    }
    return OpenedFile(descriptor: descriptor, length: length)
  }

  /// All bytes of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - namer: Who named it.
  ///   - limit: The most bytes that it may have.
  /// - Returns: The bytes.
  /// - Throws: ``FileError``, also for a file that is larger than it may be.
  public static func contents(
    of path: String, namedBy namer: Namer = .data, limit: Int = .max
  ) throws(FileError) -> [UInt8] {
    let file = try open(path, namedBy: namer)
    defer { _ = close(file.descriptor) }
    var bytes: [UInt8] = []
    if let length = file.length, length <= limit { bytes.reserveCapacity(length) }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe piece.withUnsafeMutableBytes { memory in
        unsafe read(file.descriptor, memory.baseAddress, memory.count)
      }
      if count == 0 { return bytes }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw refusal("read", path) }
      bytes += piece[..<count]
      if bytes.count > limit {
        throw FileError(path: path, operation: "read", reason: "it has more than \(limit) bytes")
      }
    }
  }
}
