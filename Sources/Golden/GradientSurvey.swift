import Arithmetic
public import Equations
import Tensors

/// Checks every gradient of every case, by finite differences or by exact derivatives.
public struct GradientSurvey: Sendable {
  /// One gradient's outcome.
  public struct Outcome: Sendable {
    /// The case or seeded setting.
    public let setting: String
    /// The gradient's name, or the form that was compared.
    public let subject: String
    /// `max |x - y| / max |x|`.
    public let error: Double
    /// The notebooks' relative error, for comparison with what they print.
    public let relativeError: Double
    /// The pass mark for `error`.
    public let mark: Double
    /// Whether it passes; NaN never does.
    public var passes: Bool { error <= mark }
  }

  /// The pass marks of the documentation.
  public enum Mark {
    /// Steps and vFSMN against finite differences.
    public static let step = 1e-8
    /// Sequences against finite differences.
    public static let sequence = 1e-7
    /// One form of a layer against another.
    public static let forms = 1e-13
    /// Backward against exact derivatives, both in double-double.
    public static let exact = 1e-28
  }

  /// A layer on given tensors, under a name.
  public struct Setting: Sendable {
    /// The case's name, or that of a seeded setting.
    public let name: String
    /// Where the layer departs from mathematics, one line each: its gradients are checked as if it did
    /// not, which holds the derivation, and the departure is only told.
    public let conventions: [String]
    let layer: Layer
    let inputs: TensorTable<Double>

    init(_ name: String, of golden: GoldenCase, _ inputs: TensorTable<Double>) throws(GoldenError) {
      self.name = name
      conventions = golden.file.conventions
      var mathematical = golden
      mathematical.file = golden.file.withoutConventions
      layer = try mathematical.layer()
      self.inputs = inputs
    }
  }

  /// The settings of cases, as they are.
  ///
  /// - Parameter cases: The cases.
  /// - Returns: A setting a case.
  /// - Throws: ``GoldenError``.
  public static func settings(of cases: [GoldenCase]) throws(GoldenError) -> [Setting] {
    var result: [Setting] = []
    for golden in cases {
      result.append(try Setting(golden.name, of: golden, try golden.inputs()))
    }
    return result
  }

  /// The notebooks' own shapes filled with seeded pseudo-random numbers.
  ///
  /// - Throws: ``GoldenError`` never in practice.
  public static func seededSettings() throws(GoldenError) -> [Setting] {
    let sequence = ["N": 2, "D": 3, "T": 10, "H": 6]
    let step = ["N": 4, "D": 5, "H": 6]
    let plan: [(name: String, dimensions: [String: Int], order: String?)] = [
      ("lstm-step", step, nil), ("lstm", sequence, nil), ("sru-step", step, nil),
      ("sru-step-separate", step, nil), ("sru", sequence, nil), ("sru-separate", sequence, nil),
      ("tflstm-step", step, "ifog"), ("tflstm-ifog", sequence, "ifog"),
      ("tflstm-ifog", sequence, "gifo"),
    ]
    var result: [Setting] = []
    for (index, (name, dimensions, order)) in plan.enumerated() {
      var golden = try Catalogue.named(name)
      for (letter, size) in dimensions.sorted(by: { $0.key < $1.key }) {
        try golden.settings.set(letter, to: String(size), ofCase: name)
      }
      if let order { try golden.settings.set("order", to: order, ofCase: name) }
      var generator = SplitMix64(seed: UInt64(index) + 1)
      result.append(
        try Setting(
          "\(name), random\(order.map { ", " + $0 } ?? "")", of: golden,
          try golden.inputs().map { _ in generator.nextBell() }))
    }
    return result
  }

