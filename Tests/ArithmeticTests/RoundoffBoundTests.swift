import Arithmetic
import TestSupport
import Testing

/// Every way a program may write one step, against the bound of that step.
@Suite struct `Roundoff bounds of single steps` {
  static let seeds = Array(UInt64(1)...4)

  /// Forms of a step of up to three operands, as a program computes them.
  typealias Forms<Program> = [(Program, Program, Program) -> Program]

  /// Runs trials of one step and returns what they used of their bounds.
  static func trials<Format: RoundoffFormat, Program: BinaryFloatingPoint & Sendable>(
    _ seed: UInt64, _ format: Format.Type, _ forms: Forms<Program>, count: Int = 1500,
    unit: Bool = false, exponents: ClosedRange<Int> = -6...6,
    exact: (DoubleDouble, DoubleDouble, DoubleDouble) -> DoubleDouble,
    bounded: (RoundoffBound<Format>, RoundoffBound<Format>, RoundoffBound<Format>) ->
      RoundoffBound<Format>
  ) -> Shares {
    var dice = SeededGenerator(seed: seed)
    var shares = Shares()
    for _ in 0..<count {
      let errors = [0, 1, 3, 30, 3000].randomElement(using: &dice) ?? 0
      // The first operand is a gate's output where the step wants one: often close to 0 or 1.
      var first = dice.number(exponents)
      if unit {
        let tiny = abs(dice.number(-20 ... -2))
        first = Bool.random(using: &dice) ? tiny : 1 - tiny
      }
      let x = Operand<Format, Program>(near: first, errors: errors, using: &dice)
      let y = Operand<Format, Program>(near: dice.number(exponents), errors: errors, using: &dice)
      var near = dice.number(exponents)
      if Bool.random(using: &dice) { near = y.exact.high * (1 + dice.number(-30 ... -10)) }
      let z = Operand<Format, Program>(near: near, errors: errors, using: &dice)
      let truth = exact(x.exact, y.exact, z.exact)
      let result = bounded(x.bounded, y.bounded, z.bounded)
      for form in forms {
        shares.note(Double(form(x.computed, y.computed, z.computed)), truth, result)
      }
    }
    return shares
  }

  @Test(arguments: seeds) func `Plain operations, fused ones too`(seed: UInt64) {
    func check<Format: RoundoffFormat, Program: BinaryFloatingPoint & Sendable>(
      _ format: Format.Type, _ program: Program.Type
    ) {
      let sum = Self.trials(
        seed, Format.self, [{ _, y, z in y - z } as (Program, Program, Program) -> Program],
        exact: { _, y, z in y - z }, bounded: { _, y, z in y - z })
      #expect(sum.largest <= 1 && sum.largest > 0.9)
      let product = Self.trials(
        seed, Format.self, [{ x, y, _ in x * y } as (Program, Program, Program) -> Program],
        exact: { x, y, _ in x * y }, bounded: { x, y, _ in x * y })
      #expect(product.largest <= 1 && product.largest > 0.9)
      let both = Self.trials(
        seed, Format.self,
        [{ x, y, z in x * y + z }, { x, y, z in z.addingProduct(x, y) }] as Forms<Program>,
        exact: { x, y, z in x * y + z }, bounded: { x, y, z in x * y + z })
      #expect(both.largest <= 1 && both.largest > 0.8)
    }
    check(Binary32.self, Float.self)
    check(Binary64.self, Double.self)
  }

  @Test(arguments: seeds) func `Products that underflow, flushed or not`(seed: UInt64) {
    func check<Format: RoundoffFormat, Program: BinaryFloatingPoint & Sendable>(
      _ format: Format.Type, _ program: Program.Type, _ exponents: ClosedRange<Int>
    ) {
      let shares = Self.trials(
        seed, Format.self,
        [{ x, y, _ in x * y }, { x, y, _ in flushed(x * y) }] as Forms<Program>,
        exponents: exponents, exact: { x, y, _ in x * y }, bounded: { x, y, _ in x * y })
      #expect(shares.largest <= 1 && shares.largest > 0.2)
    }
    check(Binary32.self, Float.self, -70 ... -60)
    check(Binary64.self, Double.self, -520 ... -505)
  }

  @Test(arguments: seeds) func `Slopes told from outputs`(seed: UInt64) {
    func check<Format: RoundoffFormat, Program: BinaryFloatingPoint & Sendable>(
      _ format: Format.Type, _ program: Program.Type
    ) {
      let sigmoid = Self.trials(
        seed, Format.self,
        [
          { y, _, _ in y * (1 - y) }, { y, _, _ in y - y * y },
          { y, _, _ in y.addingProduct(-y, y) },
        ] as Forms<Program>, unit: true,
        exact: { y, _, _ in y - y * y }, bounded: { y, _, _ in y.sigmoidSlope })
      #expect(sigmoid.largest <= 1 && sigmoid.largest > 0.7)
      let tanh = Self.trials(
        seed, Format.self,
        [
          { t, _, _ in 1 - t * t }, { t, _, _ in (1 - t) * (1 + t) },
          { t, _, _ in Program(1).addingProduct(-t, t) },
        ] as Forms<Program>, unit: true,
        exact: { t, _, _ in 1 - t * t }, bounded: { t, _, _ in t.tanhSlope })
      #expect(tanh.largest <= 1 && tanh.largest > 0.7)
    }
    check(Binary32.self, Float.self)
    check(Binary64.self, Double.self)
  }

