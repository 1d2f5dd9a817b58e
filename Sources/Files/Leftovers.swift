import Glibc
import Synchronization

/// What programs that were killed have left under hidden names.
enum Leftovers {
  private static let opening = ".nnet-oracle-"
  private static let ending = ".partial"
  private static let cleaned = Mutex<Set<String>>([])
  private static let count = Atomic(0)

  /// A hidden name that this process has not used yet.
  static func freshName() -> String {
    let number = count.add(1, ordering: .relaxed).newValue
    return "\(opening)\(getpid())-\(number)\(ending)"
  }

  /// Removes what nobody holds any more, once for each folder.
  static func removeOnce(in folder: String) {
    guard cleaned.withLock({ $0.insert(folder).inserted }) else { return }
    for name in (try? FileSystem.names(in: folder)) ?? [] where name.hasPrefix(opening) {
      let isOurs = name.hasSuffix(ending) || name.hasSuffix(ending + ".old")
      let path = DataPath(folder).appending(name).text
      if isOurs && isAbandoned(path) { try? FileSystem.removeTree(path) }
    }
  }

  private static func isAbandoned(_ path: String) -> Bool {
    let descriptor = unsafe path.withSystemPath {
      unsafe open($0, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    }
    guard descriptor >= 0 else { return false }
    defer { _ = close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }
}
