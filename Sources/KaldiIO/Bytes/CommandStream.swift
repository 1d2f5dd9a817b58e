import Glibc

/// A shell command whose output is read, or whose input is written.
///
/// Only what the user typed may become one: a command is run with all the user's rights.
@safe final class CommandStream {
  private let command: String
  private var file: UnsafeMutablePointer<FILE>?

  /// Starts a command.
  ///
  /// - Parameters:
  ///   - command: What the shell is to run.
  ///   - mode: `r` to read its output, `w` to write to its input.
  /// - Throws: ``KaldiIOError``.
  init(_ command: String, mode: String) throws(KaldiIOError) {
    self.command = command
    fflush(nil)
    unsafe file = popen(command, mode)
    if unsafe file == nil {
      throw .system(file: command, operation: "run", reason: systemReason())
    }
  }

  /// The descriptor of our end.
  var descriptor: Int32 {
    guard let file = unsafe file else { return -1 }
    return unsafe fileno(file)
  }

  /// Waits for the command to end.
  func finish() throws(KaldiIOError) {
    guard let open = unsafe file else { return }
    unsafe file = nil
    let status = unsafe pclose(open)
    if status != 0 {
      let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
      throw .commandFailed(command: command, status: Int(code))
    }
  }

  deinit {
    if let open = unsafe file { _ = unsafe pclose(open) }
  }
}
