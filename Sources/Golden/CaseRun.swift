import Arithmetic
public import Kernels
import Tensors

/// A golden case computed: proven values, and how far correct programs may stray from each.
public struct CaseRun: Sendable {
  /// What was computed.
  public let goldenCase: GoldenCase
  /// The layer.
  public let layer: any Layer
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
    var layer = try goldenCase.layer()
    inputs = try goldenCase.inputs()
    positions = try goldenCase.positions()
    layer.clip = try Self.clipLevels(layer, inputs, in: goldenCase)
    self.layer = layer
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

  /// A case that is not computed yet, for what faults make of it.
  ///
  /// - Parameter goldenCase: The case with its settings.
  /// - Throws: ``GoldenError``.
  init(unproven goldenCase: GoldenCase) throws(GoldenError) {
    var layer = try goldenCase.layer()
    let inputs = try goldenCase.inputs()
    layer.clip = try Self.clipLevels(layer, inputs, in: goldenCase)
    self.init(
      goldenCase: goldenCase, layer: layer, inputs: inputs,
      positions: try goldenCase.positions(), values: TensorTable(), largestRadius: 0,
      float32Bounds: TensorTable(), float64Bounds: TensorTable())
  }

  /// What a program with a fault computes on the case: nearest values unproven, bounds its own.
  ///
  /// - Parameters:
  ///   - fault: The mistake.
  ///   - isDouble: Whether to bound binary64 programs rather than binary32 ones.
  /// - Throws: ``GoldenError``.
  /// - Returns: The run, its inputs those of the case, without the other format's bounds.
  func making(_ fault: Fault, isDouble: Bool = false) throws(GoldenError) -> CaseRun {
    if isDouble {
      let table: TensorTable<RoundoffBound<Binary64>> = try Self.evaluate(
        layer, inputs, fault: fault, in: goldenCase)
      let values = table.map(\.value.nearestDouble)
      return holding(values, float64Bounds: Self.bounds(table, around: values))
    }
    let table: TensorTable<RoundoffBound<Binary32>> = try Self.evaluate(
      layer, inputs, fault: fault, in: goldenCase)
    let values = table.map(\.value.nearestDouble)
    return holding(values, float32Bounds: Self.bounds(table, around: values))
  }

  /// What a program with a fault computes on the case in binary64, without bounds.
  ///
  /// - Parameter fault: The mistake.
  /// - Throws: ``GoldenError``.
  /// - Returns: The run, its inputs those of the case.
  func sketching(_ fault: Fault) throws(GoldenError) -> CaseRun {
    holding(try Self.evaluate(layer, inputs, fault: fault, in: goldenCase))
  }

  /// The same case with the results of some program, which need not be a correct one.
  ///
  /// - Parameter results: The layer's results by name.
  /// - Returns: The run, without bounds.
  public func holding(_ results: TensorTable<Double>) -> CaseRun {
    holding(results, float32Bounds: TensorTable(), float64Bounds: TensorTable())
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
    goldenCase: GoldenCase, layer: any Layer, inputs: TensorTable<Double>,
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
    _ layer: any Layer, _ inputs: TensorTable<Double>, form: BackwardForm = .advance,
    fault: Fault? = nil, in goldenCase: GoldenCase
  ) throws(GoldenError) -> TensorTable<Scalar> {
    do {
      return try layer.evaluate(inputs.map { Scalar(input: $0) }, form: form, fault: fault)
    } catch {
      throw .layer(case: goldenCase.name, error)
    }
  }

  /// Half of what the case reaches, to two digits: where a clip acts.
  private static func clipLevels(
    _ layer: any Layer, _ inputs: TensorTable<Double>, in goldenCase: GoldenCase
  ) throws(GoldenError) -> ClipLevels {
    let results: TensorTable<Double> = try evaluate(layer, inputs, in: goldenCase)
    func level(_ isMeant: (String) -> Bool) -> Double {
      let reached =
        results.entries.filter { isMeant($0.name) }
        .flatMap { $0.tensor.elements.map(abs) }.max() ?? 0
      return roundedUp(reached / 2, digits: 2)
    }
    let parameters = layer.given.filter { $0.role == .weight }.map { "d" + $0.name }
    return ClipLevels(
      cell: level { $0 == "c" },
      gradient: level { $0.hasPrefix("da") },
      parameter: level { parameters.contains($0) })
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
