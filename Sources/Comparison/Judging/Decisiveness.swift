/// How much of a tensor its tolerance decides anything about.
///
/// An element whose tolerance is a tenth of the tensor's root mean square or more decides nothing:
/// it could be doubled, negated or random and would still pass. Where more than half of the
/// elements that are not 0 are such, the tensor is undecided.
struct Decisiveness: Sendable {
  /// The part of the root mean square from which on a tolerance decides nothing.
  static let vacuousPart = 0.1
  /// The share of elements above which a tensor is undecided.
  static let largestShare = 0.5

  /// Which share of the expected elements that are not 0 decides nothing.
  var share: Double

  /// Whether the tensor is undecided.
  var isUndecided: Bool { share > Self.largestShare }

  /// Weighs a tolerance against the numbers it is for.
  init(expected: [Double], actual: [Double], tolerance: Tolerance) {
    let limit = Self.vacuousPart * Self.rootMeanSquare(expected)
    var counted = 0
    var deciding = 0
    for (index, wanted) in expected.enumerated() where wanted != 0 {
      counted += 1
      let found = actual[index]
      // What is not finite is right or wrong, whatever the tolerance.
      let decides =
        !wanted.isFinite || !found.isFinite
        || tolerance.allowance(at: index, expected: wanted, actual: found) < limit
      if decides { deciding += 1 }
    }
    share = counted == 0 ? 0 : Double(counted - deciding) / Double(counted)
  }

  /// The root mean square of the finite numbers, free of overflow; 0 where there are none.
  static func rootMeanSquare(_ numbers: [Double]) -> Double {
    var largest = 0.0
    var count = 0
    for number in numbers where number.isFinite {
      largest = max(largest, number.magnitude)
      count += 1
    }
    guard largest > 0 else { return 0 }
    var squares = 0.0
    for number in numbers where number.isFinite {
      squares += (number / largest) * (number / largest)
    }
    return largest * (squares / Double(count)).squareRoot()
  }
}

extension Tolerance {
  /// Whether a relative tolerance is so narrow that a few of a tensor's numbers show it to decide.
  ///
  /// With `rtol` up to a thousandth an element needs 50 times the root mean square to be vacuous by
  /// half of its tolerance, which one in 2,500 can have; the rest has to come from `atol`.
  func surelyDecides(count: Int, first numbers: SIMD4<Double>) -> Bool {
    guard case .relative(let rtol, let atol) = rule, rtol <= 1e-3 else { return false }
    let squares = (numbers * numbers).sum()
    guard squares.isFinite else { return false }
    return 2 * atol < Decisiveness.vacuousPart * (squares / Double(count)).squareRoot()
  }
}
