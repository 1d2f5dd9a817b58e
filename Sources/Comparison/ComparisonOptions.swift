public import KaldiIO

/// Everything a user may ask of a comparison.
public struct ComparisonOptions: Sendable {
  /// A pair the user settled: a tensor of the dump and the expected tensor it stands for.
  public struct NamePair: Sendable, Equatable {
    /// The dump's name for it.
    public var actual: String
    /// The expected tensor, as `name` or `case/name`.
    public var expected: String

    /// A settled pair.
    public init(actual: String, expected: String) {
      self.actual = actual
      self.expected = expected
    }

    /// Reads `ACTUAL=EXPECTED`.
    ///
    /// - Throws: ``ComparisonError/badOption(option:found:expected:)`` when a side is missing.
    public init(argument: String) throws(ComparisonError) {
      guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex,
        argument.index(after: sign) != argument.endIndex
      else {
        throw .badOption(option: "--map", found: argument, expected: "ACTUAL=EXPECTED")
      }
      self.init(
        actual: String(argument[..<sign]),
        expected: String(argument[argument.index(after: sign)...]))
    }
  }

  /// Pairs the user settled (`--map A=E`).
  public var map: [NamePair] = []
  /// The view of a case folder, `numpy` or `kaldi` (`--view`); `nil` leaves it to the path.
  public var view: String?
  /// Whether an absent golden tensor fails the comparison (`--require-all`).
  public var requireAll = false
  /// Whether an unrecognised object of the dump fails the comparison (`--strict`).
  public var strict = false
  /// Whether what could not be judged is all right (`--allow-undecided`).
  public var allowUndecided = false
  /// Relative tolerance (`--rtol`); given, it takes the place of the bounds.
  public var rtol: Double?
  /// Absolute tolerance (`--atol`); given, it takes the place of the bounds.
  public var atol: Double?
  /// Judge as a binary64 program: the float64 bounds (`--double`).
  public var double = false
  /// Significant digits of the dump's print (`--digits`), in place of what the text shows.
  public var digits: Int?
  /// Decimals of a fixed-point print (`--decimals`).
  public var decimals: Int?
  /// The learning rate of updated parameters in a log (`--learning-rate`); `nil` finds it.
  public var learningRate: Double?
  /// Also find the smallest tolerances that would pass (`--smallest-passing`).
  public var smallestPassing = false
  /// The part of a corpus to compare (`--shard 3/20`).
  public var shard: Shard?
  /// Streams of a time-major matrix without a case description (`--streams`).
  public var streams: Int?
  /// Frames of each stream of a time-major matrix (`--lengths`): later rows are padding.
  public var lengths: [Int]?
  /// Recompute each frame from the dump's own previous state (`--teacher-forced`); `nil` does so
  /// where a bound over the whole sequence tells nothing.
  public var teacherForced: Bool?
  /// Whether lines of a script file may run shell commands (`--allow-pipes`).
  public var pipes = PipePolicy.forbidden
  /// Try to name the cause of a mismatch.
  public var diagnose = true
  /// Keep a row for every match of a corpus; otherwise matches beyond the first thousand are
  /// only counted, so that memory stays constant.
  public var listEveryMatch = true

  /// The defaults.
  public init() {}

  /// Whether a tolerance of the user's takes the place of all bounds.
  var hasOwnTolerance: Bool { rtol != nil || atol != nil }
}
