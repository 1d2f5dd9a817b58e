import Foundation
import Testing

/// `inspect` on files of every kind of content, and on bad ones.
@Suite struct InspectTests {
  static let dumps = "Tests/Fixtures/kaldi-dumps"

  /// How NumPy itself prints an array; see Tests/Fixtures/numpy-print/README.md.
  static func printed(_ name: String) throws -> String {
    struct Printed: Decodable {
      var name: String
      var text: String
    }
    let file = Tool.root.appendingPathComponent("Tests/Fixtures/numpy-print/cases.json")
    let all = try JSONDecoder().decode([Printed].self, from: Data(contentsOf: file))
    return try #require(all.first { $0.name == name }).text
  }

  /// Inspects a file of given content.
  static func inspect(_ content: String, _ options: String...) throws -> Tool.Outcome {
    try Tool.inFreshFolder { folder in
      try Data(content.utf8).write(to: folder.appendingPathComponent("m.txt"))
      return try Tool.shell("$tool inspect m.txt " + options.joined(separator: " "), in: folder)
    }
  }

  @Test func `bare Kaldi style gives a Kaldi text file back`() throws {
    for name in ["out.mat", "param-bias.vec", "grad-w_gifo_x.mat"] {
      let path = "\(Self.dumps)/tflstm/\(name)"
      let outcome = try Tool.run("inspect", path, "--labels=false")
      let file = try Data(contentsOf: Tool.root.appendingPathComponent(path))
      #expect(outcome.status == 0 && outcome.errors == "")
      #expect(outcome.output == String(decoding: file, as: UTF8.self))
    }
  }

