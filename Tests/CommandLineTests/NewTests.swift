import Foundation
import Testing

/// `new`: the starting file works as it stands, in every command that takes a layer file.
@Suite struct NewTests {
  @Test func `the file that new writes lists, checks, and dumps what dump finds again`() throws {
    try Tool.inFreshFolder { folder in
      let made = try Tool.run("new", "my-layer", in: folder)
      #expect(made.status == 0 && made.errors == "")
      #expect(made.output.hasPrefix("my-layer.layer: "))
      for name in ["my-layer", "my-layer-step", "my-layer-probe"] {
        let listed = try Tool.run("list", "my-layer.layer:\(name)", in: folder)
        #expect(listed.status == 0 && listed.errors == "")
        #expect(listed.output.contains("dh = "))
      }
      for option in ["--exact", "--exact=false"] {
        let checked = try Tool.run("gradcheck", "my-layer.layer", option, in: folder)
        #expect(checked.status == 0 && checked.output.hasSuffix(" within their marks\n"))
        #expect(checked.output.contains("  dprev_h "))
      }
      let dumped = try Tool.run("dump", "my-layer.layer", "--out", "g", in: folder)
      #expect(dumped.status == 0 && dumped.errors == "")
      let again = try Tool.run("dump", "my-layer.layer", "--out", "g", "--check", in: folder)
      #expect(again.status == 0 && again.output.contains("3 cases"))
      let compared = try Tool.run("compare", "g/my-layer", "g/my-layer/kaldi", in: folder)
      #expect(compared.status == 0 && compared.output.hasSuffix(" match\n"))
    }
  }

  @Test func `its probe catches every mistake and tells every pair apart`() throws {
    try Tool.inFreshFolder { folder in
      #expect(try Tool.run("new", "probed", in: folder).status == 0)
      let power = try Tool.run("power", "probed.layer", in: folder)
      #expect(power.status == 0 && power.output.hasSuffix(" complete\n"))
      let mistakes = try Tool.run("list", "probed.layer", "--mistakes", in: folder)
      #expect(mistakes.output.contains("\ngates-swapped  "))
    }
  }

  @Test func `a known mistake that is no edit of the layer is told, and fails`() throws {
    try Tool.inFreshFolder { folder in
      #expect(try Tool.run("new", "slip", in: folder).status == 0)
      let file = folder.appendingPathComponent("slip.layer")
      let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      let slipped = text.replacingOccurrences(
        of: "\nform sequence\n", with: "\nknown slipped = h: without nothing\n\nform sequence\n")
      #expect(slipped != text)
      try Data(slipped.utf8).write(to: file)
      let power = try Tool.run("power", "slip.layer", in: folder)
      #expect(power.status == 1)
      #expect(
        power.output.contains("slip: no case has the known mistake slipped = h: without nothing\n"))
      // One case alone says nothing about the others.
      #expect(try Tool.run("power", "slip.layer:slip-probe", in: folder).status == 0)
    }
  }

  @Test func `a file that is there stays as it is`() throws {
    try Tool.inFreshFolder { folder in
      let file = folder.appendingPathComponent("sub/a.layer")
      #expect(try Tool.run("new", "a", "--out", "sub", in: folder).status == 0)
      try Data("mine".utf8).write(to: file)
      let second = try Tool.run("new", "a", "--out", "sub", in: folder)
      #expect(second.isPlainTrouble && second.output == "")
      #expect(second.errors.contains("sub/a.layer is there already"))
      #expect(try Data(contentsOf: file) == Data("mine".utf8))
    }
  }

  @Test func `the text is printed where - is the folder, and nothing is written`() throws {
    try Tool.inFreshFolder { folder in
      let printed = try Tool.run("new", "b", "--out", "-", in: folder)
      #expect(printed.status == 0 && printed.output.contains("\nlayer   b\n"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
      #expect(try Tool.run("new", "b", in: folder).status == 0)
      let written = try Data(contentsOf: folder.appendingPathComponent("b.layer"))
      #expect(String(decoding: written, as: UTF8.self) == printed.output)
    }
  }

  @Test(arguments: ["1st", "a/b", "a b", "", "../x", "a.layer", "größe", "a=b"])
  func `what cannot name a layer is refused`(_ name: String) throws {
    try Tool.inFreshFolder { folder in
      let outcome = try Tool.run("new", name, in: folder)
      #expect(outcome.isPlainTrouble && outcome.errors.contains("is no layer's name"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }
}