  @Test(arguments: seeds) func `Interpolation in every form that programs use`(seed: UInt64) {
    func check<Format: RoundoffFormat, Program: BinaryFloatingPoint & Sendable>(
      _ format: Format.Type, _ program: Program.Type
    ) {
      let forms: Forms<Program> = [
        { f, a, b in f * a + (1 - f) * b }, { f, a, b in b - f * b + f * a },
        { f, a, b in f * a + b - f * b }, { f, a, b in (f * a - f * b) + b },
        { f, a, b in b + f * (a - b) }, { f, a, b in ((1 - f) * b).addingProduct(f, a) },
        { f, a, b in b.addingProduct(f, a).addingProduct(-f, b) },
        { f, a, b in b.addingProduct(-f, b).addingProduct(f, a) },
      ]
      let blend = Self.trials(
        seed, Format.self, forms, unit: true,
        exact: { f, a, b in f * a + (1 - f) * b }, bounded: { f, a, b in .blend(f, a, b) })
      #expect(blend.largest <= 1 && blend.largest > 0.7)
      let complement = Self.trials(
        seed, Format.self,
        [
          { f, a, _ in (1 - f) * a }, { f, a, _ in a - f * a },
          { f, a, _ in a.addingProduct(-f, a) },
        ] as Forms<Program>, unit: true,
        exact: { f, a, _ in (1 - f) * a }, bounded: { f, a, _ in .complementProduct(f, a) })
      #expect(complement.largest <= 1 && complement.largest > 0.7)
      let difference = Self.trials(
        seed, Format.self,
        [
          { d, a, b in d * (a - b) }, { d, a, b in d * a - d * b },
          { d, a, b in (d * a).addingProduct(-d, b) },
        ] as Forms<Program>,
        exact: { d, a, b in d * (a - b) }, bounded: { d, a, b in .scaledDifference(d, a, b) })
      #expect(difference.largest <= 1 && difference.largest > 0.7)
    }
    check(Binary32.self, Float.self)
    check(Binary64.self, Double.self)
  }

  @Test func `Inputs and constants err as they may have been typed and rounded`() {
    var dice = SeededGenerator(seed: 5)
    for _ in 0..<2000 {
      let value = dice.number(-30...8)
      let typed = ((value * 1e8).rounded() / 1e8)
      let single = RoundoffBound<Binary32>(input: value)
      #expect(abs(Double(Float(value)) - value) <= single.bound)
      #expect(abs(Double(Float(typed)) - value) <= single.bound * (1 + 1e-12))
      #expect(single.bound <= abs(value) * 0x1p-24 + 5.001e-9)
      #expect(abs(typed - value) <= RoundoffBound<TypedBinary64>(input: value).bound * (1 + 1e-6))
      #expect(RoundoffBound<Binary64>(input: value).bound == 0)
    }
    #expect(RoundoffBound<Binary32>(constant: 0.5).bound == 0)
    let fifth = RoundoffBound<Binary32>(constant: 0.2)
    #expect(fifth.bound >= abs(Double(Float(0.2)) - 0.2) && fifth.bound < 1.3e-8)
    #expect(RoundoffBound<Binary32>(input: 0).isExactZero)
    #expect(RoundoffBound<Binary64>(input: 0x1p-1060).bound >= 0x1p-1060)
  }

  @Test func `What may overflow has no bound, and neither has what follows`() {
    typealias Single = RoundoffBound<Binary32>
    let large = Single(input: 1e30)
    #expect((large * large).bound == .infinity)
    #expect(!((large * large) * 0).bound.isFinite)
    #expect((large * large).sigmoid().bound == .infinity)
    var sum = Single.Sum()
    sum.accumulate(large, times: large)
    sum.accumulate(0, times: Single(value: DoubleDouble(0), bound: .infinity))
    #expect(sum.total.errorBound(roundedTo: 1e60) == .infinity)
    let huge = RoundoffBound<Binary64>(input: 1e300)
    #expect((huge * huge).errorBound(roundedTo: .infinity) == .infinity)
  }

  @Test func `The golden number's own rounding is added`() {
    var sum = RoundoffBound<Binary64>.Sum()
    sum.accumulate(1)
    sum.accumulate(RoundoffBound(constant: 0x1p-54))
    let total = sum.total
    let plain = total.bound
    #expect(total.errorBound(roundedTo: 1) >= plain + 0x1p-54)
    #expect(total.errorBound(roundedTo: 1) <= (plain + 0x1p-54) * (1 + 1e-11))
  }

  @Test func `A clip keeps errors from growing and ends exact`() {
    typealias Single = RoundoffBound<Binary32>
    let x = Single(value: DoubleDouble(0.9), bound: 0.2)
    #expect(x.clamped(to: 0...1).bound >= 0.2)
    #expect(Single(value: DoubleDouble(3), bound: 0.2).clamped(to: 0...1).bound == 0)
    #expect(Single(value: DoubleDouble(3), bound: 2.5).clamped(to: 0...1).bound >= 0.5)
    #expect(Single(value: DoubleDouble(3), bound: 99).clamped(to: 0...1).bound <= 1.001)
  }
}
