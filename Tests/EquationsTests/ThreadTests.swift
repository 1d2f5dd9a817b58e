import Equations
import Tensors
import Testing

/// Threads share out products and elementwise work; no bit may tell how many there were.
@Suite struct ThreadTests {
  #if DEBUG
    static let (streams, frames, inputs, cells) = (8, 40, 64, 64)
  #else
    static let (streams, frames, inputs, cells) = (16, 100, 512, 512)
  #endif

  /// The bits of all results, from so many threads.
  static func bits(_ layer: Layer, threads: Int) throws -> [String: [UInt64]] {
    var generator = SplitMix64(seed: 1)
    var given = TensorTable<Double>()
    for specification in layer.given {
      // Weights small enough that no gate is shut by their number.
      let scale = specification.role == .weight ? 0.05 : 1
      given[specification.name] = Tensor(
        shape: specification.shape,
        elements: (0..<specification.shape.reduce(1, *)).map { _ in generator.nextBell() * scale })
    }
    let run = layer.makeRun(of: Double.self, threads: threads)
    try layer.load(given, into: run)
    run.forward()
    run.backward()
    return layer.collect(run).bits
  }

  static func check(_ layer: Layer) throws {
    let expected = try bits(layer, threads: 1)
    #expect(expected.count == layer.results.count)
    for threads in 2...3 {
      #expect(try bits(layer, threads: threads) == expected, "\(threads) threads")
    }
  }

  @Test(arguments: [false, true])
  func `an SRU has the same bits from one thread and from more`(isSeparate: Bool) throws {
    try Self.check(
      Make.sru(Self.streams, Self.frames, Self.inputs, Self.cells, isSeparate: isSeparate))
  }

  @Test(arguments: [false, true])
  func `an LSTM has the same bits from one thread and from more`(timeFrequency: Bool) throws {
    try Self.check(
      timeFrequency
        ? Make.tflstm(
          Self.streams, Self.frames, Self.inputs, Self.cells / 4, f: Self.inputs / 2,
          s: Self.inputs / 4)
        : Make.lstm(Self.streams, Self.frames, Self.inputs, Self.cells))
  }
}
