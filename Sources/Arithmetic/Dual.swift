/// A number with its derivative along one direction: forward-mode differentiation.
///
///     (x, ẋ)      x·y ↦ (x·y, ẋ·y + x·ẏ)      σ(x) ↦ (y, y(1 - y)·ẋ)      tanh x ↦ (t, (1 - t²)·ẋ)
///
/// Seed one input with the derivative 1 and run a kernel's forward pass: every result then carries
/// its partial derivative with respect to that input, as exact as the arithmetic beneath. Over
/// `DoubleDouble` it checks a backward pass to about 30 digits, with no step size to choose.
///
/// What is told from an output (`sigmoidSlope`, `tanhSlope`) is a function of that output, and is
/// differentiated as such: `(y - y²)˙ = (1 - 2y)·ẏ`.
@frozen public struct Dual<Base: Arithmetic>: Arithmetic {
  /// The number.
  public var value: Base
  /// Its derivative along the chosen direction.
  public var derivative: Base

  /// A number with its derivative.
  ///
  /// - Parameters:
  ///   - value: The number.
  ///   - derivative: Its derivative; 1 for the variable itself, 0 for what does not depend on it.
  @inlinable public init(value: Base, derivative: Base) {
    self.value = value
    self.derivative = derivative
  }

  /// A constant, which nothing changes.
  @inlinable public init(constant value: Double) {
    self.init(value: Base(constant: value), derivative: 0)
  }

  /// A given number held fixed; seed the one that varies with `init(value:derivative:)`.
  @inlinable public init(input value: Double) {
    self.init(value: Base(input: value), derivative: 0)
  }

  /// Sum; derivatives add.
  @inlinable public static func + (left: Dual, right: Dual) -> Dual {
    Dual(value: left.value + right.value, derivative: left.derivative + right.derivative)
  }

  /// Difference; derivatives subtract.
  @inlinable public static func - (left: Dual, right: Dual) -> Dual {
    Dual(value: left.value - right.value, derivative: left.derivative - right.derivative)
  }

  /// Product; Leibniz's rule.
  @inlinable public static func * (left: Dual, right: Dual) -> Dual {
    Dual(
      value: left.value * right.value,
      derivative: left.derivative * right.value + left.value * right.derivative)
  }

  /// Negation, exact.
  @inlinable public static prefix func - (value: Dual) -> Dual {
    Dual(value: -value.value, derivative: -value.derivative)
  }

  /// `σ(x)`, with the slope told from the output.
  @inlinable public func sigmoid() -> Dual {
    let output = value.sigmoid()
    return Dual(value: output, derivative: output.sigmoidSlope * derivative)
  }

  /// The hyperbolic tangent, with the slope told from the output.
  @inlinable public func tanh() -> Dual {
    let output = value.tanh()
    return Dual(value: output, derivative: output.tanhSlope * derivative)
  }

  /// `y(1 - y)`; its derivative is `(1 - 2y)·ẏ`.
  @inlinable public var sigmoidSlope: Dual {
    Dual(value: value.sigmoidSlope, derivative: (1 - (value + value)) * derivative)
  }

  /// `1 - y²`; its derivative is `-2y·ẏ`.
  @inlinable public var tanhSlope: Dual {
    Dual(value: value.tanhSlope, derivative: -((value + value) * derivative))
  }

  /// The value limited to a range; its derivative is kept inside the range and 0 outside.
  ///
  /// At an end itself it is kept. What lies outside is blown up until it is ±1, without a comparison,
  /// which numbers of this kind need not have: 2⁻¹⁰⁷⁴·2¹²⁰⁰ is more than 1.
  @inlinable public func clamped(to range: ClosedRange<Double>) -> Dual {
    let limited = value.clamped(to: range)
    var outside = value - limited
    for _ in 0..<20 { outside = (outside * Base(constant: 0x1p60)).clamped(to: -1...1) }
    return Dual(value: limited, derivative: (1 - outside * outside) * derivative)
  }

  /// `f·a + (1 - f)·b`; its derivative is `f·ȧ + (1 - f)·ḃ + ḟ·(a - b)`.
  @inlinable public static func blend(_ f: Dual, _ a: Dual, _ b: Dual) -> Dual {
    Dual(
      value: .blend(f.value, a.value, b.value),
      derivative: .blend(f.value, a.derivative, b.derivative)
        + .scaledDifference(f.derivative, a.value, b.value))
  }

  /// `(1 - f)·a`; its derivative is `(1 - f)·ȧ - ḟ·a`.
  @inlinable public static func complementProduct(_ f: Dual, _ a: Dual) -> Dual {
    Dual(
      value: .complementProduct(f.value, a.value),
      derivative: .complementProduct(f.value, a.derivative) - f.derivative * a.value)
  }

  /// `d·(a - b)`; its derivative is `ḋ·(a - b) + d·(ȧ - ḃ)`.
  @inlinable public static func scaledDifference(_ d: Dual, _ a: Dual, _ b: Dual) -> Dual {
    Dual(
      value: .scaledDifference(d.value, a.value, b.value),
      derivative: .scaledDifference(d.derivative, a.value, b.value)
        + .scaledDifference(d.value, a.derivative, b.derivative))
  }

  /// A running sum of numbers with their derivatives.
  @frozen public struct Sum: RunningSum {
    /// The sum of the numbers.
    public var value: Base.Sum
    /// The sum of their derivatives.
    public var derivative: Base.Sum

    /// The empty sum.
    @inlinable public init() {
      value = Base.Sum()
      derivative = Base.Sum()
    }

    /// Adds one term.
    @inlinable public mutating func accumulate(_ term: Dual) {
      value.accumulate(term.value)
      derivative.accumulate(term.derivative)
    }

    /// Adds a product; its derivative enters as two products.
    @inlinable public mutating func accumulate(_ a: Dual, times b: Dual) {
      value.accumulate(a.value, times: b.value)
      derivative.accumulate(a.derivative, times: b.value)
      derivative.accumulate(a.value, times: b.derivative)
    }

    /// What has been added so far.
    @inlinable public var total: Dual {
      Dual(value: value.total, derivative: derivative.total)
    }
  }
}
