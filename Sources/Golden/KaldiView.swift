import Kernels
import Tensors

/// How a Kaldi nnet1 component holds a case: names, transposes, gate order, per-frame buffers.
struct KaldiView: Sendable {
  /// How a tensor of the case becomes a matrix or vector of Kaldi's.
  enum Transform: Sendable, Hashable {
    /// Frames, time-major already.
    case frames
    /// As it is.
    case plain
    /// A weight matrix, transposed; `gates` are put in Kaldi's order where the view asks for it.
    case transposed(gates: Bool)
    /// A vector; `gates` likewise.
    case vector(gates: Bool)
  }

  /// One tensor of the view.
  struct Entry: Sendable {
    /// Kaldi's name.
    var name: String
    /// The case's tensor.
    var source: String
    var transform: Transform
  }

  /// One per-frame buffer: quantities side by side, blocks of frames and frequency blocks padded.
  struct Buffer: Sendable {
    /// A quantity in words and the layer's internal (nil: zeros) that holds it.
    struct Column: Sendable {
      var name: String
      var source: String?
    }

    /// Kaldi's name.
    var name: String
    /// The columns of one frequency block, in storage order.
    var columns: [Column]
    /// The internals in the order of evaluation.
    var evaluationOrder: [String]
    /// Whether frequency blocks 0 and B+1 are there, as zeros.
    var hasBlockPadding: Bool
    /// Whether it belongs to the backward pass.
    var isBackward: Bool
  }

  /// Kaldi's marker, such as `<TfLstm>`; nil where Kaldi has no such component.
  var component: String?
  /// The order that parameters and buffers are shown in; nil keeps the case's own.
  var gateOrder: GateOrder?
  /// Frames and parameters; gradients follow from these.
  var entries: [Entry]
  /// The buffers, told the order they are to show.
  var buffers: @Sendable (GateOrder?) -> [Buffer]

  /// The tensors of the view with their gradients: parameter `w` has `w_corr`, frames `in` and `out`
  /// have `in_diff` and `out_diff`.
  init(
    component: String?, gateOrder: GateOrder? = nil, frames: [(name: String, source: String)],
    parameters: [(name: String, source: String, transform: Transform)],
    buffers: @escaping @Sendable (GateOrder?) -> [Buffer] = { _ in [] }
  ) {
    self.component = component
    self.gateOrder = gateOrder
    self.entries =
      frames.map { Entry(name: $0.name, source: $0.source, transform: .frames) }
      + parameters.flatMap { parameter in
        [
          Entry(
            name: parameter.name, source: parameter.source, transform: parameter.transform),
          Entry(
            name: parameter.name + "_corr", source: "d" + parameter.source,
            transform: parameter.transform),
        ]
      }
    self.buffers = buffers
  }

  /// A tensor as the view shows it.
  ///
  /// - Parameters:
  ///   - tensor: The case's tensor.
  ///   - transform: What to do with it.
  ///   - order: The order the case ran in.
  /// - Returns: The matrix; a vector is one row.
  func show<Element>(
    _ tensor: Tensor<Element>, _ transform: Transform, order: GateOrder?
  ) -> Matrix<Element> {
    switch transform {
    case .frames, .plain: tensor.matrix
    case .transposed(let gates):
      gates ? reordered(tensor.matrix, from: order).transposed() : tensor.matrix.transposed()
    case .vector(let gates): gates ? reordered(tensor.matrix, from: order) : tensor.matrix
    }
  }

  /// Columns in four gate blocks, from the case's order to the view's.
  private func reordered<Element>(
    _ matrix: Matrix<Element>, from order: GateOrder?
  ) -> Matrix<Element> {
    guard let order, let gateOrder, order != gateOrder else { return matrix }
    let size = matrix.columns / 4
    var result = matrix
    for (block, gate) in gateOrder.gates.enumerated() {
      let source = order.block(of: gate)
      for row in 0..<matrix.rows {
        for j in 0..<size {
          result[row, block * size + j] = matrix[row, source * size + j]
        }
      }
    }
    return result
  }
}

extension KaldiView.Buffer {
  /// The buffer of a run: `(T+2)·N` rows, frame blocks 0 and T+1 zero.
  ///
  /// - Parameters:
  ///   - results: The layer's internals, each `[T, N, B·H]`.
  ///   - blockCount: B.
  ///   - zero: What stands in the padding.
  /// - Returns: The buffer.
  func compose<Element>(
    from results: TensorTable<Element>, blockCount: Int, zero: Element
  ) -> Matrix<Element> {
    guard let first = columns.lazy.compactMap(\.source).compactMap({ results[$0] }).first else {
      return Matrix(rows: 0, columns: 0, elements: [])
    }
    let batchSize = first.shape[1]
    let rowCount = first.shape[0] * batchSize
    let size = first.shape[2] / blockCount
    let width = (blockCount + (hasBlockPadding ? 2 : 0)) * columns.count * size
    var buffer = Matrix(rows: rowCount + 2 * batchSize, columns: width, repeating: zero)
    for (index, column) in columns.enumerated() {
      guard let source = column.source, let tensor = results[source] else { continue }
      for row in 0..<rowCount {
        for k in 0..<blockCount {
          let target = firstColumn(index, block: k, size: size)
          for j in 0..<size {
            buffer[row + batchSize, target + j] =
              tensor.elements[(row * blockCount + k) * size + j]
          }
        }
      }
    }
    return buffer
  }

  /// Where a quantity of a frequency block (from 0) stands.
  func firstColumn(_ index: Int, block k: Int, size: Int) -> Int {
    ((k + (hasBlockPadding ? 1 : 0)) * columns.count + index) * size
  }

  /// The quantities in the order of evaluation, with the columns they stand in.
  func blocks(blockCount: Int, size: Int) -> [(name: String, first: Int, count: Int)] {
    let frequencyBlocks =
      isBackward ? Array((0..<blockCount).reversed()) : Array(0..<blockCount)
    return frequencyBlocks.flatMap { k in
      evaluationOrder.flatMap { source in
        columns.enumerated().filter { $0.element.source == source }.map { index, column in
          (
            name: blockCount > 1 ? "\(column.name), block \(k + 1)" : column.name,
            first: firstColumn(index, block: k, size: size), count: size
          )
        }
      }
    }
  }
}
