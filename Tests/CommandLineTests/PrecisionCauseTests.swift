import Foundation
import Testing

/// What `compare` makes of a lower precision: named where every number is the one it gives, or not at
/// all.
@Suite struct PrecisionCauseTests {
  private static let causes = "Tests/Fixtures/cases/causes"

  @Test(
    "factors of products in a lower precision are named by the numbers that they give",
    arguments: [
      ("L24-tf32", "lstm", "float16 products or TF32 products"),
      ("true-bf16-named-TF32", "lstm-probe", "bfloat16 products"),
    ])
  func products(dump: String, golden: String, cause: String) throws {
    let outcome = try Tool.shell("$tool compare golden/\(golden) \(Self.causes)/\(dump)")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains(": cause: \(cause)\n"))
  }

  @Test(
    "errors of that size from something else are not",
    arguments: [
      ("L20-tanh-approx", "lstm"), ("bf16-name-coupled-gates", "lstm-probe"),
    ])
  func others(dump: String, golden: String) throws {
    let outcome = try Tool.shell("$tool compare golden/\(golden) \(Self.causes)/\(dump)")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains(": cause: undetermined\n"))
  }

  @Test("a tensor in the program's own order does not hide the cause of the others")
  func ownOrder() throws {
    let outcome = try Tool.shell("$tool compare golden/lstm \(Self.causes)/L02-bias-order")
    #expect(outcome.output.contains(": cause: gates-of-b-read-as-ifgo\n"))
    #expect(
      outcome.output.contains(
        "b_corr holds that with gate order ifgo for ifog, the program's own order"))
  }

  @Test("of a case too large for trials the report says so, and what to do")
  func untried() throws {
    try Tool.inFreshFolder { folder in
      let out = "'\(folder.path)'"
      let large = "compact-vfsmn --set T=400 --set D=60 --set N=30"
      #expect(try Tool.shell("$tool dump \(large) --out \(out)").status == 0)
      let text = folder.appendingPathComponent("compact-vfsmn/kaldi/out.txt")
      let numbers = try String(contentsOf: text, encoding: .utf8)
      let wrong = folder.appendingPathComponent("out.txt")
      // The first number alone, so that no layout and no factor explains it.
      try numbers.replacing(/\d+/, with: "7", maxReplacements: 1).write(
        to: wrong, atomically: true, encoding: .utf8)
      let outcome = try Tool.shell("$tool compare \(out)/compact-vfsmn '\(wrong.path)'")
      #expect(outcome.status == 1)
      #expect(outcome.output.contains("known mistakes were not tried, the case being too large"))
      #expect(outcome.output.contains("'nnet-oracle dump compact-vfsmn --set "))
    }
  }
}
