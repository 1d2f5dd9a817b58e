import Files
import Foundation

/// The version `--version` tells.
let version = "0.1.0"

/// The command line: parsing, wiring and printing only.
@main enum Main {
  static func main() {
    Interruption.cleansUp()
    let status = run(words())
    exit(status.rawValue)
  }

  /// The words behind the program's name, in which a file name's stray bytes are kept.
  private static func words() -> [String] {
    let count = Int(CommandLine.argc)
    return (1..<max(1, count)).compactMap { index in
      guard let word = unsafe CommandLine.unsafeArgv[index] else { return nil }
      return unsafe String(
        pathBytes: UnsafeBufferPointer(start: word, count: strlen(word))
          .map { UInt8(bitPattern: $0) })
    }
  }

  /// Runs the command that the words ask for, and tells what went wrong.
  private static func run(_ words: [String]) -> ExitStatus {
    var output = StandardOutput()
    var status = ExitStatus.trouble
    do throws(Trouble) {
      status = try dispatch(words, to: &output)
    } catch {
      complain(error.line)
    }
    do throws(Trouble) {
      try output.flush()
    } catch {
      complain(error.line)
      status = .trouble
    }
    return status
  }

  private static func dispatch(
    _ words: [String], to output: inout StandardOutput
  ) throws(Trouble) -> ExitStatus {
    guard let name = words.first else {
      throw Trouble("no command (see 'nnet-oracle --help')")
    }
    switch name {
    case "--version":
      try output.writeLine("nnet-oracle \(version)")
      return .success
    case "--help", "-h":
      try output.write(helpText(of: commands))
      return .success
    case "help":
      guard words.count > 1, !words[1].hasPrefix("-") else {
        try output.write(helpText(of: commands))
        return .success
      }
      try output.write(helpText(of: try command(named: words[1]).declaration))
      return .success
    default:
      let command = try command(named: name)
      switch try ArgumentParser(declaration: command.declaration).parse(Array(words.dropFirst())) {
      case .help:
        try output.write(helpText(of: command.declaration))
        return .success
      case .run(let arguments):
        return try command.run(arguments, &output)
      }
    }
  }

  private static func command(named name: String) throws(Trouble) -> Command {
    if let command = commands.first(where: { $0.declaration.name == name }) { return command }
    let names = commands.map(\.declaration.name)
    if name.hasPrefix("-") {
      let known = ["help", "version"]
      let bare = String(name.drop { $0 == "-" })
      throw Trouble(
        "unknown option '\(name)': \(suggestion(for: bare, among: known, prefix: "--"))")
    }
    throw Trouble("unknown command '\(name)': \(suggestion(for: name, among: names))")
  }
}
