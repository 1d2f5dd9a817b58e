import KaldiIO
import Tensors

/// How the rows of a matrix hold the frames of several sequences.
///
/// Legend: `N` sequences (Kaldi: streams), `T` frames.
///
///     batch-major   row n·T + t        the notebooks' (N, T, D), reshaped
///     time-major    row t·N + n        Kaldi's multi-stream layout
struct FrameLayout: Sendable, Equatable {
  /// The order of the rows.
  enum Order: String, Sendable, CaseIterable {
    case batchMajor = "batch-major"
    case timeMajor = "time-major"
  }

  /// N.
  var batchSize: Int
  /// T, padding frames included.
  var frameCount: Int
  /// The order in which the matrix is stored.
  var order: Order
  /// How many frames of each sequence count, where the sequences are of uneven length.
  var lengths: [Int]?
  /// The number of the first frame: -1 for Kaldi's buffers, whose first and last are padding.
  var firstFrame = 0

  /// The (frame, sequence) of each row in an order.
  func labels(in order: Order) -> [(frame: Int, sequence: Int)] {
    switch order {
    case .batchMajor:
      (0..<batchSize).flatMap { n in (0..<frameCount).map { (frame: $0, sequence: n) } }
    case .timeMajor:
      (0..<frameCount).flatMap { t in (0..<batchSize).map { (frame: t, sequence: $0) } }
    }
  }

  /// A row's label, as it is printed.
  func text(of label: (frame: Int, sequence: Int)) -> String {
    let isPadding: Bool
    if let lengths {
      isPadding = label.frame >= lengths[label.sequence]
    } else {
      isPadding = firstFrame < 0 && (label.frame == 0 || label.frame == frameCount - 1)
    }
    return "(\(label.frame + firstFrame), \(label.sequence))" + (isPadding ? " padding" : "")
  }

  /// The matrix, stored in this layout, with its rows in an order.
  func arranged(_ matrix: Matrix<Double>, in order: Order) -> Matrix<Double> {
    guard order != self.order else { return matrix }
    let axes =
      self.order == .batchMajor ? [batchSize, frameCount] : [frameCount, batchSize]
    return Tensor(shape: axes + [matrix.columns], elements: matrix.elements)
      .swappingFirstAxes().matrix.reshaped(rows: matrix.rows, columns: matrix.columns)
  }
}

extension Matrix {
  /// The same elements in other rows and columns.
  fileprivate func reshaped(rows: Int, columns: Int) -> Matrix {
    Matrix(rows: rows, columns: columns, elements: elements)
  }
}

extension FrameLayout {
  /// The layout of a golden tensor by its entry in `case.json`, nil if its rows are no frames.
  init?(_ matrix: Matrix<Double>, golden: GoldenContext) {
    let dimensions = golden.description.dimensions
    let batchSize: Int
    if golden.description.kernel.hasSuffix("vfsmn") {
      // There N is the length of the memory, and all frames stand in one matrix.
      guard golden.tensor.files.contains(where: { $0.layout == Order.timeMajor.rawValue })
      else { return nil }
      batchSize = 1
    } else {
      guard Order(rawValue: golden.file.layout) != nil, let size = dimensions["N"] else {
        return nil
      }
      batchSize = size
    }
    guard batchSize > 0, matrix.rows > 0, matrix.rows % batchSize == 0 else { return nil }
    self.init(
      batchSize: batchSize, frameCount: matrix.rows / batchSize,
      order: Order(rawValue: golden.file.layout) ?? .timeMajor)
    if golden.file.name.hasSuffix("propagate_buf") { firstFrame = -1 }
  }

  /// A time-major layout of so many streams.
  init(_ matrix: Matrix<Double>, streams: Int, name: String) throws(Trouble) {
    guard matrix.rows > 0, matrix.rows % streams == 0 else {
      throw Trouble("\(name) has \(matrix.rows) rows, which \(streams) streams cannot share evenly")
    }
    self.init(batchSize: streams, frameCount: matrix.rows / streams, order: .timeMajor)
  }

  /// A time-major layout of streams of uneven length, padded to the longest.
  init(_ matrix: Matrix<Double>, lengths: [Int], name: String) throws(Trouble) {
    let frames = lengths.max() ?? 0
    let (rows, overflows) = frames.multipliedReportingOverflow(by: lengths.count)
    guard !overflows, rows > 0, matrix.rows == rows else {
      throw Trouble(
        "\(name) has \(matrix.rows) rows, but \(lengths.count) streams padded to \(frames) frames"
          + " have \(overflows ? "far more" : String(rows))")
    }
    self.init(
      batchSize: lengths.count, frameCount: frames, order: .timeMajor, lengths: lengths)
  }
}
