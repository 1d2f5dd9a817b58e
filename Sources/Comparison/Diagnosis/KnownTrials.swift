import KaldiIO
import Tensors

/// The mistakes that were handed in, held against a case's tensors.
struct KnownTrials {
  /// Shares by a rough bound up to which a prediction's own bounds are asked for.
  private static let near = Fit.hopeless
  /// Shares of one tensor up to which they are asked for though the others are farther.
  private static let nearInPart = 30.0

  private let judgements: [Judgement]
  private let options: ComparisonOptions

  init(_ judgements: [Judgement], options: ComparisonOptions) {
    self.judgements = judgements
    self.options = options
  }

  /// What a mistake explains, and whether it leaves the other tensors matching.
  func trial(of hypothesis: Hypothesis) -> Trial {
    var hypothesis = hypothesis
    var shares = shares(of: hypothesis)
    if isNear(shares), let refined = hypothesis.refined?() {
      hypothesis = refined
      shares = self.shares(of: refined)
    }
    var trial = Trial(
      name: hypothesis.name, explanation: hypothesis.explanation, kind: .known, shares: [:])
    for (place, judgement) in judgements.enumerated() {
      if judgement.isMismatch {
        trial.shares[place] = shares[place]
      } else if !(shares[place] <= 1) {
        trial.isContradicted = true
      }
      guard judgement.update == nil,
        let prediction = hypothesis.tensors[judgement.expected.name]
      else { continue }
      trial.predictions[place] = prediction
    }
    // What it alters is asked only of those that explain something.
    if judgements.indices.contains(where: { trial.explains($0) }) {
      for (place, prediction) in trial.predictions
      where Fit.isAltered(prediction, in: judgements[place]) { trial.altered.insert(place) }
      for (place, judgement) in judgements.enumerated() {
        if let update = judgement.update, hypothesis.tensors[update.gradient.name] != nil {
          trial.altered.insert(place)
        }
      }
    }
    return trial
  }

  private func isNear(_ shares: [Double]) -> Bool {
    var wrong: [Double] = []
    for (judgement, share) in zip(judgements, shares) {
      if judgement.isMismatch {
        wrong.append(share)
      } else if share > Self.near {
        return false
      }
    }
    return wrong.allSatisfy { $0 <= Self.near } || wrong.contains { $0 <= Self.nearInPart }
  }

  private func shares(of hypothesis: Hypothesis) -> [Double] {
    var isContradicted = false
    return judgements.map { judgement in
      // One tensor that is right and would not be is enough.
      if isContradicted { return .infinity }
      let share = share(of: hypothesis, on: judgement)
      if !judgement.isMismatch, share > Self.near { isContradicted = true }
      return share
    }
  }

  private func share(of hypothesis: Hypothesis, on judgement: Judgement) -> Double {
    let unaltered = judgement.isMismatch ? Double.infinity : 0
    if let update = judgement.update {
      guard let gradient = hypothesis.tensors[update.gradient.name],
        let rate = judgement.row.learningRate
      else { return unaltered }
      var altered = update
      altered.gradient.tensor.matrix = gradient
      let target = altered.updated(
        learningRate: rate, digits: judgement.tolerance.digits,
        roundoff: options.double ? Tolerance.float64Roundoff : Tolerance.float32Roundoff)
      return Fit.share(of: judgement, prediction: target.matrix, growth: 1)
    }
    guard let prediction = hypothesis.tensors[judgement.expected.name] else { return unaltered }
    return Fit.share(
      of: judgement, prediction: prediction,
      bound: hypothesis.bounds[judgement.expected.name], growth: nil)
  }
}
