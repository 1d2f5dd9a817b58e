import Comparison
import Foundation
import KaldiIO
import Tensors
import Testing

/// What a report says of elements, held against plain loops over the same numbers.
///
/// The comparison goes through four elements at a time and through numbers as they lie in an
/// archive; the loops here know nothing of that.
@Suite struct ElementSweepTests {
  /// Two tensors, the second straying from the first in some way.
  private struct Pair {
    let expected, actual: [Double]
    let rows, columns: Int
  }

  /// What plain loops find; places are indices in row-major order.
  private struct Findings: Equatable {
    var outside = 0
    var largestShare = 0.0
    var largestError = 0.0
    var worst = 0
    var farthest = 0
    var histogram = [Int](repeating: 0, count: 10)
  }

  /// Pairs of all sizes around blocks of four and sixty-four; some numbers agree, some stray by far
  /// more than is allowed, and some, where told, are none.
  private static func pairs(_ count: Int, seed: UInt64, isDouble: Bool, wild: Bool) -> [Pair] {
    var generator = SplitMix64(seed: seed)
    func stored(_ value: Double) -> Double { isDouble ? value : Double(Float(value)) }
    return (0..<count).map { index in
      let rows = 1 + Int(generator.next() % 3)
      let columns = 1 + Int(generator.next() % 90)
      let shift = wild ? [1e-9, 1e-6, 1e-5, 1e-4][Int(generator.next() % 4)] : 4e-6
      var expected: [Double] = []
      var actual: [Double] = []
      for _ in 0..<rows * columns {
        var e = stored(generator.nextSymmetric() * 10)
        var a = stored(e * (1 + shift * generator.nextSymmetric()))
        switch generator.next() % 400 {
        case 0: (e, a) = (0, 0)
        case 1: (e, a) = (0, stored(1e-9))
        case 2: a = e
        case 3 where wild: (e, a) = (.infinity, .infinity)
        case 4 where wild: a = .infinity
        case 5 where wild: (e, a) = (.nan, .nan)
        case 6 where wild && index % 3 == 0: a = .nan
        case 7 where wild: (e, a) = (.infinity, -.infinity)
        default: break
        }
        expected.append(e)
        actual.append(a)
      }
      // Nothing but zeros would be a finding of its own.
      if actual[0] == 0 { (expected[0], actual[0]) = (1, 1) }
      return Pair(expected: expected, actual: actual, rows: rows, columns: columns)
    }
  }

  /// The definition, one element at a time.
  private static func findings(_ pair: Pair, rtol: Double, atol: Double) -> Findings {
    let edges = [0, 0.001, 0.01, 0.1, 0.5, 1, 2, 10, 100]
    let judged = zip(pair.expected, pair.actual).map { e, a -> (error: Double, share: Double) in
      if e == a || (e.isNaN && a.isNaN) { return (0, 0) }
      if e.isNaN || a.isNaN { return (.nan, .infinity) }
      if e.isInfinite || a.isInfinite { return (.infinity, .infinity) }
      return (abs(a - e), abs(a - e) / (atol + rtol * abs(e)))
    }
    // Of equals the first counts; NaN is larger than any error.
    func size(_ error: Double) -> (Int, Double) { error.isNaN ? (1, 0) : (0, error) }
    var findings = Findings()
    for (index, element) in judged.enumerated() {
      findings.histogram[edges.filter { element.share > $0 }.count] += 1
      findings.outside += element.share > 1 ? 1 : 0
      let (worst, farthest) = (judged[findings.worst], judged[findings.farthest])
      if element.share > worst.share
        || (element.share == worst.share && size(element.error) > size(worst.error))
      {
        findings.worst = index
      }
      if size(element.error) > size(farthest.error) { findings.farthest = index }
    }
    findings.largestShare = judged[findings.worst].share
    findings.largestError = judged[findings.farthest].error
    return findings
  }

