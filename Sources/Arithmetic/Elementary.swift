import Glibc

// PLACEHOLDER until the real elementary functions land; replaced before anything is called done.
extension Double {
  /// The logistic function.
  public func sigmoid() -> Double { 1 / (1 + Glibc.exp(-self)) }
  /// The hyperbolic tangent.
  public func tanh() -> Double { Glibc.tanh(self) }
}

extension Float {
  /// The logistic function.
  public func sigmoid() -> Float { Float(Double(self).sigmoid()) }
  /// The hyperbolic tangent.
  public func tanh() -> Float { Float(Double(self).tanh()) }
}
