import KaldiIO
import Tensors

/// Names the cause of a case's mismatches, if exactly one explains them all.
struct Diagnosis {
  /// A cause that was tried.
  struct Trial {
    /// Its name.
    var name: String
    /// What to do about it.
    var explanation: String
    /// The largest share of the tolerance left over all mismatching tensors; infinity where the
    /// cause cannot apply.
    var share: Double
    /// What the dump would hold, by the expected names, where that is known in full.
    var predictions: [String: Matrix<Double>] = [:]
    /// Whether it is a known mistake, whose prediction covers every result of the case.
    var isKnown = false
  }

  /// Shares of the tolerance beyond which nobody asks how far exactly.
  private static let hopeless = 1e6
  /// Shares by a rough bound up to which a prediction's own bounds are asked for.
  private static let near = 1e3

  private let expected: ExpectedCase
  private let options: ComparisonOptions
  private let hypotheses: [Hypothesis]

  init(case expected: ExpectedCase, options: ComparisonOptions, hypotheses: [Hypothesis]) {
    self.expected = expected
    self.options = options
    self.hypotheses = hypotheses
  }

  /// Writes the cause into the finding and into the rows it explains.
  func explain(_ judgements: inout [Judgement], finding: inout ComparisonReport.Finding) {
    let mismatches = judgements.filter(\.isMismatch)
    guard !mismatches.isEmpty else { return }
    let trials = trials(mismatches, all: judgements)
    let fitting = Self.preferred(among: trials.filter { $0.share <= 1 })
    if let first = fitting.first,
      fitting.dropFirst().allSatisfy({ Self.areEqual(first, $0, over: judgements) })
    {
      // Mistakes that would leave the very same numbers are one cause with several names.
      let name = Self.unique(fitting.map(\.name)).joined(separator: " or ")
      finding.cause = name
      finding.explanation =
        Self.unique(fitting.map(\.explanation)).joined(separator: "; or ") + " (explains "
        + Self.unique(mismatches.map(\.expected.name)).joined(separator: ", ") + ")"
      for index in judgements.indices where judgements[index].isMismatch {
        judgements[index].row.causes.append(name)
      }
      return
    }
    finding.cause = "undetermined"
    if fitting.count > 1 {
      finding.explanation =
        "these explain everything alike: "
        + fitting.map(\.name).joined(separator: "; ")
      return
    }
    let given = mismatches.filter { $0.expected.role.map { !$0.isResult } ?? false }
      .filter { $0.update == nil }
    var words: [String] = []
    if !given.isEmpty {
      words.append(
        "what the layer was given differs already: "
          + Self.unique(given.map(\.expected.name)).joined(separator: ", "))
    }
    let nearest = trials.filter { $0.share.isFinite }.sorted { $0.share < $1.share }.prefix(2)
    if !nearest.isEmpty {
      words.append(
        "nearest: "
          + nearest.map { "\($0.name) (\(shortText($0.share, digits: 3)) times the tolerance)" }
          .joined(separator: ", "))
    }
    finding.explanation = words.isEmpty ? nil : words.joined(separator: "; ")
  }

  /// The fitting causes that count: a known mistake's prediction covers the whole case, so that a
  /// layout or a factor that explains the same tensors is the same cause by a vaguer name.
  private static func preferred(among fitting: [Trial]) -> [Trial] {
    let known = fitting.filter(\.isKnown)
    return known.isEmpty ? fitting : known
  }

  /// A known mistake's name as prose.
  private func spoken(_ name: String) -> String {
    String(name.map { $0 == "-" ? " " : $0 })
  }

