import Files
public import Foundation
import KaldiIO

/// A comparison as JSON, schema 1: what other programs read, and what shards are joined from.
public enum JSONReport {
  /// The report as JSON text: keys sorted, numbers shortest, ending in a newline.
  ///
  /// - Throws: ``ComparisonError/badReport(file:problem:)`` when encoding fails.
  public static func render(_ report: ComparisonReport) throws(ComparisonError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      let text = String(decoding: try encoder.encode(Document(report)), as: UTF8.self) + "\n"
      return escapingForTerminal(text)
    } catch {
      throw .badReport(file: "report", problem: "cannot be written as JSON: \(error)")
    }
  }

  /// Spells out what JSON allows in a string and a terminal obeys; it stands in strings only.
  private static func escapingForTerminal(_ text: String) -> String {
    guard !text.unicodeScalars.allSatisfy({ !$0.isUnsafeForTerminal || $0 == "\n" }) else {
      return text
    }
    var result = ""
    for scalar in text.unicodeScalars {
      if !scalar.isUnsafeForTerminal || scalar == "\n" {
        result.unicodeScalars.append(scalar)
      } else {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    return result
  }

  /// Reads a report back: its verdict and counts are made anew from its rows.
  ///
  /// - Throws: ``ComparisonError/badReport(file:problem:)`` when it is no report of schema 1, or
  ///   says of itself what its rows do not.
  public static func read(_ data: Data, file: String) throws(ComparisonError) -> ComparisonReport {
    guard data.contains(where: { !($0 == 0x20 || (0x09...0x0d).contains($0)) }) else {
      throw .badReport(file: file, problem: "found nothing, expected a comparison report")
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      let schema = try decoder.decode(Schema.self, from: data).schema
      guard schema == 1 else {
        throw ComparisonError.badReport(file: file, problem: "found schema \(schema), expected 1")
      }
      let document = try decoder.decode(Document.self, from: data)
      let report = document.report
      if let problem = ReportCheck.problem(
        in: report, verdict: document.verdict, counts: document.counts,
        histogram: document.histogram.counts)
      {
        throw ComparisonError.badReport(
          file: file, problem: "the report contradicts itself: \(problem)")
      }
      return report
    } catch let error as ComparisonError {
      throw error
    } catch {
      throw .badReport(file: file, problem: "found no comparison report: \(readable(error))")
    }
  }

  /// The one key that says how to read the others.
  private struct Schema: Decodable {
    var schema: Int
  }

  private static func readable(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .keyNotFound(let key, _): return "the key '\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? "not valid JSON" : "'\(path)' has a value of the wrong kind"
    @unknown default: return "\(error)"
    }
  }
}

/// The whole of a report, as it is stored.
private struct Document: Codable {
  var schema = 1
  var verdict: ComparisonReport.Verdict
  var counts: ComparisonReport.Counts
  var histogram: Histogram
  var requireAll: Bool
  var strict: Bool
  var allowUndecided: Bool?
  var part: Bool?
  var unjudged: String?
  var problems: [String]
  var findings: [ComparisonReport.Finding]
  var tensors: [TensorRow]

  struct Histogram: Codable {
    var edges: [Double]
    var counts: [Int]
  }

  init(_ report: ComparisonReport) {
    verdict = report.verdict
    counts = report.counts
    histogram = Histogram(edges: ComparisonReport.histogramEdges, counts: report.histogram)
    requireAll = report.requireAll
    strict = report.strict
    allowUndecided = report.allowUndecided ? true : nil
    part = report.isPart ? true : nil
    unjudged = report.unjudged
    problems = report.problems
    findings = report.findings
    tensors = report.rows
  }

  var report: ComparisonReport {
    var report = ComparisonReport()
    for row in tensors { report.add(row) }
    report.requireAll = requireAll
    report.strict = strict
    report.allowUndecided = allowUndecided ?? false
    report.isPart = part ?? false
    report.problems = problems
    report.findings = findings
    return report
  }
}

