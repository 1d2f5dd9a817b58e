import KaldiIO
import Tensors

/// A way of laying the same numbers out differently, as an index map.
struct LayoutMapping: Sendable {
  /// The mistake's name.
  var name: String
  /// What to do about it.
  var explanation: String
  /// For each element of the expected matrix the element of the actual one that belongs there;
  /// `nil` where the mistake leaves nothing to compare.
  var source: [Int?]

  /// A mapping that moves whole rows.
  private init(
    _ name: String, _ explanation: String, shape: Matrix<Double>, rowSource: (Int) -> Int?
  ) {
    self.name = name
    self.explanation = explanation
    source = []
    for row in 0..<shape.rows {
      let from = rowSource(row)
      for column in 0..<shape.columns { source.append(from.map { $0 * shape.columns + column }) }
    }
  }

  private init(_ name: String, _ explanation: String, source: [Int?]) {
    self.name = name
    self.explanation = explanation
    self.source = source
  }

  /// Every layout mistake that could apply to a tensor of a case.
  static func all(
    for expected: ExpectedTensor, actual: Matrix<Double>, description: CaseDescription?
  ) -> [LayoutMapping] {
    let shape = expected.matrix
    var mappings: [LayoutMapping] = []
    if actual.rows == shape.columns, actual.columns == shape.rows, shape.rows > 1,
      shape.columns > 1
    {
      mappings.append(
        LayoutMapping(
          "transposed", "rows and columns are exchanged",
          source: shape.elements.indices.map { index in
            index % shape.columns * shape.rows + index / shape.columns
          }))
    }
    guard actual.rows == shape.rows, actual.columns == shape.columns else { return mappings }
    if shape.rows > 1 {
      mappings.append(
        LayoutMapping("rows reversed", "the rows run from last to first", shape: shape) {
          shape.rows - 1 - $0
        })
    }
    if shape.columns > 1 {
      mappings.append(
        LayoutMapping(
          "columns reversed", "the columns run from last to first",
          source: shape.elements.indices.map { index in
            index / shape.columns * shape.columns + shape.columns - 1 - index % shape.columns
          }))
    }
    if let description {
      mappings += frames(of: expected, description)
      mappings += gates(of: expected, description)
    }
    return mappings
  }

  // MARK: Frames and streams

  private static func frames(
    of expected: ExpectedTensor, _ description: CaseDescription
  ) -> [LayoutMapping] {
    guard expected.layout == "time-major" || expected.layout == "batch-major",
      let count = description.dimensions["T"], count > 1
    else { return [] }
    let shape = expected.matrix
    let isTimeMajor = expected.layout == "time-major"
    let streams = shape.rows == count ? 1 : shape.rows / count
    guard streams * count == shape.rows else { return [] }
    func row(frame: Int, stream: Int) -> Int {
      isTimeMajor ? frame * streams + stream : stream * count + frame
    }
    func place(_ row: Int) -> (frame: Int, stream: Int) {
      isTimeMajor
        ? (row / streams, row % streams)
        : (row % count, row / count)
    }
    var mappings: [LayoutMapping] = []
    if streams > 1 {
      let (own, other) =
        isTimeMajor ? ("time-major", "batch-major") : ("batch-major", "time-major")
      mappings.append(
        LayoutMapping(
          "\(other) for \(own)",
          "the rows are laid out \(other), the \(expected.view ?? "expected") view is \(own)",
          shape: shape
        ) { target in
          let (frame, stream) = place(target)
          return isTimeMajor ? stream * count + frame : frame * streams + stream
        })
      mappings.append(
        LayoutMapping(
          "frames reversed", "the frames of each stream run from last to first", shape: shape
        ) { target in
          let (frame, stream) = place(target)
          return row(frame: count - 1 - frame, stream: stream)
        })
    }
    if count > 2 {
      for (shift, name, words) in [
        (1, "one frame late", "each frame holds what belongs one frame earlier"),
        (-1, "one frame early", "each frame holds what belongs one frame later"),
      ] {
        mappings.append(
          LayoutMapping(name, words, shape: shape) { target in
            let (frame, stream) = place(target)
            let from = frame + shift
            return from >= 0 && from < count ? row(frame: from, stream: stream) : nil
          })
      }
    }
    return mappings
  }