  /// What a row says.
  private static func findings(_ row: TensorRow, _ pair: Pair) throws -> Findings {
    func place(_ element: TensorRow.Element?) throws -> Int {
      let element = try #require(element)
      return element.row * pair.columns + element.column
    }
    return Findings(
      outside: try #require(row.outside), largestShare: try #require(row.largestShare),
      largestError: try #require(row.largestError), worst: try place(row.worst),
      farthest: try place(row.farthest), histogram: try #require(row.histogram))
  }

  /// Writes both sides as archives in binary and compares them.
  private static func report(
    _ pairs: [Pair], isDouble: Bool, options: ComparisonOptions
  ) throws -> ComparisonReport {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("sweep-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, numbers) in [("a", \Pair.expected), ("b", \Pair.actual)] {
      var writer = try TableWriter(
        try #require(try WriteSpecifier.parse("ark:\(folder)/\(name).ark")))
      for (index, pair) in pairs.enumerated() {
        // Keys of several lengths, so that numbers lie at all distances from aligned places.
        try writer.write(
          stored(pair.rows, pair.columns, pair[keyPath: numbers]), key: "m\(index)",
          as: .binary(isDouble ? .float64 : .float32))
      }
      try writer.finish()
    }
    return try compare(expected: "\(folder)/a.ark", actual: "\(folder)/b.ark", options: options)
  }

  @Test("rows tell what plain loops find", arguments: [false, true])
  func rows(isDouble: Bool) throws {
    let pairs = Self.pairs(300, seed: 5, isDouble: isDouble, wild: true)
    var options = ComparisonOptions()
    (options.rtol, options.atol) = (1e-5, 1e-6)
    let report = try Self.report(pairs, isDouble: isDouble, options: options)
    try #require(report.rows.count == pairs.count)
    for (pair, row) in zip(pairs, report.rows) {
      let found = try Self.findings(row, pair)
      let wanted = Self.findings(pair, rtol: 1e-5, atol: 1e-6)
      // NaN is no equal of itself.
      #expect("\(found)" == "\(wanted)")
      #expect(row.verdict == (wanted.outside == 0 ? .match : .mismatch))
    }
    #expect(report.counts.match > 20)
    #expect(report.counts.mismatch > 20)
  }

  @Test("a tensor large enough for two threads tells what plain loops find", arguments: [5, 8])
  func large(seed: UInt64) throws {
    // Numbers repeat, so that records are met more than once: the first counts.
    let part = Self.pairs(1, seed: seed, isDouble: true, wild: true)[0]
    let times = 70_001 / part.expected.count + 1
    let pair = Pair(
      expected: Array([[Double]](repeating: part.expected, count: times).joined()),
      actual: Array([[Double]](repeating: part.actual, count: times).joined()),
      rows: times * part.rows, columns: part.columns)
    var options = ComparisonOptions()
    (options.rtol, options.atol) = (1e-5, 1e-6)
    let row = try #require(
      try Self.report([pair, pair], isDouble: true, options: options).rows.first)
    #expect("\(try Self.findings(row, pair))" == "\(Self.findings(pair, rtol: 1e-5, atol: 1e-6))")
  }

  @Test("matches that get no row are counted like those that do", arguments: [false, true])
  func counts(isDouble: Bool) throws {
    let pairs = Self.pairs(1600, seed: 6, isDouble: isDouble, wild: false)
    var options = ComparisonOptions()
    (options.rtol, options.atol) = (1e-5, 1e-6)
    options.listEveryMatch = false
    let report = try Self.report(pairs, isDouble: isDouble, options: options)
    #expect(report.rows.count == 1000)
    #expect(report.counts.match == pairs.count)
    var histogram = [Int](repeating: 0, count: 10)
    for pair in pairs {
      let wanted = Self.findings(pair, rtol: 1e-5, atol: 1e-6)
      for bin in histogram.indices { histogram[bin] += wanted.histogram[bin] }
    }
    #expect(report.histogram == histogram)
  }

  @Test("among matches that get no row, one that is out and one that is nothing are listed")
  func exceptions() throws {
    var pairs = Self.pairs(1400, seed: 7, isDouble: false, wild: false)
    pairs[1200] = Pair(expected: [1, 2, 3, 4, 5], actual: [1, 2, 3.5, 4, 5], rows: 1, columns: 5)
    pairs[1300] = Pair(expected: [1e-7, 2e-7], actual: [0, 0], rows: 1, columns: 2)
    var options = ComparisonOptions()
    (options.rtol, options.atol) = (1e-5, 1e-6)
    options.listEveryMatch = false
    let report = try Self.report(pairs, isDouble: false, options: options)
    #expect(report.counts.match == 1398)
    #expect(report.counts.mismatch == 2)
    #expect(report.rows.suffix(2).map(\.expected) == ["m1200", "m1300"])
    #expect(report.rows.last?.causes == ["nothing was computed: every element is 0"])
  }
}
