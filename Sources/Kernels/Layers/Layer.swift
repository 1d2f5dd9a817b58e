public import Arithmetic
import Tensors

/// What a tensor is to a layer.
public enum TensorRole: String, Sendable {
  /// Data given to the layer: frames and states.
  case input
  /// A parameter.
  case weight
  /// The gradient that comes from above.
  case upstream
  /// A forward result.
  case output
  /// A backward result.
  case gradient
  /// A per-frame quantity between.
  case `internal`
}

/// A tensor that a layer takes or gives: its name, role and shape.
///
/// Frame sequences are time-major, `[T, N, columns]`, at this border.
public struct TensorSpecification: Sendable, Hashable {
  /// The notebooks' name.
  public let name: String
  /// What it is to the layer.
  public let role: TensorRole
  /// Its shape.
  public let shape: [Int]
  /// Whether the first two axes are frames and sequences.
  public let isSequence: Bool

  /// A specification.
  public init(_ name: String, _ role: TensorRole, _ shape: [Int], isSequence: Bool = false) {
    self.name = name
    self.role = role
    self.shape = shape
    self.isSequence = isSequence
  }

  /// One row a sequence in a step, one a frame and sequence in a run over frames.
  static func rows(
    _ name: String, _ role: TensorRole, frameCount: Int?, batchSize: Int, columns: Int
  ) -> TensorSpecification {
    guard let frameCount else { return TensorSpecification(name, role, [batchSize, columns]) }
    return TensorSpecification(name, role, [frameCount, batchSize, columns], isSequence: true)
  }
}

/// A layer of given dimensions seen from outside: named tensors in, named tensors out.
///
/// This is the border that golden cases, gradient checks, faults and command line share; the
/// equations stand in the layer's run.
public protocol Layer: Sendable {
  /// The layer's name: `lstm`, `sru`, `tflstm`, `compact-vfsmn`, `bi-compact-vfsmn`.
  var kernel: String { get }
  /// The dimensions by their letters, in the order of the documentation.
  var dimensions: [(letter: String, size: Int)] { get }
  /// The storage order of the gate blocks, where there are any.
  var gateOrder: GateOrder? { get }
  /// The tensors it takes, in the order of evaluation.
  var given: [TensorSpecification] { get }
  /// The tensors it gives, in the order of evaluation.
  var results: [TensorSpecification] { get }
  /// The backward forms it has.
  var forms: [BackwardForm] { get }
  /// The equations in plain text, one a line.
  var equations: [String] { get }

  /// The mistakes people make in this layer that change something at these dimensions.
  var faults: [Fault] { get }
  /// Where faults of clipping clip: values that act on the case at hand.
  var clip: ClipLevels { get set }

  /// Runs the layer forward and backward.
  ///
  /// - Parameters:
  ///   - given: The tensors of ``given``, none of which is altered.
  ///   - form: How the backward pass carries the recurrent gradient.
  ///   - fault: A mistake to make; none is the oracle.
  /// - Returns: The tensors of ``results``.
  /// - Throws: ``KernelError`` when a tensor is missing or misshapen.
  func evaluate<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, form: BackwardForm, fault: Fault?
  ) throws(KernelError) -> TensorTable<Scalar>

  /// Recomputes a forward pass frame by frame from the states that another program printed.
  ///
  /// With every internal in the trace each quantity is recomputed from the printed operands of its own
  /// equation; with `out` alone the outputs are taken from the trace and the cell is carried.
  ///
  /// - Parameters:
  ///   - given: The tensors of ``given``.
  ///   - trace: Forward internals and outputs of that program, by the names of ``results``.
  /// - Returns: The same quantities recomputed; none where nothing is carried between frames or the
  ///   trace does not have what it takes.
  /// - Throws: ``KernelError`` when a tensor is missing or misshapen.
  func retrace<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, following trace: TensorTable<Scalar>
  ) throws(KernelError) -> TensorTable<Scalar>
}

/// Where faults of clipping clip.
public struct ClipLevels: Sendable, Hashable {
  /// The cell.
  public var cell: Double
  /// The derivatives before the products.
  public var gradient: Double
  /// The parameters' gradients.
  public var parameter: Double

  /// Levels for cell, derivatives and gradients.
  public init(cell: Double = 0.5, gradient: Double = 0.05, parameter: Double = 0.5) {
    self.cell = cell
    self.gradient = gradient
    self.parameter = parameter
  }
}

extension Layer {
  /// Runs the layer forward and backward, without a fault.
  ///
  /// - Parameters:
  ///   - given: The tensors of ``given``, none of which is altered.
  ///   - form: How the backward pass carries the recurrent gradient.
  /// - Returns: The tensors of ``results``.
  /// - Throws: ``KernelError`` when a tensor is missing or misshapen.
  public func evaluate<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, form: BackwardForm
  ) throws(KernelError) -> TensorTable<Scalar> {
    try evaluate(given, form: form, fault: nil)
  }

  /// Nothing: a layer without a recurrence, or a step, has no state to take from a trace.
  public func retrace<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, following trace: TensorTable<Scalar>
  ) throws(KernelError) -> TensorTable<Scalar> {
    TensorTable()
  }

  /// The trace's tensors of the given names in the layer's shapes; nil unless all are there.
  func traced<Scalar: Arithmetic>(
    _ names: [String], in trace: TensorTable<Scalar>
  ) throws(KernelError) -> [String: [Scalar]]? {
    guard names.allSatisfy({ trace[$0] != nil }) else { return nil }
    var elements: [String: [Scalar]] = [:]
    for specification in results where names.contains(specification.name) {
      elements[specification.name] = try trace.tensor(specification).elements
    }
    return elements
  }

  /// Checks that every given tensor is there, and lets a fault edit them.
  func prepared<Scalar: Arithmetic>(
    _ table: TensorTable<Scalar>, for fault: Fault?
  ) throws(KernelError) -> TensorTable<Scalar> {
    for specification in given { _ = try table.tensor(specification) }
    var edited = table
    for edit in fault?.recipe.before ?? [] { edit.apply(to: &edited, given: table) }
    return edited
  }

  /// Lets a fault edit the results.
  func finished<Scalar: Arithmetic>(
    _ results: TensorTable<Scalar>, given: TensorTable<Scalar>, for fault: Fault?
  ) -> TensorTable<Scalar> {
    var edited = results
    for edit in fault?.recipe.after ?? [] { edit.apply(to: &edited, given: given) }
    return edited
  }

  /// The given tensors that have a gradient: inputs and weights.
  public var differentiated: [TensorSpecification] {
    given.filter { $0.role == .input || $0.role == .weight }
  }
}

/// Collects a run's results under the names and shapes that a layer promised.
struct ResultTable<Scalar: Arithmetic> {
  let specifications: [TensorSpecification]
  private(set) var table = TensorTable<Scalar>()

  init(_ specifications: [TensorSpecification]) { self.specifications = specifications }

  mutating func add(_ name: String, _ elements: [Scalar]) {
    guard let specification = specifications.first(where: { $0.name == name }) else { return }
    table[name] = Tensor(shape: specification.shape, elements: elements)
  }

  mutating func add(sums name: String, _ sums: Store<Scalar.Sum>) {
    add(name, Scalar.totals(of: sums.elements))
  }

  /// The results in the promised order.
  var ordered: TensorTable<Scalar> {
    var result = TensorTable<Scalar>()
    for specification in specifications {
      result[specification.name] = table[specification.name]
    }
    return result
  }
}
