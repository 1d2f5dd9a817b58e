import Foundation
import Glibc
import KaldiIO
import TestSupport
import Testing

/// Damaged safetensors, ONNX and delimited files: no crash, no hang, no memory beyond a small multiple.
///
/// `NNET_ORACLE_FUZZ_INPUTS` sets how many.
@Suite("Damaged files of other frameworks", .serialized)
struct FuzzFrameworksTests {
  private static let count: Int = {
    #if DEBUG
      let usual = 1_000
    #else
      let usual = 20_000
    #endif
    let wanted = ProcessInfo.processInfo.environment["NNET_ORACLE_FUZZ_INPUTS"]
    return wanted.flatMap(Int.init) ?? usual
  }()

  private static func corpus() throws -> [[UInt8]] {
    let folder = URL(filePath: Fixtures.folder).deletingLastPathComponent()
      .appending(path: "frameworks").path
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
      Array(try Data(contentsOf: URL(filePath: folder + "/" + $0)))
    }
  }

  private static func damage(_ input: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = input
    for _ in 0...(generator.next() % 3) {
      guard !bytes.isEmpty else { return bytes }
      let place = Int(generator.next() % UInt64(bytes.count))
      switch generator.next() % 7 {
      case 0: bytes[place] ^= 1 << UInt8(generator.next() % 8)
      case 1: bytes.removeSubrange(place...)
      case 2: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      case 3:
        // A length of any size, little-endian or as a varint.
        let big: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]
        let width = Int(generator.next() % 8) + 1
        for index in 0..<width where place + index < bytes.count {
          bytes[place + index] = big[8 - width + index]
        }
      case 4:
        let end = min(bytes.count, place + Int(generator.next() % 60))
        bytes.insert(contentsOf: bytes[place..<end], at: Int(generator.next() % UInt64(place + 1)))
      case 5:
        let words = [
          "9", "-", "99999999999",
          "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},",
          "[[[[[[[[", "e999", ",,", "\n", "#", "nan", "{", "}", "1e", "\u{8}\u{7f}",
        ]
        bytes.insert(contentsOf: words[Int(generator.next() % UInt64(words.count))].utf8, at: place)
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

  @Test("Seeded damage to what the frameworks wrote")
  func damaged() throws {
    let corpus = try Self.corpus()
    #expect(corpus.count == 33)
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: 1919)
    let before = peakMegabytes()
    var placeless: [String] = []
    var refused = 0
    for _ in 0..<Self.count {
      let input = corpus[Int(generator.next() % UInt64(corpus.count))]
      let bytes = Self.damage(input, &generator)
      try folder.write("input", bytes)
      do {
        _ = try TensorSource(folder.file("input")).records()
      } catch let error as KaldiIOError {
        refused += 1
        if case .malformed(let place, _, _) = error, place.byte <= bytes.count { continue }
        if case .unusable = error { continue }
        placeless.append(error.description)
      }
    }
    #expect(placeless.isEmpty, "\(placeless.prefix(3))")
    #expect(refused > Self.count / 4)
    #expect(peakMegabytes() - before < 128)
  }

  @Test("Promises of much out of little are refused before anything is allocated")
  func promises() throws {
    let folder = try TemporaryFolder()
    let before = peakMegabytes()
    let huge = #"{"a":{"dtype":"F64","shape":[1000000,1000000],"data_offsets":[0,8000000000000]}}"#
    let length = (0..<8).map { UInt8(truncatingIfNeeded: huge.utf8.count >> (8 * $0)) }
    let inputs: [[UInt8]] = [
      length + Array(huge.utf8),
      // A header of almost 100 MB that is not there.
      [0xff, 0xe0, 0xf5, 0x05, 0, 0, 0, 0] + Array("{}".utf8),
      // dims 2^30, 2^17, float, raw data of 2^40 bytes.
      [
        8, 0x80, 0x80, 0x80, 0x80, 4, 8, 0x80, 0x80, 8, 0x10, 1, 0x4a, 0x80, 0x80, 0x80, 0x80, 0x80,
        0x20,
      ],
    ]
    for input in inputs {
      try folder.write("input", input)
      #expect(throws: KaldiIOError.self) { try TensorSource(folder.file("input")).records() }
    }
    #expect(peakMegabytes() - before < 64)
  }
}
