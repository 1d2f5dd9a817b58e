import Comparison
import Foundation
import KaldiIO
import Tensors
import TestSupport
import Testing

/// The digits of a print are those that its numbers show, whatever its file is called.
@Suite struct DigitsTests {
  /// What a report says of `out`: verdict, significant digits, decimals.
  private func outcome(_ file: String) throws -> (TensorRow.Verdict?, Int?, Int?) {
    let report = try compare(
      expected: Package.golden + "/lstm", actual: Package.cases + "/reports/" + file)
    #expect(report.exitStatus == 0)
    return (report.row("out")?.verdict, report.row("out")?.digits, report.row("out")?.decimals)
  }

  @Test(
    "prints of a correct program match, the digits taken from the numbers",
    arguments: [
      ("L73b-digits4", 4, nil), ("L73c-fixed4", nil, 4), ("L73c-fixed6", nil, 6),
      ("L74-printf/4f", nil, 4), ("L74-printf/5f", nil, 5), ("L74-printf/f", nil, 6),
      ("L74-printf/8f", nil, 8), ("L74-printf/g", 6, nil), ("L74-printf/e", 7, nil),
      ("L74-printf/3e", 4, nil),
    ] as [(String, Int?, Int?)])
  func printed(name: String, digits: Int?, decimals: Int?) throws {
    for file in [name] + (name.hasPrefix("L74") ? [name + ".log"] : []) {
      #expect(try outcome(file) == (.match, digits, decimals))
    }
  }

