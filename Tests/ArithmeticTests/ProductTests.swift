import Arithmetic
import TestSupport
import Testing

/// Every form of the product against the plain triple loop, bit for bit.
@Suite struct ProductTests {
  static let seeds = 1...40

  @Test(arguments: ProductVariant.supported, seeds)
  func `doubles have the bits of the plain triple loop`(variant: ProductVariant, seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let trial = ProductTrial(using: &generator)
    let a = (0..<trial.aCount).map { _ in generator.number() }
    let b = (0..<trial.bCount).map { _ in generator.number() }
    let c = (0..<trial.cCount).map { _ in generator.number() }
    var expected = c
    var actual = c
    Double.accumulateProduct(
      trial.extent, a.span, trial.a, b.span, trial.b, into: &expected, trial.c, variant: .plain)
    Double.accumulateProduct(
      trial.extent, a.span, trial.a, b.span, trial.b, into: &actual, trial.c, variant: variant)
    #expect(zip(expected, actual).allSatisfy(sameBits), "\(trial)")
  }

  @Test(arguments: ProductVariant.supported, seeds)
  func `floats have the bits of the plain triple loop`(variant: ProductVariant, seed: Int) {
    var generator = SeededGenerator(seed: UInt64(1000 + seed))
    let trial = ProductTrial(using: &generator)
    let a = (0..<trial.aCount).map { _ in Float(generator.number()) }
    let b = (0..<trial.bCount).map { _ in Float(generator.number()) }
    let c = (0..<trial.cCount).map { _ in Float(generator.number()) }
    var expected = c
    var actual = c
    Float.accumulateProduct(
      trial.extent, a.span, trial.a, b.span, trial.b, into: &expected, trial.c, variant: .plain)
    Float.accumulateProduct(
      trial.extent, a.span, trial.a, b.span, trial.b, into: &actual, trial.c, variant: variant)
    #expect(zip(expected, actual).allSatisfy(sameBits), "\(trial)")
  }

  /// Extents beyond each block, so that blocks meet, and large enough to be shared out.
  static let beyondBlocks = [
    ProductExtent(rows: 150, inner: 300, columns: 70),
    ProductExtent(rows: 70, inner: 300, columns: 150),
    ProductExtent(rows: 17, inner: 65, columns: 2100),
    ProductExtent(rows: 2, inner: 130, columns: 90),
    ProductExtent(rows: 16, inner: 130, columns: 90),
    ProductExtent(rows: 2060, inner: 3, columns: 40),
  ]

  @Test(arguments: ProductVariant.supported, beyondBlocks)
  func `blocks, transposes and threads change no bit`(
    variant: ProductVariant, extent: ProductExtent
  ) {
    var generator = SeededGenerator(seed: 7)
    let a = (0..<extent.rows * extent.inner).map { _ in generator.number() }
    let b = (0..<extent.inner * extent.columns).map { _ in generator.number() }
    let c = (0..<extent.rows * extent.columns).map { _ in generator.number() }
    let placements = [
      (Placement(rowStride: extent.inner), Placement(rowStride: extent.columns)),
      (
        Placement(rowStride: extent.rows).transposed,
        Placement(rowStride: extent.inner).transposed
      ),
    ]
    for (aPlace, bPlace) in placements {
      let cPlace = Placement(rowStride: extent.columns)
      var expected = c
      Double.accumulateProduct(
        extent, a.span, aPlace, b.span, bPlace, into: &expected, cPlace, variant: .plain)
      for threads in 1...3 {
        var actual = c
        Double.accumulateProduct(
          extent, a.span, aPlace, b.span, bPlace, into: &actual, cPlace, threads: threads,
          variant: variant)
        #expect(zip(expected, actual).allSatisfy(sameBits), "threads \(threads)")
      }
    }
  }

