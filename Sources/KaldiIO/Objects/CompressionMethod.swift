/// Kaldi's ways of squeezing a matrix into one or two bytes a number; raw values are Kaldi's own.
public enum CompressionMethod: Int, Sendable, CaseIterable {
  /// `CM` for more than 8 rows, else `CM2`.
  case automatic = 1
  /// `CM`: one byte, between four quantiles of its column.
  case speechFeature = 2
  /// `CM2`: two bytes over the matrix's own range.
  case twoByteAutomatic = 3
  /// `CM2`: two bytes for whole numbers from -32768 to 32767.
  case twoByteSigned = 4
  /// `CM3`: one byte over the matrix's own range.
  case oneByteAutomatic = 5
  /// `CM3`: one byte for whole numbers from 0 to 255.
  case oneByteUnsigned = 6
  /// `CM3`: one byte for numbers from 0 to 1.
  case oneByteZeroToOne = 7
}

/// The range that compressed numbers are counted in; all arithmetic is binary32, as Kaldi's is.
struct CompressionRange {
  let minimum: Float
  let range: Float

  /// A share of the range as a whole number of `steps`.
  func quantized(_ value: Float, steps: Float) -> Int {
    let share = min(max((value - minimum) / range, 0), 1)
    return Int(Double(share * steps) + 0.499)
  }

  /// A column header's number.
  func quantile(_ code: Int) -> Float {
    let unit: Float = range * 1.52590218966964e-05
    return minimum + unit * Float(code)
  }
}

/// The four quantiles of a column in the form `CM`, and the bytes that count between them.
struct CompressionColumn {
  let lowest: Float
  let lowerQuarter: Float
  let upperQuarter: Float
  let highest: Float

  init(codes: (Int, Int, Int, Int), in range: CompressionRange) {
    lowest = range.quantile(codes.0)
    lowerQuarter = range.quantile(codes.1)
    upperQuarter = range.quantile(codes.2)
    highest = range.quantile(codes.3)
  }

  /// The number that a byte stands for.
  func value(of byte: UInt8) -> Float {
    if byte <= 64 {
      return Self.between(lowest, lowerQuarter, Int(byte), 1 / 64.0)
    }
    if byte <= 192 {
      return Self.between(lowerQuarter, upperQuarter, Int(byte) - 64, 1 / 128.0)
    }
    return Self.between(upperQuarter, highest, Int(byte) - 192, 1 / 63.0)
  }

  /// The byte that stands for a number.
  func byte(for value: Float) -> UInt8 {
    if value < lowerQuarter {
      return UInt8(Self.steps(value, lowest, lowerQuarter, 64))
    }
    if value < upperQuarter {
      return UInt8(64 + Self.steps(value, lowerQuarter, upperQuarter, 128))
    }
    return UInt8(192 + Self.steps(value, upperQuarter, highest, 63))
  }

  private static func between(_ low: Float, _ high: Float, _ count: Int, _ step: Double) -> Float {
    let product = (high - low) * Float(count)
    return Float(Double(low) + Double(product) * step)
  }

  private static func steps(_ value: Float, _ low: Float, _ high: Float, _ count: Float) -> Int {
    let share = (value - low) / (high - low)
    guard share.isFinite else { return share > 0 ? Int(count) : 0 }
    return min(max(Int(Double(share * count) + 0.5), 0), Int(count))
  }
}
