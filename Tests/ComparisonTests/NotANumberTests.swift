import Comparison
import Tensors
import Testing

/// Numbers that are none are told as such, from their first place on.
@Suite struct NotANumberTests {
  @Test("a NaN in a print is told with its place and what belongs there")
  func fixture() throws {
    let report = try compare(
      expected: Package.golden + "/lstm", actual: Package.cases + "/reports/F23-nan/out.txt")
    #expect(report.exitStatus == 1)
    let text = TextReport(report).rendered()
    #expect(
      text.contains(
        "1 of 24 elements out; not a number from 3,2 on, where expected 0.714860138 within "))
    #expect(!text.contains("within 0 "))
  }

  @Test("the first of several is told, before larger errors", arguments: [Double.nan, .infinity])
  func first(value: Double) {
    let records = MadeUpCase.dump(altering: "out") { matrix in
      var matrix = matrix
      matrix.elements[1] = 1e6
      for index in [5, 6, 11] { matrix.elements[index] = value }
      return matrix
    }
    let report = compare([MadeUpCase.golden()], with: records)
    let worst = report.row("out")?.worst
    #expect(worst?.row == 2 && worst?.column == 1)
    // 0.66 within its millionth.
    #expect(worst?.bound == 0.66 * 1e-6)
    let words = value.isNaN ? "not a number from 2,1 on" : "infinite from 2,1 on"
    #expect(TextReport(report).rendered().contains(words))
    #expect(JUnitReport(report).rendered().contains(words))
  }
}