  @Test(arguments: ProductVariant.supported, beyondBlocks)
  func `a product from zero has the bits of one added to zeros`(
    variant: ProductVariant, extent: ProductExtent
  ) {
    var generator = SeededGenerator(seed: 9)
    let a = (0..<extent.rows * extent.inner).map { _ in generator.number() }
    let b = (0..<extent.inner * extent.columns).map { _ in generator.number() }
    let (aPlace, bPlace) = (
      Placement(rowStride: extent.inner), Placement(rowStride: extent.columns)
    )
    // As it lies, transposed, and with gaps between the rows, which nothing may touch.
    let places = [
      Placement(rowStride: extent.columns), Placement(rowStride: extent.rows).transposed,
      Placement(offset: 1, rowStride: extent.columns + 3),
    ]
    for cPlace in places {
      let count = cPlace.index(extent.rows - 1, extent.columns - 1) + 2
      var touched = [Bool](repeating: false, count: count)
      for i in 0..<extent.rows {
        for j in 0..<extent.columns { touched[cPlace.index(i, j)] = true }
      }
      var expected = touched.map { $0 ? 0.0 : 7 }
      Double.accumulateProduct(
        extent, a.span, aPlace, b.span, bPlace, into: &expected, cPlace, variant: .plain)
      var actual = [Double](repeating: 7, count: count)
      Double.accumulateProduct(
        extent, a.span, aPlace, b.span, bPlace, into: &actual, cPlace, from: .zero,
        variant: variant)
      #expect(zip(expected, actual).allSatisfy(sameBits))
    }
    for extent in [
      ProductExtent(rows: 3, inner: 0, columns: 2), ProductExtent(rows: 0, inner: 4, columns: 2),
    ] {
      var sums = [Double](repeating: 7, count: 6)
      let place = Placement(rowStride: 2)
      Double.accumulateProduct(
        extent, a.span, place, b.span, place, into: &sums, place, from: .zero, variant: variant)
      #expect(sums == [Double](repeating: extent.rows == 0 ? 7 : 0, count: 6))
    }
  }

  #if !DEBUG
    /// The products of a layer of 16 streams, 100 frames, 512 inputs and cells.
    static let layerSized: [(ProductExtent, Bool, Bool)] = [
      (ProductExtent(rows: 1600, inner: 512, columns: 2048), false, false),
      (ProductExtent(rows: 1600, inner: 2048, columns: 512), false, true),
      (ProductExtent(rows: 512, inner: 1600, columns: 2048), true, false),
      (ProductExtent(rows: 16, inner: 512, columns: 2048), false, false),
      (ProductExtent(rows: 16, inner: 2048, columns: 512), false, false),
      // Beyond the panels in every direction, by no whole tile.
      (ProductExtent(rows: 2061, inner: 515, columns: 1037), false, false),
    ]

    @Test(arguments: layerSized)
    func `products of a layer's size have the same bits in every form and from two threads`(
      extent: ProductExtent, turnsLeft: Bool, turnsRight: Bool
    ) {
      var generator = SeededGenerator(seed: 11)
      func numbers(_ count: Int) -> [Double] {
        (0..<count).map { _ in Double(Int64(bitPattern: generator.next()) >> 11) * 0x1p-52 }
      }
      let (a, b) = (numbers(extent.rows * extent.inner), numbers(extent.inner * extent.columns))
      let aPlace =
        turnsLeft
        ? Placement(rowStride: extent.rows).transposed : Placement(rowStride: extent.inner)
      let bPlace =
        turnsRight
        ? Placement(rowStride: extent.inner).transposed : Placement(rowStride: extent.columns)
      func product(_ variant: ProductVariant, _ threads: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: extent.rows * extent.columns)
        Double.accumulateProduct(
          extent, a.span, aPlace, b.span, bPlace, into: &sums,
          Placement(rowStride: extent.columns), from: .zero, threads: threads, variant: variant)
        return sums
      }
      let expected = product(.plain, 1)
      for variant in ProductVariant.supported where variant != .plain {
        for threads in 1...2 { #expect(product(variant, threads) == expected, "\(variant)") }
      }
    }
  #endif

  @Test func `overlapping sums are taken in the reference's order`() {
    let a = [1e16, 1, -1e16, 3]
    let b = [1.0, 2]
    var expected = [0.5, 0.25]
    var actual = expected
    let extent = ProductExtent(rows: 4, inner: 1, columns: 2)
    let rowsOverlap = Placement(rowStride: 0)
    Double.accumulateProduct(
      extent, a.span, Placement(rowStride: 1), b.span, Placement(rowStride: 2), into: &expected,
      rowsOverlap, variant: .plain)
    Double.accumulateProduct(
      extent, a.span, Placement(rowStride: 1), b.span, Placement(rowStride: 2), into: &actual,
      rowsOverlap)
    #expect(actual == expected)
  }

  @Test func `an empty product leaves the sums alone`() {
    for extent in [
      ProductExtent(rows: 0, inner: 2, columns: 2), ProductExtent(rows: 2, inner: 0, columns: 2),
      ProductExtent(rows: 2, inner: 2, columns: 0),
    ] {
      var sums = [1.0, 2, 3, 4]
      let place = Placement(rowStride: 2)
      let nothing: [Double] = []
      Double.accumulateProduct(extent, nothing.span, place, nothing.span, place, into: &sums, place)
      #expect(sums == [1, 2, 3, 4])
    }
  }

