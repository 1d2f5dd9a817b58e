import Glibc
import Synchronization

/// What this process has begun to write and not yet put in its place: all of it goes when the
/// process is interrupted.
///
/// The only state that lives as long as the process, because a signal concerns the whole of it.
enum Unfinished {
  private static let paths = Mutex<Set<String>>([])

  /// Takes in a path that is to go if the process is interrupted from now on.
  static func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

  /// Lets go of a path that is in its place, or gone.
  static func remove(_ path: String) { paths.withLock { _ = $0.remove(path) } }

  /// Does a few renames during which no interruption takes anything away.
  static func uninterrupted<Result, Failure>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // What `body` throws leaves the lock as a value, for `withLock` knows no typed errors yet.
    let outcome = paths.withLock { _ in
      do throws(Failure) {
        return Swift.Result<Result, Failure>.success(try body())
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Removes all that is unfinished and then ends the process: nobody begins anything in between.
  static func removeAll(thenEnding end: () -> Never) -> Never {
    paths.withLock { paths -> Never in
      for path in paths {
        // Whoever was writing may still add a file while the folder is being emptied.
        for _ in 0..<3 where (try? FileSystem.removeTree(path)) == nil {}
      }
      end()
    }
  }
}
