import Glibc

extension FileSystem {
  /// Makes a folder whose parent exists.
  public static func makeFolder(_ path: String) throws(FileError) {
    guard unsafe path.withSystemPath({ unsafe mkdir($0, 0o777) }) == 0 else {
      throw refusal("make folder", path)
    }
  }

  /// Makes a folder and those above it, and tells which had to be made.
  public static func makeFolders(to directory: String) throws(FileError) -> [String] {
    var made: [String] = []
    var path = directory.utf8.first == 0x2f ? "/" : ""
    for part in directory.utf8.split(separator: 0x2f) {
      path += (path.isEmpty || path == "/" ? "" : "/") + String(decoding: part, as: UTF8.self)
      if kind(of: path) == .folder { continue }
      do throws(FileError) {
        try makeFolder(path)
        made.append(path)
      } catch {
        // Another process may have made it since.
        if kind(of: path) == .folder { continue }
        removeEmpty(made)
        throw error
      }
    }
    return made
  }

  /// Removes folders as far as they are empty, the last first.
  public static func removeEmpty(_ folders: [String]) {
    for folder in folders.reversed() { _ = unsafe folder.withSystemPath { unsafe rmdir($0) } }
  }

  /// Removes whatever a path names, folders with all they hold, links themselves only.
  public static func removeTree(_ path: String) throws(FileError) {
    let kind = kind(notFollowing: path)
    if kind == .absent { return }
    guard kind == .folder else {
      guard unsafe path.withSystemPath({ unsafe unlink($0) }) == 0 else {
        throw refusal("remove", path)
      }
      return
    }
    for name in try names(in: path) { try removeTree("\(path)/\(name)") }
    guard unsafe path.withSystemPath({ unsafe rmdir($0) }) == 0 else {
      throw refusal("remove", path)
    }
  }

  /// Writes a new file.
  ///
  /// - Parameters:
  ///   - bytes: All of it.
  ///   - path: Where.
  ///   - name: What errors call it.
  /// - Throws: ``FileError``; a part of the file may be left.
  public static func write(
    _ bytes: [UInt8], to path: String, named name: String
  ) throws(FileError) {
    let file = unsafe path.withSystemPath {
      unsafe Glibc.open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
    guard file >= 0 else { throw refusal("write", name) }
    var start = 0
    while start < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { raw in
        unsafe Glibc.write(
          file, UnsafeRawBufferPointer(rebasing: raw[start...]).baseAddress, bytes.count - start)
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        let error = refusal("write", name)
        _ = close(file)
        throw error
      }
      start += written
    }
    // Some file systems tell of a full disk only here.
    guard close(file) == 0 else { throw refusal("write", name) }
  }

  /// Renames, replacing a file or an empty folder; false leaves the reason in `errno`.
  static func rename(_ old: String, to new: String) -> Bool {
    unsafe old.withSystemPath { old in
      unsafe new.withSystemPath { new in unsafe Glibc.rename(old, new) == 0 }
    }
  }

  /// Exchanges what two paths name, at once; false leaves the reason in `errno`.
  static func exchange(_ one: String, _ other: String) -> Bool {
    guard let renameat2 = unsafe renameat2 else {
      errno = ENOSYS
      return false
    }
    return unsafe one.withSystemPath { one in
      unsafe other.withSystemPath { other in
        unsafe renameat2(AT_FDCWD, one, AT_FDCWD, other, exchangeFlag) == 0
      }
    }
  }

  /// Linux's `RENAME_EXCHANGE`.
  private static let exchangeFlag: UInt32 = 2

  private typealias Renameat2 =
    @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32

  /// The C library's function, which its header shows to GNU sources only; nil where it has none.
  private static let renameat2: Renameat2? = {
    guard let itself = unsafe dlopen(nil, RTLD_NOW),
      let symbol = unsafe dlsym(itself, "renameat2")
    else { return nil }
    return unsafe unsafeBitCast(symbol, to: Renameat2.self)
  }()
}
