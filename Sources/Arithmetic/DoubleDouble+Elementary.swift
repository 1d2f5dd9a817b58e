// PLACEHOLDER of double accuracy until the real functions land.
extension DoubleDouble {
  /// The logistic function.
  public func sigmoid() -> DoubleDouble { DoubleDouble(high.sigmoid()) }
  /// The hyperbolic tangent.
  public func tanh() -> DoubleDouble { DoubleDouble(high.tanh()) }
}
