/// One row of the benchmark: what was timed, at which size, and how long it took.
struct Measurement: Encodable {
  /// What the work is counted in.
  enum Quantity {
    /// Multiplications, additions and activations, one each.
    case operations(Double)
    /// Bytes of all files read or written.
    case bytes(Double)
    /// Nothing.
    case nothing
  }

  /// The kernel, or `dump`, `text`, `binary`, `files`.
  let kernel: String
  /// `forward`, `backward`, `read`, `write`, `compare` or `dump`.
  let pass: String
  /// The dimensions by their letters.
  let dimensions: [BenchDimension]
  /// The numbers' type, where it is a choice.
  let scalar: String?
  /// How many threads may work.
  let threads: Int
  /// What it took.
  let timing: Timing
  /// What was done in that time.
  let quantity: Quantity
  /// How much of it a nanosecond could do at best.
  let limit: Double?

  /// Operations or bytes a nanosecond.
  private var rate: Double? {
    switch quantity {
    case .operations(let count), .bytes(let count): count / timing.median
    case .nothing: nil
    }
  }

  private var share: Double? {
    guard let rate, let limit, limit > 0 else { return nil }
    // Threads multiply what can be computed, not what one memory can deliver.
    if case .bytes = quantity { return rate / limit }
    return rate / (limit * Double(threads))
  }

  /// A key that may be a dimension's letter.
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Writes the row as a flat object.
  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(kernel, forKey: Key("kernel"))
    try object.encode(pass, forKey: Key("pass"))
    for dimension in dimensions {
      try object.encode(dimension.size, forKey: Key(dimension.letter))
    }
    try object.encodeIfPresent(scalar, forKey: Key("scalar"))
    try object.encode(threads, forKey: Key("threads"))
    try object.encode(rounded(timing.median, decimals: 1), forKey: Key("medianNanoseconds"))
    try object.encode(rounded(timing.best, decimals: 1), forKey: Key("bestNanoseconds"))
    try object.encode(rounded(timing.spread, decimals: 1), forKey: Key("spread"))
    try object.encode(timing.samples, forKey: Key("samples"))
    switch quantity {
    case .operations:
      try object.encodeIfPresent(
        rate.map { rounded($0, decimals: 3) }, forKey: Key("gigaflops"))
    case .bytes:
      try object.encodeIfPresent(
        rate.map { rounded($0 * 1000, decimals: 4) }, forKey: Key("megabytesPerSecond"))
    case .nothing: break
    }
    try object.encodeIfPresent(
      share.map { rounded($0, decimals: 4) }, forKey: Key("shareOfLimit"))
  }

  /// The headings of ``cells``.
  static let headings = [
    "kernel", "pass", "dimensions", "scalar", "threads", "median", "spread", "rate", "of limit",
  ]

  /// The row for people.
  var cells: [String] {
    let sizes = dimensions.map { "\($0.letter)\($0.size)" }.joined(separator: " ")
    let speed: String =
      switch quantity {
      case .operations: rate.map { "\(rounded($0, decimals: 2)) GFLOP/s" } ?? ""
      case .bytes: rate.map { "\(Int($0 * 1000)) MB/s" } ?? ""
      case .nothing: ""
      }
    let part = share.map { "\(Int(($0 * 100).rounded())) %" } ?? ""
    return [
      kernel, pass, sizes, scalar ?? "", String(threads), Self.text(timing.median),
      Self.text(timing.spread), speed, part,
    ]
  }

  private static func text(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<1e4: "\(Int(nanoseconds.rounded())) ns"
    case ..<1e7: "\(rounded(nanoseconds / 1e3, decimals: 1)) us"
    default: "\(rounded(nanoseconds / 1e6, decimals: 1)) ms"
    }
  }
}

/// A dimension of a benchmark.
struct BenchDimension: Sendable, Equatable {
  /// Its letter or word.
  let letter: String
  /// Its size.
  var size: Int
}

/// What `--json` prints.
struct BenchReport: Encodable {
  /// The form of the product that was taken.
  let variant: String
  /// What the machine can do at best.
  let limits: MachineLimits
  /// The rows.
  let results: [Measurement]
}
