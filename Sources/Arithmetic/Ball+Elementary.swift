/// The elementary functions, enclosed.
///
/// Each is evaluated at the midpoint m, where the common text gives an enclosure of the exact
/// value, and widened by how much it can change over `m ± ρ`: at most ρ times the largest slope there
/// (mean value theorem). A slope `f′` whose logarithm has a derivative of at most L in magnitude is at
/// most `f′(m)·e^(Lρ)` within ρ of m, and `eᵗ ≤ 1 + t + t²` for `0 ≤ t ≤ 1`. The slopes come
/// from the `Double` exponential, which is within two ulps, and are multiplied by `1 + 2⁻³⁰` for that
/// and for all their roundings.
extension Ball {
  /// The exponential function; the radius is infinite where it may overflow.
  ///
  /// `|e^(m+δ) - eᵐ| ≤ eᵐ·(e^ρ - 1) ≤ eᵐ·ρ·(1 + ρ)` for `ρ ≤ 1`.
  public func exp() -> Ball {
    let centre = Ball(midpoint: midpoint).exponential()
    if radius == 0 { return centre }
    guard radius <= 1 else { return Ball(midpoint: centre.midpoint, radius: .infinity) }
    return centre.widened(by: Ball.raised(centre.magnitudeBound * radius * (1 + radius)))
  }

  /// The logistic function `1 / (1 + e⁻ˣ)`.
  ///
  /// `σ′ = e/(1 + e)²` with `e = e^-|x|`, and `(ln σ′)′ = 1 - 2σ`, so `L = 1`. Results lie in [0, 1].
  public func sigmoid() -> Ball {
    if midpoint.high.isNaN { return self }
    if radius == .infinity { return Ball(midpoint: DoubleDouble(0.5), radius: 0.5) }
    let centre = Ball(midpoint: midpoint).logistic()
    if radius == 0 { return centre }
    let e = (-midpoint.high.magnitude).exp()
    let slope = radius <= 1 ? e / ((1 + e) * (1 + e)) * (1 + radius + radius * radius) : 1
    return centre.widened(by: Swift.min(Ball.raised(slope * radius), 1))
  }

  /// The hyperbolic tangent.
  ///
  /// `tanh′ = 4e/(1 + e)²` with `e = e^(-2|x|)`, and `(ln tanh′)′ = -2·tanh`, so `L = 2`. Results lie in
  /// [-1, 1].
  public func tanh() -> Ball {
    if midpoint.high.isNaN { return self }
    if radius == .infinity { return Ball(midpoint: DoubleDouble(0), radius: 1) }
    let centre = Ball(midpoint: midpoint).hyperbolicTangent()
    if radius == 0 { return centre }
    let e = (-2 * midpoint.high.magnitude).exp()
    let twice = 2 * radius
    let slope = twice <= 1 ? 4 * e / ((1 + e) * (1 + e)) * (1 + twice + twice * twice) : 1
    return centre.widened(by: Swift.min(Ball.raised(slope * radius), 2))
  }

  /// A bound with its own roundings made up for.
  private static func raised(_ bound: Double) -> Double {
    bound * (1 + 0x1p-30) + 0x1p-1070
  }
}
