import Arithmetic

/// Numbers of a row: at `offset + t·frame + r·row` of a lane.
struct Operand<Element> {
  let lane: Lane<Element>
  var offset: Int
  var frame: Int
  var row: Int

  /// The columns of a row.
  @inline(__always) func part(_ t: Int, _ r: Int, _ columns: Int) -> Lane<Element> {
    lane.part(offset &+ t &* frame &+ r &* row, columns)
  }
}

/// What an elementwise instruction computes; the forms that layers live on have loops of their own.
enum ElementwiseForm {
  /// `a·b`, `a·b·c`.
  case product2, product3
  /// `a·slope(b)`, `a·b·slope(c)`.
  case slope1, slope2
  case blend, complement
  /// `scaledDifference(d, a, b)`, also times a slope.
  case difference, differenceSlope
  /// Sums that are closed: alone, with a number, with a number and a product.
  case closed, closedPlus, closedPlusProduct
  /// Sums of `1`s (numbers) and `2`s (products), in order.
  case sum22, sum12, sum12222
  /// Anything, term by term in scratch memory.
  case general
}

/// A term of a general instruction.
struct BoundTerm {
  var isNegative: Bool
  var head: PlannedTerm.Head
  /// The operands: first and how many.
  var first: Int
  var count: Int
}

/// One instruction over rows.
struct Instruction<Scalar: Arithmetic> {
  enum Kind { case elementwise, accumulate, product, taps, splice, unsplice, clear }

  var kind: Kind
  var form = ElementwiseForm.general
  var function = Function.identity
  var columns: Int
  /// Rows of a frame.
  var rows: Int
  /// Whether rows of consecutive frames adjoin, and whether rows do.
  var isUniform = false
  var isDense = false
  /// Whether it is a function of one number of one operand.
  var isLone = false
  /// The result.
  var target: Operand<Scalar>?
  /// What the function is applied to, if it is kept; a factor and a product that follow.
  var keep: Operand<Scalar>?
  var factor: Operand<Scalar>?
  var then: Operand<Scalar>?
  var sums: Operand<Scalar.Sum>?
  var scratch: Operand<Scalar.Sum>?
  var startsAtZero = false
  /// Operands and terms in the run's tables.
  var firstOperand = 0
  var firstTerm = 0
  var termCount = 0

  // Products.
  var weight: Lane<Scalar>?
  var weightPlace = Placement(rowStride: 0)
  var inner = 0
  var isNegative = false

  // Taps and splices.
  var taps: BoundTaps<Scalar>?
}

/// Filter taps bound to memory.
struct BoundTaps<Scalar: Arithmetic> {
  var filter: Lane<Scalar>
  var rows: Int
  var counts: Lane<Int>
  var isAhead: Bool
  var stride: Int
  var isAdjoint: Bool
  var start: Int
  var extra: Int
  var isUnbounded: Bool
}

/// One term of a parameter's gradient, bound to memory.
struct Reduction<Scalar: Arithmetic> {
  enum Kind { case outer, columns, taps }

  var kind: Kind
  var sums: Lane<Scalar.Sum>
  /// What is set to nothing before the first term, where a product does not do it.
  var cleared: Lane<Scalar.Sum>?
  var isFirst: Bool
  var isNegative: Bool
  // Products of rows.
  var extent = ProductExtent(rows: 0, inner: 0, columns: 0)
  var left: Lane<Scalar>?
  var right: Lane<Scalar>?
  var leftPlace = Placement(rowStride: 0)
  var rightPlace = Placement(rowStride: 0)
  var place = Placement(rowStride: 0)
  // Sums of columns.
  var term = BoundTerm(isNegative: false, head: .none, first: 0, count: 0)
  var isPlain = false
  var isPair = false
  var frames = 0..<0
  var rows = 0
  // Taps.
  var taps: BoundTaps<Scalar>?
}
