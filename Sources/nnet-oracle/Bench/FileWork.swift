import Comparison
import Foundation
import Golden
import KaldiIO
import Tensors

/// Times what is no kernel: the dump, and reading, writing and comparing archives.
struct FileWork {
  /// At least so many seconds a work.
  let seconds: Double

  /// The computation of every golden case with its bounds, over the cores, no file written.
  func dump() throws(Trouble) -> BenchResult {
    let timing = Timing.of(seconds: seconds) {
      _ = concurrentMap(Catalogue.cases) { try? CaseRun($0).folder() }
    }
    return BenchResult(
      name: "dump of all cases", threads: ProcessInfo.processInfo.activeProcessorCount,
      timing: timing)
  }

  /// Archives of 20 matrices of 1000 × 40, in a folder of their own that is removed afterwards.
  func archives() throws(Trouble) -> [BenchResult] {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("nnet-oracle-bench-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      return try archives(in: folder.path)
    } catch let trouble as Trouble {
      throw trouble
    } catch {
      throw Trouble(error)
    }
  }

  private func archives(in folder: String) throws -> [BenchResult] {
    var generator = SplitMix64(seed: 2016)
    let matrices = (0..<20).map { _ in
      let elements = (0..<40_000).map { _ in Double(Float(generator.nextBell())) }
      return StoredTensor(
        form: .matrix, matrix: Matrix(rows: 1000, columns: 40, elements: elements),
        encoding: .float32)
    }
    let copyLimit = memoryCopySpeed()
    var results: [BenchResult] = []
    for (kind, format) in [
      ("text", ObjectFormat.text(.significantDigits(7))), ("binary", .binary(.float32)),
    ] {
      let path = "\(folder)/\(kind).ark"
      func write(_ path: String) throws {
        let sink = try ByteSink.open(file: path)
        for (index, matrix) in matrices.enumerated() {
          try sink.append("utterance\(index) ")
          try sink.append(matrix, as: format)
        }
        try sink.finish()
      }
      try write(path)
      try write(path + ".copy")
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let size = (attributes[.size] as? NSNumber)?.doubleValue ?? 0
      let source = try TensorSource("ark:\(path)")
      let works: [(name: String, bytes: Double, work: () throws -> Void)] = [
        ("write \(kind)", size, { try write("\(path).written") }),
        ("read \(kind)", size, { try source.forEachRecord { _ in } }),
        (
          "compare \(kind)", 2 * size,
          { _ = try compare(expected: "ark:\(path)", actual: "ark:\(path).copy") }
        ),
      ]
      for (name, bytes, work) in works {
        results.append(
          BenchResult(
            name: name, timing: try Timing.of(seconds: seconds, work), amount: (bytes, .bytes),
            limit: copyLimit))
      }
    }
    return results
  }

  /// Bytes a second that a copy in memory reaches on 8 MB.
  private func memoryCopySpeed() -> Double {
    let source = [UInt8](repeating: 1, count: 8 << 20)
    var target = [UInt8](repeating: 0, count: source.count)
    let timing = Timing.of(seconds: seconds) {
      target.replaceSubrange(0..<source.count, with: source)
    }
    return Double(source.count) / (timing.median * 1e-9)
  }
}
