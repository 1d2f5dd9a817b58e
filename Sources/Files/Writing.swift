import Glibc

/// How an output is to be written.
public enum WritingPlace {
  /// Straight to a device or pipe; the descriptor is the caller's.
  case direct(Int32)
  /// To a hidden file that takes its final name at the end.
  case staged(Staging, final: String)
}

extension FileSystem {
  /// Finds out how an output is to be written, and begins it.
  ///
  /// - Parameter path: The output, which a user named.
  /// - Returns: Where to write; a link to a file leads to that file's own place.
  /// - Throws: ``FileError`` when nothing can be written there.
  public static func place(toWrite path: String) throws(FileError) -> WritingPlace {
    let (kind, _, mode) = status(of: path, following: true)
    switch kind {
    case .folder: throw FileError(path: path, operation: "write", reason: "it is a directory")
    case .unreachable(let reason):
      throw FileError(path: path, operation: "write", reason: reason)
    case .file:
      let final = resolved(path)
      let staging = try Staging.file(in: folder(of: final), mode: mode & 0o777, named: path)
      return .staged(staging, final: final)
    case .absent:
      return .staged(try Staging.file(in: folder(of: path), named: path), final: path)
    case .pipe, .socket, .device, .link:
      let descriptor = unsafe path.withSystemPath { unsafe Glibc.open($0, O_WRONLY | O_CLOEXEC) }
      guard descriptor >= 0 else { throw refusal("open for writing", path) }
      return .direct(descriptor)
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: 0x2f) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func resolved(_ path: String) -> String {
    guard let real = unsafe path.withSystemPath({ unsafe realpath($0, nil) }) else { return path }
    defer { unsafe free(real) }
    return unsafe String(
      pathBytes: Array(UnsafeBufferPointer(start: real, count: strlen(real)))
        .map { UInt8(bitPattern: $0) })
  }
}
