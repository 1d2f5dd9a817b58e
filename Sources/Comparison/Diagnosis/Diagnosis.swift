import Foundation
import KaldiIO
import Tensors

/// Names the causes of a case's mismatches: one that explains them all, or one for each part.
struct Diagnosis {
  /// Shares of the tolerance up to which a cause that does not fit is told to be near.
  private static let nearest = 10.0

  private let expected: ExpectedCase
  private let options: ComparisonOptions
  private let hypotheses: [Hypothesis]
  private let untried: String?

  /// A diagnosis of one case.
  ///
  /// - Parameters:
  ///   - expected: The case.
  ///   - options: The user's wishes.
  ///   - hypotheses: The mistakes to try.
  ///   - untried: Why known mistakes are not among them, in words; `nil` where they are.
  init(
    case expected: ExpectedCase, options: ComparisonOptions, hypotheses: [Hypothesis],
    untried: String? = nil
  ) {
    self.expected = expected
    self.options = options
    self.hypotheses = hypotheses
    self.untried = untried
  }

  /// Writes the causes into the finding and into the rows they explain.
  func explain(_ judgements: inout [Judgement], finding: inout ComparisonReport.Finding) {
    let places = judgements.indices.filter { judgements[$0].isMismatch }
    guard !places.isEmpty else { return }
    let scales = ScaleHypothesis.all(for: expected.description)
    let trials = trials(judgements, places, scales)
    let fitting = Self.preferred(
      among: trials.filter { !$0.isContradicted && $0.share(over: places) <= 1 })
    if let first = fitting.first,
      fitting.dropFirst().allSatisfy({ Self.areEqual(first, $0, over: judgements) })
    {
      // Mistakes that would leave the very same numbers are one cause with several names.
      let (name, words) = Self.withReadings(fitting, among: trials, over: places)
      finding.cause = name
      finding.explanation = words + " (explains \(names(judgements, places)))"
      for place in places { judgements[place].row.causes.append(name) }
      return
    }
    finding.cause = "undetermined"
    if fitting.count > 1 {
      finding.explanation =
        "these explain everything alike: "
        + fitting.map(\.name).joined(separator: "; ")
      return
    }
    let attribution = Attribution(
      judgements, trials: trials, description: expected.description, scales: scales)
    tell(attribution, trials, of: places, in: &judgements, finding: &finding)
  }

  // MARK: Words

  private func names(_ judgements: [Judgement], _ places: [Int]) -> String {
    places.map { judgements[$0].expected.name }.unique.joined(separator: ", ")
  }

  /// Writes what explains which part, and what remains.
  private func tell(
    _ attribution: Attribution, _ trials: [Trial], of places: [Int],
    in judgements: inout [Judgement], finding: inout ComparisonReport.Finding
  ) {
    var parts: [ComparisonReport.Finding.Part] = []
    for part in attribution.parts {
      for place in part.allPlaces { judgements[place].row.causes.append(part.name) }
      var words = part.explanation
      for (place, trial) in part.onTop {
        judgements[place].row.causes.append(trial.name)
        words +=
          "; " + names(judgements, [place]) + " holds that with \(trial.name)"
          + (trial.name.hasPrefix("gate order") ? ", the program's own order" : "")
      }
      parts.append(
        .init(
          cause: part.name, explanation: words,
          tensors: part.allPlaces.map { judgements[$0].expected.name }.unique))
    }
    if attribution.unexplained.isEmpty {
      finding.cause = parts.map(\.cause).unique.joined(separator: "; ")
    }
    if parts.count == 1, attribution.unexplained.isEmpty {
      finding.explanation = parts[0].explanation + " (explains \(names(judgements, places)))"
      return
    }
    var words: [String] = []
    if !parts.isEmpty {
      finding.parts = parts
      words += parts.map { part in
        "\(part.cause) explains \(part.tensors.count) of "
          + "\(places.map { judgements[$0].expected.name }.unique.count) "
          + "(\(part.tensors.joined(separator: ", ")))"
      }
    }
    if !attribution.unexplained.isEmpty {
      if !parts.isEmpty {
        words.append("undetermined: \(names(judgements, attribution.unexplained))")
      }
      words += remarks(judgements, attribution.unexplained, trials, over: places)
    }
    finding.explanation = words.isEmpty ? nil : words.joined(separator: "; ")
  }

  /// What may help where no cause is found: what was given, what came near, what was not tried.
  private func remarks(
    _ judgements: [Judgement], _ unexplained: [Int], _ trials: [Trial], over places: [Int]
  ) -> [String] {
    var words: [String] = []
    let given = unexplained.filter { place in
      judgements[place].update == nil
        && judgements[place].expected.role.map { !$0.isResult } ?? false
    }
    if !given.isEmpty {
      words.append("what the layer was given differs already: \(names(judgements, given))")
    }
    let near = trials.map { (name: $0.name, share: $0.share(over: places)) }
      .filter { $0.share > 1 && $0.share <= Self.nearest }.sorted { $0.share < $1.share }.prefix(2)
    if !near.isEmpty {
      words.append(
        "nearest: "
          + near.map { "\($0.name) (\(shortText($0.share, digits: 3)) times the tolerance)" }
          .joined(separator: ", "))
    }
    if let untried { words.append(untried) }
    return words
  }

  // MARK: Whole causes

  /// The fitting causes that count: a known mistake's prediction covers the whole case, so that a
  /// layout or a factor that explains the same tensors is the same cause by a vaguer name.
  private static func preferred(among fitting: [Trial]) -> [Trial] {
    guard let kind = fitting.map(\.kind.rawValue).min() else { return [] }
    return fitting.filter { $0.kind.rawValue == kind }
  }

