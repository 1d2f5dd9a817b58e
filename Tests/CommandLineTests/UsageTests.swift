import Foundation
import Testing

/// What the tool says of itself, and how it takes its words.
@Suite struct UsageTests {
  /// The commands that the help lists.
  static let commands: [String] = {
    let help = (try? Tool.run("--help").output) ?? ""
    let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.drop { $0 != "Commands:" }.dropFirst().prefix { !$0.isEmpty }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
  }()

  @Test func `version is one line`() throws {
    let outcome = try Tool.run("--version")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("nnet-oracle "))
    #expect(outcome.output.filter { $0 == "\n" }.count == 1)
    #expect(outcome.errors == "")
  }

  @Test func `help lists the commands`() throws {
    #expect(Self.commands.contains("inspect"))
    for words in [["--help"], ["-h"], ["help"]] {
      let outcome = try Tool.run(words[0])
      #expect(outcome.status == 0 && outcome.errors == "")
      #expect(outcome.output.contains("Exit status:"))
    }
  }

  @Test(arguments: commands) func `every command explains itself`(_ command: String) throws {
    let outcome = try Tool.run(command, "--help")
    #expect(outcome.status == 0 && outcome.errors == "")
    for part in ["Usage: nnet-oracle \(command) ", "Options:", "Exit status:", "Example:\n  $ "] {
      #expect(outcome.output.contains(part))
    }
    let text = outcome.output.components(separatedBy: "\nExample:\n")[0]
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    #expect(try Tool.run("help", command) == outcome)
    // Kaldi's tools help after anything but `--`, and so do these.
    #expect(try Tool.run(command, "a", "b", "--help=false") == outcome)
  }

  @Test(arguments: commands) func `the example in the help is true`(_ command: String) throws {
    let help = try Tool.run(command, "--help").output
    let example = help.components(separatedBy: "\nExample:\n").last ?? ""
    let lines = example.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("  ") ? String($0.dropFirst(2)) : String($0) }
    let line = try #require(lines.first)
    #expect(line.hasPrefix("$ nnet-oracle "))
    let outcome = try Tool.shell(
      line.dropFirst(2).description.replacing("nnet-oracle ", with: "$tool "))
    let shown = lines.dropFirst().joined(separator: "\n")
    if let end = shown.range(of: "…\n") {
      #expect(outcome.output.hasPrefix(shown[..<end.lowerBound]))
    } else {
      #expect(outcome.output + outcome.errors == shown)
    }
  }

  @Test(arguments: [
    ["inpsect"], ["insp"], ["--verison"], ["--halp"], ["inspect", "x", "--streems", "2"],
    ["inspect", "x", "--stile=numpy"], ["inspect", "x", "--style", "nunpy"],
  ])
  func `a mistyped word is told what was meant`(_ words: [String]) throws {
    let outcome = try Tool.shell("$tool " + words.joined(separator: " "))
    #expect(outcome.isPlainTrouble)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("did you mean '"))
  }

  @Test(arguments: [
    ([], "no command"),
    (["inspect"], "missing SOURCE"),
    (["inspect", "a", "b"], "'b' is one argument too many"),
    (["inspect", "x", "--streams"], "option --streams needs a value"),
    (["inspect", "x", "--streams", "--style=numpy"], "option --streams needs a value"),
    (["inspect", "x", "--streams", "0"], "needs a whole number of at least 1, not '0'"),
    (["inspect", "x", "--streams=two"], "needs a whole number of at least 1, not 'two'"),
    (["inspect", "x", "--labels=perhaps"], "is true or false, not 'perhaps'"),
    (["inspect", "x", "-s"], "'-s' is no option"),
    (["inspect", "x", "--zzzzzzzz"], "unknown option '--zzzzzzzz'"),
    (["help", "nothing"], "unknown command 'nothing'"),
  ])
  func `bad usage is one line and status 2`(_ words: [String], _ message: String) throws {
    let outcome = try Tool.shell("$tool " + words.joined(separator: " "))
    #expect(outcome.isPlainTrouble)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(message))
  }
}
