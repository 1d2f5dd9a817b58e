import Comparison
import Foundation
import KaldiIO
import Tensors

/// Seeded matrices and a folder of their own, in which they are written, read and compared.
struct FileWork {
  /// One thing done with the files.
  struct Pass {
    let name: String
    /// Bytes of the files that it touches.
    let bytes: Double
    let run: () throws -> Void
  }

  let passes: [Pass]

  /// Archives of normal numbers, as text that reads back exactly or as binary: two that are equal,
  /// and one that differs from them in the last bit of every number.
  static func archives(
    _ dimensions: [BenchDimension], isBinary: Bool, isDouble: Bool, in folder: URL
  ) throws -> FileWork {
    let matrices = matrices(dimensions, isDouble: isDouble)
    let format: ObjectFormat =
      isBinary
      ? .binary(isDouble ? .float64 : .float32)
      : .text(isDouble ? .shortestDouble : .shortestFloat)
    let altered = matrices.map { $0.stepped(isDouble: isDouble) }
    let paths = ["a", "b", "c"].map { folder.appendingPathComponent("\($0).ark").path }
    func write(_ path: String) throws {
      let matrices = path == paths[2] ? altered : matrices
      guard let table = try WriteSpecifier.parse("ark\(isBinary ? "" : ",t"):\(path)") else {
        return
      }
      var writer = try TableWriter(table)
      for (index, matrix) in matrices.enumerated() {
        try writer.write(matrix, key: "m\(index)", as: format)
      }
      try writer.finish()
    }
    for path in paths { try write(path) }
    let bytes = try size(paths[0])
    let sources = paths.map { "ark:\($0)" }
    // As on the command line, where matches are counted and no longer listed once they are many.
    var options = ComparisonOptions()
    options.listEveryMatch = false
    return FileWork(passes: [
      Pass(name: "write", bytes: bytes) { try write(paths[0]) },
      Pass(name: "read", bytes: bytes) {
        try TensorSource(TypedName(sources[0])).forEachRecord { _ in }
      },
      Pass(name: "compare", bytes: 2 * bytes) {
        _ = try compare(expected: sources[0], actual: sources[1], options: options)
      },
      Pass(name: "compare-differing", bytes: bytes + (try size(paths[2]))) {
        _ = try compare(expected: sources[0], actual: sources[2], options: options)
      },
    ])
  }

  /// Two equal folders of one text file a matrix.
  static func folders(
    _ dimensions: [BenchDimension], isDouble: Bool, in folder: URL
  ) throws -> FileWork {
    let sides = ["a", "b"].map { folder.appendingPathComponent($0) }
    var bytes = 0.0
    for side in sides {
      try FileManager.default.createDirectory(at: side, withIntermediateDirectories: true)
      for (index, matrix) in matrices(dimensions, isDouble: isDouble).enumerated() {
        let path = side.appendingPathComponent("m\(index).txt").path
        let sink = try ByteSink.open(file: path)
        try sink.append(matrix, as: .text(isDouble ? .shortestDouble : .shortestFloat))
        try sink.finish()
        bytes += try size(path)
      }
    }
    return FileWork(passes: [
      Pass(name: "compare", bytes: bytes) {
        _ = try compare(expected: sides[0].path, actual: sides[1].path)
      }
    ])
  }

  private static func matrices(
    _ dimensions: [BenchDimension], isDouble: Bool
  ) -> [StoredTensor] {
    let sizes = dimensions.map(\.size)
    var generator = SplitMix64(seed: 1)
    return (0..<sizes[0]).map { _ in
      let elements = (0..<sizes[1] * sizes[2]).map { _ in
        isDouble ? generator.nextBell() : Double(Float(generator.nextBell()))
      }
      return StoredTensor(
        form: .matrix, matrix: Matrix(rows: sizes[1], columns: sizes[2], elements: elements),
        encoding: isDouble ? .float64 : .float32)
    }
  }

  private static func size(_ path: String) throws -> Double {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.size] as? NSNumber)?.doubleValue ?? 0
  }
}

extension StoredTensor {
  /// The same with every number one step further from zero.
  fileprivate func stepped(isDouble: Bool) -> StoredTensor {
    var result = self
    for (index, number) in matrix.elements.enumerated() {
      let step = isDouble ? number.magnitude.nextUp : Double(Float(number).magnitude.nextUp)
      result.matrix.elements[index] = number < 0 ? -step : step
    }
    return result
  }
}
