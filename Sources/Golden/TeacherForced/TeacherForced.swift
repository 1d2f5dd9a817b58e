import Arithmetic
public import KaldiIO
import Kernels
public import Tensors

/// A forward pass recomputed frame by frame from the states that a dump itself holds.
///
/// Over a long recurrence a proven bound grows with every frame until it says nothing. The step from
/// one frame to the next is as tight as ever: recomputed from the dump's own previous state, a frame
/// is right or wrong by itself, and the first wrong one is where the fault lies.
public struct TeacherForced: Sendable {
  /// The dump's numbers, and how far a program's own may lie from them.
  public struct Printed: Sendable {
    /// The numbers.
    public var values: Matrix<Double>
    /// Half of what each number's last printed digit is worth; 0 in binary.
    public var halfUnits: Matrix<Double>

    /// Printed numbers.
    public init(values: Matrix<Double>, halfUnits: Matrix<Double>) {
      self.values = values
      self.halfUnits = halfUnits
    }
  }

  /// What a recomputation rests on.
  public enum Basis: Sendable {
    /// The buffer with gates and cell: each quantity is recomputed from the operands of its equation.
    case buffer
    /// The outputs: the cell is carried.
    case outputs
  }

  /// What it rests on.
  public let basis: Basis
  /// The recomputed quantities by the view's names, those that the dump holds.
  public let tensors: [String: Matrix<Double>]
  /// How far a correct program's number may lie from each; infinite where nothing is told.
  public let bounds: [String: Matrix<Double>]

  /// Recomputes the forward pass of a case.
  ///
  /// There is none where the dump has no outputs of all frames, or where the case is unknown, has no
  /// recurrence, or other dimensions than the dump.
  ///
  /// - Parameters:
  ///   - description: The case, as its `case.json` describes it.
  ///   - view: `numpy` or `kaldi`.
  ///   - dump: What the dump holds, by the view's names.
  ///   - isDouble: Whether a binary64 program is judged rather than a binary32 one.
  public init?(
    _ description: CaseDescription, view: String, dump: [String: Printed], isDouble: Bool
  ) {
    guard let golden = try? GoldenCase(described: description) else { return nil }
    let result =
      isDouble
      ? try? Self.recompute(golden, view, dump, in: Binary64.self)
      : try? Self.recompute(golden, view, dump, in: Binary32.self)
    guard let result else { return nil }
    self = result
  }

  private init(basis: Basis, tensors: [String: Matrix<Double>], bounds: [String: Matrix<Double>]) {
    self.basis = basis
    self.tensors = tensors
    self.bounds = bounds
  }

  private static func recompute<Format: RoundoffFormat>(
    _ golden: GoldenCase, _ view: String, _ dump: [String: Printed], in format: Format.Type
  ) throws(GoldenError) -> TeacherForced? {
    typealias Scalar = RoundoffBound<Format>
    let layer = try golden.layer()
    let printed = PrintedTrace(golden, layer, view: view)
    let trace: TensorTable<Scalar> = printed.trace(in: dump)
    let inputs = try golden.inputs().map { Scalar(input: $0) }
    let retraced: TensorTable<Scalar>
    do {
      retraced = try layer.retrace(inputs, following: trace)
    } catch {
      throw .layer(case: golden.name, error)
    }
    guard retraced["out"] != nil else { return nil }
    let values = retraced.map(\.value.nearestDouble)
    var distances = TensorTable<Double>()
    for entry in retraced.entries {
      distances[entry.name] = entry.tensor.map { $0.errorBound(roundedTo: $0.value.nearestDouble) }
    }
    var tensors: [String: Matrix<Double>] = [:]
    var bounds: [String: Matrix<Double>] = [:]
    for name in dump.keys.sorted() {
      guard let shown = printed.shown(name, values, elsewhere: 0),
        let bound = printed.shown(name, distances, elsewhere: .infinity)
      else { continue }
      tensors[name] = shown
      bounds[name] = bound
    }
    let basis: Basis = retraced["c"] == nil ? .outputs : .buffer
    return TeacherForced(basis: basis, tensors: tensors, bounds: bounds)
  }
}

/// Where the forward quantities of a layer stand in the files of a view.
private struct PrintedTrace {
  private let layer: any Layer
  private let isTimeMajor: Bool
  private let buffer: KaldiView.Buffer?
  private let outputs: TensorSpecification?
  private let blockCount: Int

