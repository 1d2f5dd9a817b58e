/// The activations of whole lanes: the bits of ``Double/sigmoid()`` and ``Double/tanh()``, several
/// numbers at a time.
///
/// A float's activation is the double's, rounded once more.
extension Arithmetic where Self: BinaryFloatingPoint {
  /// Sets numbers to the logistic function of their arguments.
  @inlinable @inline(__always) public static func fillSigmoid(
    _ lane: Lane<Self>, keeping arguments: Lane<Self>?, then products: Lane<Self>?,
    _ argument: (Int) -> Self, _ product: (Int, Self) -> Self
  ) {
    lane.fillGroups(
      keeping: arguments, then: products, argument, { sigmoids($0) },
      { sigmoids($0) }, product)
  }

  /// Sets numbers to the hyperbolic tangent of their arguments.
  @inlinable @inline(__always) public static func fillTanh(
    _ lane: Lane<Self>, keeping arguments: Lane<Self>?, then products: Lane<Self>?,
    _ argument: (Int) -> Self, _ product: (Int, Self) -> Self
  ) {
    lane.fillGroups(
      keeping: arguments, then: products, argument, { tanhs($0) },
      { tanhs($0) }, product)
  }
}

// The functions of four and of two doubles, compiled once: kernels that called for copies of them
// would outgrow what the compiler is willing to inline.

@inline(never) @usableFromInline func sigmoids(_ x: SIMD4<Double>) -> SIMD4<Double> { x.sigmoid() }
@inline(never) @usableFromInline func sigmoids(_ x: SIMD2<Double>) -> SIMD2<Double> { x.sigmoid() }
@inline(never) @usableFromInline func tanhs(_ x: SIMD4<Double>) -> SIMD4<Double> { x.tanh() }
@inline(never) @usableFromInline func tanhs(_ x: SIMD2<Double>) -> SIMD2<Double> { x.tanh() }

extension Lane where Element: BinaryFloatingPoint {
  /// Sets every number to a function's value, four at a time, then two, then one.
  ///
  /// All arguments of a group are there before anything is stored, and all that follows from it is
  /// stored after it: that tells the compiler that a group's numbers may share registers.
  @inlinable @inline(__always) func fillGroups(
    keeping arguments: Lane?, then products: Lane?, _ argument: (Int) -> Element,
    _ four: (SIMD4<Double>) -> SIMD4<Double>, _ two: (SIMD2<Double>) -> SIMD2<Double>,
    _ product: (Int, Element) -> Element
  ) {
    var j = 0
    while j &+ 4 <= count {
      let x = (argument(j), argument(j &+ 1), argument(j &+ 2), argument(j &+ 3))
      arguments?.store(x, j)
      let value = four(SIMD4(Double(x.0), Double(x.1), Double(x.2), Double(x.3)))
      let y = (Element(value[0]), Element(value[1]), Element(value[2]), Element(value[3]))
      store(y, j)
      if let products {
        products.store(
          (product(j, y.0), product(j &+ 1, y.1), product(j &+ 2, y.2), product(j &+ 3, y.3)), j)
      }
      j &+= 4
    }
    if j &+ 2 <= count {
      let x = (argument(j), argument(j &+ 1))
      arguments?.store(x, j)
      let value = two(SIMD2(Double(x.0), Double(x.1)))
      let y = (Element(value[0]), Element(value[1]))
      store(y, j)
      if let products { products.store((product(j, y.0), product(j &+ 1, y.1)), j) }
      j &+= 2
    }
    if j < count {
      let x = argument(j)
      arguments?[j] = x
      let y = Element(two(SIMD2(Double(x), 0))[0])
      self[j] = y
      products?[j] = product(j, y)
    }
  }

  @inlinable @inline(__always) func store(
    _ numbers: (Element, Element, Element, Element), _ j: Int
  ) {
    (self[j], self[j &+ 1], self[j &+ 2], self[j &+ 3]) = numbers
  }

  @inlinable @inline(__always) func store(_ numbers: (Element, Element), _ j: Int) {
    (self[j], self[j &+ 1]) = numbers
  }
}
