import Arithmetic
import Tensors

/// A rearrangement of named tensors: what a fault does around a kernel.
enum TensorEdit: Sendable {
  /// Every element times a number.
  case scale([String], Double)
  /// Every element limited to ±a number.
  case clip([String], Double)
  /// A number added to some of the columns.
  case addToColumns(String, first: Int, count: Int, Double)
  /// A number added to every element.
  case addToAll(String, Double)
  /// Column blocks taken from other places: block `i` from block `source[i]`.
  case permuteBlocks([String], source: [Int])
  /// Two tensors exchanged.
  case exchange(String, String)
  /// A gradient replaced by the parameter it belongs to, less or plus a multiple of the gradient.
  case updatedParameter(gradient: String, parameter: String, rate: Double)
  /// Rows in the opposite order; of a sequence, frames.
  case reverseRows([String])
  /// Columns in the opposite order.
  case reverseColumns([String])
  /// Frames one later; zeros come first.
  case delayFrames([String])
  /// A time-major sequence written batch-major.
  case batchMajor([String])
  /// A matrix written column after column.
  case columnMajor([String])

  func apply<Scalar: Arithmetic>(
    to table: inout TensorTable<Scalar>, given: TensorTable<Scalar>
  ) {
    switch self {
    case .scale(let names, let factor):
      let factor = Scalar(constant: factor)
      change(names, in: &table) { $0.map { $0 * factor } }
    case .clip(let names, let limit):
      change(names, in: &table) { $0.map { $0.clamped(to: -limit...limit) } }
    case .addToColumns(let name, let first, let count, let number):
      change([name], in: &table) { tensor in
        var result = tensor
        let columns = tensor.shape.last ?? 1
        for index in tensor.elements.indices where (first..<first + count).contains(index % columns)
        {
          result.elements[index] = result.elements[index] + Scalar(constant: number)
        }
        return result
      }
    case .addToAll(let name, let number):
      change([name], in: &table) { $0.map { $0 + Scalar(constant: number) } }
    case .permuteBlocks(let names, let source):
      change(names, in: &table) { tensor in
        let size = max(1, (tensor.shape.last ?? 0) / source.count)
        return rearranged(tensor) { row, column in
          (row, source[column / size] * size + column % size)
        }
      }
    case .exchange(let first, let second):
      let kept = table[first]
      table[first] = table[second]
      table[second] = kept
    case .updatedParameter(let gradient, let parameter, let rate):
      guard let weights = given[parameter] else { return }
      let rate = Scalar(constant: rate)
      change([gradient], in: &table) { tensor in
        Tensor(
          shape: tensor.shape,
          elements: zip(weights.elements, tensor.elements).map { $0 + rate * $1 })
      }
    default: applyLayout(to: &table)
    }
  }

  private func applyLayout<Scalar: Arithmetic>(to table: inout TensorTable<Scalar>) {
    switch self {
    case .reverseRows(let names):
      change(names, in: &table) { tensor in
        let rows = tensor.shape[0]
        return outerRearranged(tensor) { rows - 1 - $0 }
      }
    case .reverseColumns(let names):
      change(names, in: &table) { tensor in
        let columns = tensor.shape.last ?? 0
        return rearranged(tensor) { row, column in (row, columns - 1 - column) }
      }
    case .delayFrames(let names):
      change(names, in: &table) { tensor in
        let width = tensor.shape.dropFirst().reduce(1, *)
        let delayed = Array(repeating: Scalar(constant: 0), count: width) + tensor.elements
        return Tensor(
          shape: tensor.shape, elements: Array(delayed.prefix(tensor.elements.count)))
      }
    case .batchMajor(let names):
      change(names, in: &table) { tensor in
        Tensor(shape: tensor.shape, elements: tensor.swappingFirstAxes().elements)
      }
    case .columnMajor(let names):
      change(names, in: &table) { tensor in
        Tensor(shape: tensor.shape, elements: tensor.matrix.transposed().elements)
      }
    default: break
    }
  }

  private func change<Scalar>(
    _ names: [String], in table: inout TensorTable<Scalar>,
    _ transform: (Tensor<Scalar>) -> Tensor<Scalar>
  ) {
    for name in names {
      if let tensor = table[name] { table[name] = transform(tensor) }
    }
  }

  /// Element `(row, column)` taken from elsewhere in the same matrix.
  private func rearranged<Scalar>(
    _ tensor: Tensor<Scalar>, _ source: (Int, Int) -> (Int, Int)
  ) -> Tensor<Scalar> {
    let columns = tensor.shape.last ?? 0
    var result = tensor
    for index in tensor.elements.indices {
      let (row, column) = source(index / columns, index % columns)
      result.elements[index] = tensor.elements[row * columns + column]
    }
    return result
  }

  /// Whole slices along the first axis taken from elsewhere.
  private func outerRearranged<Scalar>(
    _ tensor: Tensor<Scalar>, _ source: (Int) -> Int
  ) -> Tensor<Scalar> {
    let width = tensor.shape.dropFirst().reduce(1, *)
    let elements = (0..<tensor.shape[0]).flatMap { index in
      tensor.elements[source(index) * width..<(source(index) + 1) * width]
    }
    return Tensor(shape: tensor.shape, elements: elements)
  }
}
