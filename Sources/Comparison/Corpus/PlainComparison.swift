import Files
import KaldiIO
import Tensors

/// Compares two sources without a case description, object by object.
///
/// Both are read ahead in parallel. As long as they name the same objects in the same order one
/// pair is held at a time; an object that is early waits for its counterpart.
func comparePlain(
  expected: SourceName, actual: SourceName, options: ComparisonOptions
) throws(ComparisonError) -> ComparisonReport {
  let folders = [expected, actual].map { Paths.withoutSlash($0.text) }
  if folders.allSatisfy({ FileSystem.kind(of: $0.text) == .folder }) {
    return try compareDirectories(expected: folders[0], actual: folders[1], options: options)
  }
  var comparison = PlainComparison(options: options)
  try comparison.run(expected: expected, actual: actual)
  comparison.close()
  guard comparison.paired > 0 || !comparison.report.problems.isEmpty || options.shard != nil
  else {
    throw .nothingToCompare(
      expected: expected.text, actual: actual.text, hint: "no name is on both sides")
  }
  return comparison.report
}

/// The state of one comparison of two sources.
struct PlainComparison {
  private let options: ComparisonOptions
  /// The report, complete after ``close()``.
  private(set) var report = ComparisonReport()
  /// How many objects were paired.
  private(set) var paired = 0
  /// Objects that wait for their counterpart, by name, with the order they came in.
  private var expectedWaiting: [String: [ActualTensor]] = [:]
  private var actualWaiting: [String: [ActualTensor]] = [:]
  private var expectedOrder: [String] = []
  private var actualOrder: [String] = []
  /// How many objects without a name each side had so far.
  private var unnamed = (expected: 0, actual: 0)

  init(options: ComparisonOptions) {
    self.options = options
    report.requireAll = options.requireAll
    report.strict = options.strict
    report.allowUndecided = options.allowUndecided
    report.isPart = options.shard != nil
  }

  /// Reads both sides to their ends.
  mutating func run(expected: SourceName, actual: SourceName) throws(ComparisonError) {
    if try runInStep(expected: expected, actual: actual) { return }
    let left = RecordStream(expected, options: options)
    let right = RecordStream(actual, options: options)
    defer {
      left.abandon()
      right.abandon()
    }
    var isFirst = true
    while true {
      let wanted = tensor(try left.next())
      let found = tensor(try right.next())
      if case .end = wanted, case .end = found { break }
      if isFirst, case .tensor(let e) = wanted, case .tensor(let a) = found {
        isFirst = false
        // Two sources of one object each are meant for each other, whatever they are called.
        let (nextWanted, nextFound) = (try left.next(), try right.next())
        if nextWanted == nil, nextFound == nil {
          pair(e, a)
          break
        }
        take(wanted, found)
        take(tensor(nextWanted), tensor(nextFound))
        continue
      }
      take(wanted, found)
    }
  }

  /// Compares two archives in binary, where only names and numbers of the entries matter.
  ///
  /// - Returns: Whether they were compared; if not, nothing was reported yet.
  private mutating func runInStep(
    expected: SourceName, actual: SourceName
  ) throws(ComparisonError) -> Bool {
    guard options.shard == nil, options.map.isEmpty, !options.smallestPassing else { return false }
    var isFirst = true
    do throws(KaldiIOError) {
      guard
        var archives = try TwinArchives(expected.opened(), actual.opened())
      else { return false }
      while let entry = unsafe try archives.next(judge: { unsafe match($0) }) {
        switch entry {
        case .judged: break
        case .pair(let wanted, let found):
          // Of archives that begin with different names each may have one entry only.
          if isFirst, wanted?.name != found?.name { return false }
          take(tensor(wanted), tensor(found))
        }
        isFirst = false
      }
    } catch {
      throw .unreadable("\(error)")
    }
    return true
  }

