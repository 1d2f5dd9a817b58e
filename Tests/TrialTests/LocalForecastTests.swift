import Arithmetic
import Comparison
import Equations
import Golden
import KaldiIO
import Tensors
import Testing

/// Frames recomputed from a dump's own states: the first wrong number is named, a correct run passes.
@Suite struct LocalForecastTests {
  typealias Slip = FloatProgram.Slip

  /// What a dump holds of a run.
  enum Holding: CaseIterable, Sendable { case bufferAndOutput, bufferAlone, outputAlone }

  /// A case by name, at other settings.
  static func golden(_ name: String, _ settings: [(String, String)] = []) throws -> GoldenCase {
    var golden = try Catalogue.named(name)
    for (key, value) in settings { try golden.settings.set(key, to: value, ofCase: name) }
    return golden
  }

  /// A case with one view of its values and bounds, as the comparator reads it from a folder.
  static func loaded(_ golden: GoldenCase, view: String = "kaldi") throws -> LoadedCase {
    let run = try CaseRun(golden)
    var loaded = LoadedCase(description: run.description(), view: view, tensors: [:])
    for tensor in run.viewedTensors() where tensor.file.view == view {
      let name = tensor.file.name
      loaded.tensors[name] = StoredTensor(
        form: tensor.form, matrix: tensor.values, encoding: .text(significantDigits: 17))
      loaded.float32Bounds[name] = tensor.float32Bound
      loaded.float64Bounds[name] = tensor.float64Bound
    }
    return loaded
  }

  static let forecaster: FrameForecaster = { description, view, dump in
    let printed = dump.mapValues {
      LocalForecast.Printed(values: $0.values, halfUnits: $0.halfUnits)
    }
    return LocalForecast(description, view: view, dump: printed, isDouble: false).map {
      FrameForecast(basis: $0.held.joined(separator: ", "), tensors: $0.tensors, bounds: $0.bounds)
    }
  }

  static func records(
    _ dump: (buffer: Matrix<Double>, output: Matrix<Double>), _ holding: Holding,
    encoding: StoredTensor.Encoding = .float32
  ) -> [TensorRecord] {
    var records: [TensorRecord] = []
    func add(_ name: String, _ matrix: Matrix<Double>) {
      let stored = StoredTensor(form: .matrix, matrix: matrix, encoding: encoding)
      records.append(
        TensorRecord(name: name, content: .tensor(stored), origin: .init(file: name + ".mat")))
    }
    if holding != .outputAlone { add("propagate_buf", dump.buffer) }
    if holding != .bufferAlone { add("out", dump.output) }
    return records
  }

  static func report(
    _ loaded: LoadedCase, _ records: [TensorRecord], teacherForced: Bool? = true
  ) -> ComparisonReport {
    var options = ComparisonOptions()
    options.teacherForced = teacherForced
    return compare([loaded], with: records, options: options, forecaster: forecaster)
  }

  // MARK: Every recurrent case at its own size

  static let cases = [
    "lstm", "lstm-probe", "tflstm", "tflstm-ifog", "tflstm-probe", "sru", "sru-probe",
    "sru-separate",
  ]

