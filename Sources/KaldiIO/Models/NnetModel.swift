/// An nnet1 model: its components in order, each with its sizes, coefficients and tensors.
public struct NnetModel: Sendable {
  /// Text or binary.
  public enum Form: Sendable, Equatable {
    /// Kaldi's text form.
    case text
    /// Kaldi's binary form.
    case binary
  }

  /// A `<Token>` and its value.
  public struct Setting: Sendable, Equatable {
    /// The token with its angle brackets, such as `<CellDim>`.
    public var token: String
    /// Its value.
    public var value: Double
    /// Whether it is a whole number in Kaldi (a size) rather than a coefficient.
    public var isInteger: Bool
    /// Whether a binary file held it in 64 bits.
    var isDouble = false
    /// How a text file spelled it.
    var printed: ArraySlice<UInt8>?
  }

  /// A tensor of a component.
  public struct Parameter: Sendable, Equatable {
    /// Kaldi's name, such as `w_gifo_x`; a number where the component has no named tensors.
    public var name: String
    /// The tensor.
    public var tensor: StoredTensor
    /// The byte of the file at which it begins.
    public var byteOffset: Int
    /// The line it begins on, in text.
    public var line: Int?
    /// How a text file spelled it, from its `[` to its `]`.
    var printed: ArraySlice<UInt8>?
  }

  /// One component.
  public struct Component: Sendable {
    /// The marker as the file spells it, such as `<LstmProjected>`.
    public var marker: String
    /// How many columns come out.
    public var outputSize: Int
    /// How many columns go in.
    public var inputSize: Int
    /// The tokens with their values, in file order.
    public var settings: [Setting] = []
    /// The tensors, in file order.
    public var parameters: [Parameter] = []
    /// The list of whole numbers that `<Splice>` and `<Copy>` hold.
    public var integers: [Int32] = []
    /// The byte of the file at which the marker begins.
    public var byteOffset: Int
    /// The component as the file has it, to be copied unchanged.
    var source: ArraySlice<UInt8> = []
  }

  /// The form the model was read in.
  public var form: Form
  /// The components, first to last.
  public internal(set) var components: [Component]
  /// What the file has before the first component and behind the last.
  var frame: (opening: ArraySlice<UInt8>, closing: ArraySlice<UInt8>)

  /// The parameters of all components by the names they are known by outside.
  ///
  /// A parameter's own name where only one component has parameters; otherwise the component's
  /// place, from 1, comes before it: `1.w_gifo_x`, `2.linearity`.
  public var parameters: [(name: String, component: Component, parameter: Parameter)] {
    let isAlone = components.count { !$0.parameters.isEmpty } == 1
    return components.enumerated().flatMap { index, component in
      component.parameters.map {
        (isAlone ? $0.name : "\(index + 1).\($0.name)", component, $0)
      }
    }
  }
}