  // MARK: Gate blocks

  private static func gates(
    of expected: ExpectedTensor, _ description: CaseDescription
  ) -> [LayoutMapping] {
    guard let labels = GateLabels(description, view: expected.view),
      expected.layout == "transposed" || expected.layout == "plain",
      expected.role == .weight || expected.role == .gradient
    else { return [] }
    let shape = expected.matrix
    let count = labels.count
    let cells = [shape.rows, shape.columns].filter { $0 % count == 0 }.map { $0 / count }
      .first { cells in ["H", "C"].contains { description.dimensions[$0] == cells } }
    guard let cells, cells > 0 else { return [] }
    let byRows = shape.rows == count * cells && expected.layout == "transposed"
    let byColumns = shape.columns == count * cells && !byRows
    guard byRows || byColumns else { return [] }
    var mappings: [LayoutMapping] = []
    for permutation in permutations(of: Array(0..<count))
    where permutation != Array(0..<count) {
      // Block b of the dump holds the gate `permutation[b]`.
      var position = permutation
      for (block, gate) in permutation.enumerated() { position[gate] = block }
      func moved(_ index: Int) -> Int { position[index / cells] * cells + index % cells }
      let (held, due) = labels.words(for: permutation)
      mappings.append(
        LayoutMapping(
          "gate order \(held) for \(due)",
          "the \(count) blocks of \(cells) are stored in the order \(held), due is \(due)",
          source: shape.elements.indices.map { index in
            let (row, column) = (index / shape.columns, index % shape.columns)
            return byRows
              ? moved(row) * shape.columns + column : row * shape.columns + moved(column)
          }))
    }
    if (byRows && shape.columns == cells) || (byColumns && shape.rows == cells) {
      mappings.append(
        LayoutMapping(
          "each gate block transposed",
          "each \(cells)×\(cells) block is transposed by itself",
          source: shape.elements.indices.map { index in
            let (row, column) = (index / shape.columns, index % shape.columns)
            if byRows {
              return (row / cells * cells + column) * shape.columns + row % cells
            }
            return column % cells * shape.columns + column / cells * cells + row
          }))
    }
    return mappings
  }

  /// Every order of some blocks, in lexical order.
  private static func permutations(of blocks: [Int]) -> [[Int]] {
    guard blocks.count > 1 else { return [blocks] }
    return blocks.flatMap { first in
      permutations(of: blocks.filter { $0 != first }).map { [first] + $0 }
    }
  }

  // MARK: Trials

  /// The layouts of one tensor as trials; two names for the same exchange count once.
  static func trials(
    _ judgement: Judgement, at place: Int, description: CaseDescription?
  ) -> [Trial] {
    guard judgement.update == nil else { return [] }
    var used: [[Int?]] = []
    var trials: [Trial] = []
    for mapping in all(
      for: judgement.expected, actual: judgement.actual.tensor.matrix, description: description)
    {
      guard !used.contains(mapping.source) else { continue }
      used.append(mapping.source)
      var trial = Trial(
        name: mapping.name, explanation: mapping.explanation, kind: .layout,
        shares: [place: Fit.share(of: judgement, source: mapping.source)])
      if trial.explains(place) {
        trial.predictions[place] = mapping.laidOut(judgement.expected, like: judgement.actual)
      }
      trials.append(trial)
    }
    return trials
  }

  /// What the mistake makes of the expected matrix; `nil` where it leaves gaps.
  private func laidOut(_ expected: ExpectedTensor, like actual: ActualTensor) -> Matrix<Double>? {
    let shape = actual.tensor.matrix
    var elements = shape.elements
    for (index, from) in source.enumerated() {
      guard let from, from < elements.count else { return nil }
      elements[from] = expected.matrix.elements[index]
    }
    return Matrix(rows: shape.rows, columns: shape.columns, elements: elements)
  }
}
