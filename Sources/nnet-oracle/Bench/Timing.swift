/// How long one run of a piece of work takes.
struct Timing: Sendable {
  /// The median of the samples, in nanoseconds.
  var median: Double
  /// From the first to the third quartile, in nanoseconds.
  var spread: Double

  /// Times a piece of work: warmed up, in batches of at least 0.2 ms, for at least so many seconds
  /// and five batches.
  static func of(seconds: Double, _ work: () throws -> Void) rethrows -> Timing {
    let clock = ContinuousClock()
    var runs = 1
    while true {
      let duration = try clock.measure { for _ in 0..<runs { try work() } }
      if duration >= .microseconds(200) || runs >= 1 << 24 { break }
      runs *= 2
    }
    var samples: [Double] = []
    let start = clock.now
    while samples.count < 5
      || (start.duration(to: clock.now).seconds < seconds && samples.count < 20_000)
    {
      let duration = try clock.measure { for _ in 0..<runs { try work() } }
      samples.append(duration.seconds * 1e9 / Double(runs))
    }
    samples.sort()
    return Timing(
      median: samples[samples.count / 2],
      spread: samples[samples.count * 3 / 4] - samples[samples.count / 4])
  }
}

extension Duration {
  /// The duration as a number of seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
