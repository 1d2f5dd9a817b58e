/// The running sum of `Ball`: terms and products, enclosed as a whole.
///
/// The centre is held as three doubles of falling size, `high + low + tail`, about 159 bits of the
/// largest partial sum. Every double that goes in is added by an exact two-sum, whose error goes
/// one level down:
///
///     high ← high + v, error to low;   low ← low + v, error to tail;   tail ← tail + v, error to slack
///
/// So after any number of terms `|Σ - (high + low + tail)| ≤ Σ |errors of the tail|`: a bound made of
/// actual residuals, 0 for as long as the sum fits. A product of balls `(a ± r)(b ± s)` adds
/// `|a|·s + r·(|b| + s)` for the radii, and the midpoints' product as four exact two-products
/// `a.high·b.high + a.high·b.low + a.low·b.high + a.low·b.low`, the last one's error to the slack.
/// A two-product below 2⁻⁹⁶⁰ may lose up to 2⁻¹⁰⁷⁴, which goes to the slack if it did.
///
/// Rounding of the slack itself: with n terms it takes fewer than `8·n` additions, and no addend
/// passes through more than these and 8 operations of its own, so it is too small by less than a factor
/// `(1 - 2⁻⁵³)^(8n+8) ≥ 1 - (n+1)·2⁻⁵⁰`; the total multiplies by `1 + (n+1)·2⁻⁴⁹`.
@frozen public struct BallSum: RunningSum {
  /// Balls.
  public typealias Term = Ball

  /// The centre's leading part.
  @usableFromInline var high: Double
  /// What did not fit there.
  @usableFromInline var low: Double
  /// What did not fit there either.
  @usableFromInline var tail: Double
  /// How far the sum may lie from the centre, before its own roundings are made up for.
  @usableFromInline var slack: Double
  /// How many terms went in.
  @usableFromInline var count: Double

  /// The empty sum, exactly 0.
  @inlinable public init() {
    high = 0
    low = 0
    tail = 0
    slack = 0
    count = 0
  }

  /// A sum of one term.
  @inlinable init(_ term: Ball) {
    high = term.midpoint.high
    low = term.midpoint.low
    tail = 0
    slack = term.radius
    count = 1
  }

  /// Adds one term.
  @inlinable public mutating func accumulate(_ term: Ball) {
    addToHigh(term.midpoint.high)
    addToLow(term.midpoint.low)
    slack += term.radius
    count += 1
  }

  /// Adds the product of two balls.
  @inlinable public mutating func accumulate(_ a: Ball, times b: Ball) {
    count += 1
    if a.radius != 0 || b.radius != 0 {
      // Exactly 0 times anything known is exactly 0.
      if a.magnitudeBound == 0 && b.radius < .infinity { return }
      if b.magnitudeBound == 0 && a.radius < .infinity { return }
      let aBound = a.midpoint.high.magnitude * (1 + 0x1p-52)
      let bBound = b.midpoint.high.magnitude * (1 + 0x1p-52)
      slack += (aBound * b.radius + a.radius * (bBound + b.radius)) + 0x1p-1070
    }
    let x = a.midpoint
    let y = b.midpoint
    let main = ErrorFree.product(x.high, y.high)
    slack += ErrorFree.productLoss(x.high, y.high)
    addToHigh(main.value)
    addToLow(main.error)
    if x.low == 0 && y.low == 0 { return }
    addLowerProduct(x.high, y.low)
    addLowerProduct(x.low, y.high)
    let last = ErrorFree.product(x.low, y.low)
    addToTail(last.value)
    slack += last.error.magnitude + ErrorFree.productLoss(x.low, y.low)
  }

  /// The enclosure of everything added so far.
  @inlinable public var total: Ball {
    let first = ErrorFree.sum(high, low)
    let second = ErrorFree.sum(first.error, tail)
    let centre = ErrorFree.sum(first.value, second.value)
    // The second pair's error is what two doubles cannot hold.
    let rest = slack + second.error.magnitude
    return Ball(
      midpoint: DoubleDouble(high: centre.value, low: centre.error),
      radius: rest * (1 + (count + 1) * 0x1p-49))
  }

  /// Adds a product of a high and a low part.
  @inlinable mutating func addLowerProduct(_ a: Double, _ b: Double) {
    let product = ErrorFree.product(a, b)
    addToLow(product.value)
    addToTail(product.error)
    slack += ErrorFree.productLoss(a, b)
  }

  /// Adds to the leading part.
  @inlinable mutating func addToHigh(_ value: Double) {
    let (sum, error) = ErrorFree.sum(high, value)
    high = sum
    addToLow(error)
  }

  /// Adds to the second part.
  @inlinable mutating func addToLow(_ value: Double) {
    let (sum, error) = ErrorFree.sum(low, value)
    low = sum
    addToTail(error)
  }

  /// Adds to the last part; what it cannot hold becomes slack.
  @inlinable mutating func addToTail(_ value: Double) {
    let (sum, error) = ErrorFree.sum(tail, value)
    tail = sum
    slack += error.magnitude
  }
}
