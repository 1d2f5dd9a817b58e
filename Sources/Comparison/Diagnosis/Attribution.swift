import KaldiIO
import Tensors

/// Which cause explains which of a case's wrong tensors, and what none explains.
///
/// A cause is told for a tensor only if it explains every element of it and leaves the right tensors
/// right. The cause of the most tensors comes first; a further one may not touch what an earlier one
/// explains, nor be told for what an earlier one would have altered as well, unless on top of it.
struct Attribution: Sendable {
  /// A cause and what it explains.
  struct Part: Sendable {
    /// Its name; several joined by "or" where the dump cannot tell them apart.
    var name: String
    /// What to do about it.
    var explanation: String
    /// The judgements it explains, by their places.
    var places: [Int]
    /// Tensors that hold what the cause gives, laid out or scaled as said.
    var onTop: [(place: Int, trial: Trial)] = []

    /// Every place it explains.
    var allPlaces: [Int] { (places + onTop.map(\.place)).sorted() }
  }

  /// The share of the tolerance that a tensor must be off by for a part of the case to tell a cause: an
  /// error of a few tolerances has many explanations.
  private static let telling = 20.0
  /// The most names that are told for one part.
  private static let mostNames = 3

  /// The parts, that of the most tensors first.
  private(set) var parts: [Part] = []
  /// Places that no cause explains.
  private(set) var unexplained: [Int]

  private let judgements: [Judgement]
  private let description: CaseDescription?
  private let scales: [ScaleHypothesis]
  private let trials: [Trial]
  private var altered: Set<Int> = []

  init(
    _ judgements: [Judgement], trials: [Trial], description: CaseDescription?,
    scales: [ScaleHypothesis]
  ) {
    self.judgements = judgements
    self.description = description
    self.scales = scales
    self.trials = trials
    unexplained = judgements.indices.filter { judgements[$0].isMismatch }
    var open = trials.filter { trial in unexplained.contains { trial.explains($0) } }
    while let next = best(among: open) {
      let rivals = open.filter { $0.kind == next.kind && told($0) == told(next) }
      let overlapping = open.contains {
        $0.kind == .known && next.kind == .known && told($0) != told(next)
          && told($0).count == told(next).count && !Set(told($0)).isDisjoint(with: told(next))
      }
      open.removeAll { trial in rivals.contains { $0.name == trial.name } }
      guard rivals.count <= Self.mostNames, !overlapping else { continue }
      take(rivals)
    }
    unexplained.sort()
  }

  /// The unexplained places that a cause may be told for.
  private func told(_ trial: Trial) -> [Int] {
    guard trial.altered.isDisjoint(with: parts.flatMap(\.allPlaces)), isFirstExplained(trial)
    else { return [] }
    return unexplained.filter { place in
      trial.explains(place) && isTelling(judgements[place])
        && (trial.kind == .plain || !altered.contains(place))
    }
  }

  /// Whether a known mistake explains the first wrong tensor that it alters: of what was computed from a
  /// tensor that it does not explain, it explains nothing but by accident.
  private func isFirstExplained(_ trial: Trial) -> Bool {
    guard trial.kind == .known else { return true }
    let first = trial.altered.filter { judgements[$0].isMismatch }.min {
      let (one, two) = (judgements[$0].expected, judgements[$1].expected)
      return (one.evaluationIndex, $0) < (two.evaluationIndex, $1)
    }
    return first.map(trial.explains) ?? false
  }

  private func isTelling(_ judgement: Judgement) -> Bool {
    judgement.row.largestShare.map { $0 >= Self.telling } ?? true
  }

  private func best(among trials: [Trial]) -> Trial? {
    var best: (trial: Trial, count: Int)?
    for trial in trials {
      let count = told(trial).count
      guard count > 0 else { continue }
      if let current = best,
        (current.count, -current.trial.kind.rawValue) >= (count, -trial.kind.rawValue)
      {
        continue
      }
      best = (trial, count)
    }
    return best?.trial
  }

  private mutating func take(_ rivals: [Trial]) {
    guard let first = rivals.first else { return }
    let places = told(first)
    let (name, words) = Diagnosis.withReadings(rivals, among: trials, over: places)
    var part = Part(name: name, explanation: words, places: places)
    unexplained.removeAll { places.contains($0) }
    if first.kind == .known {
      part.onTop = onTop(of: first)
      unexplained.removeAll { place in part.onTop.contains { $0.place == place } }
    }
    altered.formUnion(first.altered)
    parts.append(part)
  }

  /// Tensors that hold what a known mistake gives, in another layout or times a factor.
  private func onTop(of known: Trial) -> [(place: Int, trial: Trial)] {
    unexplained.compactMap { place in
      guard let prediction = known.predictions[place], known.altered.contains(place),
        let trial = Self.onTop(
          of: prediction, judgements[place], at: place, description: description, scales: scales)
      else { return nil }
      return (place, trial)
    }
  }

  /// The layout or factor by which a tensor holds a prediction, where one explains it.
  static func onTop(
    of prediction: Matrix<Double>, _ judgement: Judgement, at place: Int,
    description: CaseDescription?, scales: [ScaleHypothesis]
  ) -> Trial? {
    guard prediction.elements.count == judgement.expected.matrix.elements.count,
      let tolerance = Fit.tolerance(of: judgement, for: prediction, bound: nil, growth: nil)
    else { return nil }
    var laid = judgement
    laid.expected.tensor.matrix = prediction
    laid.tolerance = tolerance
    let trials =
      LayoutMapping.trials(laid, at: place, description: description)
      + ScaleHypothesis.trials(laid, at: place, among: scales)
    let fitting = trials.filter { $0.explains(place) }
    return fitting.count == 1 ? fitting[0] : nil
  }
}

extension Array where Element == String {
  /// Each word once, at its first place.
  var unique: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
