import Foundation
import Testing

/// Commands inside a script file run only if the user lets them.
@Suite struct PipeTests {
  @Test("compare runs an scp's commands only under --allow-pipes")
  func scriptCommands() throws {
    try Tool.inFreshFolder { folder in
      let script = folder.appendingPathComponent("out.scp")
      let line = "out cat Tests/Fixtures/kaldi-dumps/tflstm/out.mat |\n"
      try line.write(to: script, atomically: true, encoding: .utf8)
      let source = "scp:\(script.path)"
      #expect(try Tool.run("compare", "golden/tflstm", source).status == 2)
      let allowed = try Tool.run("compare", "golden/tflstm", source, "--allow-pipes")
      #expect(allowed.status == 0)
      #expect(allowed.output.contains("MATCH: 1 match"))
    }
  }
}
