import KaldiIO
import TestSupport
import Testing

/// A small generator with a seed, so that a failure can be repeated.
private struct Seeded {
  var state: UInt64

  mutating func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(max(bound, 1)))
  }
}

@Suite("Mutated models, logs and arrays")
struct FuzzModelsTests {
  private static let seeds = [
    "chain/model.nnet", "chain/model.binary.nnet", "blstmp/model.nnet", "tflstm-binary/model.nnet",
    "bi-compact-vfsmn/model.nnet", "sru/model.nnet", "upstream-debug.log", "chain/nnet-info.txt",
    "../numpy/f4.npy", "../numpy/cube-fortran.npy", "../numpy/pair.npz", "../numpy/f2.npy",
    "../numpy/printed.txt", "../numpy/truncated.txt", "archives/feats.scp",
  ]

  /// Flips, cuts, repeats and inserts; length fields and brackets more often than chance would.
  private static func mutated(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.next(4) {
      let at = random.next(bytes.count)
      guard !bytes.isEmpty else { return bytes }
      switch random.next(8) {
      case 0: bytes[at] ^= 1 << UInt8(random.next(8))
      case 1: bytes[at] = UInt8(random.next(256))
      case 2: bytes.removeSubrange(at...)
      case 3: bytes.removeSubrange(at..<min(bytes.count, at + random.next(20)))
      case 4: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 40)], at: at)
      case 5:
        let value = [0x7fff_ffff, 0xffff_ffff, 0x8000_0000, 0x4000_0000][random.next(4)]
        for offset in 0..<4 where at + offset < bytes.count {
          bytes[at + offset] = UInt8(truncatingIfNeeded: value >> (8 * offset))
        }
      case 6:
        let words = [
          "[", "]", "[[", " [ ", "...", "nan", "1e999", "<", "\n", "<Nnet> ", "\0B", "-",
        ]
        bytes.insert(contentsOf: words[random.next(words.count)].utf8, at: at)
      default: bytes[at] = [0, 4, 8, 0x20, 0x0a, 0x5b, 0x5d, 0xff][random.next(8)]
      }
    }
    return bytes
  }

  @Test("No mutation traps or hangs, and models that still read can be written", arguments: seeds)
  func mutations(seed: String) throws {
    let original = try dumpBytes(seed)
    var random = Seeded(state: UInt64(original.count) &* 0x9e37_79b9_7f4a_7c15)
    let rounds = _isDebugAssertConfiguration() ? 400 : 4000
    var readable = 0
    for _ in 0..<rounds {
      let bytes = Self.mutated(original, &random)
      var reader = try LogReader(ByteSource(bytes: bytes, name: "mutated"))
      while try reader.next() != nil {}
      if let model = try? NnetModel(bytes: bytes, name: "mutated") {
        readable += 1
        for form in [NnetModel.Form.text, .binary] {
          try? model.write(to: ByteSink(), form: form, style: .significantDigits(7))
        }
      }
      _ = try? NumPyReader.read(ByteSource(bytes: bytes, name: "mutated"))
      var archive = NumPyArchive(ByteSource(bytes: bytes, name: "mutated"))
      while let entry = try? archive.next() { _ = entry }
    }
    #expect(readable <= rounds)
  }

  @Test("Through a file, whatever a mutation makes of it is told or refused", arguments: seeds)
  func files(seed: String) throws {
    let original = try dumpBytes(seed)
    var random = Seeded(state: UInt64(original.count) &* 0xd134_2543_de82_ef95)
    let folder = try TemporaryFolder()
    for _ in 0..<40 {
      try folder.write("mutated", Self.mutated(original, &random))
      _ = try? TensorSource(folder.file("mutated")).records()
      _ = try TensorSource(folder.path).records()
      _ = try? copyTensors(from: folder.file("mutated"), to: folder.file("copy"))
    }
  }

  @Test("Deep nesting and lines of megabytes end")
  func extremes() throws {
    for text in [
      String(repeating: "[", count: 200_000), String(repeating: "[ ", count: 100_000),
      String(repeating: "[[1 ", count: 50_000), "x [\n" + String(repeating: "1 ", count: 1 << 19),
      String(repeating: "<", count: 1 << 19), String(repeating: "[ 1 2\n", count: 20_000),
      "[ " + String(repeating: "9", count: 100_000) + " ]", String(repeating: "(", count: 1 << 18),
    ] {
      var reader = try LogReader(ByteSource(bytes: Array(text.utf8), name: "text"))
      while try reader.next() != nil {}
      _ = try? NnetModel(bytes: Array(text.utf8), name: "text")
    }
  }
}
