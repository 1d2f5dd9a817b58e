/// Where a quantity's numbers lie: at `offset + t·frame + n·stream + k·block`, columns adjoining.
struct Field: Hashable {
  var store: Int
  var offset = 0
  var frame = 0
  var stream = 0
  var block = 0
  var columns: Int

  /// Some of the columns.
  func columns(_ stretch: (first: Int, count: Int)) -> Field {
    var part = self
    part.offset += stretch.first
    part.columns = stretch.count
    return part
  }

  /// As it is read from another frame and block.
  func shifted(_ shift: Shift) -> Field {
    var moved = self
    moved.offset += shift.frames * frame + shift.blocks * block
    return moved
  }
}

/// A factor: numbers, or a function's slope told from them.
struct PlannedFactor {
  var field: Field
  var slope: Function?
}

/// A term of factors.
struct PlannedTerm {
  enum Head { case none, complement, difference, blend }
  var isNegative: Bool
  var head: Head
  /// The head's factors first: f; a and b; or f, a and b.
  var factors: [PlannedFactor]
}

/// One thing to do over rows.
enum PlannedStep {
  /// A function of a sum, or of one term.
  case elementwise(PlannedElementwise)
  /// Terms added to open sums.
  case accumulate(sums: Field, [PlannedTerm], startsAtZero: Bool)
  /// A matrix product added to open sums.
  case product(PlannedProduct)
  /// Filter taps added to open sums.
  case taps(sums: Field, PlannedTaps, startsAtZero: Bool)
  /// Shifted frames side by side, or their adjoint added to open sums.
  case splice(target: Field, source: Field, offsets: [Int])
  /// The adjoint of a splice, added to open sums.
  case unsplice(sums: Field, source: Field, offsets: [Int], startsAtZero: Bool)
  /// Open sums set to nothing.
  case clear(Field)
}

struct PlannedElementwise {
  var target: Field
  /// Sums that are closed here, if any were opened.
  var sums: Field?
  var terms: [PlannedTerm]
  var function: Function
}

struct PlannedProduct {
  var left: Field
  var sums: Field
  /// The parameter, the first column of its block, how many, and all columns of a row.
  var weight: String
  var firstColumn: Int
  var inner: Int
  var isTransposed: Bool
  var startsAtZero: Bool
  var isNegative: Bool
}

struct PlannedTaps {
  var filter: String
  var first: Int
  var rows: Int
  var source: Field
  var counts: String
  var isAhead: Bool
  var stride: Int
  var isAdjoint: Bool
  var isNegative: Bool
  var start: Int
  var extra: Int
  var isUnbounded: Bool
}

/// A parameter's gradient, one term of it.
struct PlannedReduction {
  enum Kind {
    case outer(left: Field, right: Field)
    case columns(PlannedTerm)
    case taps(PlannedTaps, gradient: Field)
  }
  /// The parameter.
  var weight: String
  /// The first row and column of the part.
  var row: Int
  var firstColumn: Int
  var kind: Kind
  var isFirst: Bool
  var isNegative: Bool
  /// The blocks whose shifted reads exist.
  var blocks: Range<Int>
  /// The frames whose shifted reads exist.
  var frames: Range<Int>
}

/// What runs together at one frame, for all blocks or block by block.
struct PlannedSection {
  /// Blocks in the order they run; nil for all at once.
  var blocks: [Int]?
  /// The steps at a block: by its place in ``blocks``, or one list.
  var steps: [[PlannedStep]]
}

/// A part of a pass.
enum PlannedGroup {
  /// Steps over any number of frames at once.
  case straight([PlannedStep])
  /// Frame by frame: sections of a frame, one list for each way of being near the ends; and which of
  /// them is each frame's.
  case loop(variants: [[PlannedSection]], frames: [Int])
}

/// Groups whose frames run together, after products over all frames.
struct PlannedStage {
  var prelude: [PlannedStep] = []
  var isDown: Bool?
  var groups: [PlannedGroup] = []
  /// What is set in the stage.
  var names: Set<String> = []
}
