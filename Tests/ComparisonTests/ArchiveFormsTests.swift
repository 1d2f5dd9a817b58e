import Comparison
import Foundation
import KaldiIO
import Tensors
import Testing

/// The same two archives judged alike, whatever form they are in and whichever reader takes them.
@Suite struct ArchiveFormsTests {
  /// Archives of `count` keys: the second differs in one element of every seventh key, lacks the
  /// last key and holds one more.
  private func texts(count: Int, seed: UInt64) -> (String, String) {
    var generator = SplitMix64(seed: seed)
    var first = ""
    var second = ""
    for key in 0..<count {
      let columns = 1 + Int(generator.next() % 5)
      let rows = 1 + Int(generator.next() % 4)
      var lines: [String] = []
      for _ in 0..<rows {
        let numbers = (0..<columns).map { _ in "\(Float(generator.nextSymmetric()))" }
        lines.append("  " + numbers.joined(separator: " ") + " ")
      }
      let body = " [\n" + lines.joined(separator: "\n") + "]\n"
      first += "utt\(key) \(body)"
      guard key < count - 1 else { continue }
      if key % 7 == 3 {
        lines[0] =
          "  7.5 " + lines[0].split(separator: " ").dropFirst().joined(separator: " ") + " "
      }
      second += "utt\(key)  [\n" + lines.joined(separator: "\n") + "]\n"
    }
    return (first, second + "extra  [ 1 2 3 ]\n")
  }

  @Test("text, binary and mixed pairs of archives give the same counts", arguments: [1, 2, 3])
  func forms(seed: UInt64) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("forms-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (first, second) = texts(count: 40, seed: seed)
    try first.write(toFile: folder + "/a.txt", atomically: true, encoding: .utf8)
    try second.write(toFile: folder + "/b.txt", atomically: true, encoding: .utf8)
    for name in ["a", "b"] {
      try copyTensors(
        from: .typed(TypedName("ark:\(folder)/\(name).txt")),
        to: TypedName("ark:\(folder)/\(name).ark"))
    }
    // Keys 3, 10, … 38 are altered: six of the 39 that both have; one is absent, one is extra.
    for (left, right) in [
      ("a.txt", "b.txt"), ("a.ark", "b.ark"), ("a.txt", "b.ark"), ("a.ark", "b.txt"),
    ] {
      for prefix in ["", "ark:"] {
        let report = try compare(
          expected: "\(prefix)\(folder)/\(left)", actual: "\(prefix)\(folder)/\(right)")
        #expect(report.counts.mismatch == 6, "\(prefix) \(left) \(right)")
        #expect(report.counts.match == 33)
        #expect(report.counts.absent == 1)
        #expect(report.counts.unrecognised == 1)
        #expect(report.exitStatus == 1)
      }
    }
  }

  @Test("a text archive reads alike as a table and by its path")
  func readers() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("readers-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var (text, _) = texts(count: 60, seed: 9)
    text +=
      "odd  [\n  1e-3 -0 .5 \n  12345678901234567890 4e300 5e-324 ]\nlast  [\n  1\t2 \n  3 4 ]\n"
    try text.write(toFile: folder + "/a.txt", atomically: true, encoding: .utf8)
    func read(_ source: String) throws -> [String] {
      var found: [String] = []
      try TensorSource(TypedName(source)).forEachRecord { record in
        guard case .tensor(let tensor) = record.content else { return }
        found.append(
          "\(record.name) \(tensor.matrix.rows) \(tensor.matrix.elements.map(\.bitPattern))")
      }
      return found
    }
    let byTable = try read("ark:\(folder)/a.txt")
    #expect(byTable.count == 62)
    #expect(try read("\(folder)/a.txt") == byTable)
  }
}
