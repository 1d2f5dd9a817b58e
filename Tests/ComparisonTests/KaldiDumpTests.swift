import Comparison
import Foundation
import Testing

/// Real Kaldi dumps against the committed golden folder.
@Suite struct KaldiDumpTests {
  /// The package's folder, found from this file.
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  private static let dumps = root + "/Tests/Fixtures/kaldi-dumps"
  private static let golden = root + "/golden"

  private func compared(
    _ expected: String, _ actual: String, options: ComparisonOptions = ComparisonOptions()
  ) throws -> ComparisonReport {
    try compare(
      expected: "\(Self.golden)\(expected)", actual: "\(Self.dumps)/\(actual)", options: options)
  }

  @Test(
    "a dump of real Kaldi matches its golden case in every tensor",
    arguments: [
      ("tflstm", "tflstm", 27, 0), ("tflstm", "tflstm-binary", 25, 0), ("sru", "sru", 15, 0),
      ("compact-vfsmn", "compact-vfsmn", 8, 1), ("bi-compact-vfsmn", "bi-compact-vfsmn", 12, 0),
    ])
  func matches(name: String, dump: String, matching: Int, unrecognised: Int) throws {
    for expected in ["/\(name)", "/\(name)/kaldi", ""] {
      let report = try compared(expected, dump)
      #expect(report.exitStatus == 0)
      #expect(report.counts.match == matching)
      #expect(report.counts.mismatch == 0)
      #expect(report.counts.unrecognised == unrecognised)
      #expect(Set(report.rows.compactMap(\.case)) == [name])
    }
  }

  @Test("Kaldi's silent backward on the CPU is caught and named")
  func silentBackward() throws {
    let report = try compared("/compact-vfsmn", "compact-vfsmn-cpu")
    #expect(report.exitStatus == 1)
    let wrong = report.rows.filter { $0.verdict == .mismatch }.compactMap(\.expected)
    #expect(wrong == ["in_diff", "filter_corr"])
    #expect(report.findings.map(\.cause) == ["backward not computed"])
    #expect(report.findings.first?.firstWrong == "in_diff, t=14, stream 0, column 0")
  }

