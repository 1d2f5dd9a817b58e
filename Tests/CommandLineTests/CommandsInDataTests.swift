import Files
import Foundation
import TestSupport
import Testing

/// Nothing that data says is executed: each way that somebody may try, and the one that may.
@Suite("Commands in data")
struct CommandsInDataTests {
  private let folder: TemporaryFolder
  /// Appears if a command was run.
  private var mark: String { folder.file("RUN") }
  /// A command that would leave the mark, as a name that could be a pipe.
  private var command: String { "touch RUN; cat in.txt |" }

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("in.txt", " [\n  1 2 ]\n")
    // A golden case of our own to be spoilt.
    try FileManager.default.copyItem(
      atPath: PackageFolder.path + "golden/sru", toPath: folder.file("sru"))
  }

  private func run(_ arguments: [String]) throws -> Tool.Outcome {
    try Tool.run(arguments, in: URL(fileURLWithPath: folder.path))
  }

  /// Runs every command that reads a source, and tells which of them ran what data said.
  private func isSafe(_ sources: [[String]]) throws -> Bool {
    for arguments in sources {
      let outcome = try run(arguments)
      if outcome.status < 0 || outcome.status > 2 { return false }
    }
    return FileSystem.kind(of: mark) == .absent
  }

  /// The commands that read a file, folder or table.
  private func readers(_ source: String) -> [[String]] {
    [
      ["inspect", source], ["copy", source, "out"], ["compare", "sru", source],
      ["compare", source, "in.txt"],
    ]
  }

  @Test(
    "A path in a case's description is a path",
    arguments: ["file", "float32Bound", "float64Bound"],
    ["COMMAND", "kaldi/COMMAND", "| touch RUN", "-", "ark:COMMAND", "scp:COMMAND"])
  func description(field: String, form: String) throws {
    let path = folder.file("sru/case.json")
    var json = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
        as? [String: Any])
    var tensors = try #require(json["tensors"] as? [[String: Any]])
    for index in tensors.indices {
      var files = try #require(tensors[index]["files"] as? [[String: Any]])
      for file in files.indices where files[file][field] is String {
        files[file][field] = form.replacing("COMMAND", with: "touch ../RUN RUN; cat ../in.txt |")
      }
      tensors[index]["files"] = files
    }
    json["tensors"] = tensors
    try JSONSerialization.data(withJSONObject: json).write(to: URL(fileURLWithPath: path))
    #expect(
      try isSafe([
        ["compare", "sru", "in.txt"], ["compare", ".", "in.txt"], ["compare", "in.txt", "sru"],
        ["compare", "sru", "sru"], ["compare", "sru", "sru", "--double"],
        ["compare", "sru/kaldi", "sru"],
        ["inspect", "sru"], ["inspect", "sru:out"], ["copy", "sru:out", "out"],
        ["copy", "sru", "out"],
        ["inspect", "sru/kaldi/out.txt"],
      ]))
    #expect(FileSystem.kind(of: folder.file("sru/RUN")) == .absent)
  }

  @Test(
    "A name that a folder holds is a name",
    arguments: [
      "touch RUN |", "touch RUN; cat in.txt |", "|touch RUN", "ark:touch RUN |", "-", "scp:-",
    ])
  func folderNames(name: String) throws {
    for place in ["d", "e/below", "e/kaldi"] {
      try folder.makeFolder(place)
      try FileSystem.write(
        Array(" [\n  1 2 ]\n".utf8), to: folder.file("\(place)/\(name)"), named: name)
    }
    #expect(
      try isSafe(
        readers("d") + readers("e") + [["compare", "d", "e/below"], ["compare", "e", "e"]]))
  }

  @Test("A path that is there is that file, also where it looks like a command")
  func existingPaths() throws {
    try folder.write("touch RUN |", " [\n  3 4 ]\n")
    try folder.write("touch RUN; cat in.txt |", "utt  [\n  3 4 ]\n")
    let inspected = try run(["inspect", "touch RUN |"])
    #expect(inspected.status == 0)
    #expect(inspected.output.contains("3 4"))
    #expect(
      try isSafe(
        readers("touch RUN |") + readers("ark:touch RUN; cat in.txt |")
          + readers("./touch RUN |")))
    #expect(FileSystem.kind(of: folder.file("out")) == .file)
  }

  @Test(
    "A line of a script file runs nothing",
    arguments: ["touch RUN; cat in.txt |", "touch RUN |[0:1]", "|touch RUN", "ark:touch RUN |"])
  func scriptLines(location: String) throws {
    try folder.write("a.scp", "utt \(location)\n")
    try folder.write("b.scp", "one in.txt\nutt \(location)\n")
    #expect(
      try isSafe(["scp:a.scp", "a.scp", "scp,p:b.scp", "b.scp", "b.scp:utt"].flatMap(readers)))
    // Writing follows a script file too.
    #expect(try isSafe([["copy", "scp:b.scp", "scp:a.scp"], ["copy", "in.txt", "scp,p:a.scp"]]))
  }

  @Test("A key, a parameter's name or a log's text runs nothing")
  func namesInside() throws {
    try folder.write("k.ark", "touch_RUN|  [\n  1 2 ]\n|touch  [\n  3 4 ]\n")
    try folder.write("log", "LOG (p:main():t.cc:1) touch RUN | [\n  1 2 ]\n")
    #expect(
      try isSafe(
        readers("k.ark") + readers("log") + readers("k.ark:touch_RUN|")
          + [["copy", "k.ark", "ark,scp:o.ark,o.scp"], ["inspect", "scp:o.scp"]]))
  }

  @Test("A command that the user typed runs")
  func typed() throws {
    let outcome = try run(["inspect", command])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("1 2"))
    #expect(FileSystem.kind(of: mark) == .file)
  }

  @Test("A command's failure is an error with its status, and nothing is written")
  func failures() throws {
    for (arguments, status) in [
      (["copy", "cat in.txt; exit 3 |", "out"], 3), (["inspect", "cat in.txt; exit 4 |"], 4),
      (["copy", "ark:cat k.ark; exit 5 |", "out"], 5), (["copy", "in.txt", "| exit 6"], 6),
      (["copy", "in.txt", "| cat > /dev/null; exit 7"], 7), (["copy", "k.ark", "ark:| exit 8"], 8),
      (["copy", "kill -TERM $$ |", "out"], 143),
      (["compare", "in.txt", "cat in.txt; exit 9 |"], 9),
    ] {
      try folder.write("k.ark", "utt  [\n  1 2 ]\n")
      let outcome = try run(arguments)
      #expect(outcome.status == 2, "\(arguments)")
      #expect(
        outcome.errors.contains("failed with status \(status)"), "\(arguments): \(outcome.errors)")
      #expect(FileSystem.kind(of: folder.file("out")) == .absent)
    }
    // Much more than a pipe holds, to a command that reads none of it.
    let long = "big  [\n" + String(repeating: "  0.1 0.2 0.3 0.4 0.5 0.6\n", count: 40_000) + "]\n"
    try folder.write("big.ark", long)
    let deaf = try run(["copy", "big.ark", "| exit 11"])
    #expect(deaf.status == 2)
    #expect(deaf.errors.contains("failed with status 11"))
    let early = try run(["copy", "big.ark", "| head -c 1"])
    #expect(early.isPlainTrouble)
    #expect(early.errors.contains("Broken pipe"))
  }
}
