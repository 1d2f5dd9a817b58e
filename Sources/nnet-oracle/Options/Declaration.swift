/// One option of a command, declared once: the parser and the help text both read it.
struct Option: Sendable {
  /// What follows the option's name.
  enum Value: Sendable {
    /// Nothing, or `=true` or `=false`.
    case flag
    /// Any text, with the word that stands for it in the help.
    case text(String)
    /// A whole number inside a range.
    case integer(String, ClosedRange<Int>)
    /// A finite number, not negative.
    case magnitude(String)
    /// A finite number of either sign.
    case number(String)
    /// One of a few words.
    case choice([String])
  }

  /// The name without dashes, in lower case, words joined by `-`.
  let name: String
  /// What follows the name.
  let value: Value
  /// What the option does, in one line.
  let purpose: String
  /// Whether every occurrence counts; otherwise the last one does.
  var isRepeatable = false
}

/// One thing a command is given without a name: a case, a file.
struct Operand: Sendable {
  /// How many words the operand takes.
  enum Count: Sendable {
    case one
    case optional
    case any
    case some
  }

  /// The word that stands for it in the help.
  let name: String
  /// How many.
  let count: Count
  /// What it is, in one line.
  let purpose: String

  /// The operand as the usage line shows it.
  var usage: String {
    switch count {
    case .one: name
    case .optional: "[\(name)]"
    case .any: "[\(name)…]"
    case .some: "\(name)…"
    }
  }
}

/// A command: what it is called, what it takes, what it says of itself.
struct CommandDeclaration: Sendable {
  /// The word that selects the command.
  let name: String
  /// One line: what it does.
  let purpose: String
  /// What it takes without a name, in order.
  let operands: [Operand]
  /// What it takes by name, besides `--help`.
  let options: [Option]
  /// What needs more than a line, a paragraph each.
  var notes: [String] = []
  /// What status 1 means here; nil where the command never ends so.
  var mismatch: String?
  /// What status 3 means here; nil where the command never ends so.
  var undecided: String?
  /// A command line to try, with what it prints.
  let example: Example

  /// A command line and its output, both checked by the tests.
  struct Example: Sendable {
    /// The line to type.
    let command: String
    /// What it prints; a last line `…` stands for the rest.
    let output: String
  }
}

/// A command with what runs it.
struct Command: Sendable {
  /// What it takes.
  let declaration: CommandDeclaration
  /// Runs it.
  let run: @Sendable (Arguments, inout StandardOutput) throws(Trouble) -> ExitStatus
}