  /// Reports two entries as they lie in memory if they match, and says whether they do.
  private mutating func match(_ alike: TwinArchives.Alike) -> Bool {
    unsafe alike.isDouble ? match(alike, as: Double.self) : match(alike, as: Float.self)
  }

  private mutating func match<Stored: StoredNumber>(
    _ alike: TwinArchives.Alike, as type: Stored.Type
  ) -> Bool {
    let count = unsafe alike.rows * alike.columns
    let areSame = unsafe alike.areSame
    // Of entries that are the same bytes one number tells as much as all.
    let expected = unsafe NumberRun<Stored>(start: alike.first, count: areSame ? 1 : count)
    let actual = unsafe NumberRun<Stored>(start: alike.second, count: areSame ? 1 : count)
    // Where lengths are given rows may be padding; zeros may be nothing at all: others see to it.
    guard areSame || (options.lengths == nil && actual[0] != 0) else { return false }
    let tolerance = Tolerance(digits: .exact, isDouble: type == Double.self, options: options)
    // Whether the tolerance decides anything is not asked where the bytes are the same, nor where a
    // few numbers show that it does.
    guard
      areSame || options.hasOwnTolerance
        || (count >= 4 && tolerance.surelyDecides(count: count, first: actual.four(0)))
    else { return false }
    var metrics = ElementMetrics(expected: expected, actual: actual, tolerance: tolerance)
    guard metrics.isMatch else { return false }
    if areSame { metrics.repeatOnlyElement(count) }
    paired += 1
    guard isListed else {
      report.countMatch(metrics.histogram)
      return true
    }
    var row = TensorRow(verdict: .match)
    unsafe (row.expected, row.actual) = (alike.key, alike.key)
    row.source = unsafe alike.origin.reportText
    row.shape = unsafe [alike.rows, alike.columns]
    row.tell(metrics, columns: unsafe alike.columns, tolerance: tolerance) {
      (expected[$0], actual[$0])
    }
    report.add(row)
    return true
  }

  /// Whether the next match is listed: those of a corpus are counted, so that memory stays constant.
  private var isListed: Bool { options.listEveryMatch || report.rows.count < 1000 }

  /// Compares what is held in memory already.
  mutating func run(_ expected: [TensorRecord], _ actual: [TensorRecord]) {
    if expected.count == 1, actual.count == 1, case .tensor(let e) = tensor(expected[0]),
      case .tensor(let a) = tensor(actual[0])
    {
      pair(e, a)
      return
    }
    for record in expected { take(tensor(record), .end) }
    for record in actual { take(.end, tensor(record)) }
  }

  private enum Item {
    case tensor(ActualTensor)
    case other
    case end
  }

  private mutating func tensor(_ record: TensorRecord?) -> Item {
    guard let record else { return .end }
    if let warning = record.warning { report.warnings.append(warning) }
    switch record.content {
    case .tensor(let stored):
      return .tensor(ActualTensor(record, stored, isLog: record.isFromLog))
    case .unrecognised, .malformed:
      var row = TensorRow(verdict: .unrecognised)
      row.actual = record.name
      row.source = record.origin.reportText
      if let problem = record.problem {
        row.note = problem
        report.problems.append(problem)
      } else if case .unrecognised(let what) = record.content {
        row.note = what
      }
      report.add(row)
      return .other
    }
  }

  private mutating func take(_ wanted: Item, _ found: Item) {
    let wantedKey = key(wanted, &unnamed.expected)
    let foundKey = key(found, &unnamed.actual)
    if case .tensor(let e) = wanted, case .tensor(let a) = found, wantedKey == foundKey,
      expectedWaiting.isEmpty, actualWaiting.isEmpty
    {
      pair(e, a)
      return
    }
    if case .tensor(let e) = wanted {
      let name = wantedKey
      if let a = Self.pop(&actualWaiting, name) {
        pair(e, a)
      } else {
        expectedWaiting[name, default: []].append(e)
        expectedOrder.append(name)
      }
    }
    if case .tensor(let a) = found {
      let name = foundKey
      if let e = Self.pop(&expectedWaiting, name) {
        pair(e, a)
      } else {
        actualWaiting[name, default: []].append(a)
        actualOrder.append(name)
      }
    }
  }

