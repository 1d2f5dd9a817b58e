import Arithmetic
import Kernels
import Tensors
import Testing

/// Threads share out products; no bit may tell how many there were.
@Suite struct ThreadTests {
  #if DEBUG
    static let size = (streams: 8, frames: 40, inputs: 64, cells: 64)
  #else
    static let size = (streams: 16, frames: 100, inputs: 512, cells: 512)
  #endif

  /// Bell-shaped numbers, the same for every run of a size.
  static func fill(_ stores: [Store<Double>], scale: Double) {
    for (seed, store) in stores.enumerated() {
      var generator = SplitMix64(seed: UInt64(seed))
      store.load((0..<store.lane.count).map { _ in generator.nextBell() * scale })
    }
  }

  static func bits(_ stores: [Store<Double>]) -> [[UInt64]] {
    stores.map { $0.elements.map(\.bitPattern) }
  }

  @Test(arguments: [SRUWeightForm.compact, .separate])
  func `an SRU has the same bits from one thread and from more`(form: SRUWeightForm) throws {
    func results(threads: Int) throws -> [[UInt64]] {
      let run = SRURun<Double>(
        shape: try SRUShape(
          batchSize: Self.size.streams, frameCount: Self.size.frames, inputSize: Self.size.inputs,
          cellSize: Self.size.cells), weightForm: form, threads: threads)
      Self.fill([run.input, run.forgetBias, run.resetBias, run.upstream], scale: 1)
      Self.fill([run.weights], scale: 0.05)
      run.forward()
      run.backward(.advance)
      return Self.bits([
        run.output, run.cell, run.inputGradient, run.weightGradient, run.forgetBiasGradient,
        run.resetBiasGradient, run.initialCellGradient,
      ])
    }
    let expected = try results(threads: 1)
    for threads in 2...3 { #expect(try results(threads: threads) == expected) }
  }

  @Test(arguments: [false, true])
  func `an LSTM has the same bits from one thread and from more`(timeFrequency: Bool) throws {
    func results(threads: Int) throws -> [[UInt64]] {
      let run = LSTMRun<Double>(
        shape: try LSTMShape(
          batchSize: Self.size.streams, frameCount: Self.size.frames, inputSize: Self.size.inputs,
          cellSize: timeFrequency ? Self.size.cells / 4 : Self.size.cells,
          filterWidth: timeFrequency ? Self.size.inputs / 2 : nil,
          stride: timeFrequency ? Self.size.inputs / 4 : 1),
        order: try GateOrder(letters: "ifog"), timeFrequency: timeFrequency, threads: threads)
      Self.fill([run.input, run.bias, run.upstream, run.hidden, run.cell], scale: 1)
      Self.fill([run.inputWeights, run.recurrentWeights], scale: 0.05)
      Self.fill([run.blockWeights, run.peepholes].compactMap(\.self), scale: 0.04)
      run.forward()
      run.backward(.advance)
      return Self.bits(
        [
          run.hidden, run.cell, run.inputGradient, run.initialHiddenGradient,
          run.initialCellGradient, run.inputWeightGradient, run.recurrentWeightGradient,
          run.biasGradient,
        ] + [run.blockWeightGradient, run.peepholeGradients].compactMap(\.self))
    }
    let expected = try results(threads: 1)
    for threads in 2...3 { #expect(try results(threads: threads) == expected) }
  }
}
