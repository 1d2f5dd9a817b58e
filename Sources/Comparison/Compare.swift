import Files
import KaldiIO

/// Compares what a program produced with what it should have produced.
///
/// EXPECTED is a golden case's folder or one of its views or files, a folder of golden cases, or
/// any file or directory with matrices. ACTUAL is anything that holds matrices: a file, a
/// directory, an archive, an scp, a model, a log; of several cases the comparison finds by itself
/// which one each part of it is about.
///
/// - Parameters:
///   - expected: What should be there, as the user typed it.
///   - actual: What is there, as the user typed it; `-` is standard input.
///   - options: The user's wishes.
///   - hypotheses: Gives the mistakes to try on a case that shows a mismatch.
///   - untried: Says why known mistakes are not among them.
///   - forecaster: Recomputes frames from the dump's own states.
/// - Returns: The report; its ``ComparisonReport/exitStatus`` is the process's.
/// - Throws: ``ComparisonError`` when a side cannot be read at all or nothing could be paired;
///   the process's exit status is then 2.
public func compare(
  expected: String, actual: String, options: ComparisonOptions = ComparisonOptions(),
  hypotheses: HypothesisProvider? = nil, untried: UntriedMistakes? = nil,
  forecaster: FrameForecaster? = nil
) throws(ComparisonError) -> ComparisonReport {
  // From here on these are what a user typed, and nothing that data says is ever the same.
  let (wanted, found) = (SourceName.typed(TypedName(expected)), SourceName.typed(TypedName(actual)))
  switch try ExpectedSide(expected, options: options) {
  case .cases(let cases, let isRoot):
    return try compareCases(
      cases, isRoot: isRoot, expected: expected, actual: found, options: options,
      hypotheses: hypotheses, untried: untried, forecaster: forecaster)
  case .plain:
    guard !isGolden(actual) || !(expected == "-" || FileSystem.kind(of: expected) != .absent) else {
      throw .swapped(expected: expected, actual: actual)
    }
    return try comparePlain(expected: wanted, actual: found, options: options)
  }
}

/// Whether a path is a golden case, one of its views, or a folder of golden cases.
private func isGolden(_ path: String) -> Bool {
  let folder = Paths.withoutSlash(path)
  guard FileSystem.kind(of: folder.text) == .folder else { return false }
  if CaseDescription.exists(in: folder) { return true }
  if ["numpy", "kaldi"].contains(folder.name), CaseDescription.exists(in: folder.appending("..")) {
    return true
  }
  // A folder that cannot be listed holds no case that anybody could read.
  let names = (try? FileSystem.names(in: folder.text)) ?? []
  return names.map { folder.appending($0) }.contains {
    FileSystem.kind(of: $0.text) == .folder && CaseDescription.exists(in: $0)
  }
}

private func compareCases(
  _ cases: [ExpectedCase], isRoot: Bool, expected: String, actual: SourceName,
  options: ComparisonOptions, hypotheses: HypothesisProvider?, untried: UntriedMistakes?,
  forecaster: FrameForecaster?
) throws(ComparisonError) -> ComparisonReport {
  let mine = options.shard.map { shard in
    isRoot ? cases.filter { shard.contains($0.name ?? "") } : cases
  }
  var comparison = CaseComparison(
    mine ?? cases, options: options, hypotheses: hypotheses, untried: untried,
    forecaster: forecaster)
  if let mine, mine.isEmpty { return comparison.report }
  let groups = try DumpGroup.all(in: actual, for: cases, options: options)
  for group in groups {
    if cases.count == 1, cases[0].tensors.count == 1, group.dump.tensors.count == 1 {
      // One tensor held against one: they are meant for each other, however they were read.
      comparison.compareAmongAll(group.dump, folder: group.folder)
      continue
    }
    let log = group.dump.part(isLog: true)
    let files = group.dump.part(isLog: false)
    if !log.tensors.isEmpty { comparison.compareLog(log, among: cases) }
    if !files.isEmpty { comparison.compareAmongAll(files, folder: group.folder) }
  }
  comparison.close()
  var report = comparison.report
  report.warnings = groups.flatMap(\.dump.warnings)
  guard comparison.hasPairs || !report.problems.isEmpty || mine != nil else {
    throw .nothingToCompare(
      expected: expected, actual: actual.text, hint: hint(cases, report: report))
  }
  return report
}

/// What may help where no name fits.
private func hint(_ cases: [ExpectedCase], report: ComparisonReport) -> String {
  let found = report.rows.compactMap(\.actual).filter { !$0.isEmpty }.prefix(4)
  guard !found.isEmpty else { return "it holds no matrix" }
  var text = "it holds " + found.joined(separator: ", ")
  if cases.count == 1, let only = cases.first {
    let names = only.tensors.map(\.name).prefix(4)
    text += "; expected are " + names.joined(separator: ", ") + " …"
    text += " (--map ACTUAL=EXPECTED settles a pair"
    if let view = only.view {
      text += ", --view \(view == "kaldi" ? "numpy" : "kaldi") takes the other view"
    }
    text += ")"
  }
  return text
}