  /// Whether two causes would have left the same numbers in every tensor of the dump.
  private static func areEqual(_ first: Trial, _ second: Trial, over all: [Judgement]) -> Bool {
    if first.name == second.name { return true }
    for judgement in all where judgement.update == nil {
      let name = judgement.expected.name
      let wanted = judgement.expected.matrix
      if first.predictions[name] == nil, second.predictions[name] == nil {
        if judgement.isMismatch { return false }
        continue
      }
      let one = first.predictions[name] ?? wanted
      let two = second.predictions[name] ?? wanted
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

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  // MARK: Trials

  private func trials(_ mismatches: [Judgement], all judgements: [Judgement]) -> [Trial] {
    let known = hypotheses.map { trial(of: $0, over: judgements) }
    if var nothing = Self.nothingComputed(mismatches) {
      let fitting = known.filter { $0.share <= 1 }
      // A mistake of the same words is the same cause; these words say what to look for.
      if let same = fitting.first(where: { spoken($0.name) == nothing.name }) {
        nothing.isKnown = true
        nothing.predictions = same.predictions
      }
      return [nothing] + fitting.filter { spoken($0.name) != nothing.name }
    }
    var trials = layoutTrials(mismatches)
    var scales = ScaleHypothesis.all(for: expected.description).map { scaleTrial($0, mismatches) }
    if !scales.contains(where: { $0.share <= 1 }),
      let common = ScaleHypothesis.common(among: mismatches.filter { $0.update == nil })
    {
      scales.append(scaleTrial(common, mismatches))
    }
    trials += scales
    trials += parameterTrials(mismatches)
    trials += known
    if !trials.contains(where: { $0.share <= 1 }),
      let precision = PrecisionLoss(mismatches, all: judgements, double: options.double)
    {
      trials.append(
        Trial(name: precision.name, explanation: precision.explanation, share: precision.share))
    }
    return trials
  }

  /// All mismatching tensors hold nothing but zeros, or were not updated.
  private static func nothingComputed(_ mismatches: [Judgement]) -> Trial? {
    guard mismatches.allSatisfy({ $0.isNothing || $0.isNotUpdated }) else { return nil }
    let isBackward = mismatches.allSatisfy {
      $0.isNotUpdated || $0.expected.role == .gradient || $0.update != nil
    }
    return Trial(
      name: isBackward ? "backward not computed" : "nothing computed",
      explanation: isBackward
        ? "gradients are zero or not applied: the backward pass did nothing"
        : "the results are zero: the code that fills them did not run",
      share: 0)
  }

  private func layoutTrials(_ mismatches: [Judgement]) -> [Trial] {
    let table = mismatches.map { judgement -> [LayoutMapping] in
      guard judgement.update == nil else { return [] }
      return LayoutMapping.all(
        for: judgement.expected, actual: judgement.actual.tensor.matrix,
        description: expected.description)
    }
    var trials: [Trial] = []
    var used: [[[Int?]]] = []
    for mapping in table.first ?? [] {
      var share = 0.0
      var sources: [[Int?]] = []
      for (judgement, mappings) in zip(mismatches, table) {
        guard let own = mappings.first(where: { $0.name == mapping.name }) else {
          share = .infinity
          break
        }
        sources.append(own.source)
        share = max(share, Self.share(of: judgement, source: own.source))
      }
      // Two names for one and the same exchange count once.
      if share.isFinite, used.contains(where: { $0 == sources }) { continue }
      used.append(sources)
      var trial = Trial(name: mapping.name, explanation: mapping.explanation, share: share)
      if share <= 1 {
        for (judgement, source) in zip(mismatches, sources) {
          trial.predictions[judgement.expected.name] = Self.laidOut(judgement, by: source)
        }
      }
      trials.append(trial)
    }
    return trials
  }

  /// What a layout mistake makes of the expected matrix; `nil` where it leaves gaps.
  private static func laidOut(_ judgement: Judgement, by source: [Int?]) -> Matrix<Double>? {
    let shape = judgement.actual.tensor.matrix
    var elements = shape.elements
    for (index, from) in source.enumerated() {
      guard let from, from < elements.count else { return nil }
      elements[from] = judgement.expected.matrix.elements[index]
    }
    return Matrix(rows: shape.rows, columns: shape.columns, elements: elements)
  }

  private static func share(of judgement: Judgement, source: [Int?]) -> Double {
    let wanted = judgement.expected.matrix.elements
    let found = judgement.actual.tensor.matrix.elements
    var share = 0.0
    for (index, from) in source.enumerated() {
      guard let from, from < found.count else { continue }
      share = max(
        share,
        ElementMetrics.judge(
          index, expected: wanted[index], actual: found[from], tolerance: judgement.tolerance
        ).share)
    }
    return share
  }

  private func scaleTrial(_ scale: ScaleHypothesis, _ mismatches: [Judgement]) -> Trial {
    var share = 0.0
    for judgement in mismatches {
      guard judgement.update == nil, judgement.isComparable else {
        share = .infinity
        break
      }
      let prediction = judgement.expected.matrix.map { $0 * scale.factor }
      share = max(
        share, Self.share(of: judgement, prediction: prediction, growth: scale.factor.magnitude))
    }
    var trial = Trial(name: scale.name, explanation: scale.explanation, share: share)
    if share <= 1 {
      for judgement in mismatches {
        trial.predictions[judgement.expected.name] =
          judgement.expected.matrix.map { $0 * scale.factor }
      }
    }
    return trial
  }

  /// A gradient tensor that holds the updated parameter, or parameter and gradient added up.
  private func parameterTrials(_ mismatches: [Judgement]) -> [Trial] {
    [
      (-1.0, "the updated parameter for the gradient", "holds w - gradient"),
      (1.0, "gradient added to the parameter", "holds w + gradient"),
    ].map { sign, name, words in
      var share = 0.0
      for judgement in mismatches {
        guard judgement.isComparable,
          let parameter = expected.parameters.first(where: {
            expected.gradient(of: $0)?.name == judgement.expected.name
          })
        else {
          share = .infinity
          break
        }
        let gradient = judgement.expected.matrix
        let sums = zip(parameter.matrix.elements, gradient.elements).map { $0 + sign * $1 }
        let prediction = Matrix(
          rows: gradient.rows, columns: gradient.columns, elements: sums)
        share = max(share, Self.share(of: judgement, prediction: prediction, growth: 1))
      }
      return Trial(name: name, explanation: "the gradient's matrix \(words)", share: share)
    }
  }

  /// A handed-in hypothesis must explain the mismatching tensors and leave the others matching.
  private func trial(of hypothesis: Hypothesis, over judgements: [Judgement]) -> Trial {
    var hypothesis = hypothesis
    var share = share(of: hypothesis, over: judgements)
    if share <= Self.near, let refined = hypothesis.refined?() {
      hypothesis = refined
      share = self.share(of: refined, over: judgements)
    }
    return Trial(
      name: hypothesis.name, explanation: hypothesis.explanation, share: share,
      predictions: hypothesis.tensors, isKnown: true)
  }

  private func share(of hypothesis: Hypothesis, over judgements: [Judgement]) -> Double {
    var share = 0.0
    for judgement in judgements {
      let own: Double
      if let update = judgement.update {
        guard let gradient = hypothesis.tensors[update.gradient.name],
          let rate = judgement.row.learningRate
        else {
          own = judgement.isMismatch ? .infinity : 0
          share = max(share, own)
          continue
        }
        var altered = update
        altered.gradient.tensor.matrix = gradient
        let target = altered.updated(
          learningRate: rate, digits: judgement.tolerance.digits,
          roundoff: options.double ? Tolerance.float64Roundoff : Tolerance.float32Roundoff)
        own = Self.share(of: judgement, prediction: target.matrix, growth: 1)
      } else if let prediction = hypothesis.tensors[judgement.expected.name] {
        own = Self.share(
          of: judgement, prediction: prediction,
          bound: hypothesis.bounds[judgement.expected.name], growth: nil)
      } else {
        own = judgement.isMismatch ? .infinity : 0
      }
      share = max(share, own)
      if share > Self.hopeless { break }
    }
    return share
  }

  /// The largest share of the tolerance between a prediction and the dump.
  ///
  /// Without bounds of its own a prediction gets the expected tensor's, grown by a known factor,
  /// or by how much larger its largest element is.
  private static func share(
    of judgement: Judgement, prediction: Matrix<Double>, bound: Matrix<Double>? = nil,
    growth: Double?
  ) -> Double {
    let found = judgement.actual.tensor.matrix
    guard ShapeFit(expected: prediction, actual: found) != .none else { return .infinity }
    var tolerance = judgement.tolerance
    if case .bounded(let own) = tolerance.rule {
      if let bound, bound.elements.count == prediction.elements.count {
        tolerance.rule = .bounded(bound)
      } else if own.elements.count != prediction.elements.count {
        return .infinity
      } else if let growth {
        tolerance.rule = .bounded(
          Matrix(
            rows: prediction.rows, columns: prediction.columns,
            elements: zip(own.elements, prediction.elements).map {
              $0 * max(growth, 0) + Tolerance.float32Roundoff * $1.magnitude
            }))
      } else {
        func largest(_ matrix: Matrix<Double>) -> Double {
          matrix.elements.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
        }
        let size = largest(judgement.expected.matrix)
        let grown = size > 0 ? largest(own) * max(1, largest(prediction) / size) : largest(own)
        tolerance.rule = .bounded(
          Matrix(rows: prediction.rows, columns: prediction.columns, repeating: grown))
      }
    }
    var share = 0.0
    for index in prediction.elements.indices {
      share = max(
        share,
        ElementMetrics.judge(
          index, expected: prediction.elements[index], actual: found.elements[index],
          tolerance: tolerance
        ).share)
      if share > hopeless { break }
    }
    return share
  }
}
