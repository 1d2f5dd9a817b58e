import Arithmetic

/// What this machine can do at best on one thread, measured.
struct MachineLimits: Encodable {
  /// Unfused multiply-adds on registers alone, in doubles: 10⁹ operations a second.
  let doubleGigaflops: Double
  /// The same in floats.
  let floatGigaflops: Double
  /// Bytes copied from memory to memory: 10⁶ a second.
  let copyMegabytesPerSecond: Double

  /// Measures: about a tenth of a second unless the stopwatch is told not to take any time.
  init(_ stopwatch: Stopwatch) {
    let quick = Stopwatch(seconds: min(stopwatch.seconds, 0.05))
    let rounds = stopwatch.seconds > 0 ? 100_000 : 1000
    func gigaflops(_ run: (ProductVariant) -> Double) -> Double {
      var most = 0.0
      for variant in ProductVariant.supported where variant != .plain {
        var operations = 0.0
        let timing = quick.time(.processor) { operations = run(variant) }
        most = max(most, operations / timing.best)
      }
      return most
    }
    doubleGigaflops = rounded(gigaflops { $0.runDoublePeak(rounds: rounds) }, decimals: 2)
    floatGigaflops = rounded(gigaflops { $0.runFloatPeak(rounds: rounds) }, decimals: 2)

    let count = stopwatch.seconds > 0 ? 8 << 20 : 1 << 16
    let source = Store<Double>(repeating: 1, count: count)
    let target = Store<Double>(repeating: 0, count: count)
    let timing = quick.time(.processor) { target.copy(source) }
    copyMegabytesPerSecond = rounded(Double(8 * count) / timing.best * 1000, decimals: 0)
  }

  /// The limit that a row is held against: a number of its unit a nanosecond.
  func limit(of quantity: Measurement.Quantity, scalar: String?) -> Double? {
    switch quantity {
    case .operations: scalar == "Float" ? floatGigaflops : doubleGigaflops
    case .bytes: copyMegabytesPerSecond / 1000
    case .nothing: nil
    }
  }
}

/// A number with so many decimals, for people.
func rounded(_ value: Double, decimals: Int) -> Double {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  return (value * scale).rounded() / scale
}
