/// The help of a command, made from its declaration.
func helpText(of command: CommandDeclaration) -> String {
  var text = ""
  let words = command.operands.map(\.usage) + command.options.map(\.usage)
  text += wrap(words, first: "Usage: nnet-oracle \(command.name) ", indent: 8) + "\n\n"
  text += command.purpose + "\n"
  if !command.operands.isEmpty {
    text += "\n" + table(command.operands.map { ($0.name, $0.purpose) })
  }
  let help = Option(name: "help", value: .flag, purpose: "Print this text.")
  text += "\nOptions:\n"
  text += table((command.options + [help]).map { ($0.signature, $0.purpose) })
  for note in command.notes {
    text += "\n" + wrap(note.split(separator: " ").map(String.init), first: "", indent: 0) + "\n"
  }
  text +=
    "\nExit status:\n"
    + table(
      exitStatuses(mismatch: command.mismatch, undecided: command.undecided))
  text += "\nExample:\n  $ \(command.example.command)\n"
  for line in command.example.output.split(separator: "\n", omittingEmptySubsequences: false) {
    text += line.isEmpty ? "\n" : "  \(line)\n"
  }
  return text
}

/// The help of the program: its commands.
func helpText(of commands: [Command]) -> String {
  """
  Usage: nnet-oracle COMMAND …

  Says what the right answer is for recurrent and memory layers as Kaldi implements them,
  writes it down as golden files, and judges matrices that other programs produce.

  Commands:
  \(table(commands.map { ($0.declaration.name, $0.declaration.purpose) }))
  Options:
  \(table([
    ("--help", "Print this text; after a command, that command's."),
    ("--version", "Print the version."),
  ]))
  Options are written --name value or --name=value; '_' and '-' are one in a name; '--' ends the
  options; '-' is standard input or output. Results go to standard output, messages to standard
  error.

  Exit status:
  \(table(exitStatuses(mismatch: "a mismatch", undecided: undecidedStatus)))
  Example:
    $ nnet-oracle --version
    nnet-oracle \(version)

  """
}

/// What status 3 means.
let undecidedStatus = "no mismatch, but something that could not be judged"

private func exitStatuses(mismatch: String?, undecided: String?) -> [(String, String)] {
  var rows = [("0", "all well")]
  if let mismatch { rows.append(("1", mismatch)) }
  rows.append(
    ("2", "trouble: bad usage, unreadable or malformed input, output that cannot be written"))
  if let undecided { rows.append(("3", undecided)) }
  return rows
}

extension Option {
  /// The option with its value, as a table of options shows it.
  fileprivate var signature: String {
    if case .flag = value { return "--\(name)" }
    return "--\(name) \(placeholder)"
  }

  /// The option as the usage line shows it.
  fileprivate var usage: String {
    "[\(signature)]" + (isRepeatable ? "…" : "")
  }
}

/// Words laid out in lines of at most 100 columns.
private func wrap(_ words: [String], first: String, indent: Int) -> String {
  var lines: [String] = []
  var line = first
  var isFresh = true
  for word in words {
    let gap = isFresh ? "" : " "
    if !isFresh && line.count + gap.count + word.count > 100 {
      lines.append(line)
      line = String(repeating: " ", count: indent) + word
    } else {
      line += gap + word
    }
    isFresh = false
  }
  return (lines + [line]).joined(separator: "\n")
}

/// Two columns, indented; a left cell too wide for its column stands on a line of its own.
private func table(_ rows: [(String, String)]) -> String {
  let width = min(rows.map { $0.0.count }.max() ?? 0, 32)
  var text = ""
  for (left, right) in rows {
    let blank = String(repeating: " ", count: max(0, width - left.count))
    let words = right.split(separator: " ").map(String.init)
    let margin = String(repeating: " ", count: width + 4)
    if left.count > width {
      text += "  \(left)\n" + wrap(words, first: margin, indent: width + 4) + "\n"
    } else {
      text += wrap(words, first: "  \(left)\(blank)  ", indent: width + 4) + "\n"
    }
  }
  return text
}