  init(_ golden: GoldenCase, _ layer: any Layer, view: String) {
    self.layer = layer
    isTimeMajor = view == "kaldi"
    let order = golden.kaldi?.gateOrder ?? layer.gateOrder
    buffer =
      isTimeMajor ? golden.kaldi?.buffers(order).first { !$0.isBackward } : nil
    outputs = layer.results.first { $0.name == "out" && $0.isSequence }
    blockCount = layer.dimensions.first { $0.letter == "B" }?.size ?? 1
  }

  /// The dump's numbers by the layer's names: of the buffer if it is there, otherwise `out`.
  func trace<Format: RoundoffFormat>(
    in dump: [String: TeacherForced.Printed]
  ) -> TensorTable<RoundoffBound<Format>> {
    var table = TensorTable<RoundoffBound<Format>>()
    guard let outputs else { return table }
    if let buffer, let printed = dump[buffer.name] {
      for source in buffer.evaluationOrder where table[source] == nil {
        let parts = (
          buffer.extract(source, from: printed.values, blockCount, shape: outputs.shape),
          buffer.extract(source, from: printed.halfUnits, blockCount, shape: outputs.shape)
        )
        guard let values = parts.0, let halfUnits = parts.1 else { continue }
        table[source] = Self.joined(values, halfUnits)
      }
    } else if let printed = dump["out"], let values = frames(printed.values, outputs.shape),
      let halfUnits = frames(printed.halfUnits, outputs.shape)
    {
      table["out"] = Self.joined(values, halfUnits)
    }
    return table
  }

  /// A file's tensor out of quantities; what they do not fill is set to `rest`.
  func shown(
    _ name: String, _ table: TensorTable<Double>, elsewhere rest: Double
  ) -> Matrix<Double>? {
    if let buffer, name == buffer.name, table["c"] != nil {
      return buffer.compose(from: table, blockCount: blockCount, zero: rest)
    }
    guard name == "out", let outputs = table["out"] else { return nil }
    return isTimeMajor ? outputs.matrix : outputs.swappingFirstAxes().matrix
  }

  /// A matrix of frames as the layer's tensor, time-major.
  private func frames(_ matrix: Matrix<Double>, _ shape: [Int]) -> Tensor<Double>? {
    guard matrix.elements.count == shape.reduce(1, *), matrix.columns == shape[2] else {
      return nil
    }
    guard !isTimeMajor else { return Tensor(shape: shape, elements: matrix.elements) }
    return Tensor(shape: [shape[1], shape[0], shape[2]], elements: matrix.elements)
      .swappingFirstAxes()
  }

  /// Printed numbers as the program held them.
  ///
  /// Besides the print there is one rounding: a program may compute on with more digits than it
  /// stores. Of what is not a number, or beyond reason, nothing is known.
  private static func joined<Format: RoundoffFormat>(
    _ values: Tensor<Double>, _ halfUnits: Tensor<Double>
  ) -> Tensor<RoundoffBound<Format>> {
    Tensor(
      shape: values.shape,
      elements: zip(values.elements, halfUnits.elements).map { value, halfUnit in
        guard value.magnitude < 0x1p100 else { return RoundoffBound(value: 0, bound: .infinity) }
        return RoundoffBound(
          value: DoubleDouble(constant: value),
          bound: halfUnit + value.magnitude * Format.unitRoundoff)
      })
  }
}

extension KaldiView.Buffer {
  /// One quantity of all frames `[T, N, B·H]`, out of the buffer of a run.
  ///
  /// - Parameters:
  ///   - source: The layer's name of the quantity.
  ///   - buffer: The buffer, padded as ``compose(from:blockCount:zero:)`` makes it.
  ///   - blockCount: B.
  ///   - shape: T, N and B·H.
  /// - Returns: The quantity; nil where the buffer has another shape or no such column.
  func extract(
    _ source: String, from buffer: Matrix<Double>, _ blockCount: Int, shape: [Int]
  ) -> Tensor<Double>? {
    let (batchSize, rowCount) = (shape[1], shape[0] * shape[1])
    let size = shape[2] / blockCount
    let width = (blockCount + (hasBlockPadding ? 2 : 0)) * columns.count * size
    guard let index = columns.firstIndex(where: { $0.source == source }),
      buffer.rows == rowCount + 2 * batchSize, buffer.columns == width
    else { return nil }
    var elements: [Double] = []
    elements.reserveCapacity(rowCount * shape[2])
    for row in 0..<rowCount {
      for k in 0..<blockCount {
        let first = (row + batchSize) * width + firstColumn(index, block: k, size: size)
        elements += buffer.elements[first..<first + size]
      }
    }
    return Tensor(shape: shape, elements: elements)
  }
}
