import Arithmetic
import TestSupport

/// Operands for trials of the bounds: an exact number, a program's number, and a bound between.
struct Operand<Format: RoundoffFormat, Program: BinaryFloatingPoint & Sendable>: Sendable {
  var exact: DoubleDouble
  var computed: Program
  var bounded: RoundoffBound<Format>

  /// An operand whose program's number lies within its bound, often exactly on its edge.
  init(near value: Double, errors: Int, using dice: inout SeededGenerator) {
    let width = Double(errors) * Format.unitRoundoff * abs(value)
    computed = Program(value + width * Double.random(in: -1...1, using: &dice))
    exact = DoubleDouble(value)
    let apart = (DoubleDouble(Double(computed)) - exact).magnitude.high
    // Half of the trials have no slack at all: whatever a rule forgets shows.
    let bound = Bool.random(using: &dice) ? apart : max(apart, width)
    bounded = RoundoffBound(value: exact, bound: bound)
  }

  /// Exactly zero.
  init() {
    exact = DoubleDouble(0)
    computed = 0
    bounded = RoundoffBound(value: exact, bound: 0)
  }

  static prefix func - (operand: Operand) -> Operand {
    var result = operand
    result.exact = -operand.exact
    result.computed = -operand.computed
    result.bounded = -operand.bounded
    return result
  }
}

extension SeededGenerator {
  /// A number of either sign with a magnitude between two powers of two.
  mutating func number(_ exponents: ClosedRange<Int>) -> Double {
    let significand = Double.random(in: 1..<2, using: &self)
    let sign: FloatingPointSign = Bool.random(using: &self) ? .minus : .plus
    let exponent = Int.random(in: exponents, using: &self)
    return Double(sign: sign, exponent: exponent, significand: significand)
  }
}

/// What many trials used of their bounds.
struct Shares {
  private(set) var all: [Double] = []

  /// Notes how much of a bound the distance from exact to computed uses.
  mutating func note<Format: RoundoffFormat>(
    _ computed: Double, _ exact: DoubleDouble, _ result: RoundoffBound<Format>
  ) {
    let error = (DoubleDouble(computed) - exact).magnitude.high
    all.append(error == 0 ? 0 : error / result.errorBound(roundedTo: result.value.high))
  }

  var largest: Double { all.max() ?? .nan }
  var median: Double { all.sorted()[all.count / 2] }
}

/// A result as a machine gives it that flushes subnormal numbers to zero.
func flushed<Program: BinaryFloatingPoint>(_ value: Program) -> Program {
  abs(value) < Program.leastNormalMagnitude ? 0 : value
}
