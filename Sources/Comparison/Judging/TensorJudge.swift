import KaldiIO
import Tensors

/// An object of the dump with what the comparison needs to know about it.
struct ActualTensor: Sendable {
  /// The dump's name for it.
  var name: String
  /// The numbers.
  var tensor: StoredTensor
  /// Where it was found.
  var origin: TensorRecord.Origin
  /// Whether nothing names it but the file that holds it.
  var isUnnamed: Bool
  /// What the reader warned of, such as a range that was cut.
  var warning: String?
  /// Whether it was met in a log, where order and component markers count.
  var isLog: Bool

  /// The shape of what can pair with nothing, the numbers of which were let go.
  private var shapeAlone: (rows: Int, columns: Int)?
  /// Whether it may itself be passed over once another stranger follows.
  var isThinned = false
  /// How many objects right before it were passed over, none of which can pair with anything.
  var passedOver = 0
  /// Whether the program that printed it began anew among those.
  var beginsRun = false

  /// A record's matrix or vector.
  init(_ record: TensorRecord, _ tensor: StoredTensor, isLog: Bool) {
    name = record.name
    self.tensor = tensor
    origin = record.origin
    isUnnamed = record.isNamedByFile || record.name.isEmpty
    warning = record.warning
    self.isLog = isLog
  }

  /// Where it was found, for the report.
  var source: String { origin.reportText }

  /// Rows and columns, for the report.
  var shape: [Int] {
    shapeAlone.map { [$0.rows, $0.columns] } ?? [tensor.matrix.rows, tensor.matrix.columns]
  }

  /// Whether it can pair with nothing, so that no number of it is kept.
  var isStranger: Bool { shapeAlone != nil }

  /// Keeps nothing but the shape.
  mutating func forgetNumbers() {
    shapeAlone = (tensor.matrix.rows, tensor.matrix.columns)
    tensor.matrix = Matrix(rows: 0, columns: 0, elements: [])
  }
}

extension TensorRecord.Origin {
  /// `file`, `file:line` for text that holds several objects, `file:key` for an archive or model.
  var reportText: String {
    if let key { return "\(file):\(key)" }
    if let line, function != nil || component != nil || sourceLine != nil || line > 1 {
      return "\(file):\(line)"
    }
    return file
  }
}

/// One expected tensor held against one of the dump.
struct Judgement: Sendable {
  /// The row for the report.
  var row: TensorRow
  /// What was expected.
  var expected: ExpectedTensor
  /// What was found, when it had the right shape or not.
  var actual: ActualTensor
  /// The tolerance it was judged with.
  var tolerance: Tolerance
  /// Whether the actual holds nothing but zeros where more was expected.
  var isNothing = false
  /// Whether a parameter that an update should have moved is still the old one.
  var isNotUpdated = false
  /// Whether what was expected was recomputed from the dump's own previous frames.
  var isForced = false
  /// For a parameter printed after the update: the parameter before, and its gradient.
  var update: UpdatedParameter?

  /// Whether the tensor is out.
  var isMismatch: Bool { row.verdict == .mismatch }
  /// Whether the tensor is within a tolerance that decides something.
  var isMatch: Bool { row.verdict == .match }
  /// Whether element-by-element comparison made sense.
  var isComparable: Bool {
    ShapeFit(expected: expected.matrix, actual: actual.tensor.matrix) != .none
  }
}

