import Equations
import Tensors

/// A layer file's view at the order of a case: names, transposes, block order, per-frame buffers.
struct CaseView {
  let view: LayerView
  let layer: Layer
  /// The order that the view shows.
  let order: [String]?

  init(_ view: LayerView, _ layer: Layer) {
    self.view = view
    self.layer = layer
    order = view.order ?? layer.order
  }

  /// A tensor under another name.
  struct Entry {
    var name: String
    var source: String
    var layout: String
  }

  /// Every tensor of the view: a parameter `w` has its gradient `w_corr` beside it.
  var entries: [Entry] {
    let frames = Set((layer.given + layer.results).filter { $0.role != .weight }.map(\.name))
    return view.entries.flatMap { entry -> [Entry] in
      let isRows = !entry.isParameter && frames.contains(entry.source)
      let layout = isRows ? "time-major" : entry.isTransposed ? "transposed" : "plain"
      let own = Entry(name: entry.name, source: entry.source, layout: layout)
      guard entry.isParameter else { return [own] }
      return [own, Entry(name: entry.name + "_corr", source: "d" + entry.source, layout: layout)]
    }
  }

  /// A tensor as the view shows it.
  ///
  /// - Parameters:
  ///   - tensor: The case's tensor.
  ///   - entry: The entry.
  /// - Returns: The matrix; a vector is one row.
  func show<Element>(_ tensor: Tensor<Element>, _ entry: Entry) -> Matrix<Element> {
    guard entry.layout != "time-major" else { return tensor.matrix }
    let parameter = entry.source.hasPrefix("d") && entry.name.hasSuffix("_corr")
      ? String(entry.source.dropFirst()) : entry.source
    let matrix = reordered(tensor.matrix, parameter)
    return entry.layout == "transposed" ? matrix.transposed() : matrix
  }

  /// Columns in blocks, from the case's order to the view's.
  private func reordered<Element>(
    _ matrix: Matrix<Element>, _ parameter: String
  ) -> Matrix<Element> {
    guard let order, let from = layer.order, order != from,
      let declared = layer.file.weights.first(where: { $0.name == parameter }),
      declared.columns.order != nil
    else { return matrix }
    let size = matrix.columns / order.count
    var result = matrix
    for (block, name) in order.enumerated() {
      guard let source = from.firstIndex(of: name) else { continue }
      for row in 0..<matrix.rows {
        for j in 0..<size { result[row, block * size + j] = matrix[row, source * size + j] }
      }
    }
    return result
  }

  /// The buffers, their columns in the view's order.
  var buffers: [CaseBuffer] {
    view.buffers.map { buffer in
      let columns = buffer.columns.flatMap { item -> [LayerView.Column] in
        guard item.each else { return [item.column] }
        return (order ?? []).map { block in
          let words = layer.file.words[block] ?? block
          return LayerView.Column(
            source: item.prefix + block, words: item.column.words.replacing("%", with: words))
        }
      }
      return CaseBuffer(buffer: buffer, columns: columns, layer: layer)
    }
  }
}

/// A per-frame buffer: quantities side by side, with a padding frame at both ends.
struct CaseBuffer {
  let buffer: LayerView.Buffer
  let columns: [LayerView.Column]
  private let widths: [Int]
  private let blockCount: Int
  private let frameCount: Int
  private let batchSize: Int
  /// The given tensor that a quantity starts from, and whether that stands beside the last frame.
  private let starts: [String: (given: String, isAhead: Bool)]

  init(buffer: LayerView.Buffer, columns: [LayerView.Column], layer: Layer) {
    self.buffer = buffer
    self.columns = columns
    let all = layer.results + layer.given
    let blocks = layer.file.blockAxis.flatMap { axis in
      layer.dimensions.first { $0.letter == axis }?.size
    } ?? 1
    func width(_ source: String?) -> Int? {
      guard let source else { return nil }
      return all.first { $0.name == source }?.shape.last.map { $0 / blocks }
    }
    let found = columns.map { width($0.source) }
    let common = found.compactMap { $0 }.first ?? 1
    widths = found.map { $0 ?? common }
    blockCount = blocks
    let rows = all.first { $0.isSequence }?.shape ?? [1, 1]
    frameCount = rows[0]
    batchSize = rows[1]
    var starts: [String: (given: String, isAhead: Bool)] = [:]
    for start in layer.form.starts {
      if let given = start.given {
        starts[start.quantity] = (given, layer.isReadAhead(start.quantity))
      }
    }
    self.starts = starts
  }

