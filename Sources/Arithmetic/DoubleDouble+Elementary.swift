/// The elementary functions to about 106 bits.
///
/// Every result is within 2⁻¹⁰⁰ of exact relative to itself, or within 2⁻¹⁰⁷⁴, whichever is larger.
extension DoubleDouble {
  /// The exponential function; infinite above about 709.78.
  public func exp() -> DoubleDouble { exponential() }
  /// The logistic function `1 / (1 + e⁻ˣ)`.
  public func sigmoid() -> DoubleDouble { logistic() }
  /// The hyperbolic tangent.
  public func tanh() -> DoubleDouble { hyperbolicTangent() }
}
