/// What a kernel may do with a number, and nothing else.
///
/// A kernel is written once, generic over this protocol; the conforming type decides what the run
/// *means*: `Double` and `Float` give fast values, `DoubleDouble` about 106 bits, `Ball` a certified
/// enclosure, `RoundoffBound` how far any correct program may stray, `Dual` exact derivatives.
///
/// A conforming value need not be one number, so a kernel never compares, branches on, or prints
/// one. Requirements are never named like a method of `FloatingPoint`: `Double` would silently
/// bind its own (`addProduct(_:_:)` is a *fused* multiply-add there).
public protocol Arithmetic: Sendable, ExpressibleByIntegerLiteral
where IntegerLiteralType == Int64 {
  /// The accumulator that takes terms and products in the documented order.
  associatedtype Sum: RunningSum where Sum.Term == Self

  /// A number that is exact by definition, such as 1 or 0.2 in a hard sigmoid.
  init(constant value: Double)

  /// A number that was given: an input, weight or upstream gradient. It carries whatever error a
  /// given number has in this arithmetic (none, except in `RoundoffBound`).
  init(input value: Double)

  /// Sum, rounded once.
  static func + (left: Self, right: Self) -> Self
  /// Difference, rounded once.
  static func - (left: Self, right: Self) -> Self
  /// Product, rounded once.
  static func * (left: Self, right: Self) -> Self
  /// Negation, exact.
  static prefix func - (value: Self) -> Self

  /// The logistic function `σ(x) = 1 / (1 + e⁻ˣ)`.
  func sigmoid() -> Self
  /// The hyperbolic tangent.
  func tanh() -> Self

  /// Sets every number of a lane to the logistic function of an argument, as ``sigmoid()`` gives it.
  ///
  /// A loop that calls for arguments and goes on with values need not come back for them.
  ///
  /// - Parameters:
  ///   - lane: The numbers.
  ///   - arguments: Where the arguments are kept, if they are.
  ///   - products: What follows from the numbers, if anything.
  ///   - argument: The argument for an index, asked for once each in rising order, though several are
  ///     asked for before the first number is set.
  ///   - product: What follows from the number at an index.
  static func fillSigmoid(
    _ lane: Lane<Self>, keeping arguments: Lane<Self>?, then products: Lane<Self>?,
    _ argument: (Int) -> Self, _ product: (Int, Self) -> Self)
  /// Sets every number of a lane to the hyperbolic tangent of an argument, as ``tanh()`` gives it.
  ///
  /// A loop that calls for arguments and goes on with values need not come back for them.
  ///
  /// - Parameters:
  ///   - lane: The numbers.
  ///   - arguments: Where the arguments are kept, if they are.
  ///   - products: What follows from the numbers, if anything.
  ///   - argument: The argument for an index, asked for once each in rising order, though several are
  ///     asked for before the first number is set.
  ///   - product: What follows from the number at an index.
  static func fillTanh(
    _ lane: Lane<Self>, keeping arguments: Lane<Self>?, then products: Lane<Self>?,
    _ argument: (Int) -> Self, _ product: (Int, Self) -> Self)

  /// `σ′ = y·(1 - y)`, told from the *output* `y = σ(x)`.
  var sigmoidSlope: Self { get }
  /// `tanh′ = 1 - y²`, told from the *output* `y = tanh(x)`.
  var tanhSlope: Self { get }

  /// The value limited to a range whose ends are exact (a clip, or a hard sigmoid's ends).
  ///
  /// - Parameter range: The range.
  /// - Returns: The nearest value in the range.
  func clamped(to range: ClosedRange<Double>) -> Self

  /// 1 for a number above 0, and 0 for any other: the slope of `max(x, 0)`, told from its output.
  ///
  /// Where the arithmetic does not tell on which side a number lies, the result holds both.
  var unitStep: Self { get }

  /// Interpolation `f·a + (1 - f)·b` (SRU); its bound also covers `b - f·b + f·a`, Kaldi's form.
  static func blend(_ f: Self, _ a: Self, _ b: Self) -> Self
  /// `(1 - f)·a`; its bound also covers `a - f·a`.
  static func complementProduct(_ f: Self, _ a: Self) -> Self
  /// `d·(a - b)`; its bound also covers `d·a - d·b`.
  static func scaledDifference(_ d: Self, _ a: Self, _ b: Self) -> Self

  /// Adds a matrix product to running sums: `sums[i, j] += Σₖ a[i, k]·b[k, j]`.
  ///
  /// Order: each sum takes its products by rising `k`, multiplication and addition rounded
  /// separately. Any tiling, vector width or number of threads keeps those bits.
  ///
  /// - Parameters:
  ///   - extent: How many rows, inner products and columns there are.
  ///   - a: The left factor's elements.
  ///   - aPlace: Where the left factor lies in them.
  ///   - b: The right factor's elements.
  ///   - bPlace: Where the right factor lies in them.
  ///   - sums: The running sums.
  ///   - sumsPlace: Where the result lies in them.
  static func accumulateProduct(
    _ extent: ProductExtent, _ a: Span<Self>, _ aPlace: Placement, _ b: Span<Self>,
    _ bPlace: Placement, into sums: inout MutableSpan<Sum>, _ sumsPlace: Placement)

  /// Adds a matrix product as above, or sets the sums to it, a large one shared out to as many
  /// threads as allowed.
  ///
  /// Threads take whole sums: the bits do not depend on their number.
  ///
  /// - Parameters:
  ///   - extent: How many rows, inner products and columns there are.
  ///   - a: The left factor's elements.
  ///   - aPlace: Where the left factor lies in them.
  ///   - b: The right factor's elements.
  ///   - bPlace: Where the right factor lies in them.
  ///   - sums: The running sums.
  ///   - sumsPlace: Where the result lies in them.
  ///   - start: What the products are added to.
  ///   - threads: How many threads may work on it.
  static func accumulateProduct(
    _ extent: ProductExtent, _ a: Span<Self>, _ aPlace: Placement, _ b: Span<Self>,
    _ bPlace: Placement, into sums: inout MutableSpan<Sum>, _ sumsPlace: Placement,
    from start: ProductStart, threads: Int)

  /// The totals of running sums, without a copy where a sum already is its total.
  ///
  /// - Parameter sums: The finished sums.
  /// - Returns: Their totals, in the same order.
  static func totals(of sums: consuming [Sum]) -> [Self]
}

