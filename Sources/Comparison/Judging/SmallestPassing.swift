import Tensors

/// The smallest tolerances that would just pass.
struct SmallestPassing: Sendable {
  /// The relative tolerance at absolute tolerance 0; infinity where none would do.
  var rtol = 0.0
  /// The absolute tolerance at relative tolerance 0; infinity where none would do.
  var atol = 0.0

  /// Finds both over all elements, what the print rounded away being allowed for.
  init(expected: [Double], actual: [Double], digits: PrintedDigits) {
    for index in 0..<expected.count {
      let (e, a) = (expected[index], actual[index])
      guard e.isFinite, a.isFinite else {
        if e != a, !(e.isNaN && a.isNaN) { (rtol, atol) = (.infinity, .infinity) }
        continue
      }
      let half = digits.unit(of: a) / 2
      let error = (a - e).magnitude
      guard error > half else { continue }
      atol = max(atol, Self.smallest(from: error - half) { error <= $0 + half })
      if e == 0 {
        rtol = .infinity
      } else {
        rtol = max(
          rtol,
          Self.smallest(from: (error - half) / e.magnitude) { error <= $0 * e.magnitude + half })
      }
    }
  }

  /// The smallest number near a guess that the comparator's own test accepts.
  private static func smallest(from guess: Double, _ passes: (Double) -> Bool) -> Double {
    var value = guess
    while value.isFinite, !passes(value) { value = value.nextUp }
    while value > 0, passes(value.nextDown) { value = value.nextDown }
    return value
  }
}
