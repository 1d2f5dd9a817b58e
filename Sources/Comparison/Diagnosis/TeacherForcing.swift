public import KaldiIO
public import Tensors

/// What a dump holds of one expected tensor, with what its print rounded away.
public struct PrintedFrames: Sendable {
  /// The numbers.
  public var values: Matrix<Double>
  /// Half of what each number's last printed digit is worth; 0 in binary.
  public var halfUnits: Matrix<Double>
}

/// A forward pass recomputed frame by frame from the states that a dump itself holds.
///
/// The comparator does not know kernels: it is handed the recomputed matrices.
public struct FrameForecast: Sendable {
  /// What the numbers rest on, for the report.
  public var basis: String
  /// The recomputed tensors by the expected view's names.
  public var tensors: [String: Matrix<Double>]
  /// How far a correct program may lie from each; infinite where the forecast tells nothing.
  public var bounds: [String: Matrix<Double>]
  /// The quantities that are wrong by themselves, the first equation first.
  public var wrong: [ComparisonReport.OwnError]
  /// The quantities that are what their equations make of the dump's own operands, every element.
  public var right: Set<String>

  /// A forecast.
  public init(
    basis: String, tensors: [String: Matrix<Double>], bounds: [String: Matrix<Double>],
    wrong: [ComparisonReport.OwnError] = [], right: Set<String> = []
  ) {
    self.basis = basis
    self.tensors = tensors
    self.bounds = bounds
    self.wrong = wrong
    self.right = right
  }
}

/// Recomputes a case's frames from a dump's own states, by the names of a view (`numpy` or `kaldi`);
/// nil where that cannot be.
public typealias FrameForecaster =
  @Sendable (
    _ description: CaseDescription, _ view: String, _ dump: [String: PrintedFrames]
  ) -> FrameForecast?

/// Judges the forward results of a case frame by frame, each from the dump's own previous state.
struct TeacherForcing {
  private let expected: ExpectedCase
  private let options: ComparisonOptions
  private let forecaster: FrameForecaster?

  init(case expected: ExpectedCase, options: ComparisonOptions, forecaster: FrameForecaster?) {
    self.expected = expected
    self.options = options
    self.forecaster = forecaster
  }

  /// The results of a dump, each from the dump's own operands.
  ///
  /// - Parameter judgements: The case's, by bounds over the whole sequence.
  /// - Returns: nil where the dump does not have what it takes.
  func forecast(from judgements: [Judgement]) -> FrameForecast? {
    guard let forecaster, let description = expected.description, let view = expected.view else {
      return nil
    }
    var printed: [String: PrintedFrames] = [:]
    for judgement in judgements where isResult(judgement) {
      // Of several prints of one tensor the first is taken for the program's state.
      let name = judgement.expected.name
      guard printed[name] == nil else { continue }
      let values = judgement.actual.tensor.matrix
      let digits = judgement.tolerance.digits
      printed[name] = PrintedFrames(
        values: values, halfUnits: values.map { digits.unit(of: $0) / 2 })
    }
    return printed.isEmpty ? nil : forecaster(description, view, printed)
  }

  /// Whether each frame is to be judged by itself: asked for, or a bound tells nothing.
  func isWanted(for judgements: [Judgement]) -> Bool {
    guard forecaster != nil, let description = expected.description, let view = expected.view else {
      return false
    }
    return options.teacherForced
      ?? (hasVacuousBound(description, view)
        || judgements.contains { isResult($0) && $0.row.verdict == .undecided })
  }

  /// The judgements anew for what could be recomputed, by their places.
  ///
  /// - Parameters:
  ///   - judgements: The case's, by bounds over the whole sequence.
  ///   - forecast: The results from the dump's own operands, if it has them.
  /// - Returns: nil unless it was asked for or such a bound tells nothing, and where the dump does
  ///   not have what it takes.
  func judgements(
    for judgements: [Judgement], by forecast: FrameForecast?
  ) -> [Int: Judgement]? {
    guard isWanted(for: judgements) else { return nil }
    guard let forecast else {
      return options.teacherForced == true ? untold(judgements) : nil
    }
    var places: [Int: Judgement] = [:]
    for (place, judgement) in judgements.enumerated() where isResult(judgement) {
      let name = judgement.expected.name
      guard let values = forecast.tensors[name], let bound = forecast.bounds[name],
        ShapeFit(expected: judgement.expected.matrix, actual: values) != .none,
        ShapeFit(expected: values, actual: bound) != .none
      else { continue }
      var forced = judgement.expected
      forced.tensor.matrix = values
      forced.bound = bound
      var anew = judge(forced, against: judgement.actual, options: options)
      anew.row.add(note: "teacher-forced: " + forecast.basis)
      anew.isForced = true
      places[place] = anew
    }
    return places.isEmpty ? nil : places
  }

  /// The forward results as they were, with a word to whoever asked in vain.
  private func untold(_ judgements: [Judgement]) -> [Int: Judgement] {
    var places: [Int: Judgement] = [:]
    for (place, judgement) in judgements.enumerated() where isResult(judgement) {
      var told = judgement
      told.row.note =
        (told.row.note.map { $0 + "; " } ?? "")
        + "not teacher-forced: that takes a recurrent layer's out or propagate_buf of every frame"
      places[place] = told
    }
    return places
  }

  /// Whether a judgement is about a result, forward or backward.
  private func isResult(_ judgement: Judgement) -> Bool {
    judgement.isComparable && judgement.update == nil
      && judgement.expected.role?.isResult == true
  }

  /// Whether a forward result of the view has a bound as large as its largest number.
  private func hasVacuousBound(_ description: CaseDescription, _ view: String) -> Bool {
    let format = options.double ? "float64" : "float32"
    return description.tensors.contains { entry in
      (entry.role == .output || entry.role == .internal)
        && entry.files.contains {
          $0.view == view && $0.vacuousBounds?.contains(format) == true
        }
    }
  }
}
