import Foundation
import Testing

/// `dump`, on the committed golden folder and on folders of its own.
@Suite struct DumpTests {
  /// Every path below a folder with its bytes.
  static func snapshot(_ folder: URL) throws -> [String: Data?] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return Dictionary(
      uniqueKeysWithValues: paths.map { path in
        (path, try? Data(contentsOf: folder.appendingPathComponent(path)))
      })
  }

  @Test func `the committed golden folder is what dump generates`() throws {
    let outcome = try Tool.run("dump", "--check")
    #expect(outcome.status == 0 && outcome.errors == "")
    #expect(outcome.output.hasPrefix("golden: "))
    #expect(outcome.output.hasSuffix(" files, all as generated\n"))
  }

  @Test func `a subset is written, and nothing else`() throws {
    try Tool.inFreshFolder { folder in
      let out = "--out=made/golden"
      let outcome = try Tool.run("dump", "sru-step", "compact-vfsmn", out, in: folder)
      #expect(outcome.status == 0 && outcome.errors == "")
      #expect(outcome.output.split(separator: "\n").count == 2)
      let made = folder.appendingPathComponent("made/golden")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["made"])
      let names = try FileManager.default.contentsOfDirectory(atPath: made.path).sorted()
      #expect(names == ["compact-vfsmn", "sru-step"])
      for name in names {
        let golden = Tool.root.appendingPathComponent("golden/\(name)")
        #expect(try Self.snapshot(made.appendingPathComponent(name)) == Self.snapshot(golden))
      }
      #expect(try Tool.run("dump", "sru-step", "--check", out, in: folder).status == 0)
    }
  }

  @Test func `check names every difference and ends with 1`() throws {
    try Tool.inFreshFolder { folder in
      _ = try Tool.run("dump", "sru-step", "--out", "g", in: folder)
      let made = folder.appendingPathComponent("g/sru-step")
      try Data("x".utf8).write(to: made.appendingPathComponent("numpy/x.txt"))
      try FileManager.default.removeItem(at: made.appendingPathComponent("numpy/W.txt"))
      try Data().write(to: made.appendingPathComponent("numpy/stale.txt"))
      let before = try Self.snapshot(folder)
      let outcome = try Tool.run("dump", "sru-step", "--out", "g", "--check", in: folder)
      #expect(outcome.status == 1 && outcome.errors == "")
      let lines = outcome.output.split(separator: "\n")
      #expect(
        lines.dropLast() == [
          "missing: g/sru-step/numpy/W.txt", "extra: g/sru-step/numpy/stale.txt",
          "differs: g/sru-step/numpy/x.txt",
        ])
      #expect(lines.last?.hasSuffix("3 not as generated") == true)
      #expect(try Self.snapshot(folder) == before)
      #expect(try Tool.run("dump", "sru-step", "--out", "g", in: folder).status == 0)
      #expect(try Tool.run("dump", "sru-step", "--out", "g", "--check", in: folder).status == 0)
    }
  }

  @Test func `check of an absent folder finds everything missing`() throws {
    try Tool.inFreshFolder { folder in
      let outcome = try Tool.run("dump", "sru-step", "--check", in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.output.contains("missing: golden/sru-step/case.json\n"))
      #expect(try Self.snapshot(folder).isEmpty)
    }
  }

  @Test(arguments: [
    "lstm-step --set N=1 --set D=2 --set H=3", "lstm --set T=1 --set x=-1:1 --set order=gifo",
    "sru --set N=3 --set T=7 --set D=5 --set H=4", "sru-separate --set T=2 --set W=0.5",
    "tflstm --set D=7 --set F=3 --set S=2", "tflstm-step --set D=2 --set N=1",
    "compact-vfsmn --set T=4 --set position=0,1,0,1", "bi-compact-vfsmn --set T=3 --set N1=1",
  ])
  func `one case is dumped at other settings`(_ words: String) throws {
    try Tool.inFreshFolder { folder in
      let outcome = try Tool.shell("$tool dump \(words) --out g", in: folder)
      #expect(outcome.status == 0 && outcome.errors == "")
      let name = String(words.prefix { $0 != " " })
      let text = try String(
        contentsOf: folder.appendingPathComponent("g/\(name)/case.json"), encoding: .utf8)
      #expect(text.contains("\"case\" : \"\(name)\""))
    }
  }

  @Test(arguments: [
    ("sru --set N=0 --out g", "N=0"), ("sru --set N=2.5 --out g", "N=2.5"),
    ("tflstm --set F=9 --out g", "F"), ("tflstm --set D=6 --set S=3 --out g", "S"),
    ("compact-vfsmn --set T=2 --set position=0,2 --out g", "position"),
    ("compact-vfsmn --set position=0,1 --out g", "position"),
    ("compact-vfsmn --set T=2 --set position=0,-1 --out g", "position"),
    ("compact-vfsmn --set T=2 --set position=0,0.5 --out g", "position"),
    ("sru --set Q=3 --out g", "'Q'"), ("sru --set T --out g", "T=7"),
    ("sru --set x=a:b --out g", "x=a:b"), ("lstm --set order=iifo --out g", "order"),
    ("sru --set T=3", "--out"), ("sru lstm --set T=3 --out g", "--set"),
    ("--set T=3 --out g", "--set"), ("sru --set T=3 --out g --check", "--check"),
    ("sru --set T=3 --out golden", "--out golden"), ("sru --set T=3 --out ./golden/", "golden"),
    ("srv --out g", "did you mean 'sru'?"), ("sru --set dot=0:1 --out g", "did you mean 'dout'?"),
    ("sru --out ''", "--out"),
  ])
  func `nonsense is one line and leaves nothing`(_ words: String, _ part: String) throws {
    try Tool.inFreshFolder { folder in
      let outcome = try Tool.shell("$tool dump \(words)", in: folder)
      #expect(outcome.isPlainTrouble)
      #expect(outcome.output == "")
      #expect(outcome.errors.contains(part))
      #expect(try Self.snapshot(folder).isEmpty)
    }
  }

  @Test func `a full disk leaves everything as it was`() throws {
    try Tool.inFreshFolder { folder in
      let first = try Tool.shell("(ulimit -f 1; $tool dump sru --out g)", in: folder)
      #expect(first.isPlainTrouble)
      #expect(first.errors.contains("g/sru/"))
      #expect(try Self.snapshot(folder).isEmpty)

      _ = try Tool.run("dump", "sru", "--out", "g", in: folder)
      let before = try Self.snapshot(folder)
      let second = try Tool.shell("(ulimit -f 1; $tool dump sru --out g)", in: folder)
      #expect(second.isPlainTrouble)
      #expect(try Self.snapshot(folder) == before)
    }
  }

  @Test func `an output that is no folder is told`() throws {
    try Tool.inFreshFolder { folder in
      try Data("keep".utf8).write(to: folder.appendingPathComponent("file"))
      for out in ["file", "file/below", "/dev/full", "/proc/none"] {
        let outcome = try Tool.run("dump", "sru-step", "--out", out, in: folder)
        #expect(outcome.isPlainTrouble)
      }
      #expect(try Self.snapshot(folder) == ["file": Data("keep".utf8)])
    }
  }
}