  /// Every gradient of a setting against central differences, and the forms against each other.
  ///
  /// - Parameter setting: The setting.
  /// - Returns: One outcome a gradient, then one a further form.
  /// - Throws: ``LayerError``.
  public static func finiteDifferences(_ setting: Setting) throws(LayerError) -> [Outcome] {
    let layer = setting.layer
    let isSequence = layer.forms.count > 1
    let analytic = try layer.evaluate(setting.inputs, form: .advance)
    let upstream = setting.inputs.entries.filter { entry in
      layer.given.contains { $0.name == entry.name && $0.role == .upstream }
    }
    let outputs = layer.results.filter { $0.role == .output }
    var outcomes: [Outcome] = []
    for specification in layer.differentiated {
      guard let point = setting.inputs[specification.name],
        let gradient = analytic[gradientName(specification)]
      else { continue }
      let numerical = try numericalGradient(
        at: point.elements, upstream: upstream.flatMap(\.tensor.elements)
      ) { (elements) throws(LayerError) -> [Double] in
        var inputs = setting.inputs
        inputs[specification.name] = Tensor(shape: point.shape, elements: elements)
        let results = try layer.evaluate(inputs, form: .advance)
        return outputs.flatMap { results[$0.name]?.elements ?? [] }
      }
      outcomes.append(
        Outcome(
          setting: setting.name, subject: gradientName(specification),
          error: scaledError(gradient.elements, numerical),
          relativeError: Equations.relativeError(numerical, gradient.elements),
          mark: isSequence ? Mark.sequence : Mark.step))
    }
    return outcomes + (try forms(setting, advance: analytic))
  }

  private static func forms(
    _ setting: Setting, advance: TensorTable<Double>
  ) throws(LayerError) -> [Outcome] {
    var outcomes: [Outcome] = []
    for form in setting.layer.forms where form != .advance {
      let other = try setting.layer.evaluate(setting.inputs, form: form)
      for entry in advance.entries {
        guard let elements = other[entry.name]?.elements else { continue }
        outcomes.append(
          Outcome(
            setting: setting.name, subject: "\(entry.name), \(form.rawValue) form",
            error: scaledError(entry.tensor.elements, elements),
            relativeError: Equations.relativeError(entry.tensor.elements, elements),
            mark: Mark.forms))
      }
    }
    return outcomes
  }

  /// Every gradient of a setting against forward-mode derivatives, both in double-double.
  ///
  /// - Parameter setting: The setting.
  /// - Returns: One outcome a gradient.
  /// - Throws: ``LayerError``.
  public static func exact(_ setting: Setting) throws(LayerError) -> [Outcome] {
    let layer = setting.layer
    let inputs = setting.inputs.map { DoubleDouble(input: $0) }
    let analytic = try layer.evaluate(inputs, form: .advance)
    let duals = inputs.map { Dual(value: $0, derivative: 0) }
    let outputs = layer.results.filter { $0.role == .output }.map(\.name)
    let upstream = layer.given.filter { $0.role == .upstream }.flatMap {
      inputs[$0.name]?.elements ?? []
    }
    var outcomes: [Outcome] = []
    for specification in layer.differentiated {
      guard let point = duals[specification.name],
        let gradient = analytic[gradientName(specification)]
      else { continue }
      var largestError = 0.0
      for index in point.elements.indices {
        var moved = duals
        var elements = point.elements
        elements[index] = Dual(value: elements[index].value, derivative: 1)
        moved[specification.name] = Tensor(shape: point.shape, elements: elements)
        let results = try layer.evaluate(moved, form: .advance)
        var derivative = DoubleDouble.Sum()
        for (value, weight) in zip(
          outputs.flatMap({ results[$0]?.elements ?? [] }), upstream)
        {
          derivative.accumulate(value.derivative, times: weight)
        }
        largestError = max(
          largestError, abs((derivative.total - gradient.elements[index]).high))
      }
      let largest = gradient.elements.map { abs($0.high) }.max() ?? 0
      let error = largestError == 0 ? 0 : largestError / largest
      outcomes.append(
        Outcome(
          setting: setting.name, subject: gradientName(specification), error: error,
          relativeError: error, mark: Mark.exact))
    }
    return outcomes
  }

  private static func gradientName(_ specification: TensorSpecification) -> String {
    "d" + specification.name
  }
}
