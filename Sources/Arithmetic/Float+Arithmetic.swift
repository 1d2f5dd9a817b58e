/// Binary32: what a single-precision program computes. Every operation is the IEEE one, never fused.
extension Float: Arithmetic {
  /// A sum of floats is a float.
  public typealias Sum = Float

  /// The nearest float.
  @inlinable public init(constant value: Double) { self = Float(value) }
  /// The nearest float.
  @inlinable public init(input value: Double) { self = Float(value) }

  /// The value limited to a range; NaN stays NaN.
  @inlinable public func clamped(to range: ClosedRange<Double>) -> Float {
    let low = Float(range.lowerBound)
    let high = Float(range.upperBound)
    return self < low ? low : self > high ? high : self
  }

  /// The sums themselves: no copy.
  @inlinable public static func totals(of sums: consuming [Float]) -> [Float] { sums }
}

extension Float: RunningSum {
  /// Adds a term, rounded once.
  @inlinable public mutating func accumulate(_ term: Float) { self += term }
  /// Adds a product: rounded, then added and rounded.
  @inlinable public mutating func accumulate(_ a: Float, times b: Float) { self += a * b }
  /// The value.
  @inlinable public var total: Float { self }
}
