import Arithmetic

/// A squashing function of a gate, candidate or cell, with its slope told from its output.
///
/// The oracle uses ``sigmoid`` and ``tanh``; the others are what faulty programs put in their place.
enum Squash: Sendable, Hashable {
  case sigmoid
  case tanh
  /// `clamp(0.2·x + 0.5, 0, 1)`, Keras's stand-in for the sigmoid; its slope is 0.2 between the ends.
  case hardSigmoid
  case identity

  @inline(__always) func callAsFunction<Scalar: Arithmetic>(_ x: Scalar) -> Scalar {
    switch self {
    case .sigmoid: x.sigmoid()
    case .tanh: x.tanh()
    case .hardSigmoid:
      (Scalar(constant: 0.2) * x + Scalar(constant: 0.5)).clamped(to: 0...1)
    case .identity: x
    }
  }

  @inline(__always) func slope<Scalar: Arithmetic>(ofOutput y: Scalar) -> Scalar {
    switch self {
    case .sigmoid: y.sigmoidSlope
    case .hardSigmoid:
      // 1 between the ends and 0 at them, without a comparison.
      (y.sigmoidSlope * Scalar(constant: 0x1p60)).clamped(to: 0...1) * Scalar(constant: 0.2)
    case .tanh: y.tanhSlope
    case .identity: 1
    }
  }

  /// Sets every number of a lane to the value at its argument, asked for in rising order; keeps the
  /// arguments and sets what follows from the values, where told.
  @inline(__always) func fill<Scalar: Arithmetic>(
    _ lane: Lane<Scalar>, keeping arguments: Lane<Scalar>? = nil,
    then products: Lane<Scalar>? = nil, _ argument: (Int) -> Scalar,
    product: (Int, Scalar) -> Scalar = { _, value in value }
  ) {
    switch self {
    case .sigmoid:
      Scalar.fillSigmoid(lane, keeping: arguments, then: products, argument, product)
    case .tanh:
      Scalar.fillTanh(lane, keeping: arguments, then: products, argument, product)
    case .hardSigmoid, .identity:
      lane.fill(keeping: arguments, then: products, argument, { self($0) }, product)
    }
  }
}
