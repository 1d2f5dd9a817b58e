import Comparison
import Foundation
import KaldiIO
import Tensors
import Testing

/// What the reports say, and that they read back.
@Suite struct ReportTests {
  private func report() -> ComparisonReport {
    var records = MadeUpCase.dump(altering: "out") { matrix in
      var matrix = matrix
      matrix.elements[0] = .nan
      return matrix
    }.filter { $0.name != "bias" }
    records.append(
      TensorRecord(
        name: "model", content: .unrecognised("an <nnet1> model & more"),
        origin: TensorRecord.Origin(file: "dump/model.nnet")))
    return compare([MadeUpCase.golden()], with: records)
  }

  @Test("JSON has schema 1, keys sorted, non-finite numbers as strings, infinite shares null")
  func json() throws {
    let text = try JSONReport.render(report())
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    #expect(object?["schema"] as? Int == 1)
    #expect(object?["verdict"] as? String == "mismatch")
    let tensors = object?["tensors"] as? [[String: Any]] ?? []
    #expect(tensors.count == 9)
    let out = tensors.first { $0["expected"] as? String == "out" }
    #expect(out?["verdict"] as? String == "mismatch")
    #expect(out?["case"] as? String == "layer")
    #expect(out?["view"] as? String == "kaldi")
    #expect(out?["source"] as? String == "dump/out.mat")
    #expect(out?["shape"] as? [Int] == [6, 2])
    #expect(out?["largestShare"] is NSNull)
    #expect(out?["largestError"] as? String == "NaN")
    let worst = out?["worst"] as? [String: Any]
    #expect(worst?["actual"] as? String == "NaN")
    #expect(worst?["expected"] as? Double == 0.31)
    let keys = text.split(separator: "\n").filter { $0.hasPrefix("  \"") }
    #expect(keys == keys.sorted())
  }

  @Test("a report reads back as it was written")
  func roundTrip() throws {
    let report = report()
    let text = try JSONReport.render(report)
    let back = try JSONReport.read(Data(text.utf8), file: "x.json")
    #expect(try JSONReport.render(back) == text)
    #expect(back.exitStatus == 1)
  }

  @Test(
    "what is no report is one clear line",
    arguments: ["", "{}", "[1]", "{\"schema\": 2}", "not json"])
  func badReport(text: String) {
    #expect(throws: ComparisonError.self) {
      try JSONReport.read(Data(text.utf8), file: "x.json")
    }
  }

  @Test("merged shards add up")
  func merged() {
    let whole = merge([report(), report()])
    #expect(whole.counts.match == 2 * report().counts.match)
    #expect(whole.rows.count == 2 * report().rows.count)
    #expect(whole.exitStatus == 1)
    // Nothing judged is no match.
    #expect(merge([]).exitStatus == 3)
  }

  @Test("every name falls into exactly one shard")
  func shards() throws {
    let shards = try (1...20).map { try Shard(argument: "\($0)/20") }
    var sizes = Array(repeating: 0, count: 20)
    for number in 0..<10_000 {
      let homes = shards.indices.filter { shards[$0].contains("utt\(number)") }
      #expect(homes.count == 1)
      if let home = homes.first { sizes[home] += 1 }
    }
    #expect(sizes.allSatisfy { $0 > 300 && $0 < 700 })
    for bad in ["", "3", "0/20", "21/20", "a/b", "3/20/1", "-1/2"] {
      #expect(throws: ComparisonError.self) { try Shard(argument: bad) }
    }
  }

  @Test("the table is plain ASCII and ends in a summary")
  func text() {
    let text = TextReport(report()).rendered()
    let ascii = text.unicodeScalars.allSatisfy { $0.isASCII && ($0 == "\n" || $0.value >= 0x20) }
    #expect(ascii)
    #expect(text.hasSuffix("MISMATCH: 6 match, 1 mismatch, 1 absent, 1 unrecognised\n"))
    #expect(text.contains("out"))
    #expect(text.split(separator: "\n").allSatisfy { !$0.hasSuffix(" ") })
  }

  @Test("JUnit is well-formed and counts failures")
  func junit() {
    let text = JUnitReport(report()).rendered()
    let parser = XMLCounter(text)
    #expect(parser.isWellFormed)
    #expect(parser.counts["testcase"] == 9)
    #expect(parser.counts["failure"] == 1)
    #expect(parser.counts["skipped"] == 2)
  }

  @Test("the smallest passing tolerances do pass, the next smaller do not")
  func smallest() throws {
    var options = ComparisonOptions()
    options.smallestPassing = true
    let records = MadeUpCase.dump(altering: "out") { matrix in
      var matrix = matrix
      matrix.elements[0] += 1e-3
      matrix.elements[5] -= 2e-3
      return matrix
    }
    let row = compare([MadeUpCase.golden()], with: records, options: options).row("out")
    let rtol = try #require(row?.smallestRtol)
    let atol = try #require(row?.smallestAtol)
    func passes(rtol: Double, atol: Double) -> Bool {
      var options = ComparisonOptions()
      (options.rtol, options.atol) = (rtol, atol)
      let report = compare([MadeUpCase.golden()], with: records, options: options)
      return report.row("out")?.verdict == .match
    }
    #expect(passes(rtol: rtol, atol: 0))
    #expect(!passes(rtol: rtol.nextDown, atol: 0))
    #expect(passes(rtol: 0, atol: atol))
    #expect(!passes(rtol: 0, atol: atol.nextDown))
  }
}

/// Counts elements and checks nesting: enough of XML for what we write.
struct XMLCounter {
  var counts: [String: Int] = [:]
  var isWellFormed = true

  init(_ text: String) {
    var open: [String] = []
    for piece in text.split(separator: "<").dropFirst(text.hasPrefix("<?") ? 1 : 0) {
      guard let end = piece.firstIndex(of: ">") else {
        isWellFormed = false
        return
      }
      let tag = piece[..<end]
      let name = String(tag.drop { $0 == "/" }.prefix { $0.isLetter })
      if tag.hasPrefix("/") {
        if open.popLast() != name { isWellFormed = false }
      } else {
        counts[name, default: 0] += 1
        if !tag.hasSuffix("/") { open.append(name) }
      }
    }
    if !open.isEmpty { isWellFormed = false }
  }
}