  private static func pop(
    _ table: inout [String: [ActualTensor]], _ name: String
  ) -> ActualTensor? {
    guard var waiting = table[name], !waiting.isEmpty else { return nil }
    let first = waiting.removeFirst()
    table[name] = waiting.isEmpty ? nil : waiting
    return first
  }

  /// What to pair by: the user's map first, then the name; the place of what has none.
  private func key(_ item: Item, _ unnamed: inout Int) -> String {
    guard case .tensor(let tensor) = item else { return "" }
    for pair in options.map where pair.actual == tensor.name { return pair.expected }
    guard tensor.isUnnamed else { return tensor.name }
    unnamed += 1
    // No name holds a line break.
    return "\n\(unnamed)"
  }

  private mutating func pair(_ expected: ActualTensor, _ actual: ActualTensor) {
    paired += 1
    var wanted = ExpectedTensor(name: expected.name, tensor: expected.tensor)
    let streams = options.lengths?.count ?? options.streams ?? 0
    let rows = expected.tensor.matrix.rows
    let isSequence = streams > 0 && rows % streams == 0
    var found = actual
    if isSequence {
      wanted.layout = "time-major"
      found.tensor = withoutPadding(actual.tensor, like: expected.tensor.matrix)
    }
    var judgement = judge(wanted, against: found, options: options)
    if let warning = expected.warning { judgement.row.add(note: warning) }
    if isSequence, judgement.isMismatch,
      let words = Localisation(frames: rows / streams, streams: streams)
        .firstWrong(among: [judgement])
    {
      report.findings.append(
        ComparisonReport.Finding(case: nil, source: actual.source, firstWrong: words))
    }
    let row = judgement.row
    report.add(row, keep: isListed || row.verdict != .match)
  }

  /// Rows behind a stream's last frame are padding and say nothing: they are taken as expected.
  private func withoutPadding(
    _ stored: StoredTensor, like wanted: Matrix<Double>
  ) -> StoredTensor {
    guard let lengths = options.lengths, stored.matrix.rows == wanted.rows,
      stored.matrix.columns == wanted.columns
    else { return stored }
    var result = stored
    for row in 0..<wanted.rows where row / lengths.count >= lengths[row % lengths.count] {
      for column in 0..<wanted.columns { result.matrix[row, column] = wanted[row, column] }
    }
    return result
  }

  /// Names that stayed alone are paired as far as decoration allows; the rest is listed.
  mutating func close() {
    let leftExpected = Self.drain(&expectedWaiting, order: expectedOrder)
    var leftActual = Self.drain(&actualWaiting, order: actualOrder)
    let names = NameMatching(names: leftExpected.map(\.name))
    for expected in leftExpected {
      if let place = leftActual.firstIndex(where: {
        names.match($0.name)?.name == expected.name
      }) {
        pair(expected, leftActual.remove(at: place))
        continue
      }
      var row = TensorRow(verdict: .absent)
      row.expected = expected.name
      row.shape = [expected.tensor.matrix.rows, expected.tensor.matrix.columns]
      report.add(row)
    }
    for actual in leftActual {
      var row = TensorRow(verdict: .unrecognised)
      row.actual = actual.name
      row.source = actual.source
      row.shape = [actual.tensor.matrix.rows, actual.tensor.matrix.columns]
      report.add(row)
    }
  }

  private static func drain(
    _ table: inout [String: [ActualTensor]], order: [String]
  ) -> [ActualTensor] {
    var result: [ActualTensor] = []
    for name in order {
      if let tensor = pop(&table, name) { result.append(tensor) }
    }
    return result
  }
}
