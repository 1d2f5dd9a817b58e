/// Binary64: fast values. Every operation is the IEEE one, rounded to nearest, never fused.
extension Double: Arithmetic {
  /// A sum of doubles is a double.
  public typealias Sum = Double

  /// The number itself.
  @inlinable public init(constant value: Double) { self = value }
  /// The number itself.
  @inlinable public init(input value: Double) { self = value }

  /// The value limited to a range; NaN stays NaN.
  @inlinable public func clamped(to range: ClosedRange<Double>) -> Double {
    self < range.lowerBound ? range.lowerBound : self > range.upperBound ? range.upperBound : self
  }

  /// The sums themselves: no copy.
  @inlinable public static func totals(of sums: consuming [Double]) -> [Double] { sums }
}

extension Double: RunningSum {
  /// Adds a term, rounded once.
  @inlinable public mutating func accumulate(_ term: Double) { self += term }
  /// Adds a product: rounded, then added and rounded.
  @inlinable public mutating func accumulate(_ a: Double, times b: Double) { self += a * b }
  /// The value.
  @inlinable public var total: Double { self }
}
