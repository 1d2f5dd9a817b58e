import Arithmetic
public import Equations
import Tensors

/// A golden case computed: proven values, and how far correct programs may stray from each.
public struct CaseRun: Sendable {
  /// What was computed.
  public let goldenCase: GoldenCase
  /// The layer.
  public let layer: Layer
  /// The given tensors.
  public let inputs: TensorTable<Double>
  /// The position lists.
  public let positions: [(name: String, counts: [Int])]
  /// For each result the doubles provably nearest to the exact values.
  public let values: TensorTable<Double>
  /// The largest radius of any enclosure.
  public let largestRadius: Double
  /// How far a correct binary32 program may be from each value.
  public let float32Bounds: TensorTable<Double>
  /// How far a correct binary64 program may be from each value.
  public let float64Bounds: TensorTable<Double>

  /// Computes a case.
  ///
  /// - Parameter goldenCase: The case with its settings.
  /// - Throws: ``GoldenError``; among others when an enclosure does not decide a value.
  public init(_ goldenCase: GoldenCase) throws(GoldenError) {
    self.goldenCase = goldenCase
    layer = try goldenCase.layer()
    inputs = try goldenCase.inputs()
    positions = try goldenCase.positions()
    let balls: TensorTable<Ball> = try Self.evaluate(layer, inputs, in: goldenCase)
    values = try Self.proven(balls, in: goldenCase)
    largestRadius = balls.entries.flatMap { $0.tensor.elements.map(\.radius) }.max() ?? 0
    let single: TensorTable<RoundoffBound<Binary32>> = try Self.evaluate(
      layer, inputs, in: goldenCase)
    float32Bounds = Self.bounds(single, around: values)
    let double: TensorTable<RoundoffBound<Binary64>> = try Self.evaluate(
      layer, inputs, in: goldenCase)
    float64Bounds = Self.bounds(double, around: values)
  }

  /// A case with zeros for results: for its tensors, shapes and names, at no cost.
  ///
  /// - Parameter goldenCase: The case with its settings.
  /// - Returns: The case; what it holds of results are no values.
  /// - Throws: ``GoldenError``.
  public static func outline(_ goldenCase: GoldenCase) throws(GoldenError) -> CaseRun {
    let run = try CaseRun(unproven: goldenCase)
    var zeros = TensorTable<Double>()
    for result in run.layer.results {
      zeros[result.name] = Tensor(
        shape: result.shape, elements: Array(repeating: 0, count: result.shape.reduce(1, *)))
    }
    return run.holding(zeros, float32Bounds: zeros, float64Bounds: zeros)
  }

  /// A case that is not computed yet, for what mistakes make of it.
  ///
  /// - Parameter goldenCase: The case with its settings.
  /// - Throws: ``GoldenError``.
  init(unproven goldenCase: GoldenCase) throws(GoldenError) {
    self.init(
      goldenCase: goldenCase, layer: try goldenCase.layer(), inputs: try goldenCase.inputs(),
      positions: try goldenCase.positions(), values: TensorTable(), largestRadius: 0,
      float32Bounds: TensorTable(), float64Bounds: TensorTable())
  }

  /// What a program with a mistake computes on the case: nearest values unproven, bounds its own.
  ///
  /// - Parameters:
  ///   - mistake: The mistake.
  ///   - isDouble: Whether to bound binary64 programs rather than binary32 ones.
  /// - Throws: ``GoldenError``.
  /// - Returns: The run, its inputs those of the case, without the other format's bounds.
  func making(_ mistake: Mistake, isDouble: Bool = false) throws(GoldenError) -> CaseRun {
    if isDouble {
      let table: TensorTable<RoundoffBound<Binary64>> = try evaluate(making: mistake)
      let values = table.map(\.value.nearestDouble)
      return holding(values, float64Bounds: Self.bounds(table, around: values))
    }
    let table: TensorTable<RoundoffBound<Binary32>> = try evaluate(making: mistake)
    let values = table.map(\.value.nearestDouble)
    return holding(values, float32Bounds: Self.bounds(table, around: values))
  }