/// An accumulator: terms and products go in one by one, the total comes out.
///
/// Everything a program may add in another order belongs in *one* such sum, because the roundoff
/// bound of a sum covers every order of its own terms and no other.
public protocol RunningSum: Sendable {
  /// The numbers it adds.
  associatedtype Term

  /// The empty sum, +0.
  init()
  /// Adds one term.
  ///
  /// - Parameter term: The term.
  mutating func accumulate(_ term: Term)
  /// Adds the product of two numbers.
  ///
  /// - Parameters:
  ///   - a: One factor.
  ///   - b: The other.
  mutating func accumulate(_ a: Term, times b: Term)
  /// What has been added so far, as a number.
  var total: Term { get }
}

/// The dimensions of a matrix product, `rows × inner` by `inner × columns`.
@frozen public struct ProductExtent: Sendable {
  /// Rows of the result.
  public var rows: Int
  /// Length of each inner product.
  public var inner: Int
  /// Columns of the result.
  public var columns: Int

  /// Dimensions of a product.
  @inlinable public init(rows: Int, inner: Int, columns: Int) {
    self.rows = rows
    self.inner = inner
    self.columns = columns
  }
}

/// What a matrix product is added to.
@frozen public enum ProductStart: Sendable {
  /// The sums as they stand.
  case sums
  /// Empty sums, whatever stands in their place.
  case zero
}

/// Where a matrix lies in a flat array: element `(r, c)` at `offset + r·rowStride + c·columnStride`.
@frozen public struct Placement: Sendable {
  /// Index of element (0, 0).
  public var offset: Int
  /// Distance from one row to the next.
  public var rowStride: Int
  /// Distance from one column to the next.
  public var columnStride: Int

