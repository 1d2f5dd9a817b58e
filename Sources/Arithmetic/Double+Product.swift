extension Double {
  /// Adds a matrix product, by the machine's fastest form.
  public static func accumulateProduct(
    _ extent: ProductExtent, _ a: Span<Double>, _ aPlace: Placement, _ b: Span<Double>,
    _ bPlace: Placement, into sums: inout MutableSpan<Double>, _ sumsPlace: Placement
  ) {
    TiledProduct<Double>.accumulate(
      extent, a, aPlace, b, bPlace, into: &sums, sumsPlace, from: .sums, threads: 1,
      variant: .fastest)
  }

  /// Adds a matrix product, by the machine's fastest form and, if it is large, by several threads.
  public static func accumulateProduct(
    _ extent: ProductExtent, _ a: Span<Double>, _ aPlace: Placement, _ b: Span<Double>,
    _ bPlace: Placement, into sums: inout MutableSpan<Double>, _ sumsPlace: Placement,
    from start: ProductStart, threads: Int
  ) {
    TiledProduct<Double>.accumulate(
      extent, a, aPlace, b, bPlace, into: &sums, sumsPlace, from: start, threads: threads,
      variant: .fastest)
  }

  /// Adds a matrix product by a form of the caller's choice, for tests and measurements.
  ///
  /// - Precondition: The machine supports the variant (``ProductVariant/supported``).
  public static func accumulateProduct(
    _ extent: ProductExtent, _ a: Span<Double>, _ aPlace: Placement, _ b: Span<Double>,
    _ bPlace: Placement, into sums: inout MutableSpan<Double>, _ sumsPlace: Placement,
    from start: ProductStart = .sums, threads: Int = 1, variant: ProductVariant
  ) {
    guard variant != .plain else {
      return accumulateProductPlainly(
        extent, a, aPlace, b, bPlace, into: &sums, sumsPlace, from: start)
    }
    precondition(ProductVariant.supported.contains(variant))
    TiledProduct<Double>.accumulate(
      extent, a, aPlace, b, bPlace, into: &sums, sumsPlace, from: start, threads: threads,
      variant: variant)
  }
}
