import Arithmetic
import TestSupport
import Testing

/// Images of intervals under `σ` and `tanh`, against numbers anywhere in the interval.
@Suite struct `Roundoff bounds of sigmoid and tanh` {
  static let widths: [Double] = [0, 1e-16, 1e-9, 1e-7, 1e-4, 0.03, 0.2, 1.7, 9, 31, 40]

  /// The largest share of the bound used by the ends of the interval, moved on by `4u`.
  static func largestShare<Format: RoundoffFormat>(
    _ format: Format.Type, _ seed: UInt64, _ width: Double, to limit: Double, floor: Double,
    _ function: (DoubleDouble) -> DoubleDouble,
    _ bounded: (RoundoffBound<Format>) -> RoundoffBound<Format>
  ) -> Double {
    var dice = SeededGenerator(seed: seed)
    var shares = Shares()
    for _ in 0..<400 {
      let x = Double.random(in: -limit...limit, using: &dice)
      let exact = function(DoubleDouble(x))
      let result = bounded(RoundoffBound(value: DoubleDouble(x), bound: width))
      for shift in [-width, width, width * Double.random(in: -1...1, using: &dice)] {
        let image = function(DoubleDouble(x) + DoubleDouble(shift))
        for slack in [-4, 0, 4] {
          let moved = image + DoubleDouble(Double(slack) * Format.unitRoundoff)
          let computed = max(min(moved, DoubleDouble(1)), DoubleDouble(floor))
          shares.note(distance: (computed - exact).magnitude.high, result)
        }
      }
    }
    return shares.largest
  }

  @Test(arguments: widths) func `The image of the ends is covered and used up`(width: Double) {
    func check<Format: RoundoffFormat>(_ format: Format.Type) {
      for (seed, limit) in [(UInt64(1), 3.0), (2, 30), (3, 300)] {
        let sigmoid = Self.largestShare(
          Format.self, seed, width, to: limit, floor: 0, { $0.sigmoid() }, { $0.sigmoid() })
        #expect(sigmoid <= 1 && sigmoid > 0.98, "sigmoid, width \(width), to \(limit)")
        let tanh = Self.largestShare(
          Format.self, seed, width, to: limit, floor: -1, { $0.tanh() }, { $0.tanh() })
        #expect(tanh <= 1 && tanh > 0.98, "tanh, width \(width), to \(limit)")
      }
    }
    check(Binary32.self)
    check(Binary64.self)
  }

  @Test func `Float functions and Kaldi's tanh stay inside`() {
    var dice = SeededGenerator(seed: 4)
    var shares = Shares()
    for _ in 0..<5000 {
      let value = dice.number(-12...4)
      let x = Operand<Binary32, Float>(near: value, errors: 3, using: &dice)
      shares.note(Double(x.computed.sigmoid()), x.exact.sigmoid(), x.bounded.sigmoid())
      shares.note(Double(x.computed.tanh()), x.exact.tanh(), x.bounded.tanh())
      // Kaldi: 1 - 2 / (1 + e²ˣ), written with the quotient e²ˣ/(1 + e²ˣ) = σ(2x).
      let inverse = Float(Double(-2 * x.computed).sigmoid())
      shares.note(Double(1 - 2 * inverse), x.exact.tanh(), x.bounded.tanh())
    }
    #expect(shares.largest <= 1 && shares.largest > 0.3)
  }
}

extension Shares {
  /// Notes a distance from the exact value.
  mutating func note<Format: RoundoffFormat>(
    distance: Double, _ result: RoundoffBound<Format>
  ) {
    note(distance, DoubleDouble(0), result)
  }
}
