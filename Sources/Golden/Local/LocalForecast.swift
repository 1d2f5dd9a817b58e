import Arithmetic
import Equations
public import KaldiIO
public import Tensors

/// Every result of a case recomputed from the quantities that a dump itself holds, by the view's names.
///
/// Over a long recurrence a proven bound grows with every frame until it says nothing. One equation is
/// as tight as ever: recomputed from the dump's own operands, a number is right or wrong by itself, and
/// the first wrong one is where the mistake lies.
public struct LocalForecast: Sendable {
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

  /// The quantities it rests on.
  public let held: [String]
  /// States that the dump lacks, carried from frame to frame.
  public let carried: [String]
  /// The recomputed tensors by the view's names, those that the dump holds.
  public let tensors: [String: Matrix<Double>]
  /// How far a correct program's number may lie from each; infinite where nothing is told.
  public let bounds: [String: Matrix<Double>]
  /// The quantities that are wrong by themselves, in the order in which a program computes them.
  public let wrong: [OwnError]
  /// The quantities that are right by themselves, every element: no equation of theirs is mistaken.
  public let right: Set<String>

  /// Recomputes the results of a case.
  ///
  /// There is none where the dump holds no quantity of all frames that another one is made from, or
  /// where the layer is unknown or has other sizes than the dump.
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

  private init(
    held: [String], carried: [String], tensors: [String: Matrix<Double>],
    bounds: [String: Matrix<Double>], wrong: [OwnError], right: Set<String>
  ) {
    self.right = right
    self.wrong = wrong
    self.held = held
    self.carried = carried
    self.tensors = tensors
    self.bounds = bounds
  }

  private static func recompute<Format: RoundoffFormat>(
    _ golden: GoldenCase, _ view: String, _ dump: [String: Printed], in format: Format.Type
  ) throws(GoldenError) -> LocalForecast? {
    typealias Scalar = RoundoffBound<Format>
    let run = try CaseRun(unproven: golden)
    guard !run.layer.form.isStep else { return nil }
    let inputs = run.inputs.map { Scalar(input: $0) }
    let numbers: TensorTable<Scalar> = Trace(run, view: view).numbers(in: dump)
    guard !numbers.entries.isEmpty else { return nil }
    // A buffer has what the program computed on with; an output beside it is a copy, and only judged.
    let copies = run.layer.form.outputs.filter { output in
      output.name != output.quantity && numbers[output.name] != nil
        && numbers[output.quantity] != nil
    }
    var trace = TensorTable<Scalar>()
    for entry in numbers.entries where !copies.contains(where: { $0.name == entry.name }) {
      trace[entry.name] = entry.tensor
    }
    let recomputed: TensorTable<Scalar>
    let (held, carried): ([String], [String])
    do {
      let check = try LocalCheck(run.layer, holding: trace.entries.map(\.name))
      guard check.isTelling else { return nil }
      (held, carried) = (check.held, check.carried)
      recomputed = try check.recompute(inputs, from: trace)
    } catch {
      throw .layer(case: golden.name, error)
    }
    guard !held.isEmpty else { return nil }
    let values = recomputed.map(\.value.nearestDouble)
    var distances = TensorTable<Double>()
    for entry in recomputed.entries {
      distances[entry.name] = entry.tensor.map { $0.errorBound(roundedTo: $0.value.nearestDouble) }
    }
    let shown = run.holding(values, bounds: distances, isDouble: Format.self == Binary64.self)
    var tensors: [String: Matrix<Double>] = [:]
    var bounds: [String: Matrix<Double>] = [:]
    for tensor in shown.viewedTensors()
    where tensor.file.view == view && dump[tensor.file.name] != nil && tensor.entry.role.isResult {
      tensors[tensor.file.name] = tensor.values
      bounds[tensor.file.name] = tensor.float32Bound ?? tensor.float64Bound
    }
    return LocalForecast(
      held: held, carried: carried, tensors: tensors, bounds: bounds,
      wrong: OwnError.all(
        in: numbers, recomputed, of: run.layer,
        copies: Dictionary(uniqueKeysWithValues: copies.map { ($0.name, $0.quantity) })),
      right: OwnError.right(in: trace, recomputed))
  }
}

/// Where the quantities of a layer stand in the files of a view.
private struct Trace {
  private let run: CaseRun
  private let isTimeMajor: Bool

  init(_ run: CaseRun, view: String) {
    self.run = run
    isTimeMajor = view == "kaldi"
  }

  /// The dump's numbers by the layer's names, of all quantities per frame that it holds.
  func numbers<Format: RoundoffFormat>(
    in dump: [String: LocalForecast.Printed]
  ) -> TensorTable<RoundoffBound<Format>> {
    var table = TensorTable<RoundoffBound<Format>>()
    func add(_ name: String, _ values: Tensor<Double>?, _ halfUnits: Tensor<Double>?) {
      guard table[name] == nil, let values, let halfUnits else { return }
      table[name] = Self.joined(values, halfUnits)
    }
    let perFrame = run.layer.results.filter { $0.role == .output || $0.role == .internal }
    if isTimeMajor, let view = run.caseView {
      for buffer in view.buffers {
        guard let printed = dump[buffer.buffer.name] else { continue }
        for source in buffer.columns.compactMap(\.source)
        where perFrame.contains(where: { $0.name == source }) {
          add(
            source, buffer.extract(source, from: printed.values),
            buffer.extract(source, from: printed.halfUnits))
        }
      }
      for entry in view.entries {
        guard let printed = dump[entry.name],
          let specification = perFrame.first(where: { $0.name == entry.source })
        else { continue }
        add(
          entry.source, frames(printed.values, specification.shape),
          frames(printed.halfUnits, specification.shape))
      }
    } else {
      for specification in perFrame {
        guard let printed = dump[specification.name] else { continue }
        add(
          specification.name, frames(printed.values, specification.shape),
          frames(printed.halfUnits, specification.shape))
      }
    }
    return table
  }

  /// A matrix of frames as the layer's tensor, time-major.
  private func frames(_ matrix: Matrix<Double>, _ shape: [Int]) -> Tensor<Double>? {
    guard matrix.elements.count == shape.reduce(1, *), matrix.columns == shape.last else {
      return nil
    }
    guard !isTimeMajor, shape.count == 3 else {
      return Tensor(shape: shape, elements: matrix.elements)
    }
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
