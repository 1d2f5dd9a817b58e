import Foundation
import Glibc
import KaldiIO
import Tensors
import TestSupport
import Testing

/// Damaged inputs: no crash, no hang, no memory beyond a small multiple of the input.
///
/// `NNET_ORACLE_FUZZ_INPUTS` sets how many.
@Suite("Damaged inputs", .serialized)
struct FuzzTests {
  private static let count: Int = {
    #if DEBUG
      let usual = 3_000
    #else
      let usual = 250_000
    #endif
    let wanted = ProcessInfo.processInfo.environment["NNET_ORACLE_FUZZ_INPUTS"]
    return wanted.flatMap(Int.init) ?? usual
  }()

  /// Every way in, by name.
  private static let readers: [@Sendable (ByteSource) throws -> Void] = [
    { _ = try $0.readTensor() },
    { _ = try $0.readTensor(form: .matrix, options: TextOptions(isStrict: true)) },
    { _ = try $0.readTensor(form: .vector, options: TextOptions(precision: .float32)) },
    { source in
      var reader = ArchiveReader(source: source)
      while try reader.next() != nil {}
    },
    { source in
      var reader = ScriptReader(script: source)
      while let entry = try reader.nextEntry() {
        _ = try ElementRange.split(entry.location)
        _ = try ExtendedFilename(reading: entry.location)
        _ = try WriteSpecifier.parse(entry.location)
      }
    },
    { _ = try $0.readSparseMatrix(isBinary: try $0.takeBinaryHeader()) },
    { _ = try $0.readPackedMatrix(isBinary: try $0.takeBinaryHeader()) },
    { source in
      let isBinary = try source.takeBinaryHeader()
      while try source.peek() != nil {
        _ = try source.readToken()
        _ = try? source.readFloat(isBinary: isBinary)
        _ = try? source.readInt32(isBinary: isBinary)
      }
    },
  ]

  private static func corpus() throws -> [[UInt8]] {
    let files = [
      "archives/feats.ark", "archives/feats.text.ark", "archives/feats.compressed.ark",
      "archives/feats.scp", "tflstm/in.mat", "tflstm/param-bias.vec", "tflstm-binary/in.mat",
      "tflstm-binary/param-bias.vec", "tflstm-double/in.mat", "chain/model.binary.nnet",
    ]
    var inputs = try files.map(Fixtures.bytes)
    for method in CompressionMethod.allCases {
      let sink = ByteSink()
      let matrix = Matrix(rows: 9, columns: 2, elements: (0..<18).map { Double($0) / 18 })
      try sink.append(
        StoredTensor(form: .matrix, matrix: matrix, encoding: .float32), as: .compressed(method))
      inputs.append(sink.bytes)
    }
    let sink = ByteSink()
    try sink.appendBinaryHeader()
    try sink.append(
      SparseMatrix(rows: [.init(dimension: 5, columns: [1, 3], values: [0.5, 2])]),
      isBinary: true, precision: .float32, style: .shortestFloat)
    inputs.append(sink.bytes)
    let packed = ByteSink()
    try packed.appendBinaryHeader()
    try packed.append(
      PackedMatrix(size: 2, elements: [1, 2, 3]), isBinary: true, precision: .float64,
      style: .shortestFloat)
    inputs.append(packed.bytes)
    inputs.append(Array("rows=2 dim=5 [ 1 0.5 3 2 ] dim=5 [ ] \n".utf8))
    inputs.append(Array("a [ 1 2 ; 3 inf ]\nb [ -nan .5 +1 1e-46 ]\n[ [ [ ] ] ]".utf8))
    inputs.append(Array("k a.ark:12[0:3,1:2]\nl gunzip -c x |\nm b.ark[0:1]\n".utf8))
    return inputs
  }

  private static func damage(_ input: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = input
    for _ in 0...(generator.next() % 3) {
      guard !bytes.isEmpty else { return bytes }
      let place = Int(generator.next() % UInt64(bytes.count))
      switch generator.next() % 8 {
      case 0: bytes[place] ^= 1 << UInt8(generator.next() % 8)
      case 1: bytes.removeSubrange(place...)
      case 2: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      case 3:
        let lengths: [UInt32] = [0x7fff_ffff, 0xffff_ffff, 0x8000_0000, 0x1000_0000, 0xffff, 0]
        let length = lengths[Int(generator.next() % 6)]
        for index in 0..<4 where place + index < bytes.count {
          bytes[place + index] = UInt8(truncatingIfNeeded: length >> UInt32(8 * index))
        }
      case 4:
        let end = min(bytes.count, place + Int(generator.next() % 40))
        bytes.insert(contentsOf: bytes[place..<end], at: Int(generator.next() % UInt64(place + 1)))
      case 5:
        let words = ["[", "]", ";", "\n", " ", "e", "-", ".", "inf", "nan", "\0B", "FM ", "1e999"]
        bytes.insert(contentsOf: words[Int(generator.next() % 13)].utf8, at: place)
      case 6:
        let byte = bytes[place]
        bytes.insert(
          contentsOf: repeatElement(byte, count: Int(generator.next() % 2000)), at: place)
      default:
        let end = min(bytes.count, place + Int(generator.next() % 16))
        bytes.removeSubrange(place..<end)
      }
    }
    return bytes
  }

  private func peakMegabytes() -> Int {
    var usage = rusage()
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
  }

  @Test("Seeded damage to every kind of input, through every reader")
  func damaged() throws {
    let corpus = try Self.corpus()
    var generator = SeededGenerator(seed: 2031)
    let before = peakMegabytes()
    let start = ContinuousClock.now
    var placeless: [String] = []
    var refused = 0
    for round in 0..<Self.count {
      let input = corpus[Int(generator.next() % UInt64(corpus.count))]
      let bytes = Self.damage(input, &generator)
      do {
        try Self.readers[round % Self.readers.count](ByteSource(bytes: bytes, name: "fuzz"))
      } catch let error as KaldiIOError {
        refused += 1
        if case .malformed(let place, _, _) = error, place.byte <= bytes.count { continue }
        if case .unusable = error { continue }
        placeless.append(error.description)
      }
    }
    #expect(placeless.isEmpty, "\(placeless.prefix(3))")
    #expect(refused > Self.count / 4)
    #expect(peakMegabytes() - before < 512)
    #expect(ContinuousClock.now - start < .seconds(300))
  }

  /// Ten megabytes where code is fast; the same lines, shorter, in a debug build.
  private static let lineLength: Int = {
    #if DEBUG
      100_000
    #else
      10_000_000
    #endif
  }()

  @Test("Lines of ten megabytes: digits, brackets, words, spaces")
  func longLines() throws {
    let before = peakMegabytes()
    for piece in ["1", "[", "x", " ", "1 ", "-", "1-", ".", "nan ", "1e", ";", "0."] {
      let bytes =
        Array("k [ ".utf8)
        + Array(String(repeating: piece, count: Self.lineLength / piece.utf8.count).utf8)
      for reader in Self.readers {
        do { try reader(ByteSource(bytes: bytes, name: "long")) } catch is KaldiIOError {}
      }
    }
    #expect(peakMegabytes() - before < 1024)
  }
}