  private var perBlock: Int { widths.reduce(0, +) }
  private var paddedBlocks: Int { blockCount + (buffer.hasBlockPadding ? 2 : 0) }

  /// Where a quantity of a frequency block (from 0) stands.
  private func firstColumn(_ index: Int, block k: Int) -> Int {
    (k + (buffer.hasBlockPadding ? 1 : 0)) * perBlock + widths[..<index].reduce(0, +)
  }

  /// The buffer of a run: `(T+2)·N` rows, frame blocks 0 and T+1 padding, but for the states that are
  /// given there, as Kaldi holds them.
  ///
  /// - Parameters:
  ///   - results: The layer's quantities, each `[T, N, B·columns]`.
  ///   - zero: What stands in the padding.
  /// - Returns: The buffer.
  func compose<Element>(
    from results: TensorTable<Element>, zero: Element
  ) -> Matrix<Element> {
    let rowCount = frameCount * batchSize
    var matrix = Matrix(
      rows: rowCount + 2 * batchSize, columns: paddedBlocks * perBlock, repeating: zero)
    for (index, column) in columns.enumerated() {
      guard let source = column.source, let tensor = results[source] else { continue }
      let size = widths[index]
      for row in 0..<rowCount {
        for k in 0..<blockCount {
          let target = firstColumn(index, block: k)
          for j in 0..<size {
            matrix[row + batchSize, target + j] =
              tensor.elements[(row * blockCount + k) * size + j]
          }
        }
      }
      // Kaldi puts the state into the column that the next frame reads, and not into copies of it.
      let isCopy = columns[..<index].contains { $0.source == source }
      guard !isCopy, let start = starts[source], let initial = results[start.given] else {
        continue
      }
      for row in 0..<batchSize {
        for k in 0..<blockCount {
          for j in 0..<size {
            matrix[
              row + (start.isAhead ? rowCount + batchSize : 0), firstColumn(index, block: k) + j] =
              initial.elements[(row * blockCount + k) * size + j]
          }
        }
      }
    }
    return matrix
  }

  /// One quantity of all frames `[T, N, B·columns]`, out of the buffer of a run.
  ///
  /// - Parameters:
  ///   - source: The layer's name of the quantity.
  ///   - matrix: The buffer, padded as ``compose(from:zero:)`` makes it.
  /// - Returns: The quantity; nil where the buffer has another shape or no such column.
  func extract(_ source: String, from matrix: Matrix<Double>) -> Tensor<Double>? {
    let rowCount = frameCount * batchSize
    guard let index = columns.firstIndex(where: { $0.source == source }),
      matrix.rows == rowCount + 2 * batchSize, matrix.columns == paddedBlocks * perBlock
    else { return nil }
    let size = widths[index]
    var elements: [Double] = []
    elements.reserveCapacity(rowCount * blockCount * size)
    for row in 0..<rowCount {
      for k in 0..<blockCount {
        let first = (row + batchSize) * matrix.columns + firstColumn(index, block: k)
        elements += matrix.elements[first..<first + size]
      }
    }
    return Tensor(shape: [frameCount, batchSize, blockCount * size], elements: elements)
  }

  /// The quantities in the order of evaluation, with the columns they stand in.
  var blocks: [(name: String, first: Int, count: Int)] {
    let frequencyBlocks =
      buffer.isBackward ? Array((0..<blockCount).reversed()) : Array(0..<blockCount)
    return frequencyBlocks.flatMap { k in
      buffer.evaluationOrder.flatMap { source in
        columns.enumerated().filter { $0.element.source == source }.map { index, column in
          (
            name: blockCount > 1 ? "\(column.words), block \(k + 1)" : column.words,
            first: firstColumn(index, block: k), count: widths[index]
          )
        }
      }
    }
  }
}
