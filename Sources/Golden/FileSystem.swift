import Foundation

/// The few calls on files and folders that a golden folder needs, failing with the system's reason.
enum FileSystem {
  /// What a path names.
  enum Kind: Equatable {
    case file
    case folder
    case link
  }

  /// What a path names, links not followed; nil if there is nothing.
  static func kind(of path: String) -> Kind? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFLNK: return .link
    default: return .file
    }
  }

  /// Whether a path names a folder or a link to one.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The names in a folder, sorted.
  static func names(in path: String) throws(FolderError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw .system(action: "read folder", path: path, reason: text(of: errno))
    }
  }

  /// The bytes of a file.
  static func contents(of path: String) throws(FolderError) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw .system(action: "read", path: path, reason: text(of: errno))
    }
  }

  /// Makes a folder whose parent exists.
  static func makeFolder(_ path: String) throws(FolderError) {
    guard unsafe mkdir(path, 0o777) == 0 else { throw failure("make folder", path) }
  }

  /// Makes a folder and those above it, and tells which had to be made.
  static func makeFolders(to directory: String) throws(FolderError) -> [String] {
    var made: [String] = []
    var path = directory.hasPrefix("/") ? "/" : ""
    for part in directory.split(separator: "/") {
      path += (path.isEmpty || path.hasSuffix("/") ? "" : "/") + part
      if isFolder(path) { continue }
      do throws(FolderError) {
        try makeFolder(path)
        made.append(path)
      } catch {
        // Another process may have made it since.
        if isFolder(path) { continue }
        removeEmpty(made)
        throw error
      }
    }
    return made
  }

  /// Removes folders as far as they are empty, the last first.
  static func removeEmpty(_ folders: [String]) {
    for folder in folders.reversed() { _ = unsafe rmdir(folder) }
  }

  /// Writes a new file; a failure names the file by `name`.
  static func write(
    _ bytes: [UInt8], to path: String, named name: String
  ) throws(FolderError) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    guard file >= 0 else { throw failure("write", name) }
    var start = 0
    while start < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { raw in
        unsafe Foundation.write(
          file, UnsafeRawBufferPointer(rebasing: raw[start...]).baseAddress, bytes.count - start)
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        let error = failure("write", name)
        close(file)
        throw error
      }
      start += written
    }
    // Some file systems tell of a full disk only here.
    guard close(file) == 0 else { throw failure("write", name) }
  }

  /// Renames, replacing a file or an empty folder; a failure names the new path.
  static func rename(_ old: String, to new: String) throws(FolderError) {
    guard unsafe Foundation.rename(old, new) == 0 else { throw failure("replace", new) }
  }

  /// Removes whatever a path names, folders with all they hold, links themselves only.
  static func removeTree(_ path: String) throws(FolderError) {
    guard let kind = kind(of: path) else { return }
    guard kind == .folder else {
      guard unsafe unlink(path) == 0 else { throw failure("remove", path) }
      return
    }
    for name in try names(in: path) { try removeTree("\(path)/\(name)") }
    guard unsafe rmdir(path) == 0 else { throw failure("remove", path) }
  }

  private static func failure(_ action: String, _ path: String) -> FolderError {
    .system(action: action, path: path, reason: text(of: errno))
  }

  private static func text(of reason: Int32) -> String {
    unsafe String(cString: strerror(reason))
  }
}
