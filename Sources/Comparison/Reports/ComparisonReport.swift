/// The outcome of a comparison: rows, findings, counts and the exit status.
public struct ComparisonReport: Sendable, Equatable {
  /// The verdict on everything.
  public enum Verdict: String, Sendable, Codable {
    /// All that was compared matches.
    case match
    /// Nothing mismatches, but something could not be judged, or no result was there to judge.
    case undecided
    /// Something does not, or is missing where that was forbidden.
    case mismatch
    /// Something could not be read.
    case trouble
  }

  /// How many tensors had which verdict.
  public struct Counts: Sendable, Equatable, Codable {
    /// Tensors that match.
    public var match = 0
    /// Tensors whose tolerance decides nothing.
    public var undecided = 0
    /// Tensors that do not.
    public var mismatch = 0
    /// Expected tensors the dump lacks.
    public var absent = 0
    /// Objects of the dump that fit nothing.
    public var unrecognised = 0

    /// Nothing counted yet.
    public init() {}

    /// Reads counts; a report without the undecided ones had none.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      match = try container.decode(Int.self, forKey: .match)
      undecided = try container.decodeIfPresent(Int.self, forKey: .undecided) ?? 0
      mismatch = try container.decode(Int.self, forKey: .mismatch)
      absent = try container.decode(Int.self, forKey: .absent)
      unrecognised = try container.decode(Int.self, forKey: .unrecognised)
    }
  }

  /// What was found out about the mismatches of one case, or of one pass of a log over it.
  public struct Finding: Sendable, Equatable, Codable {
    /// The case.
    public var `case`: String?
    /// Where in the dump: a file, or the first line of a log's pass.
    public var source: String?
    /// The first quantity, frame, stream and unit in the order of evaluation that is out.
    public var firstWrong: String?
    /// Whether ``firstWrong`` was found by recomputing each frame from the dump's own previous state;
    /// `nil` otherwise.
    public var isTeacherForced: Bool?
    /// The quantities that are wrong by themselves, the first equation first; `nil` where the dump does
    /// not hold what that takes.
    public var ownErrors: [OwnError]?
    /// The cause that explains everything, or several divided by semicolons; `undetermined` where
    /// something remains that none explains.
    public var cause: String?
    /// What to do about the cause, or how near the nearest came.
    public var explanation: String?
    /// The causes that explain a part each, where no single one explains everything; `nil` otherwise.
    public var parts: [Part]?

    /// A cause that explains some of the mismatching tensors, every element of each.
    public struct Part: Sendable, Equatable, Codable {
      /// The cause.
      public var cause: String
      /// What to do about it.
      public var explanation: String
      /// The tensors that it explains.
      public var tensors: [String]

      /// A part of a finding.
      public init(cause: String, explanation: String, tensors: [String]) {
        self.cause = cause
        self.explanation = explanation
        self.tensors = tensors
      }
    }

    private enum CodingKeys: String, CodingKey {
      case `case`, source, firstWrong, ownErrors, cause, explanation, parts
      case isTeacherForced = "teacherForced"
    }

    /// A finding.
    public init(
      case name: String?, source: String?, firstWrong: String? = nil, cause: String? = nil,
      explanation: String? = nil
    ) {
      self.case = name
      self.source = source
      self.firstWrong = firstWrong
      self.cause = cause
      self.explanation = explanation
    }
  }

  /// A quantity that is not what its equation makes of the dump's own operands.
  public struct OwnError: Sendable, Equatable, Codable {
    /// The quantity.
    public var quantity: String
    /// Its equation.
    public var equation: String
    /// How many of its elements are wrong by themselves.
    public var wrong: Int
    /// How many it has.
    public var elements: Int
    /// The first wrong place, in the order in which the equation runs.
    public var frame: Int
    /// The stream of that place.
    public var stream: Int
    /// The unit of that place.
    public var unit: Int
    /// The frame, stream or unit that all wrong elements lie in, in words; empty where they lie in
    /// several.
    public var restriction: String
    /// What the equation makes of the dump's operands there.
    public var expected: Double
    /// What the dump holds there.
    public var found: Double

    /// An own error.
    public init(
      quantity: String, equation: String, wrong: Int, elements: Int,
      place: (frame: Int, stream: Int, unit: Int), restriction: String, expected: Double,
      found: Double
    ) {
      self.restriction = restriction
      self.quantity = quantity
      self.equation = equation
      self.wrong = wrong
      self.elements = elements
      (frame, stream, unit) = place
      self.expected = expected
      self.found = found
    }
  }

  /// Upper edges of the histogram of shares; one more bin, the last, is open.
  public static var histogramEdges: [Double] { ElementMetrics.edges }

  /// One row a tensor and occurrence, in the order of the expected side, then the dump's.
  public var rows: [TensorRow] = []
  /// What was found out about mismatches.
  public var findings: [Finding] = []
  /// What could not be read: one line each.
  public var problems: [String] = []
  /// What the readers warned of, such as a range that was cut; the rows' notes say it too.
  public var warnings: [String] = []
  /// How many tensors had which verdict, rows that were not kept included.
  public var counts = Counts()
  /// How many elements use which share of their tolerance, over all tensors.
  public var histogram = [Int](repeating: 0, count: ElementMetrics.edges.count + 1)
  /// Whether absent tensors fail.
  public var requireAll = false
  /// Whether unrecognised objects fail.
  public var strict = false
  /// Whether it is all right that something could not be judged.
  public var allowUndecided = false
  /// Whether this is a part of a comparison, which may have nothing to compare.
  public var isPart = false

  /// An empty report.
  public init() {}

  /// Why no result was judged, where that is what makes the whole undecided.
  public var unjudged: String? { verdict == .undecided ? whyUnjudged : nil }

  /// Why no result was judged; `nil` where one was.
  ///
  /// Inputs and parameters alone say nothing about a program: it was given them.
  private var whyUnjudged: String? {
    let compared = rows.filter(\.isCompared)
    if compared.contains(where: { $0.role == nil || $0.isAboutResult }) { return nil }
    // Matches beyond those listed are of plain files.
    if counts.match > rows.count(where: { $0.verdict == .match }) { return nil }
    if compared.isEmpty && isPart { return nil }
    return compared.isEmpty ? "nothing was compared" : "no result was compared"
  }

  /// The verdict: trouble outranks mismatch, mismatch outranks undecided.
  public var verdict: Verdict {
    if !problems.isEmpty { return .trouble }
    if counts.mismatch > 0 || (requireAll && counts.absent > 0)
      || (strict && counts.unrecognised > 0)
    {
      return .mismatch
    }
    return counts.undecided > 0 || whyUnjudged != nil ? .undecided : .match
  }

  /// The process exit status: 0 match or undecided where that is allowed, 1 mismatch, 2 trouble,
  /// 3 undecided.
  public var exitStatus: Int32 {
    switch verdict {
    case .match: 0
    case .mismatch: 1
    case .trouble: 2
    case .undecided: allowUndecided ? 0 : 3
    }
  }

  /// Counts a match that gets no row, by how many of its elements are in each bin.
  mutating func countMatch(_ bins: [Int]) {
    counts.match += 1
    histogram = zip(histogram, bins).map(capped)
  }

  /// Adds a row and counts it; `keep` false only counts it.
  public mutating func add(_ row: TensorRow, keep: Bool = true) {
    switch row.verdict {
    case .match: counts.match += 1
    case .undecided: counts.undecided += 1
    case .mismatch: counts.mismatch += 1
    case .absent: counts.absent += 1
    case .unrecognised: counts.unrecognised += 1
    }
    if let bins = row.histogram, bins.count == histogram.count {
      histogram = zip(histogram, bins).map(capped)
    }
    if keep { rows.append(row) }
  }
}
