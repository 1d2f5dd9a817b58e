import Arithmetic
import Testing

/// Activations of whole rows: the bits of the functions of single numbers, and nothing else touched.
@Suite struct ActivationTests {
  /// Arguments of every kind: ordinary ones, those at the edges of the range, and no numbers.
  static let arguments: [Double] = {
    var generator = SplitMix(seed: 7)
    let ordinary = (0..<400).map { _ in (Double(generator.next() >> 11) * 0x1p-53 - 0.5) * 60 }
    let edges = [
      0, 0x1p-1030, .leastNonzeroMagnitude, 1e-8, 39.9, 40, 40.1, 600, 689, 690, 691, 708, 709, 745,
      746, 1e5, 1e300,
      .infinity, .nan,
    ]
    // An edge among ordinary numbers, and many together.
    return ordinary + edges.flatMap { [1, $0, 2, -$0, 3] } + edges + ordinary.map { $0 / 1e3 }
  }()

  static func check<Scalar: Arithmetic & BinaryFloatingPoint>(
    _ place: RowPlacement, of arguments: [Scalar], bits: (Scalar) -> UInt64
  ) -> Bool {
    var isEqual = true
    for isSigmoid in [true, false] {
      let store = Store<Scalar>(repeating: 0, count: arguments.count)
      store.load(arguments)
      var expected = arguments
      for row in 0..<place.rows {
        for column in 0..<place.columns {
          let index = place.offset + row * place.rowStride + column
          expected[index] = isSigmoid ? arguments[index].sigmoid() : arguments[index].tanh()
        }
      }
      if isSigmoid {
        Scalar.applySigmoid(store.lane, place)
      } else {
        Scalar.applyTanh(store.lane, place)
      }
      // What a NaN carries beside being one is not promised.
      isEqual =
        isEqual
        && zip(store.elements, expected).allSatisfy { found, right in
          found.isNaN ? right.isNaN : bits(found) == bits(right)
        }
    }
    return isEqual
  }

  @Test(arguments: [1, 2, 3, 5, 6, 12, 18, 63, 64, 65, 130])
  func `rows of any length have the bits of single numbers`(_ columns: Int) {
    for gap in [0, 1, 7] {
      let rowStride = columns + gap
      let rows = (Self.arguments.count - 3) / rowStride
      let place = RowPlacement(offset: 3, rows: rows, columns: columns, rowStride: rowStride)
      #expect(Self.check(place, of: Self.arguments) { $0.bitPattern })
      #expect(Self.check(place, of: Self.arguments.map { Float($0) }) { UInt64($0.bitPattern) })
    }
  }

  @Test func `no rows and no columns are nothing`() {
    for (rows, columns) in [(0, 4), (4, 0), (0, 0)] {
      let place = RowPlacement(offset: 0, rows: rows, columns: columns, rowStride: 4)
      #expect(Self.check(place, of: Self.arguments) { $0.bitPattern })
    }
  }
}
