import Tensors
import Testing

/// Matrices and tensors: where an element stands.
@Suite struct LayoutTests {
  static let matrix = Matrix(rows: 2, columns: 3, elements: [1, 2, 3, 4, 5, 6])

  @Test func `a matrix is held row after row`() {
    #expect(Self.matrix[0, 2] == 3 && Self.matrix[1, 0] == 4)
    #expect(Array(Self.matrix.row(1)) == [4, 5, 6])
    var changed = Self.matrix
    changed[1, 1] = 50
    #expect(changed.elements == [1, 2, 3, 4, 50, 6])
    #expect(Matrix(rows: 2, columns: 2, repeating: 7).elements == [7, 7, 7, 7])
  }

  @Test func `transposing exchanges rows and columns`() {
    let expected = Matrix(rows: 3, columns: 2, elements: [1, 4, 2, 5, 3, 6])
    #expect(Self.matrix.transposed() == expected)
    #expect(Self.matrix.transposed().transposed() == Self.matrix)
  }

  @Test func `transposing keeps shapes without elements`() {
    let empty = Matrix<Int>(rows: 0, columns: 4, elements: [])
    let turned = empty.transposed()
    #expect(turned.rows == 4 && turned.columns == 0 && turned.elements == [])
  }

  @Test func `mapping keeps the shape`() {
    let halves = Self.matrix.map { Double($0) / 2 }
    #expect(halves == Matrix(rows: 2, columns: 3, elements: [0.5, 1, 1.5, 2, 2.5, 3]))
  }

  @Test func `a tensor as a matrix folds all axes but the last`() {
    let tensor = Tensor(shape: [2, 3, 4], elements: Array(0..<24))
    #expect(tensor.matrix == Matrix(rows: 6, columns: 4, elements: Array(0..<24)))
    let vector = Tensor(shape: [3], elements: [7, 8, 9])
    #expect(vector.matrix == Matrix(rows: 1, columns: 3, elements: [7, 8, 9]))
    #expect(Tensor(shape: [], elements: [5]).matrix.elements == [5])
  }

  /// Row `n·T + t` of the batch-major matrix is row `t·N + n` of the time-major one.
  @Test(arguments: [(1, 1, 1), (2, 3, 4), (3, 1, 2), (1, 5, 2), (4, 2, 1)])
  func `batch-major and time-major hold the same rows`(_ size: (n: Int, t: Int, d: Int)) {
    let tensor = Tensor(
      shape: [size.n, size.t, size.d], elements: Array(0..<size.n * size.t * size.d))
    let turned = tensor.swappingFirstAxes()
    #expect(turned.shape == [size.t, size.n, size.d])
    for n in 0..<size.n {
      for t in 0..<size.t {
        #expect(
          Array(tensor.matrix.row(n * size.t + t)) == Array(turned.matrix.row(t * size.n + n)))
      }
    }
    #expect(turned.swappingFirstAxes() == tensor)
  }

  @Test func `swapping the first axes of a matrix transposes it`() {
    let tensor = Tensor(shape: [2, 3], elements: [1, 2, 3, 4, 5, 6])
    #expect(tensor.swappingFirstAxes().elements == [1, 4, 2, 5, 3, 6])
  }
}
