/// The elementary functions of binary32: the binary64 functions, rounded once.
///
/// So they are within 0.5001 ulp of exact, with the edge cases of the `Double` functions at the
/// limits of this format: overflow above about 88.7, subnormal results below −87.3, and 0 below
/// about −103.97.
extension Float {
  /// The exponential function.
  @inlinable public func exp() -> Float { Float(Double(self).exp()) }
  /// The logistic function `1 / (1 + e⁻ˣ)`.
  @inlinable public func sigmoid() -> Float { Float(Double(self).sigmoid()) }
  /// The hyperbolic tangent.
  @inlinable public func tanh() -> Float { Float(Double(self).tanh()) }
}
