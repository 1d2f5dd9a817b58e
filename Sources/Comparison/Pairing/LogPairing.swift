import KaldiIO
import Tensors

/// The objects of one pass of a log, paired with a case's tensors.
///
/// By name where the log gives one; then by value; a parameter after the component's `in_diff` is
/// the updated one; what is left goes to the nearest tensor of its shape.
struct LogPairing: Sendable {
  private let expected: ExpectedCase
  private let options: ComparisonOptions
  private let names: NameMatching
  private var isUpdated = false
  private var seen: Set<String> = []
  private var updates: [UpdatedParameter] = []

  /// What was paired and judged.
  private(set) var judgements: [Judgement] = []
  /// What fits nothing.
  private(set) var leftOver: [ActualTensor] = []

  /// Pairs and judges a pass.
  init(_ pass: LogPass, with expected: ExpectedCase, options: ComparisonOptions) {
    self.expected = expected
    self.options = options
    names = NameMatching(names: expected.tensors.map(\.name))
    for item in pass.items { place(item) }
    settleUpdates()
  }

  /// How well a pass fits a case.
  static func fit(
    of pass: LogPass, with expected: ExpectedCase, options: ComparisonOptions
  ) -> CaseFit {
    var probe = options
    probe.smallestPassing = false
    let pairing = LogPairing(pass, with: expected, options: probe)
    return CaseFit(pairing.judgements, leftOver: pairing.leftOver, of: expected)
  }

  // MARK: One object

  private mutating func place(_ item: ActualTensor) {
    if let name = CasePairing.settled(item, in: expected, options: options)
      ?? names.match(item.name)?.name, let tensor = expected.tensor(named: name)
    {
      if isUpdated, tensor.role == .weight, fits(tensor, item), update([tensor], with: [item]) {
        return
      }
      record(judge(tensor, against: item, options: options))
      return
    }
    let shaped = expected.tensors.filter { fits($0, item) && !(isUpdated && $0.role == .weight) }
    var judged = shaped.map { judge($0, against: item, options: options) }
    if let match = judged.first(where: { $0.isMatch && !seen.contains($0.expected.name) })
      ?? judged.first(where: \.isMatch)
    {
      record(match, note: "unnamed in the log, paired by value")
      return
    }
    if placeAsParameters(item) { return }
    if isUpdated,
      let parameter = expected.parameters.first(where: {
        fits($0, item) && !updatedNames.contains($0.name)
      }), update([parameter], with: [item])
    {
      return
    }
    // Nothing has these values: the nearest tensor of the shape, one not yet met if possible.
    let open = judged.filter { !seen.contains($0.expected.name) }
    if !open.isEmpty { judged = open }
    guard let nearest = judged.min(by: { Self.distance($0) < Self.distance($1) }) else {
      leftOver.append(item)
      return
    }
    record(nearest, note: "unnamed in the log, paired by shape and nearest value")
  }

  private var updatedNames: Set<String> { Set(updates.map(\.parameter.name)) }

  private func fits(_ tensor: ExpectedTensor, _ item: ActualTensor) -> Bool {
    ShapeFit(expected: tensor.matrix, actual: item.tensor.matrix) != .none
  }

  private mutating func record(_ judgement: Judgement, note: String? = nil) {
    var judgement = judgement
    if let note, judgement.actual.isUnnamed { judgement.row.add(note: note) }
    seen.insert(judgement.expected.name)
    judgements.append(judgement)
    // What follows the gradient with respect to the input was printed after the backward pass.
    if judgement.expected.role == .gradient, judgement.expected.name == "in_diff" {
      isUpdated = true
    } else if judgement.expected.role == .output {
      isUpdated = false
    }
  }

  /// The distance between expected and actual, relative to the expected one's size.
  private static func distance(_ judgement: Judgement) -> Double {
    var difference = 0.0
    var size = 0.0
    for (index, wanted) in judgement.expected.matrix.elements.enumerated() {
      let found = judgement.actual.tensor.matrix.elements[index]
      guard wanted.isFinite, found.isFinite else { continue }
      difference += (found - wanted) * (found - wanted)
      size += wanted * wanted
    }
    return size > 0 ? difference / size : difference
  }

  // MARK: All parameters in one object

