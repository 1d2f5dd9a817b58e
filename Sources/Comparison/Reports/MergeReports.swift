/// Joins the reports of a corpus's shards into one.
///
/// Rows keep their order within a shard, shards the order given; counts and histograms add up,
/// and the verdict is that of the whole.
///
/// - Parameter reports: The shards' reports.
/// - Returns: The report of all of them.
public func merge(_ reports: [ComparisonReport]) -> ComparisonReport {
  var whole = ComparisonReport()
  for report in reports {
    whole.rows += report.rows
    whole.findings += report.findings
    whole.problems += report.problems
    whole.requireAll = whole.requireAll || report.requireAll
    whole.strict = whole.strict || report.strict
    whole.counts.match += report.counts.match
    whole.counts.mismatch += report.counts.mismatch
    whole.counts.absent += report.counts.absent
    whole.counts.unrecognised += report.counts.unrecognised
    for bin in whole.histogram.indices where report.histogram.indices.contains(bin) {
      whole.histogram[bin] += report.histogram[bin]
    }
  }
  return whole
}
