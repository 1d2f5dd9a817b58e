import Tensors

/// The largest relative difference of two arrays, as the notebooks print it.
///
///     max |x - y| / max(1e-8, |x| + |y|)
///
/// It is no pass mark: by rounding alone a correct program reaches 6e-8 where an element nearly
/// cancels. See ``scaledError(_:_:)``.
///
/// - Parameters:
///   - x: One array.
///   - y: The other, of the same length.
/// - Returns: The largest relative difference; NaN if any element is.
public func relativeError(_ x: [Double], _ y: [Double]) -> Double {
  precondition(x.count == y.count)
  return largest(zip(x, y).map { abs($0 - $1) / max(1e-8, abs($0) + abs($1)) })
}

/// The largest difference of two arrays over the largest magnitude of the first.
///
/// - Parameters:
///   - analytic: The gradient in question.
///   - numerical: What it is held against, of the same length.
/// - Returns: `max |x - y| / max |x|`, 0 for two arrays of zeros; NaN if any element is.
public func scaledError(_ analytic: [Double], _ numerical: [Double]) -> Double {
  precondition(analytic.count == numerical.count)
  let difference = largest(zip(analytic, numerical).map { abs($0 - $1) })
  return difference == 0 ? 0 : difference / largest(analytic.map(abs))
}

/// The largest of numbers that are not negative; NaN if any is.
private func largest(_ numbers: [Double]) -> Double {
  numbers.reduce(0) { $0 > $1 || $0.isNaN ? $0 : $1 }
}

/// The step of a central difference.
public let centralDifferenceStep = 1e-5

/// The gradient of a scalar function by central differences.
///
///     ∂f/∂xᵢ ≈ (f(x + h·eᵢ) - f(x - h·eᵢ)) / 2h
///
/// - Parameters:
///   - x: Where.
///   - step: h.
///   - function: The function.
/// - Returns: The gradient, one number for each of `x`.
/// - Throws: What the function throws.
public func numericalGradient<Failure: Error>(
  at x: [Double], step: Double = centralDifferenceStep,
  of function: ([Double]) throws(Failure) -> Double
) throws(Failure) -> [Double] {
  try numericalGradient(at: x, upstream: [1], step: step) { (x) throws(Failure) -> [Double] in
    [try function(x)]
  }
}

/// The gradient of `Σ f(x) ⊙ upstream` by central differences.
///
///     Σⱼ (f(x + h·eᵢ) - f(x - h·eᵢ))ⱼ · upstreamⱼ / 2h
///
/// - Parameters:
///   - x: Where.
///   - upstream: The gradient that comes from above, as long as the function's values.
///   - step: h.
///   - function: The function.
/// - Returns: The gradient, one number for each of `x`.
/// - Throws: What the function throws.
public func numericalGradient<Failure: Error>(
  at x: [Double], upstream: [Double], step: Double = centralDifferenceStep,
  of function: ([Double]) throws(Failure) -> [Double]
) throws(Failure) -> [Double] {
  var gradient: [Double] = []
  for index in x.indices {
    gradient.append(
      try centralDifference(at: x, index, upstream: upstream, step: step, of: function))
  }
  return gradient
}

/// The same for a seeded sample of elements: for tensors too large to visit whole.
///
/// - Parameters:
///   - x: Where.
///   - upstream: The gradient that comes from above.
///   - count: How many elements to visit; an element may come twice.
///   - seed: The sample's seed.
///   - step: h.
///   - function: The function.
/// - Returns: The elements visited and their derivatives.
/// - Throws: What the function throws.
public func sparseNumericalGradient<Failure: Error>(
  at x: [Double], upstream: [Double], count: Int, seed: UInt64,
  step: Double = centralDifferenceStep, of function: ([Double]) throws(Failure) -> [Double]
) throws(Failure) -> [(index: Int, derivative: Double)] {
  guard !x.isEmpty else { return [] }
  var generator = SplitMix64(seed: seed)
  var sample: [(index: Int, derivative: Double)] = []
  for _ in 0..<count {
    let index = Int(generator.next() % UInt64(x.count))
    let derivative = try centralDifference(
      at: x, index, upstream: upstream, step: step, of: function)
    sample.append((index, derivative))
  }
  return sample
}

private func centralDifference<Failure: Error>(
  at x: [Double], _ index: Int, upstream: [Double], step: Double,
  of function: ([Double]) throws(Failure) -> [Double]
) throws(Failure) -> Double {
  var moved = x
  moved[index] = x[index] + step
  let above = try function(moved)
  moved[index] = x[index] - step
  let below = try function(moved)
  precondition(above.count == upstream.count && below.count == upstream.count)
  var sum = 0.0
  for (j, weight) in upstream.enumerated() { sum += (above[j] - below[j]) * weight }
  return sum / (2 * step)
}
