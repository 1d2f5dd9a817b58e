import Foundation
import Glibc
import KaldiIO
import Tensors
import TestSupport
import Testing

/// The C library's reading, the independent witness of ours.
private func cDouble(_ text: String) -> Double { unsafe strtod(text, nil) }

private func cFloat(_ text: String) -> Float { unsafe strtof(text, nil) }

private func cPrint(_ value: Double, _ digits: Int) -> String {
  var memory = [CChar](repeating: 0, count: digits + 64)
  let length = unsafe withVaList([Int32(digits), value]) { arguments in
    unsafe vsnprintf(&memory, memory.count, "%.*g", arguments)
  }
  return String(decoding: memory.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func parse(_ texts: [String], _ precision: Precision) throws -> [Double] {
  let text = "[ " + texts.joined(separator: " ") + " ]"
  return try ByteSource(bytes: Array(text.utf8), name: "numbers").readTextTensor(
    form: .vector, options: TextOptions(precision: precision)
  ).matrix.elements
}

/// How many random numbers; `NNET_ORACLE_NUMBERS` sets it for a release check.
private let rounds: Int = {
  #if DEBUG
    let usual = 20_000
  #else
    let usual = 1_000_000
  #endif
  return ProcessInfo.processInfo.environment["NNET_ORACLE_NUMBERS"].flatMap(Int.init) ?? usual
}()

@Suite("Decimal numbers")
struct NumberTests {
  /// Halfway cases, limits of the ranges, long strings.
  static let hardTexts: [String] = [
    "9007199254740993", "9007199254740992.9999999999999999999999999999",
    "9007199254740993.00000000000000000000000000000000000001", "1e23", "8.5e22", "9.5e22",
    "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9406564584124654e-324",
    "2.4703282292062327e-324", "2.4703282292062328e-324", "2.4703282292062327208e-324",
    "1.7976931348623157e308", "1.7976931348623158e308",
    "0." + String(repeating: "0", count: 400)
      + "1e401", "123456789012345678901234567890", "1" + String(repeating: "0", count: 300),
    "0.1000000000000000055511151231257827021181583404541015625",
    "0.10000000000000000555111512312578270211815834045410156250000000000000001",
    "3.4028235e38", "1.17549435e-38", "1.4e-45", "16777217", "16777219", "7.0064923e-46",
    "1.00000005960464477539062500000000000000000000000001", "1.000000059604644775390625",
    "1.000000178813934326171875", "0e999999999999", "0", "-0", "00000000000000000000000001.5",
    "6.631236846766476e-316", "3.237883913302901289588352412501532174863037669423108059901297e-319",
    "7.4109846876186981626485318930233205854758970392148714663837852375e-324",
    "5e-324", "1e-400", "9223372036854775808", "18446744073709551615", "18446744073709551616",
  ]

  @Test("Reading agrees with strtod and strtof on hard cases", arguments: hardTexts)
  func hard(_ text: String) throws {
    #expect(try parse([text], .float64)[0].bitPattern == cDouble(text).bitPattern)
    let single = cFloat(text)
    if single.isFinite {
      #expect(try parse([text], .float32)[0].bitPattern == Double(single).bitPattern)
    } else {
      #expect(throws: KaldiIOError.self) { try parse([text], .float32) }
    }
  }

  @Test("Reading agrees with strtod and strtof on random decimals")
  func random() throws {
    var generator = SeededGenerator(seed: 41)
    var wrong = 0
    for _ in 0..<(rounds / 1000) {
      let texts = (0..<1000).map { _ in Self.randomText(&generator) }.filter {
        cDouble($0).isFinite
      }
      let doubles = try parse(texts, .float64)
      for (text, value) in zip(texts, doubles) where value.bitPattern != cDouble(text).bitPattern {
        wrong += 1
      }
      let inRange = texts.filter { cFloat($0).isFinite }
      let singles = try parse(inRange, .float32)
      for (text, value) in zip(inRange, singles)
      where value.bitPattern != Double(cFloat(text)).bitPattern {
        wrong += 1
      }
    }
    #expect(wrong == 0)
  }

  static func randomText(_ generator: inout SeededGenerator) -> String {
    let kind = generator.next() % 6
    let bits = generator.next()
    switch kind {
    case 0:
      let value = Double(bitPattern: bits)
      return value.isFinite ? cPrint(value, 17) : "1"
    case 1:
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
      return value.isFinite ? cPrint(Double(value), Int(bits >> 60) + 1) : "2"
    case 2:
      // Exactly between two binary32 numbers, or one digit off.
      let low = Float(bitPattern: UInt32(truncatingIfNeeded: bits) & 0x7fff_ffff)
      guard low.isFinite, low.nextUp.isFinite else { return "3" }
      let text = cPrint((Double(low) + Double(low.nextUp)) / 2, 160)
      return text.contains("e") || !text.contains(".") ? text : text + (bits >> 63 == 0 ? "" : "1")
    case 3: return "\(bits).\(generator.next())e\(Int(generator.next() % 600) - 310)"
    case 4: return "0.\(bits % 100_000_000)"
    default:
      let digits = (0..<Int(bits % 40) + 1).map { _ in String(generator.next() % 10) }.joined()
      return digits + "e\(Int(bits >> 40) % 300 - 320)"
    }
  }

  @Test("The shortest decimal is Swift's, in our notation")
  func shortest() {
    var generator = SeededGenerator(seed: 42)
    var wrong: [Double] = []
    for round in 0..<rounds {
      let bits = generator.next()
      var value = Double(bitPattern: bits)
      if round % 3 == 1 { value = Double(Int64(truncatingIfNeeded: bits) >> 20) / 1e6 }
      if round % 3 == 2 {
        value = Double(sign: .plus, exponent: Int(bits % 2000) - 1000, significand: 1)
      }
      guard value.isFinite else { continue }
      if digits(NumberStyle.shortestDouble.spell(value)) != digits(value.description) {
        wrong.append(value)
      }
      let single = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
      guard single.isFinite else { continue }
      if digits(NumberStyle.shortestFloat.spell(Double(single))) != digits(single.description) {
        wrong.append(Double(single))
      }
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
  }

  /// Sign, digits without zeros at either end, and the exponent of the first digit.
  private func digits(_ text: String) -> String {
    let parts = text.lowercased().split(separator: "e")
    var mantissa = String(parts[0])
    let isNegative = mantissa.hasPrefix("-")
    if isNegative { mantissa.removeFirst() }
    var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    exponent += halves[0].count - 1
    var all = halves.joined()
    while all.hasPrefix("0") && all.count > 1 {
      all.removeFirst()
      exponent -= 1
    }
    while all.hasSuffix("0") && all.count > 1 { all.removeLast() }
    return "\(isNegative)\(all)@\(all == "0" ? 0 : exponent)"
  }

  @Test(
    "Notation: fixed from 1e-5 to 1e17, exponents beyond, no point on whole numbers",
    arguments: [
      (1.0, "1"), (-0.0, "-0"), (0.1, "0.1"), (-2.5, "-2.5"), (1e-5, "0.00001"),
      (9.9e-6, "9.9e-06"), (1e16, "10000000000000000"), (1e17, "1e+17"), (1.5e20, "1.5e+20"),
      (12345.678, "12345.678"), (Double.leastNonzeroMagnitude, "5e-324"),
      (1.7976931348623157e308, "1.7976931348623157e+308"),
      (Double.infinity, "inf"), (-Double.infinity, "-inf"), (Double.nan, "nan"),
      (-Double.nan, "-nan"),
      (1.0 / 3, "0.3333333333333333"), (99999999999999984, "99999999999999980"),
    ])
  func notation(_ value: Double, _ text: String) {
    #expect(NumberStyle.shortestDouble.spell(value) == text)
  }

  @Test("Significant digits agree with C's %.Pg at every count")
  func significant() {
    var generator = SeededGenerator(seed: 43)
    var wrong: [String] = []
    for round in 0..<rounds / 4 {
      let bits = generator.next()
      var value = Double(bitPattern: bits)
      switch round % 4 {
      case 1: value = Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
      case 2: value = Double(Int64(truncatingIfNeeded: bits) >> 44) / 8
      case 3: value = Double(Int64(truncatingIfNeeded: bits) >> 40) / 1e5
      default: break
      }
      guard value.isFinite else { continue }
      let count = round % 97 == 0 ? 1 + Int(generator.next() % 800) : 1 + Int(generator.next() % 18)
      let ours = NumberStyle.significantDigits(count).spell(value)
      if ours != cPrint(value, count) { wrong.append(ours) }
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
  }
}
