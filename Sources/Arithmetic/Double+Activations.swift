/// The activations of whole rows: the bits of ``Double/sigmoid()`` and ``Double/tanh()``, in two
/// steps over a stretch of numbers each.
///
/// In one number's function every operation waits for the one before; in a loop over one half of it
/// the processor keeps twice as many numbers in flight. Stretches that hold a number for which the
/// functions take care of overflow, subnormals or NaN go through them one by one; for all others
/// that care changes nothing and is left out.
extension Double {
  /// Replaces numbers by their logistic function.
  public static func applySigmoid(_ lane: Lane<Double>, _ place: RowPlacement) {
    place.forEachStretch(of: lane) { $0.sigmoid(widen: { $0 }, narrow: { $0 }) }
  }

  /// Replaces numbers by their hyperbolic tangent.
  public static func applyTanh(_ lane: Lane<Double>, _ place: RowPlacement) {
    place.forEachStretch(of: lane) { $0.tanh(widen: { $0 }, narrow: { $0 }) }
  }
}

extension Float {
  /// Replaces numbers by their logistic function.
  public static func applySigmoid(_ lane: Lane<Float>, _ place: RowPlacement) {
    place.forEachStretch(of: lane) { $0.sigmoid(widen: { Double($0) }, narrow: { Float($0) }) }
  }

  /// Replaces numbers by their hyperbolic tangent.
  public static func applyTanh(_ lane: Lane<Float>, _ place: RowPlacement) {
    place.forEachStretch(of: lane) { $0.tanh(widen: { Double($0) }, narrow: { Float($0) }) }
  }
}

extension RowPlacement {
  /// Hands over the rows, in parts for which there is room beside them.
  @inline(__always) fileprivate func forEachStretch<Element>(
    of lane: Lane<Element>, _ body: (ActivationStretch<Element>) -> Void
  ) {
    let room = ActivationStretch<Element>.room
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * room) { memory in
      guard let high = memory.baseAddress else { return }
      for row in 0..<rows {
        for first in stride(from: 0, to: columns, by: room) {
          body(
            unsafe ActivationStretch(
              values: lane[offset + row * rowStride + first, min(room, columns - first)],
              high: high, low: high + room))
        }
      }
    }
  }
}

/// Numbers out of one row, and room for their exponentials as pairs.
@safe private struct ActivationStretch<Element> {
  /// How many numbers at most: the room is on the stack, and a kilobyte of it is for the asking.
  static var room: Int { 64 }

  let values: Lane<Element>
  let high: UnsafeMutablePointer<Double>
  let low: UnsafeMutablePointer<Double>

  @inline(__always) func sigmoid(widen: (Element) -> Double, narrow: (Double) -> Element) {
    guard takeExponentials(limit: 690, { -widen($0).magnitude }) else {
      for j in 0..<values.count { values[j] = narrow(widen(values[j]).sigmoid()) }
      return
    }
    for j in 0..<values.count {
      values[j] = unsafe narrow(
        Double.sigmoid(ofExponential: high[j], low[j], isNegative: widen(values[j]) < 0))
    }
  }

  @inline(__always) func tanh(widen: (Element) -> Double, narrow: (Double) -> Element) {
    guard takeExponentials(limit: 80, { -2 * widen($0).magnitude }) else {
      for j in 0..<values.count { values[j] = narrow(widen(values[j]).tanh()) }
      return
    }
    for j in 0..<values.count {
      values[j] = unsafe narrow(
        Double.tanh(ofExponential: high[j], low[j], sign: widen(values[j])))
    }
  }

  /// Leaves the exponentials of the numbers' arguments; whether all arguments are within -limit...0.
  @inline(__always) private func takeExponentials(
    limit: Double, _ argument: (Element) -> Double
  ) -> Bool {
    var beyond: UInt64 = 0
    for j in 0..<values.count {
      let x = argument(values[j])
      beyond |= x >= -limit ? 0 : 1
      let part = ExponentialParts(x)
      let scale = ExponentialParts.powerOfTwo(part.exponent)
      unsafe high[j] = part.high * scale
      unsafe low[j] = part.low * scale
    }
    return beyond == 0
  }
}
