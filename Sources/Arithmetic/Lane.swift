/// A stretch of numbers inside a ``Store``, to be read and written in loops without a check an index.
///
/// The check happens once, when the lane is cut (``Store/lane(_:_:)``, ``subscript(_:_:)``); indices
/// are asserted in debug builds. That is what lets a one-pass loop vectorise and read as one equation
/// a line. A lane is valid only while its store lives: kernels cut lanes at the top of a pass and
/// never keep them.
@safe @frozen public struct Lane<Element> {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  /// How many numbers it holds.
  public let count: Int

  @inlinable init(base: UnsafeMutablePointer<Element>, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  /// The number at an index, asserted to be in range in debug builds.
  @inlinable public subscript(index: Int) -> Element {
    @inline(__always) get {
      assert(index >= 0 && index < count)
      return unsafe base[index]
    }
    @inline(__always) nonmutating set {
      assert(index >= 0 && index < count)
      unsafe base[index] = newValue
    }
  }

  /// A shorter lane, from an index on.
  ///
  /// - Precondition: `first >= 0 && length >= 0 && first + length <= count`.
  @inlinable public subscript(first: Int, length: Int) -> Lane {
    @inline(__always) get {
      // All four are at least 0, in one comparison.
      precondition((first | length | (count &- length) | (count &- length &- first)) >= 0)
      return unsafe Lane(base: base + first, count: length)
    }
  }

  /// A shorter lane of a loop's innermost round: asserted to lie within this one in debug builds only,
  /// as an index is.
  @inlinable @inline(__always) public func part(_ first: Int, _ length: Int) -> Lane {
    assert((first | length | (count &- length) | (count &- length &- first)) >= 0)
    return unsafe Lane(base: base + first, count: length)
  }

  /// Whether another lane is the same stretch of the same memory.
  public func isSame(as other: Lane) -> Bool { unsafe base == other.base && count == other.count }

  /// Sets every number.
  @inlinable public func fill(_ value: Element) {
    unsafe base.update(repeating: value, count: count)
  }
}

/// Memory for one kind of number in a kernel's run: taken once, filled, reused; never grows.
///
/// A reference type on purpose: it is workspace, owned by one run and used by one pass at a time,
/// whose threads keep to parts of their own.
public final class Store<Element> {
  /// All of it.
  public let lane: Lane<Element>

  /// Takes memory for `count` numbers.
  @inlinable public init(repeating value: Element, count: Int) {
    // Whole cache lines, so that a vector of numbers never lies in two.
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Element>.stride,
      alignment: max(64, MemoryLayout<Element>.alignment))
    let base = unsafe bytes.bindMemory(to: Element.self, capacity: count)
    unsafe base.initialize(repeating: value, count: count)
    unsafe lane = Lane(base: base, count: count)
  }

  deinit {
    unsafe lane.base.deinitialize(count: lane.count)
    unsafe UnsafeMutableRawPointer(lane.base).deallocate()
  }

  /// Replaces all numbers.
  ///
  /// - Precondition: `elements.count` is the store's own.
  @inlinable public func load(_ elements: [Element]) {
    precondition(elements.count == lane.count)
    for (index, element) in elements.enumerated() { lane[index] = element }
  }

  /// Copies all numbers of a store of the same size.
  ///
  /// - Precondition: `other.lane.count` is the store's own.
  @inlinable public func copy(_ other: Store) {
    precondition(other.lane.count == lane.count)
    unsafe lane.base.update(from: other.lane.base, count: lane.count)
  }

  /// A copy of all numbers.
  @inlinable public var elements: [Element] { (0..<lane.count).map { lane[$0] } }
}

extension Arithmetic {
  /// Adds a matrix product between lanes; see the requirement of the same name.
  @inlinable public static func accumulateProduct(
    _ extent: ProductExtent, _ a: Lane<Self>, _ aPlace: Placement, _ b: Lane<Self>,
    _ bPlace: Placement, into sums: Lane<Sum>, _ sumsPlace: Placement,
    from start: ProductStart = .sums, threads: Int = 1
  ) {
    let left = unsafe Span(_unsafeStart: UnsafePointer(a.base), count: a.count)
    let right = unsafe Span(_unsafeStart: UnsafePointer(b.base), count: b.count)
    var result = unsafe MutableSpan(_unsafeStart: sums.base, count: sums.count)
    accumulateProduct(
      extent, left, aPlace, right, bPlace, into: &result, sumsPlace, from: start,
      threads: threads)
  }
}

extension Arithmetic {
  /// Number by number.
  @inlinable public static func fillSigmoid(
    _ lane: Lane<Self>, keeping arguments: Lane<Self>?, then products: Lane<Self>?,
    _ argument: (Int) -> Self, _ product: (Int, Self) -> Self
  ) {
    lane.fill(keeping: arguments, then: products, argument, { $0.sigmoid() }, product)
  }

  /// Number by number.
  @inlinable public static func fillTanh(
    _ lane: Lane<Self>, keeping arguments: Lane<Self>?, then products: Lane<Self>?,
    _ argument: (Int) -> Self, _ product: (Int, Self) -> Self
  ) {
    lane.fill(keeping: arguments, then: products, argument, { $0.tanh() }, product)
  }
}

extension Lane {
  /// Sets every number to a function of its argument, keeps the argument, and sets what follows.
  ///
  /// - Parameters:
  ///   - arguments: Where the arguments are kept, if they are.
  ///   - products: What follows from the numbers, if anything.
  ///   - argument: The argument for an index, asked for in rising order.
  ///   - function: The function.
  ///   - product: What follows from the number at an index.
  @inlinable @inline(__always) public func fill(
    keeping arguments: Lane?, then products: Lane?, _ argument: (Int) -> Element,
    _ function: (Element) -> Element, _ product: (Int, Element) -> Element
  ) {
    for j in 0..<count {
      let x = argument(j)
      let y = function(x)
      if let arguments { arguments[j] = x }
      self[j] = y
      if let products { products[j] = product(j, y) }
    }
  }
}
