import Foundation
import Equations
import Tensors

/// The equations of the notebooks, number by number and batch-major, with the C library's functions:
/// slow, and nothing of the layer files or the engine in it.
enum NaiveReference {
  typealias Grid = [[Double]]

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// The rows of a tensor.
  static func grid(_ tensor: Tensor<Double>?) -> Grid {
    guard let matrix = tensor?.matrix else { return [] }
    return (0..<matrix.rows).map { Array(matrix.row($0)) }
  }

  /// The hidden states `[T·N, B·H]` and cells of an LSTM (no `Wk`, no peepholes) or TF-LSTM.
  static func gated(
    _ layer: Layer, _ given: TensorTable<Double>
  ) -> (hidden: [Double], cell: [Double]) {
    let size = layer.size("H")
    let (batchSize, frameCount, blockCount) = (layer.size("N"), layer.size("T"), layer.size("B"))
    let isTimeFrequency = layer.kernel == "tflstm"
    let width = isTimeFrequency ? layer.size("F") : layer.size("D")
    let inputWeights = grid(given["Wx"])
    let recurrentWeights = grid(given["Wh"])
    let blockWeights = grid(given["Wk"])
    let bias = given["b"]?.elements ?? []
    func peephole(_ name: String, _ j: Int) -> Double { given[name]?.elements[j] ?? 0 }
    let frames = grid(given["x"])
    var hidden = grid(given["h0"] ?? given["prev_h"])
    var cell =
      given["prev_c"].map(grid)
      ?? Array(
        repeating: Array(repeating: 0, count: blockCount * size), count: batchSize)
    var hiddenRows: [Double] = []
    var cellRows: [Double] = []
    for t in 0..<frameCount {
      var newHidden = hidden
      var newCell = cell
      for n in 0..<batchSize {
        for k in 0..<blockCount {
          for j in 0..<size {
            func activation(_ gate: String) -> Double {
              let block = layer.order?.firstIndex(of: gate)
              guard let column = block.map({ $0 * size + j }) else { return .nan }
              var sum = bias[column]
              for d in 0..<width {
                sum +=
                  frames[t * batchSize + n][k * layer.size("S") + d]
                  * inputWeights[d][column]
              }
              for h in 0..<size {
                sum += hidden[n][k * size + h] * recurrentWeights[h][column]
                if k > 0, !blockWeights.isEmpty {
                  sum += newHidden[n][(k - 1) * size + h] * blockWeights[h][column]
                }
              }
              return sum
            }
            let old = cell[n][k * size + j]
            let input = sigmoid(activation("i") + peephole("pi", j) * old)
            let forget = sigmoid(activation("f") + peephole("pf", j) * old)
            let now = forget * old + input * tanh(activation("g"))
            let output = sigmoid(activation("o") + peephole("po", j) * now)
            newCell[n][k * size + j] = now
            newHidden[n][k * size + j] = output * tanh(now)
          }
        }
      }
      (hidden, cell) = (newHidden, newCell)
      hiddenRows += hidden.flatMap(\.self)
      cellRows += cell.flatMap(\.self)
    }
    return (hiddenRows, cellRows)
  }

  /// The outputs `[T·N, H]` of a compact SRU.
  static func sru(_ layer: Layer, _ given: TensorTable<Double>) -> [Double] {
    let size = layer.size("H")
    let batchSize = layer.size("N")
    let weights = grid(given["W"])
    let frames = grid(given["x"])
    var cell =
      given["prev_c"].map(grid)
      ?? Array(repeating: Array(repeating: 0, count: size), count: batchSize)
    var rows: [Double] = []
    for row in frames.indices {
      let n = row % batchSize
      for j in 0..<size {
        func product(_ block: Int) -> Double {
          (0..<layer.size("D")).reduce(0) { sum, d in
            sum + frames[row][d] * weights[d][block * size + j]
          }
        }
        let forget = sigmoid(product(1) + (given["bf"]?.elements[j] ?? 0))
        let reset = sigmoid(product(2) + (given["br"]?.elements[j] ?? 0))
        cell[n][j] = forget * cell[n][j] + (1 - forget) * product(0)
        rows.append(reset * cell[n][j] + (1 - reset) * product(3))
      }
    }
    return rows
  }

  /// The memory `[T, D]` of a uni- or bidirectional compact vFSMN.
  static func memory(_ layer: Layer, _ given: TensorTable<Double>) -> [Double] {
    let hidden = grid(given["hidden"])
    let back = grid(given["bfilter"] ?? given["filter"])
    let first = given["ffilter"] == nil ? 0 : 1
    let front = grid(given["ffilter"])
    let behind = (layer.positions["bposition"] ?? layer.positions["position"])?.counts ?? []
    let ahead = layer.positions["fposition"]?.counts
    return hidden.indices.flatMap { r in
      (0..<layer.size("D")).map { d in
        var sum = hidden[r][d]
        if first == 1 { sum += back[0][d] * hidden[r][d] }
        for i in 0..<min(behind[r], back.count - first) {
          sum += back[first + i][d] * hidden[r - i - 1][d]
        }
        for i in 0..<min(ahead?[r] ?? 0, front.count) {
          sum += front[i][d] * hidden[r + i + 1][d]
        }
        return sum
      }
    }
  }
}
