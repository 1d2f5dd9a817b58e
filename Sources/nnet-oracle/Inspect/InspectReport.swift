import KaldiIO

/// Prints records as they come.
struct InspectReport {
  let printer: TensorPrinter
  let frames: FrameOptions
  /// The first record waits until it is known whether it is the only one.
  private var waiting: TensorRecord?
  private var count = 0
  private var framedCount = 0
  /// Whether an object could not be read.
  private(set) var hasTrouble = false
  /// Tensors that are arrays of integers in the notebooks; Kaldi's text does not tell.
  private static let wholeNames = ["position", "bposition", "fposition"]

  init(printer: TensorPrinter, frames: FrameOptions) {
    self.printer = printer
    self.frames = frames
  }

  mutating func add(_ record: TensorRecord, to output: inout StandardOutput) throws(Trouble) {
    if let first = waiting {
      waiting = nil
      try print(first, isAlone: false, to: &output)
    }
    if count == 0 { waiting = record } else { try print(record, isAlone: false, to: &output) }
    count += 1
  }

  mutating func finish(source: String, to output: inout StandardOutput) throws(Trouble) {
    if let only = waiting { try print(only, isAlone: true, to: &output) }
    guard count > 0 else { throw Trouble("\(source): there is no matrix or vector in it") }
    guard framedCount > 0 || !frames.areGiven else {
      throw Trouble("\(source): no object in it has rows that \(frames.words) could share")
    }
  }

  private mutating func print(
    _ record: TensorRecord, isAlone: Bool, to output: inout StandardOutput
  ) throws(Trouble) {
    switch record.content {
    case .unrecognised(let what):
      if isAlone { throw Trouble("\(record.place): \(what)") }
      try output.write("\(record.shownName): \(record.place), not printed: \(what)\n\n")
    case .malformed(let error):
      if isAlone { throw Trouble(error) }
      hasTrouble = true
      complain(Trouble(error).line)
    case .tensor(let stored):
      let golden = GoldenContext(path: record.origin.file)
      let layout = try layout(of: stored, in: record, golden: golden, isAlone: isAlone)
      if layout != nil { framedCount += 1 }
      if isAlone && layout == nil && printer.order != nil {
        throw Trouble(
          "\(record.place): nothing tells frames from streams in it; --layout needs --streams N"
            + " or --lengths")
      }
      if printer.showsLabels {
        try output.writeLine(
          printer.heading(of: stored, name: record.shownName, place: record.place, layout: layout))
      } else if !isAlone {
        try output.writeLine(record.shownName)
      }
      let isWhole = stored.isInteger || Self.wholeNames.contains(record.name)
      try output.write(printer.text(of: stored, layout: layout, isWhole: isWhole))
      if !isAlone { try output.writeLine() }
    }
  }

  private func layout(
    of stored: StoredTensor, in record: TensorRecord, golden: GoldenContext?, isAlone: Bool
  ) throws(Trouble) -> FrameLayout? {
    guard stored.form == .matrix else { return nil }
    do throws(Trouble) {
      if let streams = frames.streams {
        return try FrameLayout(stored.matrix, streams: streams, name: record.place)
      }
      if let lengths = frames.lengths {
        return try FrameLayout(stored.matrix, lengths: lengths, name: record.place)
      }
    } catch {
      // Among several objects, weights are not expected to hold frames.
      if isAlone { throw error }
      return nil
    }
    return golden.flatMap { FrameLayout(stored.matrix, golden: $0) }
  }
}
