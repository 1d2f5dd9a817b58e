import Concurrency
import Tensors

/// The comparison of all elements, in blocks of four side by side.
///
/// Blocks in which every share is a number, as in nearly all dumps, are counted without a branch an
/// element; only elements that set a record are looked at. All other blocks are judged one element
/// at a time, which knows what to make of numbers that are none.
extension ElementMetrics {
  /// Groups of four in a block.
  private static var most: Int { 16 }
  /// Elements that are worth a thread.
  private static var threadedCount: Int { 1 << 15 }

  /// Compares element by element.
  ///
  /// - Precondition: The shapes agree.
  init(expected: [Double], actual: [Double], tolerance: Tolerance) {
    precondition(expected.count == actual.count)
    self.init()
    unsafe expected.withUnsafeBytes { wanted in
      unsafe actual.withUnsafeBytes { found in
        guard let wanted = wanted.baseAddress, let found = found.baseAddress else { return }
        unsafe compare(
          NumberRun<Double>(start: wanted, count: expected.count),
          NumberRun<Double>(start: found, count: actual.count), tolerance)
      }
    }
  }

  /// Compares numbers as they lie in memory.
  ///
  /// - Precondition: They are equally many.
  init<E, A>(expected: NumberRun<E>, actual: NumberRun<A>, tolerance: Tolerance) {
    precondition(expected.count == actual.count)
    self.init()
    compare(expected, actual, tolerance)
  }

  /// The pass over all elements, in two halves at once where that pays.
  private mutating func compare<E, A>(
    _ expected: NumberRun<E>, _ actual: NumberRun<A>, _ tolerance: Tolerance
  ) {
    count = expected.count
    guard count >= 2 * Self.threadedCount else {
      return compare(0..<count, expected, actual, tolerance)
    }
    let halves = Threads.map([0..<count / 2, count / 2..<count]) { indices in
      var half = ElementMetrics()
      half.compare(indices, expected, actual, tolerance)
      return half
    }
    for half in halves { append(half) }
  }

  /// Adds what the elements behind those compared so far showed.
  private mutating func append(_ next: ElementMetrics) {
    outside += next.outside
    for element in [next.worst, next.farthest] {
      if let element { consider(element) }
    }
    for bin in histogram.indices { histogram[bin] += next.histogram[bin] }
  }

  /// The pass over some elements.
  private mutating func compare<E, A>(
    _ indices: Range<Int>, _ expected: NumberRun<E>, _ actual: NumberRun<A>,
    _ tolerance: Tolerance
  ) {
    guard let units = UnitTable(tolerance.digits) else {
      return compareEach(indices, expected, actual, tolerance)
    }
    switch (tolerance.rule, units.fixed) {
    case (.relative(let rtol, let atol), let unit?):
      compareBlocks(indices, expected, actual, tolerance) { _, e, _ in
        Tolerance.relative(e, rtol: rtol, atol: atol, SIMD4(repeating: unit))
      }
    case (.relative(let rtol, let atol), nil):
      compareBlocks(indices, expected, actual, tolerance) { _, e, a in
        Tolerance.relative(e, rtol: rtol, atol: atol, units.units(of: a))
      }
    case (.bounded(let bounds), _):
      precondition(bounds.elements.count == expected.count)
      unsafe bounds.elements.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return }
        let bounds = unsafe NumberRun<Double>(start: start, count: expected.count)
        compareBlocks(indices, expected, actual, tolerance) { index, _, a in
          Tolerance.bounded(bounds.four(index), units.units(of: a))
        }
      }
    case (.given, _): compareEach(indices, expected, actual, tolerance)
    }
  }

  /// The pass in blocks.
  ///
  /// `allowances` tells what four finite numbers may differ by, the very numbers that the tolerance
  /// gives, and NaN for what is to be judged by itself.
  @inline(__always) private mutating func compareBlocks<E, A>(
    _ indices: Range<Int>, _ expected: NumberRun<E>, _ actual: NumberRun<A>,
    _ tolerance: Tolerance,
    allowances: (Int, SIMD4<Double>, SIMD4<Double>) -> SIMD4<Double>
  ) {
    unsafe withUnsafeTemporaryAllocation(of: SIMD4<Double>.self, capacity: 2 * Self.most) { room in
      let (shares, errors) = (room.extracting(..<Self.most), room.extracting(Self.most...))
      var start = indices.lowerBound
      while start + 4 <= indices.upperBound {
        let block = start..<start + 4 * min(Self.most, (indices.upperBound - start) / 4)
        var largest = (share: SIMD4<Double>(), error: SIMD4<Double>())
        var areNumbers = SIMDMask<SIMD4<Int64>>(repeating: true)
        for group in 0..<block.count / 4 {
          let index = start &+ 4 &* group
          let (e, a) = (expected.four(index), actual.four(index))
          let (error, share) = Self.weigh(
            expected: e, actual: a, allowance: allowances(index, e, a))
          areNumbers = areNumbers .& (share .== share)
          largest.share.replace(with: share, where: share .> largest.share)
          largest.error.replace(with: error, where: error .> largest.error)
          unsafe (shares[group], errors[group]) = (share, error)
        }
        start = block.upperBound
        guard all(areNumbers) else {
          compareEach(block, expected, actual, tolerance)
          continue
        }
        let most = (share: largest.share.largest, error: largest.error.largest)
        unsafe countShares(shares, groups: block.count / 4, largest: most.share)
        let record = (share: worst?.share ?? -1, error: farthest?.error ?? -1)
        guard
          most.share > record.share || most.error > record.error
            || (most.share == record.share && most.error > 0)
        else { continue }
        for (offset, index) in block.enumerated() {
          let share = unsafe shares[offset / 4][offset % 4]
          let error = unsafe errors[offset / 4][offset % 4]
          if share >= worst?.share ?? -1 || error > farthest?.error ?? -1 {
            consider(
              Self.judge(
                index, expected: expected[index], actual: actual[index], tolerance: tolerance))
          }
        }
      }
      compareEach(start..<indices.upperBound, expected, actual, tolerance)
    }
  }

  /// Counts shares, of which none is larger than `largest`.
  @inline(__always) private mutating func countShares(
    _ shares: UnsafeMutableBufferPointer<SIMD4<Double>>, groups: Int, largest: Double
  ) {
    var above = 4 * groups
    for (bin, edge) in Self.edges.enumerated() {
      var beyond = SIMD4<Double>()
      if largest > edge {
        for group in 0..<groups {
          beyond += unsafe SIMD4().replacing(with: 1, where: shares[group] .> edge)
        }
      }
      let count = Int(beyond.sum())
      histogram[bin] += above - count
      above = count
      if edge == 1 { outside += count }
      if count == 0 { return }
    }
    histogram[Self.edges.count] += above
  }

  /// Judges elements one by one.
  private mutating func compareEach<E, A>(
    _ indices: Range<Int>, _ expected: NumberRun<E>, _ actual: NumberRun<A>,
    _ tolerance: Tolerance
  ) {
    for index in indices {
      add(
        Self.judge(index, expected: expected[index], actual: actual[index], tolerance: tolerance))
    }
  }
}