extension TensorRow: Codable {
  private enum CodingKeys: String, CodingKey {
    case `case`, view, expected, actual, source, role, shape, actualShape, verdict, elements,
      outside
    case largestError, farthest, largestShare, worst, histogram, undecidedShare, digits, decimals
    case causes, note, learningRate, smallestRtol, smallestAtol
  }

  /// Writes the row; what a row of its kind always has is null where it has no value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(`case`, forKey: .case)
    try container.encode(view, forKey: .view)
    try container.encode(expected, forKey: .expected)
    try container.encode(actual, forKey: .actual)
    try container.encode(source, forKey: .source)
    try container.encodeIfPresent(role, forKey: .role)
    try container.encode(shape, forKey: .shape)
    try container.encodeIfPresent(actualShape, forKey: .actualShape)
    try container.encode(verdict, forKey: .verdict)
    try container.encodeIfPresent(elements, forKey: .elements)
    try container.encodeIfPresent(outside, forKey: .outside)
    try container.encode(largestError, forKey: .largestError)
    try container.encodeIfPresent(farthest, forKey: .farthest)
    // A share is never NaN; an infinite one is null.
    let share = largestShare.flatMap { $0.isFinite ? $0 : nil }
    try container.encode(share, forKey: .largestShare)
    try container.encode(worst, forKey: .worst)
    try container.encodeIfPresent(histogram, forKey: .histogram)
    try container.encodeIfPresent(undecidedShare, forKey: .undecidedShare)
    try container.encodeIfPresent(digits, forKey: .digits)
    try container.encodeIfPresent(decimals, forKey: .decimals)
    try container.encode(causes, forKey: .causes)
    try container.encodeIfPresent(note, forKey: .note)
    try container.encodeIfPresent(learningRate, forKey: .learningRate)
    try container.encodeIfPresent(smallestRtol, forKey: .smallestRtol)
    try container.encodeIfPresent(smallestAtol, forKey: .smallestAtol)
  }

  /// Reads a row; a null share of a tensor that was compared is an infinite one.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(verdict: try container.decode(Verdict.self, forKey: .verdict))
    `case` = try container.decodeIfPresent(String.self, forKey: .case)
    view = try container.decodeIfPresent(String.self, forKey: .view)
    expected = try container.decodeIfPresent(String.self, forKey: .expected)
    actual = try container.decodeIfPresent(String.self, forKey: .actual)
    source = try container.decodeIfPresent(String.self, forKey: .source)
    role = try container.decodeIfPresent(CaseDescription.Role.self, forKey: .role)
    shape = try container.decodeIfPresent([Int].self, forKey: .shape)
    actualShape = try container.decodeIfPresent([Int].self, forKey: .actualShape)
    elements = try container.decodeIfPresent(Int.self, forKey: .elements)
    outside = try container.decodeIfPresent(Int.self, forKey: .outside)
    largestError = try container.decodeIfPresent(Double.self, forKey: .largestError)
    farthest = try container.decodeIfPresent(Element.self, forKey: .farthest)
    largestShare = try container.decodeIfPresent(Double.self, forKey: .largestShare)
    if largestShare == nil, elements != nil { largestShare = .infinity }
    worst = try container.decodeIfPresent(Element.self, forKey: .worst)
    histogram = try container.decodeIfPresent([Int].self, forKey: .histogram)
    undecidedShare = try container.decodeIfPresent(Double.self, forKey: .undecidedShare)
    digits = try container.decodeIfPresent(Int.self, forKey: .digits)
    decimals = try container.decodeIfPresent(Int.self, forKey: .decimals)
    causes = try container.decodeIfPresent([String].self, forKey: .causes) ?? []
    note = try container.decodeIfPresent(String.self, forKey: .note)
    learningRate = try container.decodeIfPresent(Double.self, forKey: .learningRate)
    smallestRtol = try container.decodeIfPresent(Double.self, forKey: .smallestRtol)
    smallestAtol = try container.decodeIfPresent(Double.self, forKey: .smallestAtol)
  }
}
