import Tensors

/// The weights of one LSTM, gate by gate, whatever layout they came in.
///
/// Every matrix has a row a unit: input weights are H×D, recurrent ones H×R, block ones (the
/// TF-LSTM's) H×H. Numbers are only moved, never computed with, but for two biases that become one.
struct LSTMWeights: Equatable {
  /// One matrix a gate, in the order of ``WeightGate``.
  typealias Gates = [Matrix<Double>]

  var input: Gates
  var recurrent: Gates
  var block: Gates?
  /// The bias, or the one of the input where there are two.
  var bias: [[Double]]?
  /// The bias of the recurrence, where there are two.
  var recurrentBias: [[Double]]?
  /// Peepholes of the input, forget and output gate.
  var peepholes: [[Double]]?
  /// What maps the cell's output to what recurs, R×H.
  var projection: Matrix<Double>?

  /// How many units.
  var cellSize: Int { input[0].rows }
  /// How many inputs.
  var inputSize: Int { input[0].columns }

  /// The bias as a framework with one bias has it.
  var joinedBias: [[Double]]? {
    guard let bias, let recurrentBias else { return bias ?? recurrentBias }
    return zip(bias, recurrentBias).map { zip($0, $1).map(+) }
  }
}

/// Rows of gate blocks taken apart and put together.
enum GateBlocks {
  /// The blocks of a matrix with 4H rows, in the order of ``WeightGate``.
  static func split(_ matrix: Matrix<Double>, order: [WeightGate]) -> LSTMWeights.Gates {
    let height = matrix.rows / 4
    return WeightGate.allCases.map { gate in
      let block = order.firstIndex(of: gate) ?? 0
      let first = block * height * matrix.columns
      return Matrix(
        rows: height, columns: matrix.columns,
        elements: Array(matrix.elements[first..<first + height * matrix.columns]))
    }
  }

  /// The blocks of a list of 4H numbers, in the order of ``WeightGate``.
  static func split(_ list: [Double], order: [WeightGate]) -> [[Double]] {
    split(Matrix(rows: list.count, columns: 1, elements: list), order: order).map(\.elements)
  }

  /// A matrix with 4H rows.
  static func join(_ gates: LSTMWeights.Gates, order: [WeightGate]) -> Matrix<Double> {
    Matrix(
      rows: gates[0].rows * 4, columns: gates[0].columns,
      elements: order.flatMap { gates[$0.rawValue].elements })
  }

  /// A list of 4H numbers.
  static func join(_ gates: [[Double]], order: [WeightGate]) -> [Double] {
    order.flatMap { gates[$0.rawValue] }
  }
}