  /// Recognises all parameters, or all their gradients, flattened or stacked in one object.
  private mutating func placeAsParameters(_ item: ActualTensor) -> Bool {
    let parameters = expected.parameters
    guard parameters.count > 1, let parts = Self.parts(of: item, as: parameters) else {
      return false
    }
    let gradients = parameters.compactMap { expected.gradient(of: $0) }
    if gradients.count == parameters.count {
      let judged = zip(gradients, parts).map { judge($0, against: $1, options: options) }
      if judged.allSatisfy(\.isMatch) {
        for judgement in judged { record(judgement) }
        return true
      }
    }
    if isUpdated, update(parameters, with: parts) { return true }
    for (parameter, part) in zip(parameters, parts) {
      record(judge(parameter, against: part, options: options))
    }
    return true
  }

  /// Cuts a flattened vector or a stacked matrix into the parameters.
  private static func parts(
    of item: ActualTensor, as parameters: [ExpectedTensor]
  ) -> [ActualTensor]? {
    let matrix = item.tensor.matrix
    let isLine = min(matrix.rows, matrix.columns) <= 1
    guard matrix.elements.count == parameters.reduce(0, { $0 + $1.matrix.elements.count }),
      isLine || parameters.allSatisfy({ $0.matrix.columns == matrix.columns })
    else { return nil }
    var parts: [ActualTensor] = []
    var start = 0
    let whole = item.name.isEmpty ? "(unnamed)" : item.name
    for parameter in parameters {
      let count = parameter.matrix.elements.count
      var part = item
      part.tensor.matrix = Matrix(
        rows: parameter.matrix.rows, columns: parameter.matrix.columns,
        elements: Array(matrix.elements[start..<start + count]))
      part.name =
        isLine
        ? "\(whole)[\(start)..<\(start + count)]"
        : "\(whole) rows \(start / matrix.columns)..<\((start + count) / matrix.columns)"
      parts.append(part)
      start += count
    }
    return parts
  }

  // MARK: Updated parameters

  private mutating func update(_ parameters: [ExpectedTensor], with items: [ActualTensor]) -> Bool {
    let found = zip(parameters, items).compactMap { parameter, item in
      expected.gradient(of: parameter).map {
        UpdatedParameter(parameter: parameter, gradient: $0, actual: item)
      }
    }
    guard found.count == parameters.count else { return false }
    updates += found
    for parameter in parameters { seen.insert(parameter.name) }
    return true
  }

  /// Whether the pass prints the gradient of every parameter that may have been updated.
  private var areGradientsPrinted: Bool {
    updates.allSatisfy { update in
      judgements.contains { $0.expected.name == update.gradient.name }
    }
  }

  /// Finds the one learning rate of the pass and judges every updated parameter with it.
  private mutating func settleUpdates() {
    guard !updates.isEmpty else { return }
    let roundoff = options.double ? Tolerance.float64Roundoff : Tolerance.float32Roundoff
    let options = options
    func digits(_ actual: ActualTensor) -> PrintedDigits {
      PrintedDigits(actual.tensor, expected: nil, options: options)
    }
    let outcome: LearningRate =
      options.learningRate.map { .found($0) }
      ?? LearningRate(updates, roundoff: roundoff, digits: digits)
    if outcome == .zero, areGradientsPrinted {
      // The gradients speak for themselves; nobody need have applied them before the print.
      for update in updates {
        var judgement = judge(update.parameter, against: update.actual, options: options)
        judgement.row.add(note: "printed after in_diff as it was before: no update came between")
        judgements.append(judgement)
      }
      return
    }
    for update in updates {
      let rate: Double
      var note: String
      switch outcome {
      case .found(let value):
        rate = value
        note =
          "updated parameter: \(update.parameter.name) - lr * \(update.gradient.name), lr = "
          + numberText(rate) + (options.learningRate == nil ? " (found from the data)" : "")
      case .zero:
        rate = 0
        note = "printed after in_diff, so the updated parameter was expected"
      case .none(let nearest):
        rate = nearest
        note =
          "updated parameter: no single learning rate explains it; nearest lr = "
          + shortText(nearest)
      }
      let target = update.updated(
        learningRate: rate, digits: digits(update.actual), roundoff: roundoff)
      var tolerance = target.tolerance(for: update.actual.tensor, options: options)
      if let bound = target.bound { tolerance.rule = .bounded(bound) }
      var judgement = judge(target, against: update.actual, options: options, tolerance: tolerance)
      judgement.row.add(note: note)
      judgement.row.learningRate = rate
      if outcome == .zero {
        judgement.row.verdict = .mismatch
        judgement.row.causes.append(
          "not updated: the parameter is the old one (learning rate 0 as far as the print shows)")
        judgement.isNotUpdated = true
      }
      judgement.update = update
      judgements.append(judgement)
    }
  }
}
