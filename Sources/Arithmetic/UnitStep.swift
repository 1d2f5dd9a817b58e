/// The unit step, as each arithmetic can tell it.

extension Arithmetic where Self: BinaryFloatingPoint {
  /// 1 above 0, otherwise 0.
  @inlinable public var unitStep: Self { self > 0 ? 1 : 0 }
}

extension DoubleDouble {
  /// 1 above 0, otherwise 0; the leading part tells.
  @inlinable public var unitStep: DoubleDouble { high > 0 ? 1 : 0 }
}

extension Ball {
  /// 1 or 0 where every enclosed number agrees, otherwise the range from 0 to 1.
  @inlinable public var unitStep: Ball {
    if (-self).isCertainlyNegative { return 1 }
    let isExactZero = midpoint.high == 0 && midpoint.low == 0 && radius == 0
    if isExactZero || isCertainlyNegative { return 0 }
    return Ball(midpoint: DoubleDouble(0.5), radius: 0.5)
  }
}

extension RoundoffBound {
  /// 1 or 0; a program whose number may lie on the other side is off by 1.
  @inlinable public var unitStep: RoundoffBound {
    let isDecided = value.high.magnitude > bound * Self.outward || isExactZero
    return RoundoffBound(value: value.unitStep, bound: isDecided ? 0 : 1)
  }
}

extension Dual {
  /// The step of the number; its derivative is 0 wherever there is one.
  @inlinable public var unitStep: Dual { Dual(value: value.unitStep, derivative: 0) }
}
