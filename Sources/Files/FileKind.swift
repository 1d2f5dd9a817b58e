import Glibc

/// What stands at a path.
public enum FileKind: Sendable, Equatable {
  /// A regular file.
  case file
  /// A folder.
  case folder
  /// A named pipe.
  case pipe
  /// A socket.
  case socket
  /// A device.
  case device
  /// A symbolic link; only where links are not followed.
  case link
  /// Nothing.
  case absent
  /// Something that cannot be looked at; the reason is the system's.
  case unreachable(String)

  /// What it is, in words.
  public var words: String {
    switch self {
    case .file: "a file"
    case .folder: "a folder"
    case .pipe: "a named pipe"
    case .socket: "a socket"
    case .device: "a device"
    case .link: "a link"
    case .absent: "nothing"
    case .unreachable(let reason): reason
    }
  }

  init(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    case S_IFIFO: self = .pipe
    case S_IFSOCK: self = .socket
    case S_IFLNK: self = .link
    default: self = .device
    }
  }
}

/// Questions about what stands at paths.
public enum FileSystem {
  /// What stands at a path, symbolic links followed.
  public static func kind(of path: String) -> FileKind { status(of: path, following: true).kind }

  /// What stands at a path itself, a symbolic link being one.
  public static func kind(notFollowing path: String) -> FileKind {
    status(of: path, following: false).kind
  }

  /// What makes a folder the same one, whatever path leads to it.
  struct Identity: Hashable {
    var device: UInt64
    var node: UInt64
  }

  static func status(
    of path: String, following: Bool
  ) -> (kind: FileKind, identity: Identity, mode: mode_t) {
    var found = stat()
    let none = Identity(device: 0, node: 0)
    if path.utf8.contains(0) { return (.absent, none, 0) }
    let failed = unsafe path.withSystemPath { path in
      unsafe (following ? stat(path, &found) : lstat(path, &found)) != 0
    }
    guard !failed else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { return (.absent, none, 0) }
      return (.unreachable(reason(code)), none, 0)
    }
    let identity = Identity(device: UInt64(found.st_dev), node: UInt64(found.st_ino))
    return (FileKind(mode: found.st_mode), identity, found.st_mode)
  }

  /// The system's words for a failure.
  static func reason(_ code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }

  /// The refusal that the system has just told.
  static func refusal(_ operation: String, _ path: String) -> FileError {
    FileError(path: path, operation: operation, reason: reason(errno))
  }
}
