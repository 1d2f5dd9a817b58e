import KaldiIO
import Tensors

/// A dump, as far as the comparison is concerned.
struct Dump: Sendable {
  /// Matrices and vectors, in the order they were met.
  var tensors: [ActualTensor] = []
  /// Objects that are no matrix, with what they are.
  var others: [(record: TensorRecord, what: String)] = []
  /// Files that could not be parsed.
  var malformed: [(record: TensorRecord, problem: String)] = []
  /// What the reader warned of.
  var warnings: [String] = []
  /// What is kept of those that can pair with nothing.
  var strangers = Strangers()
}

/// Compares a dump with one or more golden cases and fills the report.
struct CaseComparison {
  let cases: [ExpectedCase]
  let options: ComparisonOptions
  private let hypotheses: HypothesisProvider?
  private let untried: UntriedMistakes?
  private let forecaster: FrameForecaster?
  private var rows: [(order: Int, row: TensorRow)] = []
  private var pairedAnything = false
  /// Names met, case by case.
  private var met: [Set<String>]
  /// Cases that the dump is about.
  private var touched: Set<Int> = []
  private(set) var report = ComparisonReport()

  init(
    _ cases: [ExpectedCase], options: ComparisonOptions, hypotheses: HypothesisProvider? = nil,
    untried: UntriedMistakes? = nil, forecaster: FrameForecaster? = nil
  ) {
    self.cases = cases
    self.options = options
    self.hypotheses = hypotheses
    self.untried = untried
    self.forecaster = forecaster
    met = Array(repeating: [], count: cases.count)
    report.requireAll = options.requireAll
    report.strict = options.strict
    report.allowUndecided = options.allowUndecided
    report.isPart = options.shard != nil
  }

  /// Whether any object found its counterpart.
  var hasPairs: Bool { pairedAnything }

  // MARK: Dumps with names

  /// Compares named objects with one case.
  mutating func compareNamed(_ dump: Dump, with index: Int) {
    let pairing = CasePairing(cases[index], dump.tensors, options: options)
    var judgements = pairing.pairs.map { judge($0.expected, against: $0.actual, options: options) }
    var leftOver: [ActualTensor] = []
    for actual in pairing.leftOver {
      // An archive's keys may say nothing at all; then the values may.
      if actual.origin.key != nil, let found = byValue(actual, in: cases[index]) {
        judgements.append(found)
      } else {
        leftOver.append(actual)
      }
    }
    finish(&judgements, of: index, source: nil)
    for actual in leftOver {
      unrecognised(actual, note: ForeignNames.note(on: actual, in: cases[index]))
    }
    settleOthers(dump, names: NameMatching(names: cases[index].tensors.map(\.name)), case: index)
  }

  /// The one tensor of a case that has an object's values.
  private func byValue(_ actual: ActualTensor, in expected: ExpectedCase) -> Judgement? {
    for tensor in expected.tensors
    where ShapeFit(expected: tensor.matrix, actual: actual.tensor.matrix) != .none {
      var judgement = judge(tensor, against: actual, options: options)
      guard judgement.isMatch else { continue }
      judgement.row.add(note: "paired by value")
      return judgement
    }
    return nil
  }

  // MARK: Logs

  /// Compares a log: each pass with the case it is about.
  ///
  /// - Parameters:
  ///   - dump: The log's objects.
  ///   - all: Every case that the log may be about, those included that others compare.
  mutating func compareLog(_ dump: Dump, among all: [ExpectedCase]) {
    let streams = LogStreams(dump.tensors, cases: all, options: options).streams
    for pass in streams.flatMap({ LogPass.cut($0) }) {
      var best: (index: Int, fit: CaseFit)?
      for index in pass.candidates(among: cases) {
        let fit = LogPairing.fit(of: pass, with: cases[index], options: options)
        guard best.map({ fit.isBetter(than: $0.fit) }) ?? true else { continue }
        best = (index, fit)
      }
      guard let best, isAbout(best.fit, pass) else {
        let reason = pass.component.map { "no golden case of \($0) with these numbers here" }
        for actual in pass.items { unrecognised(actual, note: reason) }
        continue
      }
      let pairing = LogPairing(pass, with: cases[best.index], options: options)
      var judgements = pairing.judgements
      finish(&judgements, of: best.index, source: pass.source)
      for actual in pairing.leftOver { unrecognised(actual) }
    }
    settleOthers(dump, names: nil, case: nil)
  }

  /// Whether a pass is about the case that fits it best: the only one, or the marker's unless it
  /// ran on other data, or without a marker the one whose numbers it shows.
  private func isAbout(_ fit: CaseFit, _ pass: LogPass) -> Bool {
    guard fit.comparable > 0 else { return false }
    if cases.count == 1 { return true }
    return pass.component == nil ? fit.isShown : fit.isPossible && !fit.isOnOtherData
  }

  // MARK: Common ends

