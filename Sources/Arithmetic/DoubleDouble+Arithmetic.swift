/// About 106 bits: the values behind `Ball` and the bounds, and the base of exact derivatives.
extension DoubleDouble: Arithmetic {
  /// A sum of double-doubles is a double-double.
  public typealias Sum = DoubleDouble

  /// The double, exact.
  @inlinable public init(constant value: Double) { self.init(value) }
  /// The double, exact.
  @inlinable public init(input value: Double) { self.init(value) }

  /// The value limited to a range.
  @inlinable public func clamped(to range: ClosedRange<Double>) -> DoubleDouble {
    let low = DoubleDouble(range.lowerBound)
    let high = DoubleDouble(range.upperBound)
    return self < low ? low : high < self ? high : self
  }

  /// The sums themselves: no copy.
  @inlinable public static func totals(of sums: consuming [DoubleDouble]) -> [DoubleDouble] { sums }
}

extension DoubleDouble: RunningSum {
  /// Zero.
  @inlinable public init() { self.init(0) }
  /// Adds a term.
  @inlinable public mutating func accumulate(_ term: DoubleDouble) { self = self + term }
  /// Adds a product.
  @inlinable public mutating func accumulate(_ a: DoubleDouble, times b: DoubleDouble) {
    self = self + a * b
  }
  /// The value.
  @inlinable public var total: DoubleDouble { self }
}
