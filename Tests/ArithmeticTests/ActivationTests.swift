import Arithmetic
import TestSupport
import Testing

/// Activations of whole lanes: the bits of the functions of single numbers, and nothing else touched.
@Suite struct ActivationTests {
  /// Arguments of every kind: ordinary ones, those at the edges of the range, and no numbers.
  static let arguments: [Double] = {
    var generator = SeededGenerator(seed: 7)
    let ordinary = (0..<400).map { _ in (Double(generator.next() >> 11) * 0x1p-53 - 0.5) * 60 }
    let edges = [
      0, 0x1p-1030, .leastNonzeroMagnitude, 1e-8, 39.9, 40, 40.1, 600, 689, 690, 691, 708, 709, 745,
      746, 1e5, 1e300,
      .infinity, .nan,
    ]
    // An edge among ordinary numbers, and many together.
    return ordinary + edges.flatMap { [1, $0, 2, -$0, 3] } + edges + ordinary.map { $0 / 1e3 }
  }()

  /// Whether a lane filled from arguments holds each number's own bits, what is kept and what follows
  /// are right, and the neighbours of all three stay as they were.
  static func check<Scalar: Arithmetic & BinaryFloatingPoint>(
    _ arguments: ArraySlice<Scalar>, bits: (Scalar) -> UInt64
  ) -> Bool {
    let arguments = Array(arguments)
    return [true, false].allSatisfy { isSigmoid in
      let stores = (0..<3).map { _ in Store<Scalar>(repeating: 7, count: arguments.count + 2) }
      let lanes = stores.map { $0.lane[1, arguments.count] }
      let fill = isSigmoid ? Scalar.fillSigmoid : Scalar.fillTanh
      fill(lanes[0], lanes[1], lanes[2], { arguments[$0] }, { Scalar($0) - $1 })
      let values = arguments.map { isSigmoid ? $0.sigmoid() : $0.tanh() }
      let products = values.enumerated().map { Scalar($0) - $1 }
      // What a NaN carries beside being one is not promised.
      return zip(stores, [values, arguments, products]).allSatisfy { store, right in
        zip(store.elements, [7] + right + [7]).allSatisfy { found, right in
          found.isNaN ? right.isNaN : bits(found) == bits(right)
        }
      }
    }
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 18, 63, 130])
  func `lanes of any length have the bits of single numbers`(_ length: Int) {
    let floats = Self.arguments.map { Float($0) }
    for first in stride(from: 0, to: Self.arguments.count - length, by: max(length, 5)) {
      let part = first..<first + length
      #expect(Self.check(Self.arguments[part]) { $0.bitPattern })
      #expect(Self.check(floats[part]) { UInt64($0.bitPattern) })
    }
  }

  @Test func `arguments are asked for once each and in order`() {
    let store = Store<Double>(repeating: 0, count: 23)
    var asked: [Int] = []
    let ask = { (index: Int) -> Double in
      asked.append(index)
      return 1
    }
    Double.fillTanh(store.lane, keeping: nil, then: nil, ask, { _, value in value })
    #expect(asked == Array(0..<23))
  }
}
