import KaldiIO
import Tensors

/// A parameter printed after the backward pass: `w - lr·gradient` with one learning rate for all
/// parameters of the component.
struct UpdatedParameter: Sendable {
  /// The parameter before the update.
  var parameter: ExpectedTensor
  /// Its gradient.
  var gradient: ExpectedTensor
  /// What the dump printed.
  var actual: ActualTensor

  /// What may separate the print from the exact update, the gradient's own bound left out.
  fileprivate func slack(at index: Int, digits: PrintedDigits, roundoff: Double) -> Double {
    let before = parameter.matrix.elements[index]
    let after = actual.tensor.matrix.elements[index]
    return roundoff * (before.magnitude + after.magnitude) + Tolerance.typed
      + digits.unit(of: after)
  }

  fileprivate func gradientBound(at index: Int) -> Double {
    if let bound = gradient.bound { return bound.elements[index] }
    let fallback = Tolerance.defaults(double: false)
    return fallback.atol + fallback.rtol * gradient.matrix.elements[index].magnitude
  }

  /// The parameter that an update with this learning rate leaves, and its bound.
  func updated(learningRate: Double, digits: PrintedDigits, roundoff: Double) -> ExpectedTensor {
    var result = parameter
    result.role = .weight
    let before = parameter.matrix
    let gradients = gradient.matrix.elements
    var values: [Double] = []
    var bounds: [Double] = []
    for index in before.elements.indices {
      values.append(before.elements[index] - learningRate * gradients[index])
      let unit = digits.unit(of: actual.tensor.matrix.elements[index])
      bounds.append(
        learningRate.magnitude * gradientBound(at: index)
          + slack(at: index, digits: digits, roundoff: roundoff) - unit / 2)
    }
    result.tensor.matrix = Matrix(rows: before.rows, columns: before.columns, elements: values)
    result.bound = Matrix(rows: before.rows, columns: before.columns, elements: bounds)
    return result
  }
}

/// The learning rate of an update, found from what it left behind.
enum LearningRate: Sendable, Equatable {
  /// Every element fits this rate.
  case found(Double)
  /// The parameters are the old ones: the rate is 0 as far as the print can tell.
  case zero
  /// No single rate fits; this one comes nearest.
  case none(nearest: Double)

  /// Intersects what every element allows.
  ///
  /// Each element says `|w - lr·g - w'| ≤ slack + |lr|·bound`; with the sign of `lr` held, that is
  /// linear in its magnitude, so all elements together leave an interval or nothing. Of the
  /// interval the shortest decimal is told.
  init(_ updates: [UpdatedParameter], roundoff: Double, digits: (ActualTensor) -> PrintedDigits) {
    var isGradientZero = true
    var intervals: [(low: Double, high: Double)?] = []
    for sign in [1.0, -1.0] {
      var low = 0.0
      var high = Double.infinity
      for update in updates {
        let print = digits(update.actual)
        let before = update.parameter.matrix.elements
        let after = update.actual.tensor.matrix.elements
        let gradients = update.gradient.matrix.elements
        for index in before.indices {
          let change = before[index] - after[index]
          let gradient = sign * gradients[index]
          if gradient != 0 { isGradientZero = false }
          let bound = update.gradientBound(at: index)
          let slack = update.slack(at: index, digits: print, roundoff: roundoff)
          guard change.isFinite else {
            high = -1
            continue
          }
          Self.require((gradient + bound), atLeast: change - slack, &low, &high)
          Self.require(-(gradient - bound), atLeast: -(change + slack), &low, &high)
        }
      }
      intervals.append(low <= high ? (low * sign, high * sign) : nil)
    }
    if intervals.contains(where: { $0?.low == 0 }) {
      // Nothing moved. With no gradient at all that is right at any rate.
      self = isGradientZero ? .found(0) : .zero
      return
    }
    if let interval = intervals.compactMap({ $0 }).first {
      self = .found(Self.simplest(between: interval.low, and: interval.high))
      return
    }
    self = .none(nearest: Self.leastSquares(updates))
  }

  /// Narrows the interval to the magnitudes m ≥ 0 with `m·factor ≥ limit`.
  private static func require(
    _ factor: Double, atLeast limit: Double, _ low: inout Double, _ high: inout Double
  ) {
    if factor > 0 {
      low = max(low, limit / factor)
    } else if factor < 0 {
      high = min(high, limit / factor)
    } else if limit > 0 {
      high = -1
    }
  }

  private static func leastSquares(_ updates: [UpdatedParameter]) -> Double {
    var products = 0.0
    var squares = 0.0
    for update in updates {
      for (index, gradient) in update.gradient.matrix.elements.enumerated() {
        let change =
          update.parameter.matrix.elements[index] - update.actual.tensor.matrix.elements[index]
        guard change.isFinite else { continue }
        products += change * gradient
        squares += gradient * gradient
      }
    }
    return squares > 0 ? products / squares : 0
  }

  /// The shortest decimal in an interval that leaves out 0, else its middle.
  private static func simplest(between first: Double, and second: Double) -> Double {
    let (low, high) = (min(first, second), max(first, second))
    guard low.isFinite, high.isFinite else { return low.isFinite ? low : high }
    return shortestDecimal(between: low, and: high)
  }
}
