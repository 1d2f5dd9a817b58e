import Foundation
import Testing

/// `copy`: the same bytes where the form stays, every form from every other, whole or nothing.
@Suite struct CopyTests {
  static let dumps = "Tests/Fixtures/kaldi-dumps"

  static func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: Tool.root.appendingPathComponent(path))
  }

  @Test(arguments: [
    "\(dumps)/tflstm/out.mat", "\(dumps)/tflstm/param-bias.vec", "\(dumps)/tflstm-binary/out.mat",
    "\(dumps)/tflstm-double/out.mat", "\(dumps)/sru/model.nnet", "\(dumps)/chain/model.nnet",
    "\(dumps)/chain/model.binary.nnet",
    "\(dumps)/archives/feats.ark", "\(dumps)/archives/feats.text.ark",
  ])
  func `what Kaldi wrote keeps its bytes`(_ path: String) throws {
    try Tool.inFreshFolder { folder in
      let copy = folder.appendingPathComponent("copy")
      let outcome = try Tool.run("copy", path, copy.path)
      #expect(outcome == Tool.Outcome(status: 0, output: "", errors: ""))
      #expect(try Data(contentsOf: copy) == Self.bytes(path))
    }
  }

  @Test func `binary and back is the same text`() throws {
    try Tool.inFreshFolder { folder in
      let binary = folder.appendingPathComponent("b").path
      let text = "\(Self.dumps)/tflstm/out.mat"
      #expect(try Tool.run("copy", text, binary, "--binary").status == 0)
      #expect(try Data(contentsOf: URL(fileURLWithPath: binary)).prefix(5) == Data("\0BFM ".utf8))
      let back = try Tool.run("copy", binary, "-", "--binary=false", "--precision=7")
      #expect(back.status == 0)
      #expect(try Self.bytes(text) == Data(back.output.utf8))
    }
  }

  @Test func `tables are written as their specifier says`() throws {
    try Tool.inFreshFolder { folder in
      let ark = "\(Self.dumps)/archives/feats.ark"
      let text = folder.appendingPathComponent("t.ark").path
      let outcome = try Tool.run("copy", "ark:\(ark)", "ark,t:\(text)", "--precision", "7")
      #expect(outcome.status == 0)
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: text))
          == Self.bytes("\(Self.dumps)/archives/feats.text.ark"))
      let both = "ark,scp:\(folder.path)/b.ark,\(folder.path)/b.scp"
      #expect(try Tool.run("copy", text, both).status == 0)
      #expect(try Tool.run("inspect", "scp:\(folder.path)/b.scp").output.contains("sru-out: "))
    }
  }

  @Test func `a golden tensor is copied by name`() throws {
    let outcome = try Tool.run("copy", "golden/sru:bf", "-", "--precision=7")
    #expect(outcome.output == " [ 0.2 0.45 0.7 ]\n")
  }

  @Test(arguments: ["--compress", "--compression-method=2", "--compression-method=3"])
  func `compressed matrices read back nearly the same`(_ option: String) throws {
    try Tool.inFreshFolder { (folder) throws in
      let file = folder.appendingPathComponent("c").path
      let text = "\(Self.dumps)/tflstm/propagate_buf.mat"
      #expect(try Tool.run("copy", text, file, "--binary", option).status == 0)
      #expect(try Data(contentsOf: URL(fileURLWithPath: file)).prefix(4) == Data("\0BCM".utf8))
      #expect(try Tool.run("compare", text, file, "--atol=0.02", "--rtol=0").status == 0)
    }
  }

  @Test(arguments: [
    "no-such-file x", "/dev/null x", "\(dumps)/sru/model.nnet /no/such/folder/x",
    "\(dumps)/sru/model.nnet /dev/full", "\(dumps)/sru/out.mat /tmp",
    "\(dumps)/archives/feats.ark:none x", "ark,p:nothing x",
    "\(dumps)/sru/out.mat x --compression-method=9",
  ])
  func `trouble is one line and leaves nothing`(_ words: String) throws {
    try Tool.inFreshFolder { folder in
      let place = Tool.root.path
      let full = words.replacing("Tests/", with: "\(place)/Tests/")
      let outcome = try Tool.shell("$tool copy \(full)", in: folder)
      #expect(outcome.isPlainTrouble)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
  }

  @Test func `a truncated input leaves the old output as it was`() throws {
    try Tool.inFreshFolder { folder in
      try Data("old".utf8).write(to: folder.appendingPathComponent("out"))
      try Self.bytes("\(Self.dumps)/archives/feats.ark").dropLast(3)
        .write(to: folder.appendingPathComponent("cut.ark"))
      let outcome = try Tool.run("copy", "cut.ark", "out", in: folder)
      #expect(outcome.isPlainTrouble)
      #expect(outcome.errors.contains("cut.ark"))
      #expect(
        try Data(contentsOf: folder.appendingPathComponent("out")) == Data("old".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }
  }

  @Test func `a file-size limit leaves nothing`() throws {
    try Tool.inFreshFolder { folder in
      let outcome = try Tool.shell(
        "(ulimit -f 1; $tool copy \(Self.dumps)/tflstm/propagate_buf.mat '\(folder.path)/out')")
      #expect(outcome.isPlainTrouble)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
  }

  @Test func `a line of an scp file runs no command unless allowed`() throws {
    try Tool.inFreshFolder { folder in
      let matrix = Tool.root.appendingPathComponent("\(Self.dumps)/sru/out.mat").path
      try Data("utt1 touch ran; cat \(matrix) |\n".utf8)
        .write(to: folder.appendingPathComponent("p.scp"))
      #expect(try Tool.run("inspect", "scp:p.scp", in: folder).isPlainTrouble)
      #expect(try Tool.run("copy", "scp:p.scp", "x", in: folder).isPlainTrouble)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["p.scp"])
      let allowed = try Tool.run("inspect", "scp:p.scp", "--allow-pipes", in: folder)
      #expect(allowed.status == 0 && allowed.output.contains("utt1: "))
    }
  }
}
