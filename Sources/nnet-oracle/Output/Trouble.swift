import Files

/// How a run ended, as `diff` has it.
enum ExitStatus: Int32, Sendable {
  /// All well.
  case success = 0
  /// A mismatch: the work was done, and something differs.
  case mismatch = 1
  /// Bad usage, unreadable or malformed input, nothing to do.
  case trouble = 2
  /// Nothing differs, but something could not be judged.
  case undecided = 3
}

/// Why a command could not do its work; it ends with status 2.
struct Trouble: Error, CustomStringConvertible {
  /// One line for the person at the terminal.
  let description: String

  /// Trouble told in one line.
  init(_ description: String) {
    self.description = description
  }

  /// Trouble that a library reported.
  init(_ error: any Error) {
    self.init(String(describing: error))
  }

  /// The description on one line, whatever names or bytes it quotes.
  var line: String { description.escapedForTerminal }
}
