import Arithmetic
import Testing

/// Derivatives carried along, against derivatives worked out by hand, in 106 bits.
@Suite struct `Forward-mode derivatives` {
  typealias Number = DoubleDouble
  typealias Exact = Dual<DoubleDouble>

  static let points: [Double] = [-3.7, -1, -0.4375, -1e-9, 0, 0.3, 0.999, 1, 2.25, 5.5]

  static func variable(_ x: Double) -> Exact { Exact(value: Number(x), derivative: 1) }

  static func agree(_ found: Number, _ expected: Number) -> Bool {
    (found - expected).magnitude <= expected.magnitude * 1e-28
      || (found - expected).magnitude.high <= 1e-30
  }

  /// Σ cₖ xᵏ.
  static func polynomial(_ coefficients: [Int64], _ x: Double) -> Number {
    coefficients.reversed().reduce(Number(0)) { $0 * Number(x) + Number(Double($1)) }
  }

  @Test(arguments: points) func `Polynomials in every requirement's form`(point: Double) {
    let x = Self.variable(point)
    let square = x * x
    let cube = square * x
    let found: [(Exact, value: [Int64], slope: [Int64])] = [
      (x + square, [0, 1, 1], [1, 2]),
      (3 - cube, [3, 0, 0, -1], [0, 0, -3]),
      (-square, [0, 0, -1], [0, -2]),
      (cube * square, [0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 5]),
      (square.sigmoidSlope, [0, 0, 1, 0, -1], [0, 2, 0, -4]),
      (cube.tanhSlope, [1, 0, 0, 0, 0, 0, -1], [0, 0, 0, 0, 0, -6]),
      (.blend(square, cube, 1 - x), [1, -1, -1, 1, 0, 1], [-1, -2, 3, 0, 5]),
      (.complementProduct(x, square), [0, 0, 1, -1], [0, 2, -3]),
      (.scaledDifference(x, square, cube), [0, 0, 0, 1, -1], [0, 0, 3, -4]),
    ]
    for (index, (result, value, slope)) in found.enumerated() {
      let scale = Number(1 + point.magnitude * point.magnitude * point.magnitude)
      let reach = scale * scale * 1e-29
      let valueError = (result.value - Self.polynomial(value, point)).magnitude
      let slopeError = (result.derivative - Self.polynomial(slope, point)).magnitude
      #expect(valueError <= reach && slopeError <= reach, "form \(index)")
    }
  }

  @Test(arguments: points) func `Running sums take products by Leibniz's rule`(point: Double) {
    let x = Self.variable(point)
    var sum = Exact.Sum()
    sum.accumulate(x, times: x)
    sum.accumulate(x)
    sum.accumulate(7, times: x)
    sum.accumulate(Exact(constant: 5))
    #expect(Self.agree(sum.total.value, Self.polynomial([5, 8, 1], point)))
    #expect(Self.agree(sum.total.derivative, Self.polynomial([8, 2], point)))
  }

  @Test(arguments: points) func `Sigmoid and tanh by other identities`(point: Double) {
    let x = Self.variable(point)
    let number = Number(point)
    // σ′(x) = σ(x)·σ(-x), and tanh′(x) = 4·σ(2x)·σ(-2x).
    #expect(Self.agree(x.sigmoid().derivative, number.sigmoid() * (-number).sigmoid()))
    let double = number + number
    #expect(Self.agree(x.tanh().derivative, double.sigmoid() * (-double).sigmoid() * 4))
    // The slope of σ is a function of σ: its derivative is (1 - 2σ)·σ′ = -tanh(x/2)·σ′.
    let half = (number * 0.5).tanh()
    let second = -(half * (number.sigmoid() * (-number).sigmoid()))
    let slope = x.sigmoid().sigmoidSlope.derivative
    #expect((slope - second).magnitude.high <= 1e-29)
  }

  @Test func `A clip passes derivatives inside and stops them outside`() {
    for (point, expected) in [(-2.0, 0.0), (-1, 1), (0.5, 1), (1, 1), (1.0000000000000002, 0)] {
      let found = Self.variable(point).clamped(to: -1...1)
      #expect(found.derivative == Number(expected))
    }
    let float = Dual<Float>(value: 1.5, derivative: 3).clamped(to: 0...1)
    #expect(float.value == 1 && float.derivative == 0)
  }

  @Test func `Inputs and constants do not vary`() {
    #expect(Exact(input: 0.3).derivative == 0 && Exact(constant: 0.3).derivative == 0)
    let literal: Exact = 4
    #expect(literal.value == 4 && literal.derivative == 0)
  }
}
