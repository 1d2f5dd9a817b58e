public import Arithmetic

/// One run of a compact vFSMN memory, uni- or bidirectional, in memory that is taken once and reused.
///
/// The unidirectional memory is the one without ahead rows and without a weight for the current
/// frame. The filter's rows stand one after another: the current frame's row (bidirectional only),
/// the look-back rows, the look-ahead rows. Load ``hidden``, ``filter`` and ``upstream``, call
/// ``forward()``, then ``backward()``. Neither call allocates.
public final class MemoryRun<Scalar: Arithmetic> {
  /// T, rows.
  public let rowCount: Int
  /// D, columns.
  public let width: Int
  /// The filter's rows and which frame each weighs.
  let taps: [Tap]
  let behind: [Int]
  let ahead: [Int]
  let forwardVariant: MemoryVariant
  let backwardVariant: MemoryVariant

  /// Hidden [T, D].
  public let hidden: Store<Scalar>
  /// Filter [rows, D].
  public let filter: Store<Scalar>
  /// ∂L/∂memory [T, D], from above.
  public let upstream: Store<Scalar>
  /// Memory [T, D].
  public let memory: Store<Scalar.Sum>
  /// ∂L/∂hidden [T, D].
  public let hiddenGradient: Store<Scalar.Sum>
  /// ∂L/∂filter [rows, D].
  public let filterGradient: Store<Scalar.Sum>

  /// A filter row and the frame it weighs, as a distance: −1 is the frame before.
  struct Tap: Sendable, Hashable {
    var filterRow: Int
    var distance: Int
    /// How many frames the row at hand must see for this tap to act.
    var needed: Int
  }

  /// A unidirectional memory: row `i` of the filter weighs the frame `i + 1` before.
  ///
  /// - Parameters:
  ///   - width: D.
  ///   - order: N, look-back rows.
  ///   - positions: What each row may see behind it.
  /// - Throws: ``KernelError/dimension(name:found:expected:)`` when a size is not positive.
  public convenience init(
    width: Int, order: Int, positions: Positions
  ) throws(KernelError) {
    try self.init(
      width: width, lookBack: order, lookAhead: 0, weighsCurrent: false, behind: positions,
      ahead: nil, forward: MemoryVariant(), backward: MemoryVariant())
  }

  /// A bidirectional memory: row 0 of the back filter weighs the current frame.
  ///
  /// - Parameters:
  ///   - width: D.
  ///   - lookBack: N1.
  ///   - lookAhead: N2.
  ///   - behind: What each row may see behind it.
  ///   - ahead: What each row may see ahead of it.
  /// - Throws: ``KernelError/dimension(name:found:expected:)`` when a size is not positive.
  public convenience init(
    width: Int, lookBack: Int, lookAhead: Int, behind: Positions, ahead: Positions
  ) throws(KernelError) {
    try self.init(
      width: width, lookBack: lookBack, lookAhead: lookAhead, weighsCurrent: true, behind: behind,
      ahead: ahead, forward: MemoryVariant(), backward: MemoryVariant())
  }

  init(
    width: Int, lookBack: Int, lookAhead: Int, weighsCurrent: Bool, behind: Positions,
    ahead: Positions?, forward: MemoryVariant, backward: MemoryVariant
  ) throws(KernelError) {
    let rowCount = behind.counts.count
    var sizes = [("T", rowCount), ("D", width), (weighsCurrent ? "N1" : "N", lookBack)]
    if weighsCurrent { sizes.append(("N2", lookAhead)) }
    for (name, size) in sizes where size < 1 {
      throw .dimension(name: name, found: size, expected: "at least 1")
    }
    let first = weighsCurrent ? 1 : 0
    var taps = weighsCurrent ? [Tap(filterRow: 0, distance: 0, needed: 0)] : []
    taps += (0..<lookBack).map { Tap(filterRow: first + $0, distance: -$0 - 1, needed: $0 + 1) }
    taps += (0..<lookAhead).map {
      Tap(filterRow: first + lookBack + $0, distance: $0 + 1, needed: $0 + 1)
    }
    self.rowCount = rowCount
    self.width = width
    self.taps = taps
    self.behind = behind.counts
    self.ahead = ahead?.counts ?? Array(repeating: 0, count: rowCount)
    self.forwardVariant = forward
    self.backwardVariant = backward
    hidden = Store(repeating: 0, count: rowCount * width)
    filter = Store(repeating: 0, count: taps.count * width)
    upstream = Store(repeating: 0, count: rowCount * width)
    memory = Store(repeating: Scalar.Sum(), count: rowCount * width)
    hiddenGradient = Store(repeating: Scalar.Sum(), count: rowCount * width)
    filterGradient = Store(repeating: Scalar.Sum(), count: taps.count * width)
  }

  /// Whether a tap acts on a row, and if so on which one.
  @inline(__always) func source(of tap: Tap, row: Int, _ variant: MemoryVariant) -> Int? {
    let isBehind = tap.distance < 0 || (tap.distance == 0 && variant.startsBehindCurrent)
    let isAhead = tap.distance > 0
    var distance = tap.distance
    var needed = tap.needed
    if isBehind {
      let shift = variant.startsBehindCurrent ? 1 : 0
      distance += variant.nearer - shift
      needed += shift
    } else if isAhead {
      distance -= variant.nearer
    }
    let source = row + (variant.swapsDirections ? -distance : distance)
    guard source >= 0, source < rowCount else { return nil }
    if isBehind && !variant.ignoresPositionsBehind {
      return needed <= behind[row] + variant.extraTerms ? source : nil
    }
    if isAhead && !variant.ignoresPositionsAhead {
      return needed <= ahead[row] + variant.extraTerms ? source : nil
    }
    return source
  }

  /// The filter row a tap reads.
  @inline(__always) func filterLane<Element>(_ tap: Tap, in store: Store<Element>) -> Lane<Element>
  {
    store.lane[tap.filterRow * width, width]
  }
}