  /// The names and explanations of causes that cannot be told apart, and the other readings of a factor
  /// that known mistakes amount to: sizes of which they do not speak.
  static func withReadings(
    _ fitting: [Trial], among trials: [Trial], over places: [Int]
  ) -> (name: String, explanation: String) {
    var (names, words) = (fitting.map(\.name), fitting.map(\.explanation))
    for (name, explanation) in readings(beside: fitting, among: trials, over: places) {
      names.append(name)
      words.append(explanation)
    }
    return (names.unique.joined(separator: " or "), words.unique.joined(separator: "; or "))
  }

  private static func readings(
    beside fitting: [Trial], among trials: [Trial], over places: [Int]
  ) -> [(name: String, explanation: String)] {
    // One that speaks of no size, as of a factor 2, speaks of no wrong one.
    guard
      fitting.contains(where: {
        $0.kind == .known
          && ($0.explanation.contains("1/") || $0.explanation.contains(" times too large"))
      }),
      let scale = trials.first(where: { $0.kind == .scale && $0.share(over: places) <= 1 })
    else { return [] }
    return zip(
      scale.name.components(separatedBy: " or "),
      scale.explanation.components(separatedBy: ", or ")
    ).filter { name, _ in
      guard let letters = name.split(separator: " by ").last, name.contains(" by ") else {
        return false
      }
      return !fitting.contains { known in
        known.explanation.contains("1/\(letters) ") || known.explanation.contains("1/(\(letters)) ")
          || known.explanation.contains(" \(letters) times")
      }
    }.map { (name: $0, explanation: $1) }
  }

  /// Whether two causes would have left the same numbers in every tensor of the dump.
  private static func areEqual(_ first: Trial, _ second: Trial, over all: [Judgement]) -> Bool {
    if first.name == second.name { return true }
    for (place, judgement) in all.enumerated() where judgement.update == nil {
      let wanted = judgement.expected.matrix
      if first.predictions[place] == nil, second.predictions[place] == nil {
        if judgement.isMismatch { return false }
        continue
      }
      let one = first.predictions[place] ?? wanted
      let two = second.predictions[place] ?? wanted
      guard one.elements.count == two.elements.count else { return false }
      let size = one.elements.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
      for (a, b) in zip(one.elements, two.elements) {
        // 1e-12 of the largest: far below any bound, far above the predictions' own rounding.
        guard a == b || (a - b).magnitude <= 1e-12 * size || (a.isNaN && b.isNaN) else {
          return false
        }
      }
    }
    return true
  }

  // MARK: Trials

  /// A known mistake's name as prose.
  private func spoken(_ name: String) -> String {
    String(name.map { $0 == "-" ? " " : $0 })
  }

  private func trials(
    _ judgements: [Judgement], _ places: [Int], _ scales: [ScaleHypothesis]
  ) -> [Trial] {
    let tensors = KnownTrials(judgements, options: options)
    var known = hypotheses.map { tensors.trial(of: $0) }
    if var nothing = PlainTrials.nothing(judgements, places: places) {
      // A mistake of the same words is the same cause; these words say what to look for.
      if let same = known.firstIndex(where: {
        spoken($0.name) == nothing.name && !$0.isContradicted && $0.share(over: places) <= 1
      }) {
        nothing.kind = .known
        nothing.predictions = known[same].predictions
        known.remove(at: same)
      }
      return [nothing] + known
    }
    var single: [Trial] = []
    for place in places {
      let judgement = judgements[place]
      single += PlainTrials.all(judgement, at: place, description: expected.description)
      single += LayoutMapping.trials(judgement, at: place, description: expected.description)
      single += ScaleHypothesis.trials(judgement, at: place, among: scales)
      single += FittedTrials.all(judgement, at: place, description: expected.description)
      single += StoredFormat.trials(judgement, at: place)
      single += parameterTrials(judgement, at: place)
    }
    return known + Self.joined(single)
  }

  /// Trials of single tensors, those of one name joined.
  private static func joined(_ single: [Trial]) -> [Trial] {
    var trials: [Trial] = []
    var index: [String: Int] = [:]
    for trial in single {
      if let first = index[trial.name] {
        trials[first].shares.merge(trial.shares) { $1 }
        trials[first].predictions.merge(trial.predictions) { $1 }
      } else {
        index[trial.name] = trials.count
        trials.append(trial)
      }
    }
    return trials
  }

  /// A gradient tensor that holds the updated parameter, or parameter and gradient added up.
  private func parameterTrials(_ judgement: Judgement, at place: Int) -> [Trial] {
    guard judgement.isComparable,
      let parameter = expected.parameters.first(where: {
        expected.gradient(of: $0)?.name == judgement.expected.name
      })
    else { return [] }
    return [
      (-1.0, "the updated parameter for the gradient", "holds w - gradient"),
      (1.0, "gradient added to the parameter", "holds w + gradient"),
    ].map { sign, name, words in
      let gradient = judgement.expected.matrix
      let sums = zip(parameter.matrix.elements, gradient.elements).map { $0 + sign * $1 }
      let prediction = Matrix(rows: gradient.rows, columns: gradient.columns, elements: sums)
      return Trial(
        name: name, explanation: "the gradient's matrix \(words)", kind: .fitted,
        shares: [place: Fit.share(of: judgement, prediction: prediction, growth: 1)],
        predictions: [place: prediction])
    }
  }
}
