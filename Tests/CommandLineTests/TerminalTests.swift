import Files
import Foundation
import TestSupport
import Testing

/// What names and keys say does nothing to a terminal.
@Suite("What reaches a terminal")
struct TerminalTests {
  /// Whether text has nothing that a terminal would act on but ends of lines.
  private func isClean(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0 == "\n" || !$0.isUnsafeForTerminal }
  }

  @Test("Keys full of control characters are escaped on standard output and error")
  func keys() throws {
    let cases = PackageFolder.fixture("cases/hostile/escape-stdout")
    let folder = try TemporaryFolder()
    let hostile = "x\u{1b}]0;t\u{7}\u{9b}2J\u{202e}\u{2066}\u{200f}\u{2028}y"
    try folder.write("a.ark", "\(hostile)  [\n  1 2 ]\n")
    try folder.write("b.ark", "\(hostile)  [\n  1 3 ]\n")
    try folder.write("bad.ark", "\(hostile)  [\n  1 2z ]\n")
    for arguments in [
      ["inspect", cases + "/a.ark"], ["compare", cases + "/a.ark", cases + "/e.ark"],
      ["inspect", folder.file("a.ark")], ["inspect", folder.file("bad.ark")],
      ["compare", folder.file("a.ark"), folder.file("b.ark")],
      ["compare", folder.file("a.ark"), folder.file("b.ark"), "--json"],
      ["inspect", "no\u{1b}[31msuch\u{202e}file"],
    ] {
      let outcome = try Tool.run(arguments)
      #expect(isClean(outcome.output), "\(arguments)")
      #expect(isClean(outcome.errors), "\(arguments)")
      #expect(!outcome.output.isEmpty || !outcome.errors.isEmpty)
      if arguments.last == "--json" {
        let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        #expect("\(json)".contains("y"))
      }
    }
  }

  @Test("A newline in a file's name forges no line")
  func newlines() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("d")
    let name = "in\nMATCH: 27 match\n.mat"
    try folder.write("d/\(name)", " [\n  1 2 ]\n")
    for arguments in [["inspect", folder.file("d")], ["inspect", folder.file("d/\(name)")]] {
      let outcome = try Tool.run(arguments)
      #expect(!outcome.output.split(separator: "\n").contains { $0.hasPrefix("MATCH") })
    }
  }
}