  private mutating func finish(
    _ judgements: inout [Judgement], of index: Int, source: String?
  ) {
    guard !judgements.isEmpty else { return }
    pairedAnything = true
    touched.insert(index)
    for judgement in judgements { met[index].insert(judgement.expected.name) }
    let view = cases[index].view ?? "kaldi"
    let isDiagnosed = options.diagnose && judgements.contains(where: \.isMismatch)
    let words = isDiagnosed ? cases[index].description.flatMap { untried?($0, view) } : nil
    let forcing = TeacherForcing(case: cases[index], options: options, forecaster: forecaster)
    // What the dump computed rightly from its own operands tells where a mistake cannot be.
    let forecast =
      forcing.isWanted(for: judgements) || isDiagnosed && words == nil
      ? forcing.forecast(from: judgements) : nil
    let forced = forcing.judgements(for: judgements, by: forecast)
    let isWrongFrame = forced?.contains { $0.value.isMismatch && $0.value.isForced } ?? false
    if isWrongFrame || judgements.contains(where: \.isMismatch) {
      var finding = ComparisonReport.Finding(case: cases[index].name, source: source)
      if let description = cases[index].description {
        let localisation = Localisation(description)
        if let forced, isWrongFrame {
          let inOrder = forced.sorted { $0.key < $1.key }.map(\.value)
          finding.firstWrong = localisation.firstWrong(among: inOrder)
            .map { $0 + " (teacher-forced)" }
          finding.isTeacherForced = true
        } else {
          finding.firstWrong = localisation.firstWrong(among: judgements)
        }
      }
      if let forecast, !forecast.wrong.isEmpty { finding.ownErrors = forecast.wrong }
      if isDiagnosed {
        let predictions =
          cases[index].description.flatMap { hypotheses?($0, view, forecast?.right ?? []) } ?? []
        Diagnosis(
          case: cases[index], options: options, hypotheses: predictions, untried: words
        )
        .explain(&judgements, finding: &finding)
      }
      if finding.firstWrong != nil || finding.cause != nil { report.findings.append(finding) }
    }
    // What the bound over the whole sequence already refuses keeps its row.
    for (place, judgement) in forced ?? [:] where !judgements[place].isMismatch {
      // Nor does a forecast that tells less than the bound take its place.
      if judgement.row.verdict == .undecided, judgements[place].isMatch { continue }
      judgements[place] = judgement
    }
    for judgement in judgements { rows.append((index, judgement.row)) }
  }

  mutating func unrecognised(_ actual: ActualTensor, note: String? = nil) {
    var row = TensorRow(verdict: .unrecognised)
    row.actual = actual.name
    row.source = actual.source
    row.shape = actual.shape
    row.note = note
    if actual.passedOver > 0 {
      row.add(note: "\(actual.passedOver) objects before it fit nothing either and are not listed")
    }
    rows.append((cases.count, row))
  }

  /// Lists what is no matrix; what pairs by name but cannot be parsed is trouble.
  mutating func settleOthers(_ dump: Dump, names: NameMatching?, case index: Int?) {
    for (record, what) in dump.others {
      var row = TensorRow(verdict: .unrecognised)
      row.actual = record.name
      row.source = record.origin.reportText
      row.note = what
      // A whole file that bears a tensor's name was meant to be that tensor.
      if record.origin.key == nil, record.origin.line == nil,
        let name = names?.match(record.name)?.name, let index
      {
        row.expected = name
        row.case = cases[index].name
        met[index].insert(name)
        report.problems.append("\(record.origin.file): \(what)")
      }
      rows.append((cases.count, row))
    }
    for (record, problem) in dump.malformed {
      var row = TensorRow(verdict: .unrecognised)
      row.actual = record.name
      row.source = record.origin.reportText
      row.note = problem
      let name = names?.match(record.name)?.name
      row.expected = name
      if let index { row.case = name == nil ? nil : cases[index].name }
      if let name, let index { met[index].insert(name) }
      // Nobody knows what stands behind what cannot be read.
      if name != nil || names == nil || record.isUnreadable { report.problems.append(problem) }
      rows.append((cases.count, row))
    }
  }

  /// Lists what the dump lacks and closes the report.
  ///
  /// Of several cases only those that the dump is about are expected in full, unless all are
  /// required.
  mutating func close() {
    for (index, expected) in cases.enumerated()
    where touched.contains(index) || cases.count == 1 || options.requireAll {
      for tensor in expected.tensors where !met[index].contains(tensor.name) {
        if let shard = options.shard, !shard.contains(expected.name ?? tensor.name) { continue }
        var row = TensorRow(verdict: .absent)
        row.case = tensor.caseName
        row.view = tensor.view
        row.expected = tensor.name
        row.shape = [tensor.matrix.rows, tensor.matrix.columns]
        rows.append((index, row))
      }
    }
    let ordered = rows.enumerated().sorted { first, second in
      (first.element.order, first.offset) < (second.element.order, second.offset)
    }
    for (_, entry) in ordered { report.add(entry.row) }
    rows = []
  }
}
