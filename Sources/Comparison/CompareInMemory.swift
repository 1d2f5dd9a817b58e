public import KaldiIO
import Tensors

/// Compares objects in memory with golden cases in memory.
///
/// This is what the file comparison does once everything is read; tests and trials of diagnosis
/// use it without touching a disk.
///
/// - Parameters:
///   - golden: The cases that the objects may be about.
///   - records: What a dump holds, in its order.
///   - isLog: Whether the records come from a log: then order and component markers count.
///   - options: The user's wishes.
///   - hypotheses: Gives the mistakes to try on a case that shows a mismatch.
///   - untried: Says why known mistakes are not among them.
///   - forecaster: Recomputes frames from the dump's own states.
/// - Returns: The report; without a single pair it holds a problem that says so.
public func compare(
  _ golden: [LoadedCase], with records: [TensorRecord], isLog: Bool = false,
  options: ComparisonOptions = ComparisonOptions(), hypotheses: HypothesisProvider? = nil,
  untried: UntriedMistakes? = nil, forecaster: FrameForecaster? = nil
) -> ComparisonReport {
  var dump = Dump()
  for record in records { dump.add(record, isLog: isLog) }
  var comparison = CaseComparison(
    golden.map { $0.expected(double: options.double) }, options: options, hypotheses: hypotheses,
    untried: untried, forecaster: forecaster)
  if isLog {
    comparison.compareLog(dump, among: comparison.cases)
  } else {
    comparison.compareAmongAll(dump, folder: nil)
  }
  comparison.close()
  var report = comparison.report
  if !comparison.hasPairs, report.problems.isEmpty {
    report.problems.append("nothing to compare: no object fits any expected tensor")
  }
  return report
}

extension Dump {
  /// Sorts a record by what it holds.
  mutating func add(_ record: TensorRecord, isLog: Bool) {
    if let warning = record.warning { warnings.append(warning) }
    switch record.content {
    case .tensor(let stored):
      tensors.append(ActualTensor(record, stored, isLog: isLog))
    case .unrecognised(let what): others.append((record, what))
    case .malformed(let error): malformed.append((record, "\(error)"))
    }
  }
}
