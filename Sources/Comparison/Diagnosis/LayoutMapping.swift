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
    guard let cells = description.dimensions["H"], cells > 0,
      let order = description.gateOrder.map(Array.init), order.count == 4,
      expected.layout == "transposed" || expected.layout == "plain"
    else { return [] }
    let shape = expected.matrix
    let isWeight =
      expected.role == .weight
      || (expected.role == .gradient && expected.layout != "time-major")
    guard isWeight else { return [] }
    func areBlocks(_ count: Int) -> Bool { count % 4 == 0 && count / 4 == cells }
    let byRows = areBlocks(shape.rows) && expected.layout == "transposed"
    let byColumns = areBlocks(shape.columns) && !byRows
    guard byRows || byColumns else { return [] }
    var mappings: [LayoutMapping] = []
    for permutation in permutations where permutation != [0, 1, 2, 3] {
      let name = String(permutation.map { order[$0] })
      // Block b of the dump holds the gate `permutation[b]`.
      var position = [0, 0, 0, 0]
      for (block, gate) in permutation.enumerated() { position[gate] = block }
      func moved(_ index: Int) -> Int { position[index / cells] * cells + index % cells }
      mappings.append(
        LayoutMapping(
          "gate order \(name) for \(String(order))",
          "the four blocks of \(cells) are stored in the order \(name)",
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

  /// The 24 orders of four blocks.
  private static let permutations: [[Int]] = {
    var result: [[Int]] = []
    for a in 0..<4 {
      for b in 0..<4 where b != a {
        for c in 0..<4 where c != a && c != b { result.append([a, b, c, 6 - a - b - c]) }
      }
    }
    return result
  }()
}
