import Arithmetic
import TestSupport
import Testing

/// Sums in many orders, fused and not, against the one bound they share.
@Suite struct `Roundoff bounds of sums` {
  static let seeds = Array(UInt64(11)...14)

  /// One term of a sum: a plain number, or the product of two.
  struct Term<Format: RoundoffFormat, Program: BinaryFloatingPoint & Sendable>: Sendable {
    var first: Operand<Format, Program>
    var second: Operand<Format, Program>?

    var computed: Program { second.map { first.computed * $0.computed } ?? first.computed }

    func added(to sum: Program) -> Program {
      second.map { sum.addingProduct(first.computed, $0.computed) } ?? sum + first.computed
    }
  }

  /// What programs make of the same terms: eight orders and blockings, fused and flushed.
  static func totals<Format: RoundoffFormat, Program: BinaryFloatingPoint & Sendable>(
    of terms: [Term<Format, Program>], using dice: inout SeededGenerator
  ) -> [Program] {
    func chain(_ terms: [Term<Format, Program>]) -> Program { terms.reduce(0) { $0 + $1.computed } }
    func tree(_ terms: ArraySlice<Term<Format, Program>>) -> Program {
      if terms.count <= 1 { return terms.first?.computed ?? 0 }
      let middle = (terms.startIndex + terms.endIndex) / 2
      return tree(terms[..<middle]) + tree(terms[middle...])
    }
    let shuffled = terms.shuffled(using: &dice)
    let rising = terms.sorted { abs($0.computed) < abs($1.computed) }
    var lanes = [Program](repeating: 0, count: 4)
    for (index, term) in terms.enumerated() { lanes[index % 4] += term.computed }
    return [
      chain(terms), chain(terms.reversed()), chain(shuffled), chain(rising),
      chain(rising.reversed()), tree(terms[...]), lanes.reduce(0, +),
      terms.reduce(0) { $1.added(to: $0) }, shuffled.reduce(0) { $1.added(to: $0) },
      terms.reduce(0) { flushed($0 + flushed($1.computed)) },
    ]
  }

  static func trials<Format: RoundoffFormat, Program: BinaryFloatingPoint & Sendable>(
    _ seed: UInt64, _ format: Format.Type, _ program: Program.Type, products: Double,
    exponents: ClosedRange<Int> = -3...3, sign: Bool = true
  ) -> Shares {
    var dice = SeededGenerator(seed: seed)
    var shares = Shares()
    for _ in 0..<400 {
      let errors = [0, 0, 1, 2].randomElement(using: &dice) ?? 0
      var exact = DoubleDouble(0)
      var sum = RoundoffBound<Format>.Sum()
      var terms: [Term<Format, Program>] = []
      for _ in 0..<Int.random(in: 1...40, using: &dice) {
        var value = dice.number(exponents)
        if !sign { value = abs(value) }
        let first = Operand<Format, Program>(near: value, errors: errors, using: &dice)
        var term = Term(first: first)
        if Double.random(in: 0..<1, using: &dice) < products {
          var factor = dice.number(exponents)
          if !sign { factor = abs(factor) }
          let second = Operand<Format, Program>(near: factor, errors: errors, using: &dice)
          term.second = second
          sum.accumulate(first.bounded, times: second.bounded)
          exact = exact + first.exact * second.exact
        } else {
          sum.accumulate(first.bounded)
          exact = exact + first.exact
        }
        terms.append(term)
        if Bool.random(using: &dice) { sum.accumulate(Operand<Format, Program>().bounded) }
      }
      for total in totals(of: terms, using: &dice) { shares.note(Double(total), exact, sum.total) }
    }
    return shares
  }

  @Test(arguments: seeds) func `Any order, any blocking, fused or not`(seed: UInt64) {
    func check<Format: RoundoffFormat, Program: BinaryFloatingPoint & Sendable>(
      _ format: Format.Type, _ program: Program.Type
    ) {
      for products in [0, 0.5, 1] {
        let shares = Self.trials(seed, Format.self, Program.self, products: products)
        #expect(shares.largest <= 1 && shares.largest > 0.3 && shares.median > 0.004)
      }
      let positive = Self.trials(seed, Format.self, Program.self, products: 1, sign: false)
      #expect(positive.largest <= 1 && positive.median > 0.01)
    }
    check(Binary32.self, Float.self)
    check(Binary64.self, Double.self)
  }

  @Test(arguments: seeds) func `Sums of products that underflow`(seed: UInt64) {
    let single = Self.trials(
      seed, Binary32.self, Float.self, products: 1, exponents: -66 ... -60)
    #expect(single.largest <= 1)
    let double = Self.trials(
      seed, Binary64.self, Double.self, products: 1, exponents: -514 ... -508)
    #expect(double.largest <= 1)
  }

  @Test func `The longest chain's roundings fill the bound`() {
    // 1 + u(1 - 2⁻¹⁰) is rounded down to 1 again and again: the worst case of its order.
    let step = 0x1p-24 * (1 - 0x1p-10)
    var sum = RoundoffBound<Binary32>.Sum()
    sum.accumulate(1)
    var total: Float = 1
    for _ in 0..<100 {
      sum.accumulate(RoundoffBound(constant: Double(Float(step))))
      total += Float(step)
    }
    let error = abs(Double(total) - (1 + 100 * Double(Float(step))))
    #expect(total == 1 && error <= sum.total.bound && error > 0.99 * sum.total.bound)
  }

  @Test func `Exact zeros are no terms, a single term is a copy`() {
    typealias Single = RoundoffBound<Binary32>
    let x = Single(value: DoubleDouble(0.1), bound: 1e-9)
    var sum = Single.Sum()
    #expect(sum.total.isExactZero)
    sum.accumulate(0)
    sum.accumulate(0, times: x)
    #expect(sum.total.isExactZero)
    sum.accumulate(x)
    sum.accumulate(x, times: 0)
    #expect(sum.total.bound == 1e-9 && sum.total.value == x.value)
    #expect((x + 0).bound == 1e-9 && (0 - x).bound == 1e-9 && (x * 0).isExactZero)
    sum.accumulate(x)
    #expect(abs(sum.total.bound - (2e-9 + 0.2 * 0x1p-24)) < 1e-14)
    var product = Single.Sum()
    product.accumulate(x, times: x)
    #expect(abs(product.total.bound - (x * x).bound) < 1e-15)
  }

  @Test func `A matrix product is its running sums`() {
    typealias Single = RoundoffBound<Binary32>
    let a = (0..<6).map { Single(input: Double($0) * 0.3 - 1) }
    let b = (0..<6).map { Single(input: Double($0) * 0.7 - 2) }
    var sums = [Single.Sum](repeating: Single.Sum(), count: 4)
    do {
      var span = sums.mutableSpan
      Single.accumulateProduct(
        ProductExtent(rows: 2, inner: 3, columns: 2), a.span, Placement(rowStride: 3), b.span,
        Placement(rowStride: 2), into: &span, Placement(rowStride: 2))
    }
    let totals = Single.totals(of: sums)
    for i in 0..<2 {
      for j in 0..<2 {
        var sum = Single.Sum()
        for k in 0..<3 { sum.accumulate(a[i * 3 + k], times: b[k * 2 + j]) }
        #expect(totals[i * 2 + j].bound == sum.total.bound)
        #expect(totals[i * 2 + j].value == sum.total.value)
      }
    }
  }
}
