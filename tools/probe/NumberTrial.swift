import Foundation
import KaldiIO
import Tensors

/// Reads random decimals and compares each, bit by bit, with the platform's `strtod`.
enum NumberTrial {
  private static let batch = 4000

  /// Runs the trial.
  ///
  /// - Parameter arguments: How many numbers, and the seed.
  /// - Returns: The exit status.
  static func run(_ arguments: [String]) -> Int32 {
    let count = arguments.first.flatMap(Int.init) ?? 1_000_000
    var generator = SplitMix64(seed: arguments.dropFirst().first.flatMap(UInt64.init) ?? 1)
    var done = 0
    var wrong = 0
    while done < count {
      let texts = (0..<batch).map { text(kind: $0 / 10 % 6, &generator) }
      let expected = texts.map { unsafe strtod($0, nil) }
      guard let asTable = numbers(texts, isTable: true),
        let asLog = numbers(texts, isTable: false)
      else {
        print("unreadable: a batch of \(batch) numbers from number \(done)")
        return 1
      }
      for index in 0..<batch {
        let bits = expected[index].bitPattern
        if asTable[index].bitPattern == bits && asLog[index].bitPattern == bits { continue }
        if wrong < 10 { print(texts[index], expected[index], asTable[index], asLog[index]) }
        wrong += 1
      }
      done += batch
    }
    print("\(done) numbers, \(wrong) not as strtod reads them")
    return wrong == 0 ? 0 : 1
  }

  /// The numbers as the reader of tables or the reader of logs finds them in rows of ten.
  private static func numbers(_ texts: [String], isTable: Bool) -> [Double]? {
    var text = "m  [\n"
    for start in stride(from: 0, to: texts.count, by: 10) {
      text += "  " + texts[start..<min(start + 10, texts.count)].joined(separator: " ") + " \n"
    }
    let source = ByteSource(bytes: Array((text + "]\n").utf8), name: "numbers")
    do throws(KaldiIOError) {
      var content: TensorRecord.Content?
      if isTable {
        var reader = ArchiveReader(source: source)
        content = try reader.next()?.content
      } else {
        var reader = try LogReader(source)
        content = try reader.next()?.content
      }
      if case .tensor(let tensor)? = content, tensor.matrix.elements.count == texts.count {
        return tensor.matrix.elements
      }
      if case .malformed(let error)? = content { print(error) }
    } catch {
      print(error)
    }
    return nil
  }

  /// A finite number, a row of one kind: any double by its bits, floats, halves between floats, many digits, few.
  private static func text(kind: Int, _ generator: inout SplitMix64) -> String {
    while true {
      let bits = generator.next()
      var text: String
      switch kind {
      case 0: text = printed(Double(bitPattern: bits), 17)
      case 1:
        text = printed(Double(Float(bitPattern: UInt32(bits >> 32))), Int(bits & 15) + 1)
      case 2:
        // Exactly between two doubles, or next to it.
        let low = Double(bitPattern: 0x3ca0_0000_0000_0000 + bits >> 8)
        text = halfway(low) + ["", "1", "00000001"][Int(bits % 3)]
      case 3: text = "\(bits).\(generator.next())e\(Int(generator.next() % 600) - 310)"
      case 4: text = (bits >> 63 == 0 ? "-" : "") + "\(bits % 10).\(bits % 1_000_000_007)"
      default:
        let digits = (0..<Int(bits % 40) + 1).map { _ in String(generator.next() % 10) }
        text = digits.joined() + "e\(Int(bits >> 40) % 300 - 320)"
      }
      if unsafe strtod(text, nil).isFinite, text.utf8.last.map({ $0 &- 0x30 <= 9 }) == true {
        return text
      }
    }
  }

  /// As C prints it.
  private static func printed(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)g", value)
  }

  /// All digits of the number in the middle between a double and the next one.
  private static func halfway(_ low: Double) -> String {
    // The lower bits of the doubled significand follow the double's own: print both exactly.
    let (ulp, scaled) = (low.ulp, low)
    guard scaled.isFinite, ulp > 0x1p-200, low < 0x1p200 else { return "0" }
    // Both have few enough binary digits behind the point for 300 decimals.
    return sum(String(format: "%.300f", low), String(format: "%.300f", ulp / 2))
  }

  /// The sum of two decimals of equally many places behind the point.
  private static func sum(_ one: String, _ other: String) -> String {
    let (a, b) = (Array(one.utf8.reversed()), Array(other.utf8.reversed()))
    var digits: [UInt8] = []
    var carry: UInt8 = 0
    for index in 0..<max(a.count, b.count) {
      if index < a.count, a[index] == 0x2e {
        digits.append(0x2e)
        continue
      }
      let total =
        (index < a.count ? a[index] - 0x30 : 0) + (index < b.count ? b[index] - 0x30 : 0) + carry
      digits.append(0x30 + total % 10)
      carry = total / 10
    }
    if carry > 0 { digits.append(0x31) }
    return String(decoding: digits.reversed(), as: UTF8.self)
  }
}
