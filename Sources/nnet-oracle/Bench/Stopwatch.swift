import Foundation

/// What a piece of work takes.
struct Timing {
  /// Nanoseconds of the middle sample.
  var median: Double
  /// Nanoseconds of the shortest sample.
  var best: Double
  /// Nanoseconds between the quarter and three-quarter samples.
  var spread: Double
  /// How many samples there are.
  var samples: Int
}

/// Times work: warmed up, in batches that are long against the clock's own cost, many times.
struct Stopwatch {
  /// Which time is taken.
  enum Clock {
    /// The calling thread's own: whatever else the machine does is not counted.
    case processor
    /// Everybody's: the only one for work that several threads share.
    case wall
  }

  /// How long to go on sampling; at least five samples are taken, one if this is 0.
  let seconds: Double

  /// A sample takes at least so many nanoseconds, unless there is only one.
  private static let batch = 100_000.0
  private static let mostSamples = 100_000

  /// Times a piece of work.
  func time<Failure: Error>(
    _ clock: Clock, _ work: () throws(Failure) -> Void
  ) throws(Failure) -> Timing {
    try work()
    guard seconds > 0 else {
      let start = clock.now
      try work()
      let elapsed = clock.now - start
      return Timing(median: elapsed, best: elapsed, spread: 0, samples: 1)
    }
    let start = clock.now
    try work()
    let repetitions = max(1, Int((Self.batch / max(clock.now - start, 1)).rounded(.up)))
    var samples: [Double] = []
    samples.reserveCapacity(Self.mostSamples)
    let end = Clock.wall.now + seconds * 1e9
    while samples.count < 5 || (Clock.wall.now < end && samples.count < Self.mostSamples) {
      let start = clock.now
      for _ in 0..<repetitions { try work() }
      samples.append((clock.now - start) / Double(repetitions))
    }
    samples.sort()
    let quarter = samples.count / 4
    return Timing(
      median: samples[samples.count / 2], best: samples[0],
      spread: samples[samples.count - 1 - quarter] - samples[quarter], samples: samples.count)
  }
}

extension Stopwatch.Clock {
  /// Nanoseconds since some moment.
  var now: Double {
    var time = timespec()
    _ = unsafe clock_gettime(
      self == .processor ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }
}
