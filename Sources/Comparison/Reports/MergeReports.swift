/// Joins the reports of a corpus's shards into one.
///
/// Rows keep their order within a shard, shards the order given; counts and histograms add up,
/// and the verdict is that of the whole.
///
/// - Parameter reports: The shards' reports.
/// - Returns: The report of all of them, which must have compared something to match.
public func merge(_ reports: [ComparisonReport]) -> ComparisonReport {
  var whole = ComparisonReport()
  whole.allowUndecided = !reports.isEmpty && reports.allSatisfy(\.allowUndecided)
  for report in reports {
    whole.rows += report.rows
    whole.findings += report.findings
    whole.problems += report.problems
    whole.warnings += report.warnings
    whole.requireAll = whole.requireAll || report.requireAll
    whole.strict = whole.strict || report.strict
    whole.counts.add(report.counts)
    whole.histogram = zip(whole.histogram, report.histogram).map(capped)
  }
  return whole
}

extension ComparisonReport.Counts {
  /// Adds another report's.
  mutating func add(_ other: Self) {
    match = capped(match, other.match)
    undecided = capped(undecided, other.undecided)
    mismatch = capped(mismatch, other.mismatch)
    absent = capped(absent, other.absent)
    unrecognised = capped(unrecognised, other.unrecognised)
  }
}

/// A sum of counts; what no `Int` holds stays at the largest one, since a file may say anything.
func capped(_ first: Int, _ second: Int) -> Int {
  let (sum, overflow) = first.addingReportingOverflow(second)
  return overflow ? (first < 0 ? .min : .max) : sum
}
