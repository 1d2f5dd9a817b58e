import Arithmetic
import TestSupport
import Testing

@Suite struct BallTests {
  @Test func `two-products are exact for whole numbers of any size`() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<5000 {
      let (a, b) = (generator.whole(), generator.whole())
      let (value, error) = ErrorFree.product(Double(a), Double(b))
      #expect(Int128(value) + Int128(error) == Int128(a) * Int128(b))
      // The same at the ends of the range, where splitting overflows or the error vanishes.
      let huge = ErrorFree.product(Double(a) * 0x1p960, Double(b) * 0x1p-960)
      #expect(huge.value == value && huge.error == error)
      let tiny = ErrorFree.product(Double(a) * 0x1p-500, Double(b) * 0x1p-480)
      #expect(tiny.value == value * 0x1p-980)
      let loss = ErrorFree.productLoss(Double(a) * 0x1p-500, Double(b) * 0x1p-480)
      #expect(loss == 0 && tiny.error == error * 0x1p-980)
    }
    #expect(ErrorFree.productLoss(0x1p-600, 0x1p-600) > 0)
    #expect(ErrorFree.productLoss(3 * 0x1p-1074, 5) == 0)
    #expect(ErrorFree.product(.greatestFiniteMagnitude, 1).error == 0)
  }

  @Test func `sums and products of whole numbers are exact and keep radius 0`() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<5000 {
      let (a, b, c) = (generator.whole(), generator.whole(), generator.whole() >> 30)
      let sum = Ball(Double(a)) * Ball(Double(b)) + Ball(Double(c))
      let expected = Int128(a) * Int128(b) + Int128(c)
      let found = Int128(sum.midpoint.high) + Int128(sum.midpoint.low)
      // 106 bits and a sign always fit, wherever the second double begins.
      #expect(sum.radius == 0 ? found == expected : sum.radius <= 0x1p1)
      let twice = Ball(Double(a)) * Ball(Double(b)) * 2
      #expect(twice.radius == 0)
      #expect(Int128(twice.midpoint.high) + Int128(twice.midpoint.low) == 2 * Int128(a) * Int128(b))
    }
  }

  @Test func `running sums enclose, and are exact where they cancel`() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<300 {
      let factors = (0..<40).map { _ in (generator.whole(), generator.whole()) }
      var sum = Ball.Sum()
      var expected: Int128 = 0
      for (a, b) in factors {
        sum.accumulate(Ball(Double(a)), times: Ball(Double(b)))
        expected += Int128(a) * Int128(b)
      }
      let total = sum.total
      #expect(total.radius == 0)
      #expect(Int128(total.midpoint.high) + Int128(total.midpoint.low) == expected)
      for (a, b) in factors.reversed() {
        sum.accumulate(Ball(Double(-a)), times: Ball(Double(b)))
      }
      #expect(sum.total == Ball(0))
    }
  }

  @Test func `inexact operations enclose`() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<3000 {
      let (a, b) = (Ball(Double(generator.whole())), Ball(Double(generator.whole() | 1)))
      let quotient = a / b
      #expect((quotient * b).contains(a.midpoint))
      #expect((quotient * b - a).contains(0.0))
      let square = quotient * quotient
      #expect((square * b * b - a * a).contains(0.0))
      #expect((square + quotient - quotient * (quotient + 1)).contains(0.0))
      #expect(quotient.radius <= quotient.midpoint.magnitude.high * 0x1p-100)
    }
    #expect((Ball(6) / Ball(3)) == Ball(2))
    #expect((Ball(1) / Ball(0)).radius == .infinity)
  }

  @Test func `radii of operands go into the result`() {
    let a = Ball(midpoint: DoubleDouble(3), radius: 0.25)
    let b = Ball(midpoint: DoubleDouble(-2), radius: 0.5)
    // Corners: (3 ± ¼)·(-2 ± ½) from -8.125 to -4.125; quotients from -2.1667 to -1.1.
    for corner in [-8.125, -4.125, -6.875] { #expect((a * b).contains(corner)) }
    for corner in [3.25 / -1.5, 2.75 / -2.5] { #expect((a / b).contains(corner)) }
    for corner in [1.75, 0.25] { #expect((a + b).contains(corner)) }
    #expect((a * b).radius < 2.2)
    #expect((Ball(0) * b) == Ball(0))
    // y·(1 - y) on 0.25 ± 0.125.
    let slope = Ball(midpoint: DoubleDouble(0.25), radius: 0.125).sigmoidSlope
    #expect(slope.contains(0.375 * 0.625) && slope.contains(0.125 * 0.875))
    #expect(slope.radius < 0.09)
  }

  @Test func `limits are exact beyond an end`() {
    let wide = Ball(midpoint: DoubleDouble(1), radius: 0.25)
    #expect(Ball(3).clamped(to: -1...1) == Ball(1))
    #expect(Ball(-3).clamped(to: -1...1) == Ball(-1))
    #expect(wide.clamped(to: -1...1).contains(0.75) && wide.clamped(to: -1...1).contains(1.0))
    #expect(Ball(0.5).clamped(to: -1...1) == Ball(0.5))
  }

  @Test func `the nearest double is told only where it is certain`() {
    let half = 0x1p-53
    // Exact ties go to even.
    #expect((Ball(1) + Ball(half)).nearestDouble == 1)
    #expect((Ball(1 + 2 * half) + Ball(half)).nearestDouble == 1 + 4 * half)
    #expect((Ball(1) - Ball(half / 2)).nearestDouble == 1)
    #expect((Ball(1) + Ball(half) + Ball(0x1p-105)).nearestDouble == 1 + 2 * half)
    #expect((Ball(1) + Ball(half) - Ball(0x1p-105)).nearestDouble == 1)
    // Too close to the tie for a centre of two doubles: not decided, rather than wrong.
    #expect((Ball(1) + Ball(half) + Ball(0x1p-120)).nearestDouble == nil)
    // A radius makes the tie undecidable, but only if it reaches it.
    #expect((Ball(1) + Ball(half)).widened(by: 0x1p-200).nearestDouble == nil)
    #expect((Ball(1) + Ball(half) - Ball(0x1p-100)).widened(by: 0x1p-101).nearestDouble == 1)
    #expect((Ball(1) + Ball(half) - Ball(0x1p-100)).widened(by: 0x1p-99).nearestDouble == nil)
    // Below a power of two the gap is half as wide.
    #expect(Ball(1).widened(by: half * 0.499).nearestDouble == 1)
    #expect(Ball(1).widened(by: half * 0.501).nearestDouble == nil)
    #expect(Ball(-0.0).nearestDouble?.sign == .plus)
    #expect(Ball(.infinity).nearestDouble == nil)
    #expect((Ball(.greatestFiniteMagnitude) * 2).nearestDouble == nil)
  }

  @Test func `products below the normal doubles stay enclosed`() {
    let tiny = Ball(0x1.3p-800) * Ball(0x1.7p-500)
    #expect(tiny.contains(0.0) && tiny.radius <= 0x1p-1070)
    #expect((Ball(0x1p-1000) * Ball(3)).radius == 0)
  }
}

@Suite struct DoubleDoubleTests {
  @Test func `operations keep their error bounds`() {
    var generator = SeededGenerator(seed: 6)
    func number() -> DoubleDouble {
      let a = Double(generator.whole() | 1)
      let b = Double(generator.whole() | 1)
      return DoubleDouble(a) / DoubleDouble(b)
    }
    for _ in 0..<3000 {
      let (a, b) = (number(), number())
      let (x, y) = (Ball(midpoint: a), Ball(midpoint: b))
      func share(_ found: DoubleDouble, _ exact: Ball) -> Double {
        (Ball(midpoint: found) - exact).magnitudeBound / exact.midpoint.magnitude.high
      }
      #expect(share(a + b, x + y) <= 4 * 0x1p-106)
      #expect(share(a * b, x * y) <= 9 * 0x1p-106)
      #expect(share(a / b, x / y) <= 17 * 0x1p-106)
      #expect((a - b) + (b - a) == DoubleDouble(0))
    }
  }

  @Test func `order and signs`() {
    let slightly = DoubleDouble(high: 1, low: 0x1p-60)
    #expect(DoubleDouble(1) < slightly && -slightly < -DoubleDouble(1))
    #expect((-slightly).magnitude == slightly)
    #expect(slightly - 1 == DoubleDouble(0x1p-60))
    #expect((DoubleDouble(.greatestFiniteMagnitude) * 2).high == .infinity)
    #expect((DoubleDouble(.greatestFiniteMagnitude) * 2).low == 0)
  }
}