  @Test func `products and sums are rounded one by one`() {
    // (1 + 2⁻³⁰)² = 1 + 2⁻²⁹ + 2⁻⁶⁰: fused, the last term would survive; rounded, it is lost.
    let factor = 1 + 0x1p-30
    let extent = ProductExtent(rows: 9, inner: 1, columns: 33)
    for variant in ProductVariant.supported {
      var sums = [Double](repeating: -(1 + 0x1p-29), count: 9 * 33)
      let a = [Double](repeating: factor, count: 9)
      let b = [Double](repeating: factor, count: 33)
      Double.accumulateProduct(
        extent, a.span, Placement(rowStride: 1), b.span, Placement(rowStride: 33), into: &sums,
        Placement(rowStride: 33), variant: variant)
      #expect(sums.allSatisfy { $0 == 0 })
    }
  }
}

/// Equal bits; of a NaN only that it is one, since no standard says which payload survives.
private func sameBits(_ x: Double, _ y: Double) -> Bool {
  x.bitPattern == y.bitPattern || (x.isNaN && y.isNaN)
}

private func sameBits(_ x: Float, _ y: Float) -> Bool {
  x.bitPattern == y.bitPattern || (x.isNaN && y.isNaN)
}

extension Double {
  fileprivate static func accumulateProduct(
    _ extent: ProductExtent, _ a: Span<Double>, _ aPlace: Placement, _ b: Span<Double>,
    _ bPlace: Placement, into sums: inout [Double], _ place: Placement,
    from start: ProductStart = .sums, threads: Int = 1, variant: ProductVariant = .fastest
  ) {
    var span = sums.mutableSpan
    accumulateProduct(
      extent, a, aPlace, b, bPlace, into: &span, place, from: start, threads: threads,
      variant: variant)
  }
}

extension Float {
  fileprivate static func accumulateProduct(
    _ extent: ProductExtent, _ a: Span<Float>, _ aPlace: Placement, _ b: Span<Float>,
    _ bPlace: Placement, into sums: inout [Float], _ place: Placement, variant: ProductVariant
  ) {
    var span = sums.mutableSpan
    accumulateProduct(extent, a, aPlace, b, bPlace, into: &span, place, variant: variant)
  }
}

/// Extents and placements of one trial.
private struct ProductTrial {
  var extent: ProductExtent
  var a, b, c: Placement
  var aCount, bCount, cCount: Int

  init(using generator: inout SeededGenerator) {
    let lengths = [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 31, 33, 40]
    func length() -> Int { lengths[Int(generator.next() % UInt64(lengths.count))] }
    let extent = ProductExtent(rows: length(), inner: length(), columns: length())
    self.extent = extent
    (a, aCount) = generator.placement(extent.rows, extent.inner)
    (b, bCount) = generator.placement(extent.inner, extent.columns)
    (c, cCount) = generator.placement(extent.rows, extent.columns)
  }
}

extension SeededGenerator {
  /// A number between -1 and 1, and now and then one of those that arithmetic treats apart.
  fileprivate mutating func number() -> Double {
    let bits = next()
    switch bits % 256 {
    case 0: return 0
    case 1: return -0.0
    case 2: return .leastNonzeroMagnitude
    case 3: return -Double.leastNormalMagnitude / 3
    case 4: return 1e-42
    case 5: return bits & 0x1000 == 0 ? 1e160 : 1e-160
    case 6 where bits & 0xf000 == 0: return .infinity
    case 7 where bits & 0xf000 == 0: return .nan
    default: return Double(Int64(bitPattern: bits) >> 11) * 0x1p-52
    }
  }

  /// By rows, by columns, with gaps, or with the rows from last to first; and the room it needs.
  fileprivate mutating func placement(_ rows: Int, _ columns: Int) -> (Placement, Int) {
    let offset = Int(next() % 4)
    let gap = Int(next() % 3)
    switch next() % 5 {
    case 0, 1:
      let stride = columns + gap
      return (Placement(offset: offset, rowStride: stride), offset + rows * stride)
    case 2:
      let stride = rows + gap
      return (Placement(offset: offset, rowStride: stride).transposed, offset + columns * stride)
    case 3:
      let stride = columns * (gap + 1)
      return (
        Placement(offset: offset, rowStride: stride, columnStride: gap + 1),
        offset + rows * stride
      )
    default:
      let last = offset + (rows - 1) * columns
      return (Placement(offset: last, rowStride: -columns), offset + rows * columns)
    }
  }
}
