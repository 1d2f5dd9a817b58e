import CProductTiles
import Concurrency

/// A product in register tiles: where its operands are, and how it is cut into blocks.
///
/// Every sum takes its products by rising `k`: tiles keep sums in registers along `k`, and the blocks
/// of `k` follow one another, each starting from what the one before stored. So neither the cut nor
/// the registers' width nor the number of threads changes a bit.
@safe struct TiledProduct<Scalar: TiledScalar> {
  var rows, inner, columns: Int
  var a: UnsafePointer<Scalar>
  var aRow, aInner: Int
  var b: UnsafePointer<Scalar>
  var bInner, bColumn: Int
  var c: UnsafeMutablePointer<Scalar>
  var cRow: Int
  var startsAtZero: Bool

  /// Rows, inner length and columns of the packed panels: whole tiles and strips of every variant.
  static var rowPanel: Int { 2016 }
  static var innerBlock: Int { 256 }
  static var columnBlock: Int { 512 }
  /// What the two panels hold together.
  static var panelElements: Int { (rowPanel + columnBlock) * innerBlock }
  /// Rows that stay in the second cache while a panel of columns passes by: some whole tiles.
  static func rowBlock(_ tileRows: Int) -> Int { 96 / tileRows * tileRows }
  /// Multiplications below which a second thread costs more than it brings.
  static var threadedWork: Int { 2_000_000 }

  /// Adds a product to sums, after checking once that all operands lie within their spans.
  @inline(__always) static func accumulate(
    _ extent: ProductExtent, _ a: Span<Scalar>, _ aPlace: Placement, _ b: Span<Scalar>,
    _ bPlace: Placement, into sums: inout MutableSpan<Scalar>, _ sumsPlace: Placement,
    from start: ProductStart, threads: Int, variant: ProductVariant
  ) {
    guard extent.rows > 0, extent.columns > 0 else { return }
    guard extent.inner > 0 else {
      return Scalar.accumulateProductPlainly(
        extent, a, aPlace, b, bPlace, into: &sums, sumsPlace, from: start)
    }
    precondition(aPlace.fits(extent.rows, extent.inner, in: a.count))
    precondition(bPlace.fits(extent.inner, extent.columns, in: b.count))
    precondition(sumsPlace.fits(extent.rows, extent.columns, in: sums.count))
    let adjoining = extent.columns == 1 || sumsPlace.columnStride == 1
    let apart = extent.rows == 1 || sumsPlace.rowStride.magnitude >= extent.columns.magnitude
    guard adjoining && apart else {
      return accumulateTurned(
        extent, a, aPlace, b, bPlace, into: &sums, sumsPlace, from: start, threads: threads,
        variant: variant)
    }
    unsafe a.withUnsafeBufferPointer { a in
      unsafe b.withUnsafeBufferPointer { b in
        unsafe sums.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          let product = unsafe TiledProduct(
            rows: extent.rows, inner: extent.inner, columns: extent.columns,
            a: a + aPlace.offset, aRow: aPlace.rowStride, aInner: aPlace.columnStride,
            b: b + bPlace.offset, bInner: bPlace.rowStride,
            bColumn: extent.columns == 1 ? 1 : bPlace.columnStride,
            c: c + sumsPlace.offset, cRow: sumsPlace.rowStride, startsAtZero: start == .zero)
          product.run(threads: threads, tileIndex: variant.tileIndex)
        }
      }
    }
  }

  /// A result whose rows do not adjoin: stored by columns it is the transposed product; anything
  /// stranger is left to the reference (rows may overlap there, so that the order of sums matters).
  @inline(never) private static func accumulateTurned(
    _ extent: ProductExtent, _ a: Span<Scalar>, _ aPlace: Placement, _ b: Span<Scalar>,
    _ bPlace: Placement, into sums: inout MutableSpan<Scalar>, _ sumsPlace: Placement,
    from start: ProductStart, threads: Int, variant: ProductVariant
  ) {
    let standing = extent.rows == 1 || sumsPlace.rowStride == 1
    let apart = extent.columns == 1 || sumsPlace.columnStride.magnitude >= extent.rows.magnitude
    guard standing && apart else {
      return Scalar.accumulateProductPlainly(
        extent, a, aPlace, b, bPlace, into: &sums, sumsPlace, from: start)
    }
    let turned = ProductExtent(rows: extent.columns, inner: extent.inner, columns: extent.rows)
    accumulate(
      turned, b, bPlace.transposed, a, aPlace.transposed, into: &sums, sumsPlace.transposed,
      from: start, threads: threads, variant: variant)
  }

  /// On this thread, or shared out if that pays.
  @inline(__always) private func run(threads: Int, tileIndex: Int32) {
    if threads > 1, rows * inner * columns >= Self.threadedWork {
      runShared(threads: threads, tileIndex: tileIndex)
    } else {
      run(Scalar.tiles(tileIndex))
    }
  }

  /// Shares the result out by its longer side, so that little is packed twice.
  @inline(never) private func runShared(threads: Int, tileIndex: Int32) {
    let byRows = rows > columns
    Threads.share(byRows ? rows : columns, among: threads, unit: 32) { range in
      var part = self
      if byRows {
        part.rows = range.count
        unsafe part.a += range.lowerBound * part.aRow
        unsafe part.c += range.lowerBound * part.cRow
      } else {
        part.columns = range.count
        unsafe part.b += range.lowerBound * part.bColumn
        unsafe part.c += range.lowerBound
      }
      part.run(Scalar.tiles(tileIndex))
    }
  }
}