  @Test("a correct binary32 run passes, whatever it dumps", arguments: cases)
  func unalteredRunPasses(name: String) throws {
    let golden = try Self.golden(name)
    let loaded = try Self.loaded(golden)
    let dump = try FloatProgram(golden).run()
    for holding in Holding.allCases {
      let report = Self.report(loaded, Self.records(dump, holding))
      #expect(report.verdict == .match, "\(holding): \(report.findings)")
      #expect(
        report.rows.filter { $0.verdict == .match }.allSatisfy { $0.note != nil }, "\(holding)")
    }
  }

  @Test("an error of 1e-3 in one cell value is named at its place", arguments: cases)
  func cellIsNamed(name: String) throws {
    let golden = try Self.golden(name)
    let loaded = try Self.loaded(golden)
    let correct = try FloatProgram(golden).run()
    var generator = SplitMix64(seed: 7)
    let sizes = golden.settings.sizes
    let blocks = loaded.description.dimensions["B"] ?? 1
    for _ in 0..<8 {
      let slip = Slip(
        frame: Int.random(in: 0..<(sizes["T"] ?? 1), using: &generator),
        stream: Int.random(in: 0..<(sizes["N"] ?? 1), using: &generator),
        unit: Int.random(in: 0..<(sizes["H"] ?? 1), using: &generator))
      let dump = try FloatProgram(golden, slip: slip).run()
      let place = "t=\(slip.frame), stream \(slip.stream)"
      let quantity = blocks > 1 ? "cell, block \(blocks)" : "cell"
      for holding in [Holding.bufferAndOutput, .bufferAlone] {
        let finding = Self.report(loaded, Self.records(dump, holding)).findings.first
        #expect(
          finding?.firstWrong == "\(quantity), \(place), unit \(slip.unit) (teacher-forced)")
        #expect(finding?.isTeacherForced == true)
      }
      // With the outputs alone it is the output that shows it, where the cell's tanh lets it through.
      let finding = Self.report(loaded, Self.records(dump, .outputAlone)).findings.first
      let row = slip.frame * (sizes["N"] ?? 1) + slip.stream
      let column = (blocks - 1) * (sizes["H"] ?? 1) + slip.unit
      if (dump.output[row, column] - correct.output[row, column]).magnitude > 2e-5 {
        #expect(finding?.firstWrong == "out, \(place), column \(column) (teacher-forced)")
      } else if let words = finding?.firstWrong {
        #expect(words.hasSuffix("stream \(slip.stream), column \(column) (teacher-forced)"))
      }
    }
  }

  @Test(
    "of an error of 1e-3 in one cell value, the cell alone is wrong by itself", arguments: cases)
  func cellAloneIsWrong(name: String) throws {
    let golden = try Self.golden(name)
    let (sizes, blocks) = (
      golden.settings.sizes, try golden.layer().dimensions.last { $0.letter == "B" }
    )
    let slip = Slip(frame: 1, stream: (sizes["N"] ?? 1) - 1, unit: (sizes["H"] ?? 1) - 1)
    for slipped in [nil, slip] {
      let dump = try FloatProgram(golden, slip: slipped).run()
      let printed = ["propagate_buf": dump.buffer, "out": dump.output].mapValues {
        LocalForecast.Printed(values: $0, halfUnits: $0.map { _ in 0 })
      }
      let forecast = try #require(
        LocalForecast(
          try CaseRun(golden).description(), view: "kaldi", dump: printed, isDouble: false))
      guard let slipped else {
        #expect(forecast.wrong.map(\.quantity) == [])
        continue
      }
      // The output gate's peephole has looked at the right cell: it is none of the wrong one's.
      let hasPeephole = golden.file.name == "tflstm"
      #expect(forecast.wrong.map(\.quantity) == (hasPeephole ? ["c", "o"] : ["c"]))
      let own = try #require(forecast.wrong.first)
      #expect(own.equation.hasPrefix("c = ") && !own.isBackward && own.wrongCount == 1)
      #expect(own.frame == slipped.frame && own.stream == slipped.stream)
      #expect(own.unit == ((blocks?.size ?? 1) - 1) * (sizes["H"] ?? 1) + slipped.unit)
      #expect(abs(abs(own.found - own.expected) - 1e-3) < 1e-5)
    }
  }

  @Test("the first wrong quantity is named, not what follows from it")
  func firstQuantityIsNamed() throws {
    let golden = try Self.golden("lstm-probe")
    let loaded = try Self.loaded(golden)
    for (quantity, words) in [(Slip.Quantity.forgetGate, "forget gate"), (.output, "output")] {
      let slip = Slip(quantity: quantity, frame: 2, stream: 1, unit: 3)
      let dump = try FloatProgram(golden, slip: slip).run()
      let report = Self.report(loaded, Self.records(dump, .bufferAlone))
      #expect(
        report.findings.first?.firstWrong == "\(words), t=2, stream 1, unit 3 (teacher-forced)")
    }
  }

  @Test("the notebooks' view has no buffer: the outputs, batch-major, name the frame")
  func batchMajorOutputs() throws {
    let golden = try Self.golden("lstm-probe")
    let loaded = try Self.loaded(golden, view: "numpy")
    let shape = [golden.settings.sizes["T"] ?? 1, golden.settings.sizes["N"] ?? 1]
    for slip in [nil, Slip(frame: 3, stream: 2, unit: 1)] {
      let dump = try FloatProgram(golden, slip: slip).run()
      let output = Tensor(shape: shape + [dump.output.columns], elements: dump.output.elements)
        .swappingFirstAxes().matrix
      let report = Self.report(loaded, Self.records((dump.buffer, output), .outputAlone))
      #expect(
        report.findings.first?.firstWrong
          == slip.map { "out, t=\($0.frame), stream \($0.stream), column 1 (teacher-forced)" })
    }
  }

  @Test("numbers that are none, or beyond reason, are named once and stop nothing")
  func strangeNumbers() throws {
    let golden = try Self.golden("tflstm-probe")
    let loaded = try Self.loaded(golden)
    for number in [Double.nan, .infinity, -.infinity, 1e308, -1e30, 3e29, 0x1p-1074] {
      var dump = try FloatProgram(golden).run()
      let batch = golden.settings.sizes["N"] ?? 1
      for (place, block) in loaded.description.tensors.flatMap(\.blocks).enumerated()
      where place < 7 {
        dump.buffer[2 * batch, block.columns[0]] = number
      }
      let finding = Self.report(loaded, Self.records(dump, .bufferAndOutput)).findings.first
      #expect(
        finding?.firstWrong == "candidate, block 1, t=1, stream 0, unit 0 (teacher-forced)")
    }
  }

  // MARK: A sequence whose bounds say nothing

  #if DEBUG
    static let (cellSize, frameCount) = (24, 12)
  #else
    static let (cellSize, frameCount) = (256, 50)
  #endif

  /// An LSTM over frames enough; weights small enough for the golden values to be proven.
  static let long = [
    ("N", "2"), ("H", "\(cellSize)"), ("T", "\(frameCount)"), ("D", "16"),
    ("x", "random:1:-1:1"), ("Wx", "random:2:-0.3:0.3"), ("Wh", "random:3:-0.015:0.015"),
    ("h0", "random:4:-0.5:0.5"), ("b", "random:5:-0.2:0.6"), ("dout", "random:6:-1:1"),
  ]

  @Test("1e-3 in one cell of a long sequence is named, and without it the run passes")
  func longSequence() throws {
    let golden = try Self.golden("lstm", Self.long)
    let loaded = try Self.loaded(golden)
    #if DEBUG
      let mode: Bool? = true
    #else
      // The bound over all frames is vacuous here, so nobody needs to ask.
      let mode: Bool? = nil
    #endif
    let correct = try FloatProgram(golden).run()
    for encoding in [StoredTensor.Encoding.float32, .text(significantDigits: 7)] {
      for holding in Holding.allCases {
        let records = Self.records(
          Self.printed(correct, as: encoding), holding, encoding: encoding)
        let report = Self.report(loaded, records, teacherForced: mode)
        #expect(report.verdict == .match, "\(holding): \(report.findings)")
        #expect(report.rows.filter { $0.verdict == .match }.allSatisfy { $0.note != nil })
      }
    }
    var generator = SplitMix64(seed: 11)
    for _ in 0..<4 {
      let slip = Slip(
        frame: Int.random(in: 0..<Self.frameCount, using: &generator),
        stream: Int.random(in: 0..<2, using: &generator),
        unit: Int.random(in: 0..<Self.cellSize, using: &generator))
      let dump = try FloatProgram(golden, slip: slip).run()
      let place = "t=\(slip.frame), stream \(slip.stream)"
      let whole = Self.report(
        loaded, Self.records(dump, .bufferAndOutput), teacherForced: mode)
      #expect(
        whole.findings.first?.firstWrong
          == "cell, \(place), unit \(slip.unit) (teacher-forced)")
      #expect(whole.exitStatus == 1)
      let outputs = Self.report(loaded, Self.records(dump, .outputAlone), teacherForced: mode)
      #expect(
        outputs.findings.first?.firstWrong
          == "out, \(place), column \(slip.unit) (teacher-forced)")
    }
  }

  @Test("one wrong number among right ones is no loss of precision")
  func slipIsNoPrecision() throws {
    let golden = try Self.golden("lstm", Self.long)
    let loaded = try Self.loaded(golden)
    let dump = try FloatProgram(golden, slip: Slip(frame: 0, stream: 0, unit: 0)).run()
    for holding in Holding.allCases {
      let finding = Self.report(loaded, Self.records(dump, holding)).findings.first
      #expect(finding?.cause == nil || finding?.cause == "undetermined", "\(holding)")
    }
  }

  /// The numbers as seven significant digits hold them, where the encoding is text.
  static func printed(
    _ dump: (buffer: Matrix<Double>, output: Matrix<Double>), as encoding: StoredTensor.Encoding
  ) -> (buffer: Matrix<Double>, output: Matrix<Double>) {
    guard case .text = encoding else { return dump }
    func cut(_ value: Double) -> Double {
      guard value != 0 else { return 0 }
      var scale = 1.0
      while (value * scale).magnitude < 1e6 { scale *= 10 }
      return (value * scale).rounded() / scale
    }
    return (dump.buffer.map(cut), dump.output.map(cut))
  }
}
