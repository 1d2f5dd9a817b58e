import Arithmetic
import TestSupport
import Testing

/// One elementary function in all arithmetics, with exact values to hold it against.
struct ElementaryFunction: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// How many units of the last place a double may be off.
  let doubleUlps: Double
  let double: @Sendable (Double) -> Double
  let float: @Sendable (Float) -> Float
  let doubleDouble: @Sendable (DoubleDouble) -> DoubleDouble
  let ball: @Sendable (Ball) -> Ball
  let values: [ElementaryValue]

  static let all = [
    ElementaryFunction(
      testDescription: "exp", doubleUlps: 2, double: { $0.exp() }, float: { $0.exp() },
      doubleDouble: { $0.exp() }, ball: { $0.exp() }, values: ElementaryValue.exp),
    ElementaryFunction(
      testDescription: "tanh", doubleUlps: 4, double: { $0.tanh() }, float: { $0.tanh() },
      doubleDouble: { $0.tanh() }, ball: { $0.tanh() }, values: ElementaryValue.tanh),
    ElementaryFunction(
      testDescription: "sigmoid", doubleUlps: 3, double: { $0.sigmoid() }, float: { $0.sigmoid() },
      doubleDouble: { $0.sigmoid() }, ball: { $0.sigmoid() }, values: ElementaryValue.sigmoid),
  ]
}

extension ElementaryValue {
  /// How far a pair of doubles is from the exact value; the table itself is off by 2⁻¹⁵⁶ of it.
  func distance(to value: DoubleDouble) -> Double {
    var sum = Ball.Sum()
    for part in [high, middle, low, -value.high, -value.low] { sum.accumulate(Ball(part)) }
    return sum.total.magnitudeBound
  }
}

@Suite struct ElementaryTests {
  @Test(arguments: ElementaryFunction.all)
  func `doubles are within some ulps of exact`(function: ElementaryFunction) {
    let worst = function.values.map { value in
      value.distance(to: DoubleDouble(function.double(value.x))) / value.high.ulp
    }.max()
    #expect((worst ?? .infinity) <= function.doubleUlps)
  }

  @Test(arguments: ElementaryFunction.all)
  func `floats are the exact value rounded`(function: ElementaryFunction) {
    let wrong = function.values.filter { value in
      let x = Float(value.x)
      // Only arguments that a float holds have their exact value in the table.
      return Double(x) == value.x && function.float(x) != Float(value.high)
    }
    #expect(wrong.isEmpty)
  }

  @Test(arguments: ElementaryFunction.all)
  func `double-doubles are within a 2 to the -100th of exact`(function: ElementaryFunction) {
    let worst = function.values.map { value in
      value.distance(to: function.doubleDouble(DoubleDouble(value.x))) / value.high.magnitude
    }.max()
    #expect((worst ?? .infinity) <= 0x1p-100)
  }

  @Test(arguments: ElementaryFunction.all)
  func `balls enclose the exact value and prove its nearest double`(function: ElementaryFunction) {
    for value in function.values {
      let ball = function.ball(Ball(value.x))
      let tableError = value.high.magnitude * 0x1p-155
      #expect(value.distance(to: ball.midpoint) <= ball.radius + tableError, "\(value)")
      #expect(ball.radius <= value.high.magnitude * 0x1p-98, "\(value)")
      #expect(ball.nearestDouble == value.high, "\(value)")
    }
  }

