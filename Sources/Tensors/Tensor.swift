/// A dense tensor in row-major order (last axis fastest), of any rank.
@frozen public struct Tensor<Element: Sendable>: Sendable {
  /// The length of each axis.
  public let shape: [Int]
  /// The elements, last axis fastest.
  public var elements: [Element]

  /// A tensor over elements in row-major order.
  ///
  /// - Precondition: `elements.count` is the product of `shape`.
  @inlinable public init(shape: [Int], elements: [Element]) {
    precondition(shape.allSatisfy { $0 >= 0 } && elements.count == shape.reduce(1, *))
    self.shape = shape
    self.elements = elements
  }

  /// The tensor as a matrix: all axes but the last folded into rows; a vector is one row.
  @inlinable public var matrix: Matrix<Element> {
    let columns = shape.last ?? 1
    let rows = shape.dropLast().reduce(1, *)
    return Matrix(rows: rows, columns: columns, elements: elements)
  }

  /// The same shape with every element passed through a function.
  @inlinable public func map<Result>(_ transform: (Element) -> Result) -> Tensor<Result> {
    Tensor<Result>(shape: shape, elements: elements.map(transform))
  }

  /// The first two axes exchanged: batch-major `(N, T, …)` to time-major `(T, N, …)` and back.
  ///
  /// - Precondition: The rank is at least 2.
  @inlinable public func swappingFirstAxes() -> Tensor {
    precondition(shape.count >= 2)
    let outer = shape[0]
    let inner = shape[1]
    let width = shape.dropFirst(2).reduce(1, *)
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for j in 0..<inner {
      for i in 0..<outer {
        let start = (i * inner + j) * width
        result.append(contentsOf: elements[start..<start + width])
      }
    }
    return Tensor(shape: [inner, outer] + shape.dropFirst(2), elements: result)
  }
}

extension Tensor: Equatable where Element: Equatable {}
