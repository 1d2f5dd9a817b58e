import Tensors

/// What comparing two matrices of one shape shows.
struct ElementMetrics: Sendable {
  /// Upper edges of the histogram's bins; the last bin is open.
  static let edges: [Double] = [0, 0.001, 0.01, 0.1, 0.5, 1, 2, 10, 100]

  /// One element.
  struct Element: Sendable {
    /// Place in row-major order.
    var index: Int
    /// `|actual - expected|`; NaN when only one is NaN, infinity when an infinity is at odds.
    var error: Double
    /// The error over the allowance; infinity when nothing is allowed or the error is not finite.
    var share: Double
    /// The allowance; 0 where there was no error to allow.
    var allowance: Double
  }

  /// How many elements were compared.
  var count = 0
  /// How many are out of tolerance.
  var outside = 0
  /// The first element out of tolerance, in row-major order.
  var firstOutside: Int?
  /// The element that uses the largest share of its tolerance.
  var worst: Element?
  /// The element of the largest absolute error.
  var farthest: Element?
  /// How many elements fall in each bin of shares; see ``edges``.
  var histogram = [Int](repeating: 0, count: ElementMetrics.edges.count + 1)

  /// The share of one element's tolerance that its error uses.
  static func judge(
    _ index: Int, expected: Double, actual: Double, tolerance: Tolerance
  ) -> Element {
    if expected.isNaN || actual.isNaN {
      let agree = expected.isNaN && actual.isNaN
      return Element(
        index: index, error: agree ? 0 : .nan, share: agree ? 0 : .infinity, allowance: 0)
    }
    if expected.isInfinite || actual.isInfinite {
      let agree = expected == actual
      return Element(
        index: index, error: agree ? 0 : .infinity, share: agree ? 0 : .infinity, allowance: 0)
    }
    let error = (actual - expected).magnitude
    if error == 0 { return Element(index: index, error: 0, share: 0, allowance: 0) }
    let allowance = tolerance.allowance(at: index, expected: expected, actual: actual)
    let share = allowance > 0 ? error / allowance : .infinity
    return Element(index: index, error: error, share: share, allowance: allowance)
  }

  /// Compares element by element.
  ///
  /// - Precondition: The shapes agree.
  init(expected: [Double], actual: [Double], tolerance: Tolerance) {
    precondition(expected.count == actual.count)
    count = expected.count
    let units = UnitTable(tolerance.digits)
    unsafe expected.withUnsafeBufferPointer { wanted in
      unsafe actual.withUnsafeBufferPointer { found in
        switch tolerance.rule {
        case .relative(let rtol, let atol) where units != nil:
          unsafe compare(wanted, found, tolerance) { index, e, a in
            guard let unit = units?.unit(of: a) else { return nil }
            return atol + rtol * e.magnitude + unit / 2
          }
        default:
          unsafe compare(wanted, found, tolerance) { _, _, _ in nil }
        }
      }
    }
  }

  /// The pass over all elements.
  ///
  /// - Parameters:
  ///   - expected: The numbers wanted.
  ///   - actual: As many numbers found.
  ///   - tolerance: What judges the elements that stand out.
  ///   - allowance: The allowance of two finite numbers that differ, the very number that the
  ///     tolerance gives; nil leaves the element to ``judge(_:expected:actual:tolerance:)``.
  @inline(__always) private mutating func compare(
    _ expected: UnsafeBufferPointer<Double>, _ actual: UnsafeBufferPointer<Double>,
    _ tolerance: Tolerance, allowance: (Int, Double, Double) -> Double?
  ) {
    var exact = 0
    var bins: (Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0)
    var mostShare = -1.0
    var mostError = -1.0
    for index in 0..<expected.count {
      let (e, a) = unsafe (expected[index], actual[index])
      if e == a, worst != nil {
        // Most elements of most dumps: nothing to weigh.
        exact += 1
        continue
      }
      let error = (a - e).magnitude
      if error > 0, error.isFinite, let allowed = allowance(index, e, a), allowed > 0 {
        let share = error / allowed
        if share <= 1, share < mostShare, error <= mostError {
          // Within tolerance and no record: it is only counted.
          bins.0 += share > 0 ? 1 : 0
          bins.1 += share > 0.001 ? 1 : 0
          bins.2 += share > 0.01 ? 1 : 0
          bins.3 += share > 0.1 ? 1 : 0
          bins.4 += share > 0.5 ? 1 : 0
          bins.5 += 1
          continue
        }
      }
      add(
        ElementMetrics.judge(index, expected: e, actual: a, tolerance: tolerance),
        edges: ElementMetrics.edges)
      mostShare = worst?.share ?? -1
      mostError = farthest?.error ?? -1
    }
    histogram[0] += exact + bins.5 - bins.0
    histogram[1] += bins.0 - bins.1
    histogram[2] += bins.1 - bins.2
    histogram[3] += bins.2 - bins.3
    histogram[4] += bins.3 - bins.4
    histogram[5] += bins.4
  }

  private mutating func add(_ element: Element, edges: [Double]) {
    var bin = 0
    while bin < edges.count, element.share > edges[bin] { bin += 1 }
    histogram[bin] += 1
    if !(element.share <= 1) {
      outside += 1
      if firstOutside == nil { firstOutside = element.index }
    }
    if let current = worst {
      if element.share > current.share
        || (element.share == current.share && element.isFarther(than: current))
      {
        worst = element
      }
    } else {
      worst = element
    }
    if let current = farthest {
      if element.isFarther(than: current) { farthest = element }
    } else {
      farthest = element
    }
  }

  /// Whether every element is within its tolerance.
  var isMatch: Bool { outside == 0 }
  /// The largest share, 0 for an empty tensor.
  var largestShare: Double { worst?.share ?? 0 }
}

extension ElementMetrics.Element {
  /// Whether this error is larger; NaN is larger than any number.
  fileprivate func isFarther(than other: Self) -> Bool {
    if error.isNaN { return !other.error.isNaN }
    return error > other.error
  }
}

/// The unit of the last printed place by the number's exponent, ready to be looked up.
private struct UnitTable {
  private enum Digits {
    /// The same for every number.
    case fixed(Double)
    /// By the decade: so many significant digits.
    case significant(Int)
  }

  private let digits: Digits
  private let binades = DecimalUnit.binades

  /// A table, where one is of use.
  init?(_ printed: PrintedDigits) {
    switch printed {
    case .exact: digits = .fixed(0)
    case .level(let step): digits = .fixed(step)
    case .significant(let count) where 1...40 ~= count: digits = .significant(count)
    case .significant, .fixed: return nil
    }
  }

  /// What ``PrintedDigits/unit(of:)`` gives for a finite number; nil where the table does not say.
  @inline(__always) func unit(of value: Double) -> Double? {
    switch digits {
    case .fixed(let unit): return unit
    case .significant(let count):
      let field = Int(value.bitPattern >> 52) & 0x7ff
      if field == 0 || field == 0x7ff { return nil }
      let (decade, next) = binades[field]
      return DecimalUnit.power((value.magnitude >= next ? decade + 1 : decade) &- count &+ 1)
    }
  }
}
