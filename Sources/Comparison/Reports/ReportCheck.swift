/// What a report read from a file must hold for its verdict to be believed.
///
/// A report may come from anywhere: verdict and counts are made anew from the rows, and one that
/// says something else of itself is refused.
struct ReportCheck {
  /// A row, by its place.
  private static func problem(in row: TensorRow) -> String? {
    if let elements = row.elements, elements < 0 { return "'elements' is negative" }
    if row.shape?.contains(where: { $0 < 0 }) == true { return "'shape' is negative" }
    if row.actualShape?.contains(where: { $0 < 0 }) == true { return "'actualShape' is negative" }
    if let outside = row.outside, outside < 0 || outside > row.elements ?? 0 {
      return "'outside' is \(outside) of \(row.elements ?? 0) elements"
    }
    if let elements = row.elements, let shape = row.shape, product(shape) != elements {
      return "'elements' is \(elements), which is not that of 'shape'"
    }
    if let share = row.undecidedShare, !(0...1 ~= share) {
      return "'undecidedShare' is not between 0 and 1"
    }
    if let histogram = row.histogram {
      guard histogram.count == ElementMetrics.edges.count + 1, histogram.allSatisfy({ $0 >= 0 }),
        sum(histogram) == row.elements
      else { return "'histogram' does not count its elements" }
    }
    for element in [row.worst, row.farthest].compactMap({ $0 }) {
      guard element.row >= 0, element.column >= 0 else { return "a place is negative" }
    }
    switch row.verdict {
    case .match, .undecided:
      if row.expected == nil { return "it names no expected tensor" }
      if row.elements == nil { return "'elements' is missing" }
      if row.outside != 0 { return "elements are out of tolerance" }
    case .mismatch:
      if row.expected == nil { return "it names no expected tensor" }
    case .absent, .unrecognised:
      if row.elements != nil { return "elements were compared" }
    }
    return nil
  }

  /// What a report says about itself that its rows do not say.
  ///
  /// - Parameters:
  ///   - report: The report made from the rows.
  ///   - verdict: The verdict it claims.
  ///   - counts: The counts it claims.
  ///   - histogram: The histogram it claims.
  /// - Returns: The contradiction, naming the field; `nil` where there is none.
  static func problem(
    in report: ComparisonReport, verdict: ComparisonReport.Verdict,
    counts: ComparisonReport.Counts, histogram: [Int]
  ) -> String? {
    for (index, row) in report.rows.enumerated() {
      if let problem = problem(in: row) {
        return "'tensors.\(index)' is a \(row.verdict.rawValue), but \(problem)"
      }
    }
    if counts != report.counts {
      return "'counts' are not those of its tensors, \(TextReport(report).countsText)"
    }
    if !histogram.isEmpty || report.histogram.contains(where: { $0 > 0 }),
      histogram != report.histogram
    {
      return "'histogram' does not add up its tensors'"
    }
    if verdict != report.verdict {
      return "'verdict' is \(verdict.rawValue), its tensors say \(report.verdict.rawValue)"
    }
    return nil
  }

  /// The product of sizes, `nil` where it is beyond any matrix.
  private static func product(_ sizes: [Int]) -> Int? {
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      product = next
    }
    return product
  }

  /// The sum of counts, `nil` where it is beyond any number.
  private static func sum(_ counts: [Int]) -> Int? {
    var sum = 0
    for count in counts {
      let (next, overflow) = sum.addingReportingOverflow(count)
      if overflow { return nil }
      sum = next
    }
    return sum
  }
}
