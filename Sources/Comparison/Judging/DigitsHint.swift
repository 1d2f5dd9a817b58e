import KaldiIO
import Tensors

/// A print of fewer digits that would explain a mismatch, for the user to confirm.
///
/// Told only where the numbers look it: each has no more digits than that, or is the binary32 number
/// nearest to one that has not. Rounding must never be a guess that hides a mistake.
struct DigitsHint: Sendable {
  /// What to tell.
  var words: String

  /// The hint for a mismatch, `nil` where none fits.
  ///
  /// - Parameters:
  ///   - expected: The numbers due.
  ///   - actual: The numbers found, as they were stored.
  ///   - tolerance: What they were judged with.
  init?(expected: Matrix<Double>, actual: StoredTensor, tolerance: Tolerance) {
    let numbers = actual.matrix.elements
    guard numbers.allSatisfy(\.isFinite) else { return nil }
    switch actual.encoding {
    case .text, .fixedPoint: break
    case .float32, .float64, .other: return nil
    }
    let told: String
    switch tolerance.digits {
    case .fixed(let count): told = "\(count) decimals"
    case .significant(let count): told = "\(count) significant digits"
    case .exact, .level: return nil
    }
    for count in stride(from: PrintedDigits.leastDigits, through: 2, by: -1) {
      for (digits, option) in [
        (PrintedDigits.significant(count), "--digits \(count)"),
        (PrintedDigits.fixed(count), "--decimals \(count)"),
      ]
      where digits != tolerance.digits && numbers.allSatisfy({ digits.holds($0) }) {
        var wider = tolerance
        wider.digits = digits
        let metrics = ElementMetrics(
          expected: expected.elements, actual: numbers, tolerance: wider)
        guard metrics.isMatch else { continue }
        words =
          "judged as printed with \(told); would match with \(option)"
        return
      }
    }
    return nil
  }
}
