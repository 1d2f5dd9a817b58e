import Foundation
import Testing

/// `dump --set` through the process: every case at the edges of its dimensions, and nonsense.
@Suite struct DumpSettingsTests {
  /// Each case and the edges that its dimensions have, small so that a debug build is quick.
  static let edges: [String] = [
    "lstm-step --set N=1", "lstm-step --set D=1 --set H=1",
    "lstm --set T=1", "lstm --set N=1 --set H=1", "lstm --set D=1 --set order=gofi",
    "sru-step --set N=1", "sru-step --set D=1 --set H=1", "sru-step-separate --set N=1 --set H=1",
    "sru --set T=1", "sru --set N=1", "sru --set D=1 --set H=1 --set x=random:3:-2:2",
    "sru-separate --set T=1", "sru-separate --set T=2 --set N=1 --set D=1",
    "tflstm-step --set N=1 --set H=2", "tflstm-step --set D=2 --set H=2",
    "tflstm-step --set F=3 --set S=2 --set H=2", "tflstm --set T=1", "tflstm --set N=1",
    "tflstm --set F=3", "tflstm --set F=1 --set S=2", "tflstm --set D=7 --set F=3 --set S=2",
    "tflstm --set D=1 --set F=1 --set H=1", "tflstm-ifog --set T=1 --set H=2",
    "tflstm-ifog --set T=2 --set N=1 --set D=5 --set F=3 --set S=2 --set H=2",
    "tflstm-ifog --set T=2 --set F=3 --set H=2 --set order=gifo",
    "compact-vfsmn --set T=1", "compact-vfsmn --set N=1", "compact-vfsmn --set D=1",
    "compact-vfsmn --set N=20", "compact-vfsmn --set T=3 --set position=0,0,2",
    "bi-compact-vfsmn --set T=1", "bi-compact-vfsmn --set N1=1 --set N2=1",
    "bi-compact-vfsmn --set T=2 --set bposition=0,1 --set fposition=1,0",
    "lstm-probe --set T=1", "sru-probe --set N=1 --set T=2", "tflstm-probe --set T=1",
    "compact-vfsmn-probe --set T=4", "bi-compact-vfsmn-probe --set T=4",
    "gru --set T=1", "gru --set N=1 --set D=1 --set H=1", "gru --set order=nzr",
    "gru-after --set T=1 --set order=zrn", "lstmp --set T=1 --set R=1", "lstmp --set R=5 --set C=1",
    "lstmp --set order=ifog", "blstmp --set T=1", "blstmp --set N=1 --set R=1 --set T=2",
    "elman --set T=1", "elman --set N=1 --set D=1 --set H=1", "deepfsmn --set T=1",
    "deepfsmn --set D=1 --set H=1 --set N1=1 --set N2=1",
    "deepfsmn --set T=2 --set bposition=0,1 --set fposition=1,0",
  ]

  @Test(arguments: edges)
  func `a case is dumped at an edge of its dimensions`(_ words: String) throws {
    try Tool.inFreshFolder { folder in
      let outcome = try Tool.shell("$tool dump \(words) --out g", in: folder)
      #expect(outcome.status == 0 && outcome.errors == "")
      let name = String(words.prefix { $0 != " " })
      let made = folder.appendingPathComponent("g/\(name)")
      let files = try FileManager.default.subpathsOfDirectory(atPath: made.path)
      #expect(files.contains("case.json") && files.contains { $0.hasPrefix("numpy/") })
      // What was written is what would be written again, and it matches itself.
      let compared = try Tool.run("compare", "g/\(name)", "g/\(name)", in: folder)
      #expect(compared.status == 0)
    }
  }

  @Test(arguments: [
    ("tflstm --set F=9 --set D=3", "no whole number of at least 1 at D=3, F=9, S=1"),
    ("tflstm-step --set F=6", "no whole number of at least 1 at D=5, F=6, S=1"),
    ("tflstm-ifog --set D=6 --set S=3", "no whole number of at least 1 at D=6, F=2, S=3"),
    ("bi-compact-vfsmn --set T=2 --set bposition=1,0", "bposition: row 0 reaches 1"),
    ("bi-compact-vfsmn --set T=2 --set fposition=0,1", "fposition: row 1 reaches 1"),
    ("bi-compact-vfsmn --set fposition=0", "fposition: expected shape [15], found [1]"),
    ("compact-vfsmn --set T=2 --set position=0,nan", "position"),
    ("compact-vfsmn --set T=2 --set position=0,x", "position"),
    ("lstm-step --set T=2", "T"), ("lstm --set S=2", "'S'"), ("sru --set order=xfrh", "order"),
    ("lstm --set N=-1", "N=-1"), ("lstm --set N=1e9", "N=1e9"), ("sru --set N=2000000", "N="),
    ("sru --set N=1000000 --set T=1000000 --set D=1000000", "numbers in all: found 100"),
    ("tflstm --set N=1000000 --set H=1000000", "numbers in all"),
    ("sru --set x=random:1:0", "x=random:1:0"), ("sru --set x=-inf:1", "x=-inf:1"),
    ("sru --set =3", "''"), ("sru --set N=", "N="), ("lstm --set order=IFOG", "order"),
  ])
  func `nonsense is one line that says what, and leaves nothing`(
    _ words: String, _ part: String
  ) throws {
    try Tool.inFreshFolder { folder in
      let outcome = try Tool.shell("$tool dump \(words) --out g", in: folder)
      #expect(outcome.isPlainTrouble && outcome.output == "")
      #expect(outcome.errors.contains(part), "\(outcome.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
  }
}