  /// A placement; columns adjoin each other unless told otherwise.
  @inlinable public init(offset: Int = 0, rowStride: Int, columnStride: Int = 1) {
    self.offset = offset
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// The same elements read as the transposed matrix.
  @inlinable public var transposed: Placement {
    Placement(offset: offset, rowStride: columnStride, columnStride: rowStride)
  }

  /// The flat index of element `(row, column)`.
  @inlinable public func index(_ row: Int, _ column: Int) -> Int {
    offset + row * rowStride + column * columnStride
  }
}

extension Arithmetic {
  /// A whole number, exact.
  @inlinable public init(integerLiteral value: Int64) {
    self.init(constant: Double(value))
  }

  /// `f·a + (1 - f)·b`, three roundings after the complement's.
  @inlinable public static func blend(_ f: Self, _ a: Self, _ b: Self) -> Self {
    f * a + (1 - f) * b
  }

  /// `(1 - f)·a`.
  @inlinable public static func complementProduct(_ f: Self, _ a: Self) -> Self {
    (1 - f) * a
  }

  /// `d·(a - b)`.
  @inlinable public static func scaledDifference(_ d: Self, _ a: Self, _ b: Self) -> Self {
    d * (a - b)
  }

  /// `y·(1 - y)`.
  @inlinable public var sigmoidSlope: Self { self * (1 - self) }

  /// `1 - y²`.
  @inlinable public var tanhSlope: Self { 1 - self * self }

  /// The matrix product as the plain triple loop.
  @inlinable public static func accumulateProduct(
    _ extent: ProductExtent, _ a: Span<Self>, _ aPlace: Placement, _ b: Span<Self>,
    _ bPlace: Placement, into sums: inout MutableSpan<Sum>, _ sumsPlace: Placement
  ) {
    accumulateProductPlainly(extent, a, aPlace, b, bPlace, into: &sums, sumsPlace)
  }

  /// The product on the calling thread alone, however many are allowed.
  @inlinable public static func accumulateProduct(
    _ extent: ProductExtent, _ a: Span<Self>, _ aPlace: Placement, _ b: Span<Self>,
    _ bPlace: Placement, into sums: inout MutableSpan<Sum>, _ sumsPlace: Placement,
    from start: ProductStart, threads: Int
  ) {
    accumulateProductPlainly(extent, a, aPlace, b, bPlace, into: &sums, sumsPlace, from: start)
  }

  /// The matrix product as the plain triple loop: the reference for every faster form.
  @inlinable public static func accumulateProductPlainly(
    _ extent: ProductExtent, _ a: Span<Self>, _ aPlace: Placement, _ b: Span<Self>,
    _ bPlace: Placement, into sums: inout MutableSpan<Sum>, _ sumsPlace: Placement,
    from start: ProductStart = .sums
  ) {
    for i in 0..<extent.rows {
      for j in 0..<extent.columns {
        var sum = start == .zero ? Sum() : sums[sumsPlace.index(i, j)]
        for k in 0..<extent.inner {
          sum.accumulate(a[aPlace.index(i, k)], times: b[bPlace.index(k, j)])
        }
        sums[sumsPlace.index(i, j)] = sum
      }
    }
  }

  /// Each sum's total, copied out.
  @inlinable public static func totals(of sums: consuming [Sum]) -> [Self] {
    sums.map(\.total)
  }
}

extension Placement {
  /// Whether a matrix placed so lies within an array of `count` elements.
  ///
  /// - Precondition: The matrix is not empty.
  @inline(__always) func fits(_ rows: Int, _ columns: Int, in count: Int) -> Bool {
    let down = (rows - 1) * rowStride
    let across = (columns - 1) * columnStride
    // As nearly always: first comes the first number, last the last.
    if offset | down | across >= 0 { return offset + down + across < count }
    let first = offset + min(down, 0) + min(across, 0)
    let last = offset + max(down, 0) + max(across, 0)
    return first >= 0 && last < count
  }
}
