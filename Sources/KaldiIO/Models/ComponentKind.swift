/// What an nnet1 component of one marker stores: its tokens, and its tensors in file order.
///
/// One row a marker, in ``all``; reader and writer know nothing else of components.
struct ComponentKind {
  /// A size that tensors' shapes are made of.
  enum Symbol {
    case output, input, cell, filterWidth, order, backOrder, aheadOrder, hidden, vocabulary
    case halfOutput
  }

  /// `factor · size + offset`.
  struct Extent {
    var symbol: Symbol
    var factor = 1
    var offset = 0
  }

  /// A `<Token>` and the kind of its value.
  struct Token {
    /// With its angle brackets.
    var name: String
    /// The size it gives, for a whole number; a coefficient has none.
    var size: Symbol?
    var isInteger: Bool
    /// Whether a file may do without it.
    var isOptional: Bool { !isInteger }
  }

  /// A matrix (`columns` given) or vector.
  struct Tensor {
    var name: String
    var rows: Extent
    var columns: Extent?
  }

  /// What must hold between the sizes beside the tensors' shapes.
  enum Constraint { case none, inputEqualsOutput, outputEqualsCell, evenOutput, filterBlocks }

  /// The marker with its angle brackets.
  var marker: String
  /// Other spellings of it.
  var aliases: [String] = []
  var tokens: [Token] = []
  var tensors: [Tensor] = []
  /// A list of whole numbers instead of tensors.
  var hasIntegers = false
  /// Before which tensor the text form has an empty line.
  var gapBefore: Int?
  /// Whether a line ends behind the tokens in text.
  var endsTokensWithNewline = true
  var constraint = Constraint.none
  /// Whether the layout is not known: tensors are taken as they come.
  var isOpaque = false

  /// The kind with a marker, in any case.
  static func named(_ marker: String) -> ComponentKind? {
    let wanted = marker.lowercased()
    return all.first {
      $0.marker.lowercased() == wanted || $0.aliases.contains { $0.lowercased() == wanted }
    }
  }

  /// Whether a word in angle brackets belongs to a model but marks no component.
  static func isToken(_ word: String) -> Bool { tokenNames.contains(word) }

  private static let tokenNames = Set(
    all.flatMap { $0.tokens.map(\.name) } + [
      "<Nnet>", "<NnetProto>", "<InputDim>", "<OutputDim>", "<ClipGradient>",
    ])
}

extension ComponentKind {
  private static func coefficients(_ names: String...) -> [Token] {
    names.map { Token(name: "<\($0)>", size: nil, isInteger: false) }
  }

  private static func size(_ name: String, _ symbol: Symbol?) -> Token {
    Token(name: "<\(name)>", size: symbol, isInteger: true)
  }

  private static func matrix(_ name: String, _ rows: Extent, _ columns: Extent) -> Tensor {
    Tensor(name: name, rows: rows, columns: columns)
  }

  private static func vector(_ name: String, _ length: Extent) -> Tensor {
    Tensor(name: name, rows: length, columns: nil)
  }

  private static let output = Extent(symbol: .output)
  private static let input = Extent(symbol: .input)
  private static let cell = Extent(symbol: .cell)
  private static let gates = Extent(symbol: .cell, factor: 4)
  private static let clips = coefficients(
    "LearnRateCoef", "BiasLearnRateCoef", "CellClip", "DiffClip", "CellDiffClip", "GradClip")

  private static func lstm(_ prefix: String, recurrent: Extent) -> [Tensor] {
    [
      matrix(prefix + "w_gifo_x", gates, input), matrix(prefix + "w_gifo_r", gates, recurrent),
      vector(prefix + "bias", gates), vector(prefix + "peephole_i_c", cell),
      vector(prefix + "peephole_f_c", cell), vector(prefix + "peephole_o_c", cell),
      matrix(prefix + "w_r_m", recurrent, cell),
    ]
  }

  private static func plain(_ marker: String) -> ComponentKind {
    ComponentKind(marker: marker, endsTokensWithNewline: false)
  }

  /// Layers whose layout is not described: their matrices are numbered as they come.
  private static func opaque(_ marker: String) -> ComponentKind {
    ComponentKind(marker: marker, isOpaque: true)
  }