  @Test("the report tells the digits where they are few or fixed")
  func told() throws {
    func text(_ file: String) throws -> String {
      let report = try compare(
        expected: Package.golden + "/lstm", actual: Package.cases + "/reports/" + file)
      return TextReport(report).rendered()
    }
    #expect(
      try text("L73c-fixed4").contains("digits: printed with 4 decimals (out, in_diff, Wx_corr, "))
    #expect(try text("L73b-digits4").contains("digits: printed with 4 significant digits (out, "))
    #expect(try !text("L74-printf/g").contains("digits: "))
  }

  @Test("a dump of six digits in every file matches")
  func sixDigits() throws {
    let report = try compare(
      expected: Package.golden + "/tflstm", actual: Package.cases + "/verdicts/six-digit-file")
    #expect(report.counts.match == 20 && report.exitStatus == 0)
  }

  @Test(
    "the same bytes get the same verdict under any name",
    arguments: ["bare6.txt", "text-first.txt", "out.txt"])
  func anyName(file: String) throws {
    let text = try String(
      contentsOfFile: Package.cases + "/logs/" + file, encoding: .utf8)
    try inFreshFolder { folder in
      for (version, status) in [(text, 0), (text.replacing("0.0466294", with: "0.0466394"), 1)] {
        for name in ["x.txt", "x.log", "out.txt", "out.log", "something"] {
          let path = folder.appendingPathComponent(name)
          try Data(version.utf8).write(to: path)
          let report = try compare(expected: Package.golden + "/tflstm", actual: path.path)
          #expect(report.exitStatus == Int32(status), "\(name)")
          #expect(report.row("out")?.digits == 6, "\(name)")
        }
      }
    }
  }

  /// The digits that a row of text numbers is taken to have been printed with.
  private func digits(_ numbers: [String], of expected: [Double]) throws -> (Int?, Int?) {
    try inFreshFolder { folder in
      let files = [("e.txt", expected.map { "\($0)" }), ("a.txt", numbers)].map { name, words in
        (folder.path + "/" + name, " [ " + words.joined(separator: " ") + " ]\n")
      }
      for (path, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
      let report = try compare(expected: files[0].0, actual: files[1].0)
      return (report.rows.first?.digits, report.rows.first?.decimals)
    }
  }

  @Test("eight different fractions that should have more digits show them, fewer do not")
  func telling() throws {
    let short = (1...8).map { "0.\($0)1" }
    let due = (1...8).map { 0.1 * Double($0) + 0.0104 }
    #expect(try digits(short, of: due) == (2, nil))
    #expect(try digits(Array(short.dropLast()), of: Array(due.dropLast())) == (6, nil))
    #expect(try digits(short + ["0.1234567"], of: due + [0.1234567]) == (7, nil))
    // One number many times, and whole numbers, show nothing.
    #expect(try digits(Array(repeating: "0.51", count: 9), of: due + [0.5]) == (6, nil))
    #expect(try digits((1...9).map { "\($0)" }, of: (1...9).map { Double($0) + 0.1 }) == (6, nil))
    // What is short by nature was printed with any number of digits.
    #expect(try digits(short, of: short.compactMap { Double($0) }) == (6, nil))
  }

  @Test("parameters of one digit are judged as any others")
  func shortByNature() {
    var golden = MadeUpCase.golden()
    let tenths = (0..<12).map { 0.1 * Double($0 % 9 + 1) }
    golden.tensors["in"] = stored(6, 2, tenths)
    func row(_ first: Double) -> TensorRow? {
      let numbers = [first] + tenths.dropFirst()
      let records = [record("in", stored(6, 2, numbers, encoding: .text(significantDigits: 1)))]
      return compare([golden], with: records).row("in")
    }
    #expect(row(0.1)?.verdict == .match && row(0.1)?.undecidedShare == nil)
    #expect(row(0.2)?.verdict == .mismatch)
    #expect(row(0.100002)?.verdict == .mismatch)
  }

  @Test("random numbers under %g, %e and %f are recognised at 2 to 8 digits")
  func forms() throws {
    var generator = SeededGenerator(seed: 21)
    for places in 2...8 {
      let numbers = (0..<60).map { _ in
        Double.random(in: -1...1, using: &generator)
          * [0.1, 1, 3][Int.random(in: 0..<3, using: &generator)]
      }
      let fixed = numbers.map { String(format: "%.\(places)f", $0) }
      #expect(try digits(fixed, of: numbers) == (nil, places), "%.\(places)f")
      let general = numbers.map { String(format: "%.\(places)g", $0) }
      #expect(try digits(general, of: numbers) == (places, nil), "%.\(places)g")
      let exponents = numbers.map { String(format: "%.\(places - 1)e", $0) }
      #expect(try digits(exponents, of: numbers) == (places, nil), "%.\(places - 1)e")
    }
  }

  @Test("with fixed decimals a number too small to show may print as 0, no larger one")
  func fixedZero() throws {
    var golden = MadeUpCase.golden()
    golden.tensors["out"]?.matrix.elements[0] = 4e-5
    golden.float32Bounds["out"]?.elements[0] = 1e-9
    func verdict(_ value: Double) -> TensorRow.Verdict? {
      let records = MadeUpCase.dump(storing: "out", as: .fixedPoint(decimals: 4)).map { record in
        guard record.name == "out", case .tensor(var tensor) = record.content else { return record }
        tensor.matrix.elements[0] = value
        return TensorRecord(name: "out", content: .tensor(tensor), origin: record.origin)
      }
      return compare([golden], with: records).row("out")?.verdict
    }
    #expect(verdict(0) == .match)
    #expect(verdict(1e-4) == .mismatch)
    golden.tensors["out"]?.matrix.elements[0] = 6e-5
    #expect(verdict(0) == .mismatch)
  }

  @Test("an input of few digits that is wrong in the last of them is a mismatch")
  func inputDigit() {
    for (value, wanted) in [(0.15, TensorRow.Verdict.match), (0.16, .mismatch)] {
      let records = MadeUpCase.dump(storing: "in", as: .text(significantDigits: 2)).map { record in
        guard record.name == "in", case .tensor(var tensor) = record.content else { return record }
        tensor.matrix.elements[1] = value
        return TensorRecord(name: "in", content: .tensor(tensor), origin: record.origin)
      }
      #expect(compare([MadeUpCase.golden()], with: records).row("in")?.verdict == wanted)
    }
  }

  @Test("a mismatch that a print of fewer digits would explain names the option")
  func hint() {
    func note(_ numbers: [Double], options: ComparisonOptions = ComparisonOptions()) -> String? {
      let records = [
        record("w_corr", stored(3, 2, numbers, encoding: .text(significantDigits: 4)))
      ]
      return compare([MadeUpCase.golden()], with: records, options: options).row("w_corr")?.note
    }
    // 12.5, -7.25, 3.5, 9.75, 4.25, -11.5 with two significant digits: six numbers are too few to
    // show them.
    let short = [12, -7.2, 3.5, 9.8, 4.2, -12]
    #expect(
      note(short) == "judged as printed with 6 significant digits; would match with --digits 2")
    var options = ComparisonOptions()
    options.digits = 2
    #expect(note(short, options: options) == nil)
    // A mistake is no rounding.
    #expect(note([12, -7.2, 3.5, 9.8, 5.2, -12]) == nil)
    #expect(note([12.5, -7.2517, 3.5, 9.75, 4.25, -11.5]) == nil)
  }

  @Test("a compressed number may stray by half a level: 65535 of CM2, 255 of CM3, 63 of CM")
  func levels() {
    // `out` runs from -0.88 to 0.77, its second column, the wider one, to 0.66. A hundredth of the
    // level is for how it was chosen; the element's own bound is 0.53e-6.
    for (name, range, levels) in [("CM2", 1.65, 65535.0), ("CM3", 1.65, 255), ("CM", 1.54, 63)] {
      let allowed = 0.505 * range / levels + 0.53e-6
      for (change, wanted) in [
        (allowed * 0.99999, TensorRow.Verdict.match), (allowed * 1.00001, .mismatch),
      ] {
        let records = MadeUpCase.dump(storing: "out", as: .other(name)).map { record in
          guard record.name == "out", case .tensor(var tensor) = record.content else {
            return record
          }
          tensor.matrix.elements[2] += change
          return TensorRecord(name: "out", content: .tensor(tensor), origin: record.origin)
        }
        #expect(
          compare([MadeUpCase.golden()], with: records).row("out")?.verdict == wanted, "\(name)")
      }
    }
  }
}