/// Holds one expected tensor against one of the dump.
///
/// - Parameters:
///   - expected: What should be there.
///   - actual: What is there.
///   - options: The user's wishes.
///   - given: The tolerance, where it is not the expected tensor's own.
/// - Returns: The row and all that a diagnosis needs.
func judge(
  _ expected: ExpectedTensor, against actual: ActualTensor, options: ComparisonOptions,
  tolerance given: Tolerance? = nil
) -> Judgement {
  let tolerance =
    given ?? expected.tolerance(for: actual.tensor, options: options)
  let wanted = expected.matrix
  let found = actual.tensor.matrix
  var row = TensorRow(verdict: .match)
  row.case = expected.caseName
  row.view = expected.view
  row.role = expected.role
  row.expected = expected.name
  row.actual = actual.name
  row.source = actual.source
  row.shape = [wanted.rows, wanted.columns]
  row.note = actual.warning
  guard ShapeFit(expected: wanted, actual: found) != .none else {
    row.verdict = .mismatch
    row.actualShape = [found.rows, found.columns]
    row.add(note: "shape \(found.shapeText), expected \(wanted.shapeText)")
    return Judgement(row: row, expected: expected, actual: actual, tolerance: tolerance)
  }
  let metrics = ElementMetrics(
    expected: wanted.elements, actual: found.elements, tolerance: tolerance)
  row.tell(metrics, columns: wanted.columns, tolerance: tolerance) {
    (wanted.elements[$0], found.elements[$0])
  }
  if options.smallestPassing {
    let smallest = SmallestPassing(
      expected: wanted.elements, actual: found.elements, digits: tolerance.digits)
    row.smallestRtol = smallest.rtol
    row.smallestAtol = smallest.atol
  }
  let decisiveness = Decisiveness(
    expected: wanted.elements, actual: found.elements, tolerance: tolerance)
  if decisiveness.share > 0 { row.undecidedShare = decisiveness.share }
  if !metrics.isMatch {
    row.verdict = .mismatch
  } else if decisiveness.isUndecided, !options.hasOwnTolerance,
    expected.role != nil || metrics.largestShare > 0
  {
    // Two plain files that agree in every bit are the same, whatever they hold; and a tolerance that
    // the user gave says by itself what matters.
    row.verdict = .undecided
  }
  if row.verdict == .mismatch,
    let hint = DigitsHint(expected: wanted, actual: actual.tensor, tolerance: tolerance)
  {
    row.add(note: hint.words)
  }
  var judgement = Judgement(
    row: row, expected: expected, actual: actual, tolerance: tolerance)
  callOutNothing(in: &judgement)
  return judgement
}

extension TensorRow {
  /// Adds to what the reader should know.
  mutating func add(note words: String) {
    note = note.map { "\($0); \(words)" } ?? words
  }

  /// Takes down what comparing the elements showed.
  ///
  /// `numbers` gives the numbers expected and found at an index in row-major order.
  mutating func tell(
    _ metrics: ElementMetrics, columns: Int, tolerance: Tolerance,
    numbers: (Int) -> (expected: Double, actual: Double)
  ) {
    func element(_ element: ElementMetrics.Element) -> Element {
      let (e, a) = numbers(element.index)
      return Element(
        row: element.index / max(columns, 1), column: element.index % max(columns, 1),
        expected: e, actual: a,
        // What is not finite was printed in full; the bound is that of the number due.
        bound: e.isFinite
          ? tolerance.allowance(at: element.index, expected: e, actual: a.isFinite ? a : e) : 0)
    }
    switch tolerance.digits {
    case .significant(let count): digits = count
    case .fixed(let count): decimals = count
    case .exact, .level: break
    }
    elements = metrics.count
    outside = metrics.outside
    largestShare = metrics.largestShare
    largestError = metrics.farthest?.error ?? 0
    worst = metrics.worst.map(element)
    farthest = metrics.farthest.map(element)
    histogram = metrics.histogram
  }
}

/// Says so when a dump holds one repeated number where the expected numbers vary.
///
/// An all-zero tensor never passes for one that is not zero, however wide its bounds: only where
/// every expected number is below the smallest normal binary32 may it have been flushed to zero.
private func callOutNothing(in judgement: inout Judgement) {
  let wanted = judgement.expected.matrix.elements
  let found = judgement.actual.tensor.matrix.elements
  guard found.first == 0, found.allSatisfy({ $0 == 0 }) else {
    if let constant = judgement.constant, judgement.isMismatch {
      judgement.row.causes.append("every element is \(numberText(constant))")
    }
    return
  }
  guard wanted.contains(where: { $0.magnitude > 0x1p-126 || $0.isNaN }) else { return }
  judgement.isNothing = true
  judgement.row.verdict = .mismatch
  judgement.row.causes.append("nothing was computed: every element is 0")
}
