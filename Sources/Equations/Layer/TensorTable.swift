public import Tensors

/// Tensors by name, in a fixed order.
public struct TensorTable<Element: Sendable>: Sendable {
  /// A tensor and its name.
  public struct Entry: Sendable {
    /// The name.
    public var name: String
    /// The tensor.
    public var tensor: Tensor<Element>
  }

  /// The tensors, in the order they were added.
  public private(set) var entries: [Entry]

  /// A table without tensors.
  public init() { entries = [] }

  /// The tensor of a name; setting a new name appends it, setting nil removes it.
  public subscript(name: String) -> Tensor<Element>? {
    get { entries.first { $0.name == name }?.tensor }
    set {
      let index = entries.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let tensor?): entries[index].tensor = tensor
      case (let index?, nil): entries.remove(at: index)
      case (nil, let tensor?): entries.append(Entry(name: name, tensor: tensor))
      case (nil, nil): break
      }
    }
  }

  /// The same names over elements passed through a function.
  public func map<Result>(_ transform: (Element) -> Result) -> TensorTable<Result> {
    var result = TensorTable<Result>()
    for entry in entries { result[entry.name] = entry.tensor.map(transform) }
    return result
  }

  /// The tensor of a name, with the shape a layer asks for.
  ///
  /// - Parameter specification: Name and shape.
  /// - Returns: The tensor.
  /// - Throws: ``LayerError`` when it is missing or has another shape.
  public func tensor(
    _ specification: TensorSpecification
  ) throws(LayerError) -> Tensor<Element> {
    guard let tensor = self[specification.name] else {
      throw .missing(tensor: specification.name)
    }
    guard tensor.shape == specification.shape else {
      throw .shape(
        tensor: specification.name, expected: specification.shape, found: tensor.shape)
    }
    return tensor
  }
}
