import Comparison
import KaldiIO
import Tensors
import TestSupport
import Testing

/// Dumps that an independent NumPy program made with one mistake each, without any known mistake to try.
@Suite struct CauseFixtureTests {
  private static let folder = PackageFolder.fixture("cases") + "/causes"

  private func finding(
    _ dump: String, _ golden: String, double: Bool = false
  ) throws -> ComparisonReport.Finding? {
    var options = ComparisonOptions()
    options.double = double
    return try compare(
      expected: "\(Package.golden)/\(golden)", actual: "\(Self.folder)/\(dump)", options: options
    ).findings.first
  }

  @Test(
    "storage is told by the numbers",
    arguments: [
      ("L25-stored-bf16-lstm-7", "lstm", "stored in bfloat16"),
      ("L25-stored-bf16-lstm-npy32", "lstm", "stored in bfloat16"),
      ("L25-stored-fp16-sru-7", "sru", "stored in reduced precision"),
    ])
  func stored(dump: String, golden: String, cause: String) throws {
    #expect(try finding(dump, golden)?.cause == cause)
  }

  @Test(
    "errors of a format's size are not the format",
    arguments: [
      ("L20-tanh-approx", "lstm"), ("L42c-iof-converted", "tflstm"), ("L24-tf32", "lstm"),
      ("bf16-name-coupled-gates", "lstm-probe"),
    ])
  func sizes(dump: String, golden: String) throws {
    #expect(try finding(dump, golden)?.cause == "undetermined")
  }

  @Test("an error in the twelfth digit is no factor")
  func notOnce() throws {
    #expect(try finding("L29-numeric", "lstm") == nil)
    let found = try finding("L29-numeric", "lstm", double: true)
    #expect(found?.cause == "undetermined" && found?.parts == nil)
  }

  @Test("a factor is told by every size it can be told by")
  func letters() throws {
    #expect(
      try finding("divided-by-N-for-B", "tflstm-probe")?.cause
        == "divided by N or divided by B or divided by F")
  }

  @Test("each tensor's own cause is told, and what remains")
  func several() throws {
    let found = try finding("two-at-once", "tflstm")
    #expect(found?.cause == "undetermined")
    #expect(
      found?.parts?.map(\.cause).sorted()
        == ["halved or divided by N or divided by B or divided by F", "transposed"])
    #expect(found?.explanation?.hasSuffix("undetermined: out") == true)
  }
}
