import Foundation
import Glibc
import Synchronization

/// What happens when the user or the system ends the program early.
public enum Interruption {
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// Lets an interruption take away what is unfinished before the program ends by the signal.
  ///
  /// Called once, before any thread is started. A signal that whoever started the program had
  /// ignored (`nohup`) stays ignored.
  public static func cleansUp() {
    // A reader that stops listening, and a file that grows past its limit, are errors of a write.
    _ = signal(SIGPIPE, SIG_IGN)
    _ = signal(SIGXFSZ, SIG_IGN)
    var awaited = sigset_t()
    unsafe sigemptyset(&awaited)
    for number in signals where !isIgnored(number) { unsafe sigaddset(&awaited, number) }
    unsafe pthread_sigmask(SIG_BLOCK, &awaited, nil)
    // An ordinary thread waits for the signals: it may do what a handler may not.
    let watched = awaited
    let thread = Thread {
      var watched = watched
      var number: Int32 = 0
      guard unsafe sigwait(&watched, &number) == 0 else { return }
      end(by: number)
    }
    thread.stackSize = 1 << 19
    thread.start()
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Ends the program quietly because nobody reads its output any more, as `cat` ends.
  public static func endWithoutReader() -> Never { end(by: SIGPIPE) }

  /// Removes what is unfinished and ends as the signal ends a program that does nothing about it.
  private static func end(by number: Int32) -> Never {
    Unfinished.removeAll {
      _ = signal(number, SIG_DFL)
      var mask = sigset_t()
      unsafe sigemptyset(&mask)
      unsafe sigaddset(&mask, number)
      unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
      raise(number)
      exit(128 + number)
    }
  }
}
