/// The floating-point format whose programs a ``RoundoffBound`` bounds.
public protocol RoundoffFormat: Sendable {
  /// Half the distance from 1 to the next number: the relative error of one rounding.
  static var unitRoundoff: Double { get }
  /// The smallest normal number: what may be lost where a result is flushed to zero.
  static var smallestNormal: Double { get }
  /// The largest finite number.
  static var greatestFinite: Double { get }
  /// How far a given number may have been moved by being typed, before it was rounded.
  static var typedError: Double { get }
  /// Whether a number survives in this format unchanged.
  ///
  /// - Parameter value: The number.
  /// - Returns: Whether converting it to the format leaves it as it is.
  static func holds(_ value: Double) -> Bool
}

/// Single precision; inputs may have been typed to 8 decimals, as Kaldi's own test has them.
public enum Binary32: RoundoffFormat {
  /// 2⁻²⁴.
  @inlinable public static var unitRoundoff: Double { 0x1p-24 }
  /// 2⁻¹²⁶.
  @inlinable public static var smallestNormal: Double { 0x1p-126 }
  /// (2 - 2⁻²³)·2¹²⁷.
  @inlinable public static var greatestFinite: Double { 0x1.fffffep127 }
  /// Half a unit of the eighth decimal.
  @inlinable public static var typedError: Double { 5e-9 }
  /// Whether the number is a float.
  @inlinable public static func holds(_ value: Double) -> Bool { Double(Float(value)) == value }
}

/// Double precision, started from exactly the inputs of the golden folder.
public enum Binary64: RoundoffFormat {
  /// 2⁻⁵³.
  @inlinable public static var unitRoundoff: Double { 0x1p-53 }
  /// 2⁻¹⁰²².
  @inlinable public static var smallestNormal: Double { 0x1p-1022 }
  /// (2 - 2⁻⁵²)·2¹⁰²³.
  @inlinable public static var greatestFinite: Double { Double.greatestFiniteMagnitude }
  /// Nothing: the inputs are read to the last bit.
  @inlinable public static var typedError: Double { 0 }
  /// Every double is one.
  @inlinable public static func holds(_ value: Double) -> Bool { true }
}

/// Double precision, started from inputs that may have been typed to 8 decimals.
public enum TypedBinary64: RoundoffFormat {
  /// 2⁻⁵³.
  @inlinable public static var unitRoundoff: Double { Binary64.unitRoundoff }
  /// 2⁻¹⁰²².
  @inlinable public static var smallestNormal: Double { Binary64.smallestNormal }
  /// (2 - 2⁻⁵²)·2¹⁰²³.
  @inlinable public static var greatestFinite: Double { Binary64.greatestFinite }
  /// Half a unit of the eighth decimal.
  @inlinable public static var typedError: Double { Binary32.typedError }
  /// Every double is one.
  @inlinable public static func holds(_ value: Double) -> Bool { true }
}
