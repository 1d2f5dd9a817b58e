/// The activations of whole lanes: the bits of ``Double/sigmoid()`` and ``Double/tanh()``, several
/// numbers at a time.
///
/// A float's activation is the double's, rounded once more.
extension Arithmetic where Self: BinaryFloatingPoint {
  /// Sets numbers to the logistic function of their arguments.
  @inlinable @inline(__always) public static func fillSigmoid(
    _ lane: Lane<Self>, _ argument: (Int) -> Self
  ) {
    lane.fillGroups(argument, { Activation.sigmoid($0) }, { Activation.sigmoid($0) })
  }

  /// Sets numbers to the hyperbolic tangent of their arguments.
  @inlinable @inline(__always) public static func fillTanh(
    _ lane: Lane<Self>, _ argument: (Int) -> Self
  ) {
    lane.fillGroups(argument, { Activation.tanh($0) }, { Activation.tanh($0) })
  }
}

/// The functions of four and of two doubles, compiled once: kernels that called for copies of them
/// would outgrow what the compiler is willing to inline.
@usableFromInline enum Activation {
  @inline(never) @usableFromInline static func sigmoid(_ x: SIMD4<Double>) -> SIMD4<Double> {
    x.sigmoid()
  }
  @inline(never) @usableFromInline static func sigmoid(_ x: SIMD2<Double>) -> SIMD2<Double> {
    x.sigmoid()
  }
  @inline(never) @usableFromInline static func tanh(_ x: SIMD4<Double>) -> SIMD4<Double> {
    x.tanh()
  }
  @inline(never) @usableFromInline static func tanh(_ x: SIMD2<Double>) -> SIMD2<Double> {
    x.tanh()
  }
}

extension Lane where Element: BinaryFloatingPoint {
  /// Sets every number to a function's value, four at a time, then two, then one.
  @inlinable @inline(__always) func fillGroups(
    _ argument: (Int) -> Element, _ four: (SIMD4<Double>) -> SIMD4<Double>,
    _ two: (SIMD2<Double>) -> SIMD2<Double>
  ) {
    var j = 0
    while j &+ 4 <= count {
      let (x0, x1) = (Double(argument(j)), Double(argument(j &+ 1)))
      let (x2, x3) = (Double(argument(j &+ 2)), Double(argument(j &+ 3)))
      let y = four(SIMD4(x0, x1, x2, x3))
      (self[j], self[j &+ 1]) = (Element(y[0]), Element(y[1]))
      (self[j &+ 2], self[j &+ 3]) = (Element(y[2]), Element(y[3]))
      j &+= 4
    }
    if j &+ 2 <= count {
      let y = two(SIMD2(Double(argument(j)), Double(argument(j &+ 1))))
      (self[j], self[j &+ 1]) = (Element(y[0]), Element(y[1]))
      j &+= 2
    }
    if j < count { self[j] = Element(two(SIMD2(Double(argument(j)), 0))[0]) }
  }
}
