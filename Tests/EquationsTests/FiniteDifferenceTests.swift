import Equations
import Tensors
import Testing

/// The gradient checker itself, on functions whose derivatives are known.
@Suite struct FiniteDifferenceTests {
  /// `Σ xᵢ³`: the central difference is `3xᵢ² + h²`.
  @Test func `the scalar form on a cubic`() {
    let point = [0.5, -1.25, 2, 0]
    let gradient = numericalGradient(at: point) { x in x.reduce(0) { $0 + $1 * $1 * $1 } }
    #expect(gradient.count == 4)
    #expect(zip(gradient, point).allSatisfy { abs($0 - (3 * $1 * $1 + 1e-10)) < 1e-9 })
  }

  @Test func `the step is 1e-5 unless given`() {
    #expect(centralDifferenceStep == 1e-5)
    // |x| has no derivative at 0: only points on both sides are ever visited.
    var visited: [Double] = []
    _ = numericalGradient(at: [0]) { x in
      visited.append(x[0])
      return abs(x[0])
    }
    #expect(visited == [1e-5, -1e-5])
    let wide = numericalGradient(at: [1], step: 0.5) { x in x[0] * x[0] * x[0] }
    #expect(wide == [3.25])
  }

  /// `f = (x₀x₁, x₀², x₂)` against the weights `u`: `(u₀x₁ + 2u₁x₀, u₀x₀, u₂)`.
  @Test func `the array form weighs each value by what comes from above`() {
    let (x, u) = ([1.5, -0.5, 4], [2.0, -3, 0.25])
    let gradient = numericalGradient(at: x, upstream: u) { x in
      [x[0] * x[1], x[0] * x[0], x[2]]
    }
    let exact = [u[0] * x[1] + 2 * u[1] * x[0], u[0] * x[0], u[2]]
    #expect(scaledError(exact, gradient) < 1e-10)
  }

  @Test func `only one element moves at a time, and the point is restored`() {
    let point = [1.0, 2, 3]
    var moved: [Int] = []
    _ = numericalGradient(at: point) { x in
      moved.append(zip(x, point).filter { $0 != $1 }.count)
      return 0
    }
    #expect(moved == [1, 1, 1, 1, 1, 1])
  }

  /// Indices by SplitMix64 of seed 9 modulo 17, computed in Python.
  @Test func `the sparse form visits a seeded sample and agrees with the dense one`() {
    let point = (0..<17).map { Double($0) / 8 - 1 }
    func square(_ x: [Double]) -> [Double] { [x.reduce(0) { $0 + $1 * $1 }] }
    let sample = sparseNumericalGradient(
      at: point, upstream: [0.5], count: 8, seed: 9, of: square)
    #expect(sample.map(\.index) == [10, 6, 4, 6, 1, 16, 7, 8])
    let dense = numericalGradient(at: point, upstream: [0.5], of: square)
    #expect(sample.allSatisfy { $0.derivative == dense[$0.index] })
    #expect(sample.allSatisfy { abs($0.derivative - point[$0.index]) < 1e-9 })
    #expect(
      sparseNumericalGradient(at: [], upstream: [1], count: 5, seed: 1, of: square).isEmpty)
  }

  @Test func `a function's error comes through`() {
    #expect(throws: LayerError.missing(tensor: "x")) {
      _ = try numericalGradient(at: [1]) { _ throws(LayerError) -> Double in
        throw .missing(tensor: "x")
      }
    }
  }

  /// `max |x - y| / max(1e-8, |x| + |y|)`, the notebooks' definition, by hand.
  @Test func `relative error is the notebooks'`() {
    #expect(relativeError([1, 2, 4], [1, 2, 4]) == 0)
    #expect(relativeError([1, 3], [1, 1]) == 0.5)
    #expect(relativeError([0], [1e-9]) == 1e-9 / 1e-8)
    #expect(relativeError([-1], [1]) == 1)
    #expect(relativeError([], []) == 0)
    #expect(relativeError([.nan, 1], [1, 1]).isNaN)
    #expect(relativeError([1, 1], [1, .nan]).isNaN)
  }

  @Test func `scaled error is measured by the largest element of the first`() {
    #expect(scaledError([1, -8], [1, -6]) == 0.25)
    #expect(scaledError([0, 0], [0, 0]) == 0)
    #expect(scaledError([0], [1]) == .infinity)
    #expect(scaledError([1, .nan], [1, 1]).isNaN)
    #expect(!(scaledError([1, 1], [.nan, 1]) <= 1e-7))
  }
}
