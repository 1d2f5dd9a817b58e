import Foundation

/// `case.json`: what a golden folder needs to be judged without its kernel.
///
/// Only words and numbers stand here, no kernel: `Golden` writes it, `Comparison` reads it.
public struct CaseDescription: Codable, Sendable, Equatable {
  /// What a tensor is to the layer.
  public enum Role: String, Codable, Sendable {
    /// Data given to the layer: frames, states, positions.
    case input
    /// A parameter.
    case weight
    /// The gradient that comes from above.
    case upstream
    /// A forward result.
    case output
    /// A backward result.
    case gradient
    /// A per-frame quantity between, such as a propagate buffer.
    case `internal`

    /// Whether the kernel computed it (as against: was given it).
    public var isResult: Bool { self == .output || self == .gradient || self == .internal }
  }

  /// A stretch of columns of an internal that holds one quantity.
  public struct Block: Codable, Sendable, Equatable {
    /// The quantity, in the field's words: `forget gate`, `cell`.
    public var name: String
    /// First column and how many.
    public var columns: [Int]

    /// A block of columns.
    public init(name: String, first: Int, count: Int) {
      self.name = name
      self.columns = [first, count]
    }
  }

  /// One file of a tensor: a view, the name it has there, and its bounds.
  public struct File: Codable, Sendable, Equatable {
    /// `numpy` or `kaldi`.
    public var view: String
    /// The tensor's name in that view.
    public var name: String
    /// Path below the case's folder.
    public var file: String
    /// `batch-major`, `time-major`, `transposed` or `plain`.
    public var layout: String
    /// Path of the binary32 bound below the case's folder, if there is one.
    public var float32Bound: String?
    /// Path of the binary64 bound below the case's folder, if there is one.
    public var float64Bound: String?
    /// Formats (`float32`, `float64`) whose bound exceeds the tensor's largest magnitude.
    public var vacuousBounds: [String]?

    /// A file of a tensor.
    public init(
      view: String, name: String, file: String, layout: String, float32Bound: String? = nil,
      float64Bound: String? = nil, vacuousBounds: [String]? = nil
    ) {
      self.view = view
      self.name = name
      self.file = file
      self.layout = layout
      self.float32Bound = float32Bound
      self.float64Bound = float64Bound
      self.vacuousBounds = vacuousBounds
    }
  }

  /// A tensor of the case.
  public struct TensorEntry: Codable, Sendable, Equatable {
    /// The notebook's name (`Wx`, `dWx`), or Kaldi's where the notebook has none.
    public var name: String
    /// What it is to the layer.
    public var role: Role
    /// The notebook's shape: `[N, T, D]`, `[D, 4H]`, `[H]`.
    public var shape: [Int]
    /// Place in the order of evaluation; inputs come first.
    public var evaluationIndex: Int
    /// For internals: the quantities in the columns, in the order of evaluation.
    public var blocks: [Block]
    /// The files that hold it.
    public var files: [File]

    /// A tensor of a case.
    public init(
      name: String, role: Role, shape: [Int], evaluationIndex: Int, blocks: [Block] = [],
      files: [File]
    ) {
      self.name = name
      self.role = role
      self.shape = shape
      self.evaluationIndex = evaluationIndex
      self.blocks = blocks
      self.files = files
    }
  }

  /// The version of this description, 1.
  public var format: Int
  /// The case's name, which is its folder's.
  public var `case`: String
  /// The layer.
  public var kernel: String
  /// Kaldi's component marker, such as `<TfLstm>`.
  public var component: String?
  /// The sizes by their letters: N, T, D, H, F, S, B, N1, N2.
  public var dimensions: [String: Int]
  /// The storage order of the gate blocks, such as `gifo`.
  public var gateOrder: String?
  /// Ranges (`"x": "-0.4:0.6"`) and position lists (`"position": "0,1,2"`), as `--set` takes them.
  public var settings: [String: String]
  /// The arithmetic that made the values.
  public var arithmetic: String
  /// The largest radius of any value's enclosure, 0 where there is none.
  public var largestRadius: Double
  /// The layer file's text, where the layer is a user's own: what the folder is judged by without it.
  public var layer: String?
  /// The tensors, in the order of evaluation.
  public var tensors: [TensorEntry]

  /// A case description.
  public init(
    case name: String, kernel: String, component: String?, dimensions: [String: Int],
    gateOrder: String?, settings: [String: String], arithmetic: String, largestRadius: Double,
    layer: String? = nil, tensors: [TensorEntry]
  ) {
    self.format = 1
    self.case = name
    self.kernel = kernel
    self.component = component
    self.dimensions = dimensions
    self.gateOrder = gateOrder
    self.settings = settings
    self.arithmetic = arithmetic
    self.largestRadius = largestRadius
    self.layer = layer
    self.tensors = tensors
  }
}

extension CaseDescription {
  /// `case.json`'s bytes: keys sorted, numbers in shortest form, no date.
  ///
  /// - Returns: The text in UTF-8, a line feed at its end.
  public func encoded() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    // Encoding strings and finite numbers cannot fail.
    guard let data = try? encoder.encode(self) else { return [] }
    return Array(data) + [0x0a]
  }

  /// Encodes every key, those without a value as null; the layer's text only where there is one.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(format, forKey: .format)
    try container.encode(self.case, forKey: .case)
    try container.encode(kernel, forKey: .kernel)
    try container.encode(component, forKey: .component)
    try container.encode(dimensions, forKey: .dimensions)
    try container.encode(gateOrder, forKey: .gateOrder)
    try container.encode(settings, forKey: .settings)
    try container.encode(arithmetic, forKey: .arithmetic)
    try container.encode(largestRadius, forKey: .largestRadius)
    try container.encodeIfPresent(layer, forKey: .layer)
    try container.encode(tensors, forKey: .tensors)
  }
}