  @Test func `rows of several streams are labelled and reordered`() throws {
    let content = " [\n  0 10 \n  1 11 \n  2 12 \n  3 13 \n  4 14 \n  5 15 ]\n"
    let stored = try Self.inspect(content, "--streams 2")
    #expect(
      stored.output == """
        m: m.txt, 6 x 2, T=3 N=2, rows (t, n) time-major
               [
        (0, 0)  0 10 
        (0, 1)  1 11 
        (1, 0)  2 12 
        (1, 1)  3 13 
        (2, 0)  4 14 
        (2, 1)  5 15 ]

        """)
    let turned = try Self.inspect(content, "--streams=2 --layout=batch-major")
    #expect(
      turned.output == """
        m: m.txt, 6 x 2, T=3 N=2, rows (t, n) batch-major
               [
        (0, 0)  0 10 
        (1, 0)  2 12 
        (2, 0)  4 14 
        (0, 1)  1 11 
        (1, 1)  3 13 
        (2, 1)  5 15 ]

        """)
    let numpy = try Self.inspect(content, "--streams=2 --layout=batch-major --style numpy")
    #expect(
      numpy.output == """
        m: m.txt, 6 x 2, T=3 N=2, rows (t, n) batch-major
        [[[  0.  10.]     (0, 0)
          [  2.  12.]     (1, 0)
          [  4.  14.]]    (2, 0)

         [[  1.  11.]     (0, 1)
          [  3.  13.]     (1, 1)
          [  5.  15.]]]   (2, 1)

        """)
  }

  @Test(arguments: [
    ("golden/tflstm/numpy/x.txt", "", "notebook x"),
    ("golden/tflstm:x", "--layout time-major", "notebook transpose x"),
    ("golden/tflstm/kaldi/in.txt", "", "notebook transpose x"),
    ("golden/tflstm:kaldi/in", "--layout batch-major", "notebook x"),
    ("golden/sru:w_xfrh", "", "notebook W.T"),
    ("golden/compact-vfsmn:hidden", "", "notebook hidden"),
    ("golden/compact-vfsmn:filter", "", "notebook filter"),
    ("golden/bi-compact-vfsmn:ffilter", "", "notebook ffilter"),
    ("golden/tflstm:b", "", "notebook b"),
    ("golden/tflstm:h0", "", "zeros"),
    ("golden/compact-vfsmn:position", "", "position"),
    ("golden/bi-compact-vfsmn/kaldi/bposition.txt", "", "position column"),
  ])
  func `golden tensors print as the notebooks print them`(
    _ source: String, _ options: String, _ name: String
  ) throws {
    let expected = try Self.printed(name)
    let bare = try Tool.shell("$tool inspect \(source) \(options) --style numpy --labels=false")
    #expect(bare == Tool.Outcome(status: 0, output: expected + "\n", errors: ""))
    // The labels stand to the right of the same lines, below a heading.
    let labelled = try Tool.shell("$tool inspect \(source) \(options) --style numpy")
    let lines = labelled.output.split(separator: "\n", omittingEmptySubsequences: false)
    let bareLines = expected.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(zip(lines.dropFirst(), bareLines).allSatisfy { $0.hasPrefix($1) })
  }

  @Test func `what the notebook printed of the bidirectional memory is printed`() throws {
    // seeds: "FSMN Gradient Check", section "Bidirectional Compact vFSMN", as far as it is kept.
    let outcome = try Tool.run(
      "inspect", "golden/bi-compact-vfsmn:memory", "--style=numpy", "--labels=false")
    #expect(
      outcome.output.hasPrefix(
        """
        [[ 123.13571429  138.9         155.50714286  172.95714286  191.25      ]
         [ 182.27142857  200.94285714  220.65714286  241.41428571  26
        """))
  }

  @Test func `a golden tensor's frames are known without options`() throws {
    let labels = try Tool.run("inspect", "golden/tflstm:out").output.split(separator: "\n")
      .dropFirst(2).map { $0.prefix(6) }
    #expect(labels == ["(0, 0)", "(1, 0)", "(2, 0)", "(0, 1)", "(1, 1)", "(2, 1)"])
    let buffer = try Tool.run("inspect", "golden/sru:propagate_buf").output
      .split(separator: "\n").dropFirst(2)
    #expect(buffer.count == 10)
    #expect(buffer.filter { $0.contains("padding") }.count == 4)
    #expect(buffer.first?.hasPrefix("(-1, 0) padding") == true)
    let folder = try Tool.run("inspect", "golden/sru").output
    #expect(folder.contains("\nin_diff: golden/sru/kaldi/in_diff.txt, 6 x 3, T=3 N=2, rows (t, n)"))
  }

  @Test(arguments: [
    ("golden/sru:inn", "did you mean 'in'?"), ("golden/sru:zzzz", "list sru"),
    ("\(dumps)/nnet-component-test.log:mat_ouch", "mat_out"),
  ])
  func `an unknown tensor is told`(_ source: String, _ hint: String) throws {
    let outcome = try Tool.run("inspect", source)
    #expect(outcome.isPlainTrouble)
    #expect(outcome.errors.contains(hint))
  }

  @Test(arguments: [
    ("\(dumps)/nnet-component-test.log", 40), ("\(dumps)/upstream-debug.log", 8),
    ("\(dumps)/sru/model.nnet", 3), ("ark:\(dumps)/archives/feats.ark", 4),
    ("\(dumps)/archives/feats.compressed.ark", 4), ("\(dumps)/archives/feats.text.ark", 4),
    ("\(dumps)/tflstm-binary/out.mat", 1),
  ])
  func `every kind of source is inspected`(_ source: String, _ count: Int) throws {
    let outcome = try Tool.run("inspect", source)
    #expect(outcome.status == 0 && outcome.errors == "")
    let objects = outcome.output.split(separator: "\n").filter { $0.contains("[") }
    #expect(objects.count == count)
  }

  @Test func `wrapped rows keep one label each`() throws {
    let row = (0..<20).map(String.init).joined(separator: " ")
    let outcome = try Self.inspect(" [\n \(row)\n \(row) ]\n", "--streams 2 --style numpy")
    let labels = outcome.output.split(separator: "\n").compactMap { line in
      line.hasSuffix(")") ? line.suffix(6) : nil
    }
    #expect(labels == ["(0, 0)", "(0, 1)"])
  }

  @Test func `padding of uneven streams is told`() throws {
    let outcome = try Tool.run(
      "inspect", "\(Self.dumps)/sru-uneven/out.mat", "--lengths", "6,4,1")
    let padding = outcome.output.split(separator: "\n").filter { $0.contains("padding") }
    #expect(outcome.status == 0)
    #expect(padding.count == 2 + 5)
    #expect(padding.first?.hasPrefix("(1, 2) padding") == true)
  }

  @Test func `what NumPy prints for the debug case is printed from Kaldi's dump`() throws {
    // The notebook's x, which Kaldi's test had typed to 8 decimals and this dump has to 7 digits.
    let outcome = try Tool.run(
      "inspect", "\(Self.dumps)/tflstm/in.mat", "--style", "numpy", "--labels=false")
    let expected = try Self.printed("notebook transpose x")
    func numbers(_ text: String) -> [Double] {
      text.split { " []\n".contains($0) }.compactMap { Double($0) }
    }
    let pairs = zip(numbers(outcome.output), numbers(expected))
    #expect(numbers(outcome.output).count == 18)
    #expect(pairs.allSatisfy { abs($0 - $1) < 2e-7 })
    #expect(outcome.output.split(separator: "\n").count == 6)
  }

  @Test(arguments: [
    ("", "m.txt"),
    (" [\n  1 2\n  3 ]\n", "m.txt:"),
    (" [\n  1 2\n  3 4\n", "m.txt:"),
    (" [ 1 two 3 ]\n", "m.txt:"),
    ("nothing like a matrix\n", "m.txt"),
    ("\u{0}BFM \u{4}", "m.txt"),
    ("\u{7f}ELF\u{2}\u{1}\u{1}\u{0}\u{0}\u{1}", "m.txt"),
  ])
  func `bad content is one line and status 2`(_ content: String, _ place: String) throws {
    let outcome = try Self.inspect(content)
    #expect(outcome.isPlainTrouble)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(place))
  }

  @Test(arguments: [
    "no-such-file", "no-such-folder/x.txt", "/dev/null",
    "\(dumps)/tflstm/in.mat --streams 4", "\(dumps)/tflstm/in.mat --lengths 3,2,1",
    "\(dumps)/tflstm/in.mat --lengths 3,x", "\(dumps)/tflstm/in.mat --lengths 3,3 --streams 2",
    "\(dumps)/tflstm/in.mat --layout batch-major", "\(dumps)/tflstm/in.mat --streams 1000000000000",
    "\(dumps)/tflstm/in.mat --lengths 9223372036854775807,2",
  ])
  func `what cannot be shown is one line and status 2`(_ words: String) throws {
    let outcome = try Tool.shell("$tool inspect \(words)")
    #expect(outcome.isPlainTrouble)
    #expect(outcome.output == "")
  }

  @Test func `standard input is a source`() throws {
    let outcome = try Tool.run("inspect", "-", "--labels=false", input: Array(" [ 1 2 ]\n".utf8))
    #expect(outcome == Tool.Outcome(status: 0, output: " [ 1 2 ]\n", errors: ""))
  }

  @Test func `a full disk is told`() throws {
    let outcome = try Tool.shell("$tool inspect \(Self.dumps)/tflstm/in.mat > /dev/full")
    #expect(outcome.isPlainTrouble)
    #expect(outcome.errors.contains("standard output"))
  }

  @Test func `a file-size limit is told`() throws {
    let outcome = try Tool.inFreshFolder { folder in
      let file = folder.appendingPathComponent("out").path
      return try Tool.shell(
        "(ulimit -f 1; $tool inspect \(Self.dumps)/tflstm/propagate_buf.mat > '\(file)')")
    }
    #expect(outcome.isPlainTrouble)
  }

  @Test func `a reader that leaves ends the tool quietly`() throws {
    let outcome = try Tool.shell(
      "$tool inspect \(Self.dumps)/tflstm/propagate_buf.mat --precision 17 | head -n 1")
    #expect(outcome.status == 0 && outcome.errors == "")
  }
}
