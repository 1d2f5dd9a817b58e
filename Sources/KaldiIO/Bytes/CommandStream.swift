import Files
import Glibc

/// A shell command whose output is read, or whose input is written.
///
/// Only what the user typed may become one: a command is run with all the user's rights.
@safe final class CommandStream {
  /// Which end is ours.
  enum Mode {
    /// We read what the command prints.
    case reading
    /// We write what the command reads.
    case writing
  }

  private let command: String
  private var process: pid_t = 0
  /// Our end; -1 once it is closed.
  private(set) var descriptor: Int32 = -1

  /// Starts a command.
  ///
  /// - Parameters:
  ///   - command: What the shell is to run.
  ///   - mode: Whether to read its output or to write its input.
  /// - Throws: ``KaldiIOError``.
  init(_ command: String, mode: Mode) throws(KaldiIOError) {
    self.command = command
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw .system(file: command, operation: "run", reason: systemReason())
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let isReading = mode == .reading
    // A command that reads no further is to be an error of the write, not the end of the process.
    if !isReading { _ = signal(SIGPIPE, SIG_IGN) }
    let theirs = isReading ? ends[1] : ends[0]
    descriptor = isReading ? ends[0] : ends[1]
    let failure = Self.spawn(command, theirs, as: isReading ? 1 : 0, &process)
    _ = close(theirs)
    if failure != 0 {
      closeOurs()
      errno = failure
      throw .system(file: command, operation: "run", reason: systemReason())
    }
  }

  /// Starts the shell with signals as a program of the user's own would have them.
  private static func spawn(
    _ command: String, _ pipe: Int32, as standard: Int32, _ process: inout pid_t
  ) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    _ = unsafe posix_spawn_file_actions_adddup2(&actions, pipe, standard)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    var usual = sigset_t()
    unsafe sigemptyset(&usual)
    unsafe sigaddset(&usual, SIGPIPE)
    unsafe sigaddset(&usual, SIGXFSZ)
    unsafe posix_spawnattr_setsigdefault(&attributes, &usual)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    let words = ["sh", "-c", "--"].map { Array($0.utf8) } + [command.pathBytes]
    var arguments = unsafe words.map { word in
      unsafe strdup(word.map { CChar(bitPattern: $0) } + [0])
    }
    unsafe arguments.append(nil)
    defer { unsafe arguments.forEach { unsafe free($0) } }
    return unsafe posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments, environ)
  }

  /// Closes our end and waits for the command to end.
  ///
  /// - Throws: ``KaldiIOError/commandFailed(command:status:)`` where it did not end well.
  func finish() throws(KaldiIOError) {
    guard process != 0 else { return }
    let status = wait()
    if status != 0 {
      let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
      throw .commandFailed(command: command, status: Int(code))
    }
  }

  private func wait() -> Int32 {
    closeOurs()
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
    process = 0
    return status
  }

  private func closeOurs() {
    if descriptor >= 0 { _ = close(descriptor) }
    descriptor = -1
  }

  deinit {
    if process != 0 { _ = wait() }
  }
}
