import KaldiIO
import Tensors

/// Finds the first quantity, frame, stream and unit that is out, in the order of evaluation.
///
/// The order comes from `case.json`: which tensor is evaluated when, and which quantities its
/// columns hold. Forward results run from the first frame to the last, gradients back.
struct Localisation: Sendable {
  /// The sizes by their letters, as `case.json` has them.
  private let dimensions: [String: Int]

  /// A localisation within one case.
  init(_ description: CaseDescription) {
    dimensions = description.dimensions
  }

  /// A localisation within a time-major matrix of so many frames and streams.
  init(frames: Int, streams: Int) {
    dimensions = ["T": frames, "N": streams]
  }

  /// The first wrong quantity among the mismatches of a case, in words.
  func firstWrong(among judgements: [Judgement]) -> String? {
    let candidates = judgements.filter { judgement in
      judgement.isMismatch && judgement.isComparable && judgement.update == nil
        && (judgement.expected.role?.isResult ?? true)
    }
    // An internal shows the quantity itself, so it comes before what was computed from it.
    let ordered = candidates.enumerated().sorted { first, second in
      let (a, b) = (first.element.expected, second.element.expected)
      if a.evaluationIndex != b.evaluationIndex { return a.evaluationIndex < b.evaluationIndex }
      return first.offset < second.offset
    }
    for (_, judgement) in ordered {
      if let words = firstWrong(in: judgement) { return words }
    }
    return nil
  }

  private struct Place: Comparable {
    var step: Int
    var quantity: Int
    var stream: Int
    var unit: Int
    var frame: Int

    static func < (first: Place, second: Place) -> Bool {
      (first.step, first.quantity, first.stream, first.unit)
        < (second.step, second.quantity, second.stream, second.unit)
    }
  }

  private func firstWrong(in judgement: Judgement) -> String? {
    let expected = judgement.expected
    let wanted = expected.matrix
    let found = judgement.actual.tensor.matrix
    let frames = frames(of: expected)
    var first: Place?
    for row in 0..<wanted.rows {
      for column in 0..<wanted.columns {
        let index = row * wanted.columns + column
        let element = ElementMetrics.judge(
          index, expected: wanted.elements[index], actual: found.elements[index],
          tolerance: judgement.tolerance)
        guard !(element.share <= 1) else { continue }
        let place = place(row: row, column: column, of: expected, frames: frames)
        if let current = first, !(place < current) { continue }
        first = place
      }
    }
    guard let first else { return nil }
    let quantity =
      expected.blocks.indices.contains(first.quantity)
      ? expected.blocks[first.quantity].name : expected.name
    guard frames != nil else {
      return "\(quantity), row \(first.frame), column \(first.unit)"
    }
    let unit = expected.blocks.isEmpty ? "column" : "unit"
    return
      "\(quantity), \(words(for: first.frame, in: frames)), stream \(first.stream), "
      + "\(unit) \(first.unit)"
  }

  /// A frame by its number, or as the padding that it is.
  private func words(for frame: Int, in frames: Frames?) -> String {
    if frame < 0 { return "padding frame before t=0" }
    if let frames, frame >= frames.count { return "padding frame after t=\(frames.count - 1)" }
    return "t=\(frame)"
  }

  /// Whether elements stand in padding frames only.
  func areInPadding(_ places: [Int], of tensor: ExpectedTensor) -> Bool {
    guard let frames = frames(of: tensor), frames.padding > 0 else { return false }
    return places.allSatisfy { place in
      let frame = place / max(tensor.matrix.columns, 1) / frames.streams - frames.padding
      return frame < 0 || frame >= frames.count
    }
  }

  /// How a sequence's rows are frames and streams.
  private struct Frames {
    var streams: Int
    var count: Int
    var isTimeMajor: Bool
    /// Frames of padding in front: 1 in a propagate buffer.
    var padding: Int
    var isBackward: Bool
  }

  private func frames(of tensor: ExpectedTensor) -> Frames? {
    guard tensor.layout == "time-major" || tensor.layout == "batch-major",
      let count = dimensions["T"], count > 0
    else { return nil }
    let isBackward =
      tensor.role == .gradient || tensor.name.hasPrefix("backpropagate")
      || tensor.blocks.first?.name.hasPrefix("d") == true
    let rows = tensor.matrix.rows
    let isTimeMajor = tensor.layout == "time-major"
    if rows == count {
      // Sentences laid end to end: one stream, whatever N means to the layer.
      return Frames(
        streams: 1, count: count, isTimeMajor: true, padding: 0, isBackward: isBackward)
    }
    guard let streams = dimensions["N"], streams > 0, rows % streams == 0 else { return nil }
    if rows / streams == count {
      return Frames(
        streams: streams, count: count, isTimeMajor: isTimeMajor, padding: 0,
        isBackward: isBackward)
    }
    if rows / streams - 2 == count, isTimeMajor {
      return Frames(
        streams: streams, count: count, isTimeMajor: true, padding: 1, isBackward: isBackward)
    }
    return nil
  }

  private func place(
    row: Int, column: Int, of tensor: ExpectedTensor, frames: Frames?
  ) -> Place {
    var quantity = 0
    var unit = column
    for (index, block) in tensor.blocks.enumerated() {
      guard block.columns.count == 2, (0...column).contains(block.columns[0]),
        column - block.columns[0] < block.columns[1]
      else { continue }
      (quantity, unit) = (index, column - block.columns[0])
      break
    }
    guard let frames else {
      return Place(step: row, quantity: quantity, stream: 0, unit: unit, frame: row)
    }
    let frame: Int
    let stream: Int
    if frames.isTimeMajor {
      (frame, stream) = (row / frames.streams - frames.padding, row % frames.streams)
    } else {
      (frame, stream) = (row % frames.count, row / frames.count)
    }
    return Place(
      step: frames.isBackward ? -frame : frame, quantity: quantity, stream: stream, unit: unit,
      frame: frame)
  }
}
