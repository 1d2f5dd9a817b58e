/// The two widths in which Kaldi stores numbers.
public enum Precision: Sendable, Equatable {
  /// Four bytes a number, Kaldi's usual.
  case float32
  /// Eight bytes a number.
  case float64
}

/// How text is read.
public struct TextOptions: Sendable, Equatable {
  /// Whether to refuse what Kaldi itself cannot read: `-inf`, `-nan`, `+1`, `.5`.
  public var isStrict: Bool
  /// The type that numbers are rounded to, once, from their decimals; beyond its range is an error.
  public var precision: Precision

  /// Options; tolerant and binary64 unless said otherwise.
  public init(isStrict: Bool = false, precision: Precision = .float64) {
    self.isStrict = isStrict
    self.precision = precision
  }
}
