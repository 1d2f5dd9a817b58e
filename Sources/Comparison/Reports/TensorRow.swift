public import KaldiIO

/// What became of one tensor: one row of the report.
public struct TensorRow: Sendable, Equatable {
  /// The verdict on a tensor.
  public enum Verdict: String, Sendable, Codable {
    /// Within tolerance.
    case match
    /// Within a tolerance so wide that it decides nothing.
    case undecided
    /// Out of tolerance, or of another shape.
    case mismatch
    /// Expected, but not in the dump.
    case absent
    /// In the dump, but nothing expected fits it.
    case unrecognised
  }

  /// One element and what was wanted of it.
  public struct Element: Sendable, Equatable, Codable {
    /// Row, from 0.
    public var row: Int
    /// Column, from 0.
    public var column: Int
    /// The expected number.
    public var expected: Double
    /// The number found.
    public var actual: Double
    /// How far it may lie from the expected one.
    public var bound: Double

    /// An element.
    public init(row: Int, column: Int, expected: Double, actual: Double, bound: Double) {
      self.row = row
      self.column = column
      self.expected = expected
      self.actual = actual
      self.bound = bound
    }
  }

  /// The golden case, if there is one.
  public var `case`: String?
  /// The view of the case.
  public var view: String?
  /// The expected tensor's name.
  public var expected: String?
  /// The name the dump has for it.
  public var actual: String?
  /// Where the actual tensor was found: file, key, line.
  public var source: String?
  /// What the expected tensor is to the layer; `nil` for a plain file.
  public var role: CaseDescription.Role?
  /// Rows and columns of the expected tensor, or of the actual one where nothing was expected.
  public var shape: [Int]?
  /// Rows and columns found, where they are not those expected.
  public var actualShape: [Int]?
  /// The verdict.
  public var verdict: Verdict
  /// How many elements were compared.
  public var elements: Int?
  /// How many are out of tolerance.
  public var outside: Int?
  /// The largest absolute error.
  public var largestError: Double?
  /// The element of the largest absolute error.
  public var farthest: Element?
  /// The largest share of the tolerance that an element uses; infinite where nothing is allowed.
  public var largestShare: Double?
  /// The element that uses the largest share.
  public var worst: Element?
  /// How many elements use which share; see ``ComparisonReport/histogramEdges``.
  public var histogram: [Int]?
  /// Which share of the elements that are not 0 has a tolerance that decides nothing.
  public var undecidedShare: Double?
  /// The significant digits that the dump's print was taken to have; `nil` in binary.
  public var digits: Int?
  /// The decimals that the dump's print was taken to have, where their number was fixed.
  public var decimals: Int?
  /// What explains the mismatch.
  public var causes: [String] = []
  /// What else the reader should know: how it was paired, what could not be read.
  public var note: String?
  /// The learning rate found or given, for an updated parameter.
  public var learningRate: Double?
  /// The relative tolerance that would just pass with absolute tolerance 0.
  public var smallestRtol: Double?
  /// The absolute tolerance that would just pass with relative tolerance 0.
  public var smallestAtol: Double?

  /// A row with a verdict and nothing else yet.
  public init(verdict: Verdict) {
    self.verdict = verdict
  }

  /// Whether numbers were held against numbers.
  public var isCompared: Bool { verdict == .match || verdict == .mismatch || verdict == .undecided }

  /// Whether it tells of something that the layer computed: a result, or an updated parameter.
  public var isAboutResult: Bool { role?.isResult == true || learningRate != nil }
}