  @Test(arguments: ElementaryFunction.all)
  func `wide balls enclose the values of what they hold`(function: ElementaryFunction) {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<2000 {
      let centre = Double.random(in: -40...40, using: &generator)
      let radius = Double.random(in: 0...1, using: &generator) * 0x1p-9
      let wide = function.ball(Ball(midpoint: DoubleDouble(centre), radius: radius))
      for share in [-1, -0.5, 0.25, 1] {
        let inside = function.ball(Ball(centre + 0.999 * share * radius))
        #expect(
          (wide - inside).midpoint.magnitude.high <= wide.radius + inside.radius, "\(centre)")
      }
    }
  }

  @Test func `identities hold up to 700`() {
    var generator = SeededGenerator(seed: 700)
    for _ in 0..<3000 {
      let x = Double.random(in: -700...700, using: &generator)
      let ball = Ball(x)
      #expect((ball.exp() * (-ball).exp()).contains(1.0), "\(x)")
      #expect((ball.sigmoid() + (-ball).sigmoid()).contains(1.0), "\(x)")
      #expect((ball.tanh() + (-ball).tanh()).contains(0.0), "\(x)")
      // σ(x) = (1 + tanh(x/2))/2 and e^x = σ(x)/σ(-x), enclosed by differences around 0.
      let half = Ball(x / 2).tanh()
      #expect(((half + 1) * Ball(0.5) - ball.sigmoid()).contains(0.0), "\(x)")
      #expect((ball.exp() * (-ball).sigmoid() - ball.sigmoid()).contains(0.0), "\(x)")
      // A double is within three ulps, and its double-double within 2⁻¹⁰⁰ (the ball adds its
      // own 2⁻¹⁰² or 2⁻¹⁰⁷²).
      let sigmoid = ball.sigmoid()
      #expect((Ball(x.sigmoid()) - sigmoid).magnitudeBound <= x.sigmoid().ulp * 3.001, "\(x)")
      let pair = Ball(midpoint: DoubleDouble(x).sigmoid())
      #expect((pair - sigmoid).magnitudeBound <= x.sigmoid() * 0x1p-99 + 0x1p-1071, "\(x)")
    }
  }

  @Test func `sigmoid of 460 and more stays enclosed`() {
    // 1 - σ(x) is e⁻ˣ to a relative e⁻ˣ; the complement lies far below 2⁻¹⁰⁶ of 1.
    for x in stride(from: 80.0, through: 700, by: 20) {
      let complement = (-Ball(x)).exp()
      let sigmoid = Ball(x).sigmoid()
      let sum = sigmoid + complement
      #expect(sum.contains(1.0), "\(x)")
      let tanh = Ball(x / 2).tanh()
      #expect((tanh + complement * 2 - 1).contains(0.0), "\(x)")
    }
  }
}

/// Results at the limits of the formats.
@Suite struct ElementaryEdgeTests {
  static let least = Double.leastNonzeroMagnitude

  @Test(arguments: [
    (0.0, 1.0), (-0.0, 1), (.infinity, .infinity), (-.infinity, 0),
    (709.782712893384, 0x1.fffffffffff2ap1023),
    (709.7827128933841, .infinity), (800, .infinity), (1e300, .infinity), (-745.1332191019412, 0),
    (-745.1332191019411, least), (-1e300, 0), (least, 1), (-least, 1),
  ])
  func `exp`(x: Double, expected: Double) {
    #expect(x.exp() == expected)
    #expect(DoubleDouble(x).exp().high == expected)
  }

  @Test(arguments: [
    (0.0, 0.5), (-0.0, 0.5), (.infinity, 1.0), (-.infinity, 0), (40, 1), (1e300, 1), (-1e300, 0),
    (-745.1332191019412, 0), (-745.1332191019411, least), (750, 1), (695, 1), (least, 0.5),
  ])
  func `sigmoid`(x: Double, expected: Double) {
    #expect(x.sigmoid() == expected)
    #expect(DoubleDouble(x).sigmoid().high == expected)
  }

  @Test(arguments: [
    (0.0, 0.0), (-0.0, -0.0), (.infinity, 1.0), (-.infinity, -1), (least, least), (-least, -least),
    (0x1p-1022, 0x1p-1022), (-0x1.8p-1030, -0x1.8p-1030), (1e-200, 1e-200), (20, 1), (-1e300, -1),
  ])
  func `tanh`(x: Double, expected: Double) {
    #expect(x.tanh() == expected)
    #expect(x.tanh().sign == expected.sign)
    #expect(DoubleDouble(x).tanh().high == expected)
    #expect(Float(x).tanh().sign == expected.sign)
  }

  @Test func `nothing known stays nothing known`() {
    let nan = Double.nan
    #expect(nan.exp().isNaN && nan.tanh().isNaN && nan.sigmoid().isNaN)
    #expect(Float.nan.exp().isNaN && Float.nan.tanh().isNaN && Float.nan.sigmoid().isNaN)
    #expect(DoubleDouble(nan).exp().high.isNaN && DoubleDouble(nan).sigmoid().high.isNaN)
    #expect(Ball(nan).tanh().nearestDouble == nil && Ball(nan).sigmoid().nearestDouble == nil)
  }

  @Test func `exact results are exact in a ball`() {
    #expect(Ball(0).exp() == Ball(1))
    #expect(Ball(0).sigmoid() == Ball(0.5))
    #expect(Ball(0).tanh() == Ball(0))
  }

  @Test func `floats overflow and vanish where floats do`() {
    #expect(Float(88.8).exp() == .infinity)
    #expect(Float(-104).exp() == 0)
    #expect(Float(-103).exp() == Float.leastNonzeroMagnitude)
    #expect(Float(-104).sigmoid() == 0)
    #expect(Float(20).sigmoid() == 1)
  }
}
