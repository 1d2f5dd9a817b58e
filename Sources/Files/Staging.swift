import Glibc

/// A file or folder that is written under a hidden name beside its place, and takes its place whole.
///
/// The hidden one is locked as long as it is being written. One that nobody holds the lock of was
/// left by a program that was killed: whoever writes into the same folder next removes it.
@safe public final class Staging {
  /// The hidden path.
  public let path: String
  /// The descriptor, which holds the lock; of a file it is the one to write to.
  public private(set) var descriptor: Int32
  private var isPending = true

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { discard() }

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - folder: The folder in which the file will stand.
  ///   - mode: Its permissions, before the process's mask.
  ///   - name: What errors call it.
  /// - Returns: The open, empty file.
  /// - Throws: ``FileError``.
  public static func file(
    in folder: String, mode: UInt32 = 0o666, named name: String
  ) throws(FileError) -> Staging {
    try begin(in: folder, named: name) { path in
      unsafe path.withSystemPath {
        unsafe open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      }
    }
  }

  /// Begins a folder.
  ///
  /// - Parameters:
  ///   - folder: The folder in which it will stand.
  ///   - name: What errors call it.
  /// - Returns: The empty folder.
  /// - Throws: ``FileError``.
  public static func folder(in folder: String, named name: String) throws(FileError) -> Staging {
    try begin(in: folder, named: name) { path in
      unsafe path.withSystemPath {
        guard unsafe mkdir($0, 0o777) == 0 else { return -1 }
        return unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      }
    }
  }

  private static func begin(
    in folder: String, named name: String, make: (String) -> Int32
  ) throws(FileError) -> Staging {
    Leftovers.removeOnce(in: folder)
    for _ in 0..<1000 {
      let path = DataPath(folder).appending(Leftovers.freshName()).text
      Unfinished.add(path)
      let descriptor = make(path)
      let code = errno
      // Until the lock is held, another program may take this for a leftover and remove it.
      if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK,
        FileSystem.kind(notFollowing: path) != .absent
      {
        return Staging(path: path, descriptor: descriptor)
      }
      if descriptor >= 0 { _ = close(descriptor) }
      Unfinished.remove(path)
      let wasTaken = descriptor >= 0 || code == EEXIST
      guard wasTaken || (code == ENOENT && FileSystem.kind(of: folder) == .folder) else {
        throw FileError(path: name, operation: "write", reason: FileSystem.reason(code))
      }
    }
    throw FileError(path: name, operation: "write", reason: "no free name in \(folder)")
  }

  /// Gives a file its name, replacing what had it.
  ///
  /// - Parameters:
  ///   - final: The name.
  ///   - name: What errors call it.
  /// - Throws: ``FileError``; then nothing is left and what stood there still stands.
  public func finish(as final: String, named name: String) throws(FileError) {
    // Some file systems tell of a full disk only on closing; a copy keeps the lock until then.
    let copy = dup(descriptor)
    defer { if copy >= 0 { _ = close(copy) } }
    var failed = close(descriptor) != 0
    descriptor = -1
    if !failed { failed = !FileSystem.rename(path, to: final) }
    if failed {
      let refusal = FileSystem.refusal("write", name)
      discard()
      throw refusal
    }
    settle()
  }

  /// Puts a folder in its place; what stood there takes its hidden name, and goes when this does.
  ///
  /// - Parameters:
  ///   - final: The place.
  ///   - isAtomic: Whether the system is asked to exchange both at once; file systems that cannot
  ///     get two renames, between which the place is empty.
  /// - Throws: ``FileError``; then what stood there still stands.
  public func exchange(with final: String, isAtomic: Bool = true) throws(FileError) {
    guard FileSystem.kind(notFollowing: final) != .absent else {
      guard FileSystem.rename(path, to: final) else { throw FileSystem.refusal("replace", final) }
      return
    }
    if isAtomic {
      if FileSystem.exchange(path, final) { return }
      let cannot = [EINVAL, ENOSYS, EOPNOTSUPP]
      guard cannot.contains(errno) else { throw FileSystem.refusal("replace", final) }
    }
    let old = path + ".old"
    guard FileSystem.rename(final, to: old) else { throw FileSystem.refusal("replace", final) }
    guard FileSystem.rename(path, to: final) else {
      let refusal = FileSystem.refusal("replace", final)
      _ = FileSystem.rename(old, to: final)
      throw refusal
    }
    guard FileSystem.rename(old, to: path) else { throw FileSystem.refusal("replace", final) }
  }

  /// Puts several folders in their places, all of them or none.
  ///
  /// - Parameters:
  ///   - staged: The folders.
  ///   - finals: Their places.
  ///   - isAtomic: As in ``exchange(with:isAtomic:)``.
  /// - Throws: ``FileError``; then what stood in the places stands there again.
  public static func exchange(
    _ staged: [Staging], with finals: [String], isAtomic: Bool = true
  ) throws(FileError) {
    try Unfinished.uninterrupted { () throws(FileError) in
      var done: [(Staging, String)] = []
      do throws(FileError) {
        for (staging, final) in zip(staged, finals) {
          try staging.exchange(with: final, isAtomic: isAtomic)
          done.append((staging, final))
        }
      } catch {
        for (staging, final) in done.reversed() { try? staging.takeBack(from: final) }
        throw error
      }
    }
  }

  /// Undoes an exchange: what is in the place takes the hidden name again.
  ///
  /// - Parameter final: The place.
  /// - Throws: ``FileError``.
  public func takeBack(from final: String) throws(FileError) {
    if FileSystem.kind(notFollowing: path) != .absent { return try exchange(with: final) }
    guard FileSystem.rename(final, to: path) else { throw FileSystem.refusal("replace", final) }
  }

  /// Removes what is under the hidden name.
  public func discard() {
    guard isPending else { return }
    try? FileSystem.removeTree(path)
    settle()
  }

  private func settle() {
    isPending = false
    Unfinished.remove(path)
    if descriptor >= 0 { _ = close(descriptor) }
    descriptor = -1
  }
}
