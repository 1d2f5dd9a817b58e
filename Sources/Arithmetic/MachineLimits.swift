import CProductTiles

extension ProductVariant {
  /// Runs unfused multiply-adds on registers alone: what no product of doubles can exceed.
  ///
  /// The plain form has no loop of its own and runs the baseline's.
  ///
  /// - Parameter rounds: How many rounds, each of some tens of operations.
  /// - Returns: How many floating-point operations that was, for the caller to divide by the time.
  public func runDoublePeak(rounds: Int) -> Double {
    precondition(ProductVariant.supported.contains(self))
    var factors = [Double](repeating: 1, count: 16)
    return unsafe Double.tiles(max(tileIndex, 0)).peak(rounds, &factors)
  }

  /// Runs unfused multiply-adds on registers alone: what no product of floats can exceed.
  ///
  /// - Parameter rounds: How many rounds, each of some tens of operations.
  /// - Returns: How many floating-point operations that was, for the caller to divide by the time.
  public func runFloatPeak(rounds: Int) -> Double {
    precondition(ProductVariant.supported.contains(self))
    var factors = [Float](repeating: 1, count: 16)
    return unsafe Float.tiles(max(tileIndex, 0)).peak(rounds, &factors)
  }
}