  /// What a program with a mistake computes on the case in binary64, without bounds.
  ///
  /// - Parameter mistake: The mistake.
  /// - Throws: ``GoldenError``.
  /// - Returns: The run, its inputs those of the case.
  func sketching(_ mistake: Mistake) throws(GoldenError) -> CaseRun {
    holding(try evaluate(making: mistake))
  }

  private func evaluate<Scalar: Arithmetic>(
    making mistake: Mistake
  ) throws(GoldenError) -> TensorTable<Scalar> {
    do { return try layer.evaluate(inputs.map { Scalar(input: $0) }, making: mistake) } catch {
      throw .layer(case: goldenCase.name, error)
    }
  }

  /// The same case with the results of some program, which need not be a correct one.
  ///
  /// - Parameter results: The layer's results by name.
  /// - Returns: The run, without bounds.
  public func holding(_ results: TensorTable<Double>) -> CaseRun {
    holding(results, float32Bounds: TensorTable(), float64Bounds: TensorTable())
  }

  /// The same case with the results of some program and their bounds in one format.
  func holding(
    _ results: TensorTable<Double>, bounds: TensorTable<Double>, isDouble: Bool
  ) -> CaseRun {
    isDouble
      ? holding(results, float64Bounds: bounds) : holding(results, float32Bounds: bounds)
  }

  private func holding(
    _ results: TensorTable<Double>, float32Bounds: TensorTable<Double> = TensorTable(),
    float64Bounds: TensorTable<Double> = TensorTable()
  ) -> CaseRun {
    CaseRun(
      goldenCase: goldenCase, layer: layer, inputs: inputs, positions: positions,
      values: results, largestRadius: 0, float32Bounds: float32Bounds,
      float64Bounds: float64Bounds)
  }

  private init(
    goldenCase: GoldenCase, layer: Layer, inputs: TensorTable<Double>,
    positions: [(name: String, counts: [Int])], values: TensorTable<Double>,
    largestRadius: Double, float32Bounds: TensorTable<Double>,
    float64Bounds: TensorTable<Double>
  ) {
    self.goldenCase = goldenCase
    self.layer = layer
    self.inputs = inputs
    self.positions = positions
    self.values = values
    self.largestRadius = largestRadius
    self.float32Bounds = float32Bounds
    self.float64Bounds = float64Bounds
  }

  /// Runs a layer on inputs in an arithmetic.
  static func evaluate<Scalar: Arithmetic>(
    _ layer: Layer, _ inputs: TensorTable<Double>, form: BackwardForm = .advance,
    in goldenCase: GoldenCase
  ) throws(GoldenError) -> TensorTable<Scalar> {
    do {
      return try layer.evaluate(inputs.map { Scalar(input: $0) }, form: form)
    } catch {
      throw .layer(case: goldenCase.name, error)
    }
  }

  private static func proven(
    _ balls: TensorTable<Ball>, in goldenCase: GoldenCase
  ) throws(GoldenError) -> TensorTable<Double> {
    for entry in balls.entries {
      for (index, ball) in entry.tensor.elements.enumerated() where ball.nearestDouble == nil {
        throw .undecided(
          case: goldenCase.name, tensor: entry.name, index: index, radius: ball.radius)
      }
    }
    return balls.map { $0.nearestDouble ?? .nan }
  }

  private static func bounds<Format: RoundoffFormat>(
    _ table: TensorTable<RoundoffBound<Format>>, around values: TensorTable<Double>
  ) -> TensorTable<Double> {
    var result = TensorTable<Double>()
    for entry in table.entries {
      guard let golden = values[entry.name] else { continue }
      result[entry.name] = Tensor(
        shape: golden.shape,
        elements: zip(entry.tensor.elements, golden.elements).map { bound, value in
          bound.errorBound(roundedTo: value)
        })
    }
    return result
  }
}
