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
    let allowance = tolerance.allowance(at: index, expected: expected, actual: actual)
    let (errors, shares) = weigh(
      expected: SIMD4(repeating: expected), actual: SIMD4(repeating: actual),
      allowance: SIMD4(repeating: allowance))
    let error = errors[0]
    return Element(
      index: index, error: error, share: shares[0], allowance: error == 0 ? 0 : allowance)
  }

  /// The errors of four pairs side by side, `|actual - expected|`, and which shares they are of what
  /// is allowed: 0 where there is no error, infinity where there is one and nothing is allowed.
  @inline(__always) static func weigh(
    expected: SIMD4<Double>, actual: SIMD4<Double>, allowance: SIMD4<Double>
  ) -> (error: SIMD4<Double>, share: SIMD4<Double>) {
    let error = (actual - expected).magnitudes
    return (error, (error / allowance).replacing(with: 0, where: error .== 0))
  }

  /// Takes the only element, which is as expected, for so many of its kind.
  mutating func repeatOnlyElement(_ count: Int) {
    self.count = count
    histogram[0] = count
  }

  /// Counts an element; they come in row-major order.
  mutating func add(_ element: Element) {
    var bin = 0
    while bin < Self.edges.count, element.share > Self.edges[bin] { bin += 1 }
    histogram[bin] += 1
    if !(element.share <= 1) { outside += 1 }
    consider(element)
  }

  /// Keeps an element if it is the worst or the farthest so far.
  mutating func consider(_ element: Element) {
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
