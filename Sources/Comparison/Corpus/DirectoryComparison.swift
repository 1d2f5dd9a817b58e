import Concurrency
import Files
import KaldiIO

/// Compares two directories without case descriptions, file by file, on all cores.
///
/// Files pair by their path below the directory, then by their name without decoration and
/// ending.
func compareDirectories(
  expected: DataPath, actual: DataPath, options: ComparisonOptions
) throws(ComparisonError) -> ComparisonReport {
  let (wanted, wantedOddities) = try files(below: expected)
  let (found, foundOddities) = try files(below: actual)
  // Names that differ in bytes may be equal as text; one of such is paired, the others are told.
  var open = Dictionary(found.map { ($0, true) }) { first, _ in first }
  var pairs: [(expected: String, actual: String?)] = []
  var byStem: [String: [String]] = [:]
  for file in found { byStem[Paths.stem(file), default: []].append(file) }
  for file in wanted {
    if open[file] == true {
      open[file] = false
      pairs.append((file, file))
    } else if let mapped = mapped(file, to: found, options: options), open[mapped] == true {
      open[mapped] = false
      pairs.append((file, mapped))
    } else {
      pairs.append((file, nil))
    }
  }
  for index in pairs.indices where pairs[index].actual == nil {
    let candidates = (byStem[Paths.stem(pairs[index].expected)] ?? []).filter { open[$0] == true }
    if candidates.count == 1, let only = candidates.first {
      open[only] = false
      pairs[index].actual = only
    }
  }
  let unpaired = pairs.indices.filter { pairs[$0].actual == nil }
  let names = NameMatching(names: unpaired.map { Paths.stem(pairs[$0].expected) })
  for file in found where open[file] == true {
    guard let name = names.match(Paths.stem(file))?.name,
      let index = unpaired.first(where: {
        pairs[$0].actual == nil && Paths.stem(pairs[$0].expected) == name
      })
    else { continue }
    open[file] = false
    pairs[index].actual = file
  }
  if let shard = options.shard { pairs = pairs.filter { shard.contains($0.expected) } }
  let report = judged(pairs, expected: expected, actual: actual, options: options)
  var whole = report.report
  for file in found where open[file] == true {
    if let shard = options.shard, !shard.contains(file) { continue }
    var row = TensorRow(verdict: .unrecognised)
    row.actual = Paths.stem(file)
    row.source = actual.appending(file).text
    whole.add(row)
  }
  for oddity in wantedOddities + foundOddities {
    var row = TensorRow(verdict: .unrecognised)
    row.actual = oddity.path.stem
    row.source = oddity.path.text
    row.note = oddity.what
    whole.add(row)
    if oddity.weight == .trouble { whole.problems.append("\(oddity.path): \(oddity.what)") }
  }
  guard report.paired > 0 || !whole.problems.isEmpty || options.shard != nil else {
    throw .nothingToCompare(
      expected: expected.text, actual: actual.text, hint: "no file name is in both")
  }
  return whole
}

/// Judges the pairs in parallel; the report has them in their order.
private func judged(
  _ pairs: [(expected: String, actual: String?)], expected: DataPath, actual: DataPath,
  options: ComparisonOptions
) -> (report: ComparisonReport, paired: Int) {
  let inner = {
    var inner = options
    inner.shard = nil
    return inner
  }()
  let width = 64
  let batches = stride(from: 0, to: pairs.count, by: width).map {
    Array(pairs[$0..<min($0 + width, pairs.count)])
  }
  let judged = Threads.map(batches) { batch -> (ComparisonReport, Int) in
    var part = ComparisonReport()
    var paired = 0
    for pair in batch {
      guard let file = pair.actual else {
        var row = TensorRow(verdict: .absent)
        row.expected = Paths.stem(pair.expected)
        part.add(row)
        continue
      }
      var comparison = PlainComparison(options: inner)
      do throws(ComparisonError) {
        var left = try DumpReader.records(at: expected.appending(pair.expected))
        let right = try DumpReader.records(at: actual.appending(file))
        // What is no data on both sides is told once.
        if right.contains(where: \.isNoData) { left.removeAll(where: \.isNoData) }
        comparison.run(left, right)
        comparison.close()
      } catch {
        part.problems.append(error.description)
      }
      paired += comparison.paired
      part = merge([part, comparison.report])
    }
    return (part, paired)
  }
  var whole = merge(judged.map(\.0))
  whole.requireAll = options.requireAll
  whole.strict = options.strict
  whole.allowUndecided = options.allowUndecided
  whole.isPart = options.shard != nil
  return (whole, judged.reduce(0) { $0 + $1.1 })
}

private func mapped(_ file: String, to found: [String], options: ComparisonOptions) -> String? {
  for pair in options.map where pair.expected == file || pair.expected == Paths.stem(file) {
    if let hit = found.first(where: { $0 == pair.actual || Paths.stem($0) == pair.actual }) {
      return hit
    }
  }
  return nil
}

/// The files below a directory, as paths relative to it, by name; and what is none.
private func files(
  below directory: DataPath
) throws(ComparisonError) -> (files: [String], oddities: [FileSystem.Oddity]) {
  var walk = FolderWalk()
  do throws(FileError) {
    let listing = try walk.all(below: directory)
    let start = directory.appending("").text.utf8.count
    let files = listing.files.map { String(decoding: $0.text.utf8.dropFirst(start), as: UTF8.self) }
    return (files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, listing.oddities)
  } catch {
    throw .unreadable("\(error)")
  }
}

extension TensorRecord {
  /// Whether it stands for what holds no matrix at all.
  fileprivate var isNoData: Bool {
    if case .unrecognised = content { return true }
    return false
  }
}