  @Test("the component test's log is paired and judged without any option")
  func componentTestLog() throws {
    let report = try compared("", "nnet-component-test.log")
    #expect(report.exitStatus == 1)
    #expect(report.counts.unrecognised == 0)
    func rows(_ name: String, _ tensor: String) -> [TensorRow] {
      report.rows.filter { $0.case == name && $0.expected == tensor && $0.verdict != .absent }
    }
    for name in ["sru", "tflstm", "compact-vfsmn", "bi-compact-vfsmn"] {
      #expect(rows(name, "out").map(\.verdict) == [.match, .match])
    }
    for name in ["sru", "tflstm"] {
      #expect(rows(name, "in_diff").map(\.verdict) == [.match, .match])
    }
    for name in ["compact-vfsmn", "bi-compact-vfsmn"] {
      let gradients = rows(name, "in_diff")
      #expect(gradients.map(\.verdict) == [.mismatch, .mismatch])
      #expect(
        gradients.allSatisfy { $0.causes.contains("nothing was computed: every element is 0") })
    }
    for (name, filter) in [
      ("compact-vfsmn", "filter"), ("bi-compact-vfsmn", "bfilter"), ("bi-compact-vfsmn", "ffilter"),
    ] {
      let filters = rows(name, filter)
      #expect(filters.map(\.verdict) == [.match, .mismatch, .match, .mismatch])
      #expect(
        filters.filter { $0.verdict == .mismatch }.allSatisfy {
          $0.causes.contains { $0.hasPrefix("not updated") }
        })
    }
    #expect(rows("sru", "w_xfrh").map(\.verdict) == [.match, .match])
    #expect(rows("tflstm", "peephole_o_c").map(\.verdict) == [.match, .match])
    #expect(report.findings.count == 4)
    #expect(report.findings.allSatisfy { $0.cause == "backward not computed" })
    #expect(rows("sru", "out").first?.source?.hasSuffix("nnet-component-test.log:8") == true)
  }

  @Test("a log of one component leaves the others' objects unrecognised")
  func oneCaseOfALog() throws {
    let report = try compared("/tflstm", "nnet-component-test.log")
    #expect(report.exitStatus == 0)
    #expect(report.counts.match == 18)
    #expect(report.counts.unrecognised > 0)
  }

  @Test("a current Kaldi's log is paired, the unnamed matrix too")
  func upstreamLog() throws {
    let report = try compared("", "upstream-debug.log")
    #expect(report.exitStatus == 0)
    #expect(report.counts.match == 8)
    #expect(report.counts.mismatch == 0)
    #expect(report.counts.unrecognised == 0)
    #expect(report.row("in_diff")?.actual == "")
  }

  @Test(
    "archives pair by key, in text, binary and compressed",
    arguments: ["feats.ark", "feats.text.ark", "feats.compressed.ark", "feats.scp"])
  func archives(file: String) throws {
    let report = try compared("", "archives/\(file)")
    #expect(report.exitStatus == 0)
    #expect(report.counts.match == 4)
    #expect(Set(report.rows.compactMap(\.case)) == ["sru", "tflstm"])
  }

  @Test("another setting's dump is a mismatch or fits nothing, never a match")
  func otherSettings() throws {
    for dump in ["tflstm-double", "tflstm-uneven", "sru-uneven"] {
      let name = dump.hasPrefix("sru") ? "/sru" : "/tflstm"
      #expect(try compared(name, dump).exitStatus == 1)
    }
  }

  @Test(
    "a dump of another layer or on other data is nothing to compare with the golden folder",
    arguments: [
      "blstmp", "blstmp-large", "chain", "deepfsmn", "deepfsmn-double", "lstmp", "lstmp-clipped",
      "lstmp-large", "recurrent", "sru-uneven", "tflstm-double", "tflstm-uneven",
    ])
  func strangers(dump: String) {
    // Frames of lstmp and tflstm-uneven have the shape of a golden case's, positions of deepfsmn
    // the very numbers: none of that makes them its dump.
    do {
      let report = try compared("", dump)
      Issue.record("\(dump) was compared: \(report.rows.compactMap(\.case).first ?? "?")")
    } catch {
      guard case .nothingToCompare? = error as? ComparisonError else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test("the golden folder as what is to be judged is refused with a hint")
  func swapped() throws {
    for golden in ["", "/sru", "/sru/kaldi"] {
      do {
        _ = try compare(
          expected: "\(Self.dumps)/sru", actual: "\(Self.golden)\(golden)")
        Issue.record("compared")
      } catch {
        #expect(error.description.contains("EXPECTED comes first"))
      }
    }
  }

  @Test("files and directories without a case compare too")
  func plain() throws {
    let text = "\(Self.dumps)/tflstm"
    let binary = "\(Self.dumps)/tflstm-binary"
    let folders = try compare(expected: text, actual: binary)
    #expect(folders.exitStatus == 0)
    #expect(folders.counts.mismatch == 0)
    #expect(folders.counts.absent == 2)
    let files = try compare(expected: text + "/out.mat", actual: binary + "/out.mat")
    #expect(files.counts.match == 1)
    let other = try compare(expected: text + "/out.mat", actual: binary + "/out_diff.mat")
    #expect(other.exitStatus == 1)
    let archives = try compare(
      expected: "\(Self.dumps)/archives/feats.text.ark", actual: "\(Self.dumps)/archives/feats.ark")
    #expect(archives.counts.match == 4)
    #expect(archives.exitStatus == 0)
    #expect(throws: ComparisonError.self) {
      try compare(expected: text + "/no-such-file", actual: binary)
    }
    #expect(throws: ComparisonError.self) {
      try compare(expected: text + "/out.mat", actual: binary + "/no-such-file")
    }
  }

  @Test("a file that pairs by name and cannot be parsed is trouble")
  func malformed() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/comparison-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let out = try String(contentsOfFile: "\(Self.dumps)/tflstm/out.mat", encoding: .utf8)
    try out.write(toFile: folder + "/out.mat", atomically: false, encoding: .utf8)
    try String(out.dropLast(20)).write(
      toFile: folder + "/in_diff.mat", atomically: false, encoding: .utf8)
    let report = try compare(expected: "\(Self.golden)/tflstm", actual: folder)
    #expect(report.exitStatus == 2)
    #expect(report.problems.count == 1)
    #expect(report.row("out")?.verdict == .match)
    for text in ["", "no numbers at all\n"] {
      try text.write(
        toFile: folder + "/in_diff.mat", atomically: false, encoding: .utf8)
      let empty = try compare(expected: "\(Self.golden)/tflstm", actual: folder)
      #expect(empty.exitStatus == 2)
      #expect(empty.problems.count == 1)
    }
    // The same file under a name of its own is merely unrecognised.
    try FileManager.default.moveItem(
      atPath: folder + "/in_diff.mat", toPath: folder + "/notes.txt")
    let other = try compare(expected: "\(Self.golden)/tflstm", actual: folder)
    #expect(other.exitStatus == 0)
    #expect(other.counts.unrecognised == 1)
  }

  @Test("a golden file held against one file needs no name, and its layout is diagnosed")
  func fileWithFile() throws {
    for (kaldi, numpy, cause) in [
      ("out", "out", "batch-major for time-major"), ("w_gifo_x_corr", "dWx", "transposed"),
    ] {
      let report = try compare(
        expected: "\(Self.golden)/tflstm/kaldi/\(kaldi).txt",
        actual: "\(Self.golden)/tflstm/numpy/\(numpy).txt")
      #expect(report.exitStatus == 1)
      #expect(report.findings.first?.cause == cause)
    }
  }

  @Test("shards together compare everything once")
  func shards() throws {
    var reports: [ComparisonReport] = []
    for index in 1...4 {
      var options = ComparisonOptions()
      options.shard = try Shard(argument: "\(index)/4")
      reports.append(
        try compare(
          expected: "\(Self.dumps)/tflstm", actual: "\(Self.dumps)/tflstm-binary",
          options: options))
    }
    let whole = merge(reports)
    let direct = try compare(
      expected: "\(Self.dumps)/tflstm", actual: "\(Self.dumps)/tflstm-binary")
    #expect(whole.counts == direct.counts)
    #expect(whole.exitStatus == 0)
  }
}
