import KaldiIO

/// One line of `bench`.
struct BenchResult: Sendable {
  /// What was timed: a kernel, or a work on files.
  var name: String
  /// `forward` or `backward`; nil for what is no kernel.
  var pass: String?
  /// The dimensions by their letters.
  var dimensions: [(letter: String, size: Int)] = []
  /// `Double` or `Float`; nil for what is no kernel.
  var scalar: String?
  /// How many threads it ran on.
  var threads = 1
  /// How long it took.
  var timing: Timing
  /// The amount of work of a run, with its unit's name: operations or bytes.
  var amount: (count: Double, unit: Unit)?
  /// The machine's limit in the same unit a second.
  var limit: Double?

  /// What work is counted in.
  enum Unit: Sendable {
    case operations
    case bytes
  }

  /// Units of work a second.
  var rate: Double? { amount.map { $0.count / (timing.median * 1e-9) } }

  /// The cells of a table row.
  var cells: [String] {
    let size = dimensions.map { "\($0.letter)=\($0.size)" }.joined(separator: " ")
    let speed =
      switch amount?.unit {
      case .operations: short((rate ?? 0) * 1e-9) + " GFLOP/s"
      case .bytes: short((rate ?? 0) * 1e-6) + " MB/s"
      case nil: ""
      }
    let share =
      if let rate, let limit, limit > 0 { short(100 * rate / limit) + "%" } else { "" }
    return [
      name, pass ?? "", size, scalar ?? "", duration(timing.median), duration(timing.spread), speed,
      share,
    ]
  }

  /// The heading over the cells.
  static let heading = [
    "what", "pass", "size", "scalar", "median", "spread", "speed", "of the limit",
  ]

  /// The result as a JSON object on one line.
  var json: String {
    func number(_ value: Double) -> String {
      value.isFinite ? NumberStyle.significantDigits(6).spell(value) : "null"
    }
    var fields = ["\"kernel\": \"\(name)\""]
    if let pass { fields.append("\"pass\": \"\(pass)\"") }
    fields += dimensions.map { "\"\($0.letter)\": \($0.size)" }
    if let scalar { fields.append("\"scalar\": \"\(scalar)\"") }
    fields.append("\"threads\": \(threads)")
    fields.append("\"medianNanoseconds\": \(number(timing.median))")
    fields.append("\"spread\": \(number(timing.spread))")
    if let rate, let amount {
      let name = amount.unit == .operations ? "operationsPerSecond" : "bytesPerSecond"
      fields.append("\"\(name)\": \(number(rate))")
      if let limit { fields.append("\"shareOfLimit\": \(number(rate / limit))") }
    }
    return "{" + fields.joined(separator: ", ") + "}"
  }

  private func short(_ value: Double) -> String {
    NumberStyle.significantDigits(3).spell(value)
  }

  private func duration(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<1e3: short(nanoseconds) + " ns"
    case ..<1e6: short(nanoseconds / 1e3) + " µs"
    case ..<1e9: short(nanoseconds / 1e6) + " ms"
    default: short(nanoseconds / 1e9) + " s"
    }
  }
}