  /// Every component there is.
  static let all: [ComponentKind] = [
    plain("<Sigmoid>"), plain("<Tanh>"), plain("<Softmax>"), plain("<HiddenSoftmax>"),
    plain("<LengthNormComponent>"), plain("<ReLU>"),
    ComponentKind(
      marker: "<AffineTransform>",
      tokens: coefficients("LearnRateCoef", "BiasLearnRateCoef", "MaxNorm"),
      tensors: [matrix("linearity", output, input), vector("bias", output)]),
    ComponentKind(
      marker: "<LinearTransform>", tokens: coefficients("LearnRateCoef"),
      tensors: [matrix("linearity", output, input)]),
    ComponentKind(
      marker: "<LstmProjected>", aliases: ["<LstmProjectedStreams>"],
      tokens: [size("CellDim", .cell)] + clips, tensors: lstm("", recurrent: output)),
    ComponentKind(
      marker: "<BlstmProjected>", aliases: ["<BlstmProjectedStreams>"],
      tokens: [size("CellDim", .cell)] + clips,
      tensors: lstm("f_", recurrent: Extent(symbol: .halfOutput))
        + lstm("b_", recurrent: Extent(symbol: .halfOutput)),
      gapBefore: 7, constraint: .evenOutput),
    ComponentKind(
      marker: "<SimpleRecurrentUnit>",
      tokens: [size("CellDim", .cell)]
        + coefficients("LearnRateCoef", "BiasLearnRateCoef", "GradClip"),
      tensors: [matrix("w_xfrh", gates, input), vector("bias_f", cell), vector("bias_r", cell)],
      constraint: .outputEqualsCell),
    ComponentKind(
      marker: "<TfLstm>",
      tokens: [size("CellDim", .cell), size("F", .filterWidth), size("S", nil)] + clips,
      tensors: [
        matrix("w_gifo_x", gates, Extent(symbol: .filterWidth)), matrix("w_gifo_r", gates, cell),
        matrix("w_gifo_k", gates, cell), vector("bias", gates), vector("peephole_i_c", cell),
        vector("peephole_f_c", cell), vector("peephole_o_c", cell),
      ],
      constraint: .filterBlocks),
    ComponentKind(
      marker: "<CompactVfsmn>", tokens: [size("Order", .order)] + coefficients("LearnRateCoef"),
      tensors: [matrix("filter", Extent(symbol: .order), output)],
      constraint: .inputEqualsOutput),
    ComponentKind(
      marker: "<BiCompactVfsmn>",
      tokens: [size("BackOrder", .backOrder), size("AheadOrder", .aheadOrder)]
        + coefficients("LearnRateCoef"),
      tensors: filters, constraint: .inputEqualsOutput),
    ComponentKind(
      marker: "<DeepFsmn>",
      tokens: [
        size("BackOrder", .backOrder), size("AheadOrder", .aheadOrder), size("HiddenSize", .hidden),
      ] + coefficients("LearnRateCoef"),
      tensors: [
        matrix("Wh", Extent(symbol: .hidden), input), vector("bh", Extent(symbol: .hidden)),
        matrix("Wp", output, Extent(symbol: .hidden)),
      ] + filters,
      constraint: .inputEqualsOutput),
    ComponentKind(marker: "<Splice>", hasIntegers: true, endsTokensWithNewline: false),
    ComponentKind(marker: "<Copy>", hasIntegers: true, endsTokensWithNewline: false),
    ComponentKind(
      marker: "<AddShift>", tokens: coefficients("LearnRateCoef"), tensors: [vector("1", output)],
      endsTokensWithNewline: false),
    ComponentKind(
      marker: "<Rescale>", tokens: coefficients("LearnRateCoef"), tensors: [vector("1", output)],
      endsTokensWithNewline: false),
    ComponentKind(
      marker: "<Dropout>", tokens: coefficients("DropoutRate"), endsTokensWithNewline: false),
    ComponentKind(
      marker: "<ParametricRelu>", tokens: coefficients("AlphaLearnRateCoef", "BetaLearnRateCoef"),
      tensors: [vector("1", output), vector("2", output)]),
    ComponentKind(
      marker: "<RecurrentComponent>",
      tokens: coefficients("GradClip", "DiffClip", "LearnRateCoef", "BiasLearnRateCoef"),
      tensors: [matrix("1", output, input), matrix("2", output, output), vector("3", output)]),
    ComponentKind(
      marker: "<BatchNormComponent>",
      tokens: coefficients("LearnRateCoef", "BiasLearnRateCoef", "RunningDecayRate"),
      tensors: [
        vector("1", output), vector("2", output), vector("3", output), vector("4", output),
      ]),
    ComponentKind(
      marker: "<SparseAffineTransform>",
      tokens: coefficients("LearnRateCoef", "BiasLearnRateCoef", "MaxNorm", "PruneRatio"),
      tensors: [
        matrix("1", output, input), vector("2", output), matrix("3", output, input),
      ]),
    ComponentKind(
      marker: "<Embedding>",
      tokens: coefficients("LearnRateCoef", "BiasLearnRateCoef") + [size("VocabSize", .vocabulary)],
      tensors: [matrix("1", Extent(symbol: .vocabulary), output)]),
    opaque("<ConvolutionalComponent>"), opaque("<ConvolutionalComponentFast>"),
    opaque("<MaxPoolingComponent>"), opaque("<AveragePoolingComponent>"),
    opaque("<Convolutional2DComponent>"), opaque("<MaxPooling2DComponent>"),
    opaque("<AveragePooling2DComponent>"), opaque("<Rbm>"), opaque("<KlHmm>"),
    opaque("<BlockSoftmax>"), opaque("<SentenceAveragingComponent>"),
    opaque("<FramePoolingComponent>"),
  ]

  private static let filters = [
    matrix("bfilter", Extent(symbol: .backOrder, offset: 1), output),
    matrix("ffilter", Extent(symbol: .aheadOrder), output),
  ]
}
