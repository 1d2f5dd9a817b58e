/// A dense matrix in row-major order.
@frozen public struct Matrix<Element: Sendable>: Sendable {
  /// How many rows.
  public let rows: Int
  /// How many columns.
  public let columns: Int
  /// The elements, row after row.
  public var elements: [Element]

  /// A matrix over elements in row-major order.
  ///
  /// - Precondition: `elements.count == rows * columns`.
  @inlinable public init(rows: Int, columns: Int, elements: [Element]) {
    precondition(rows >= 0 && columns >= 0 && elements.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix of one repeated element.
  @inlinable public init(rows: Int, columns: Int, repeating element: Element) {
    self.init(
      rows: rows, columns: columns, elements: Array(repeating: element, count: rows * columns))
  }

  /// The element in a row and column.
  @inlinable public subscript(row: Int, column: Int) -> Element {
    get {
      precondition(column >= 0 && column < columns)
      return elements[row * columns + column]
    }
    set {
      precondition(column >= 0 && column < columns)
      elements[row * columns + column] = newValue
    }
  }

  /// One row's elements.
  @inlinable public func row(_ row: Int) -> ArraySlice<Element> {
    elements[row * columns..<(row + 1) * columns]
  }

  /// Rows and columns exchanged.
  @inlinable public func transposed() -> Matrix {
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for column in 0..<columns {
      for row in 0..<rows { result.append(elements[row * columns + column]) }
    }
    return Matrix(rows: columns, columns: rows, elements: result)
  }

  /// The same shape with every element passed through a function.
  @inlinable public func map<Result, Failure: Error>(
    _ transform: (Element) throws(Failure) -> Result
  ) throws(Failure) -> Matrix<Result> {
    var result: [Result] = []
    result.reserveCapacity(elements.count)
    for element in elements { result.append(try transform(element)) }
    return Matrix<Result>(rows: rows, columns: columns, elements: result)
  }
}

extension Matrix: Equatable where Element: Equatable {}
