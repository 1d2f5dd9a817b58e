/// A layer as its file says it: declarations, forward equations, forms, views, cases.
///
/// Everything here was said by the file; nothing is filled in. See <doc:Layer-Files> for the language.
public struct LayerFile: Sendable {
  /// Columns of a tensor: one size, or named blocks of one size.
  public struct Columns: Sendable, Hashable {
    /// The blocks' names in storage order; none where the columns are one block.
    public var blocks: [String]
    /// The order that can be changed, if the blocks follow it.
    public var order: String?
    /// Columns of a block.
    public var size: SizeFormula
  }

  /// A given sequence, a parameter or a state's initial value.
  public struct Tensor: Sendable {
    /// The name.
    public var name: String
    /// Rows of a parameter; nil for a vector, or for a sequence.
    public var rows: SizeFormula?
    /// The columns.
    public var columns: Columns
    /// Where it is declared.
    public var place: SourcePlace
  }

  /// Counters that tell how many frames of its own sentence a row may see.
  public struct Counts: Sendable {
    /// The name.
    public var name: String
    /// Whether they look toward the last row.
    public var isAhead: Bool
    /// Where they are declared.
    public var place: SourcePlace
  }

  /// How the layer is called: over a sequence or for one step, with which states and outputs.
  public struct Form: Sendable {
    /// The name.
    public var name: String
    /// Whether there is one frame and no frame axis.
    public var isStep = false
    /// The value before the first frame of each quantity read there: a given tensor's name, nil for zero.
    public var starts: [(quantity: String, given: String?)] = []
    /// The outputs and the quantities that they are.
    public var outputs: [(name: String, quantity: String)] = []
    /// Parameters stored as several matrices, a block each.
    public var splits: [(weight: String, parts: [String])] = []
    /// Where it is declared.
    public var place: SourcePlace
  }

  /// A case: a form with sizes and fills.
  public struct Case: Sendable {
    /// The name.
    public var name: String
    /// The form.
    public var form: String
    /// The view beside the notebooks', if there is one.
    public var view: String?
    /// The storage order of the blocks, where it can be changed.
    public var order: [String]?
    /// One line about it.
    public var about = ""
    /// Sizes and fills as they are written.
    public var settings: [(key: String, value: String, place: SourcePlace)] = []
    /// Lengths of the sentences that counters follow from.
    public var sentences: [Int] = []
    /// Where it is declared.
    public var place: SourcePlace
  }

  /// The layer's name.
  public internal(set) var name = ""
  /// The file as the user named it.
  public private(set) var file: String
  /// The whole text.
  public private(set) var text: String
  /// Where the equations come from.
  public internal(set) var source = ""
  /// The letter of the streams; nil where rows are frames of one stream.
  public internal(set) var streams: String?
  /// The letter of the frames.
  public internal(set) var frames = ""
  /// Sizes that a case sets, with what they count.
  public internal(set) var sizes: [(letter: String, words: String)] = []
  /// Sizes that follow.
  public internal(set) var derivedSizes:
    [(letter: String, formula: SizeFormula, place: SourcePlace)] = []
  /// The letter that counts frequency blocks, if there are any.
  public internal(set) var blockAxis: String?
  /// The blocks whose storage order can be changed: its name, and the order it is declared in.
  public internal(set) var order: (name: String, blocks: [String])?
  /// Given sequences.
  public internal(set) var inputs: [Tensor] = []
  /// Parameters.
  public internal(set) var weights: [Tensor] = []
  /// Counters.
  public internal(set) var counts: [Counts] = []
  /// Forward equations in the order of the text.
  public internal(set) var equations: [Equation] = []
  /// What departs from mathematics, one line a convention: the function that `passes` takes the slope
  /// from, its quantity and its line.
  public var conventions: [String] {
    equations.filter(\.passes).map { equation in
      "\(file):\(equation.place.line): \(equation.function.name) of \(equation.target.name) hands its"
        + " derivative on, as if its slope were 1"
    }
  }
  /// The same layer with every derivative that mathematics gives it.
  public var withoutConventions: LayerFile {
    var file = self
    for index in file.equations.indices { file.equations[index].passes = false }
    return file
  }
  /// The blocks of quantities that have any.
  public internal(set) var quantityBlocks: [String: [String]] = [:]
  /// Contributions to a gradient that are kept under a name: (name, equation they come through, to).
  public internal(set) var paths: [(name: String, through: String, to: String)] = []
  /// Quantities in words.
  public internal(set) var words: [String: String] = [:]
  /// Forms.
  public internal(set) var forms: [Form] = []
  /// Views beside the notebooks'.
  public internal(set) var views: [LayerView] = []
  /// Cases.
  public internal(set) var cases: [Case] = []
  /// Mistakes that have names of their own: the name, and the edit it stands for.
  public internal(set) var knownMistakes: [(name: String, edit: String, place: SourcePlace)] = []

  /// Reads a layer file.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - file: What to call it in errors.
  /// - Throws: ``LayerFileError`` with line, column, found and expected.
  public init(text: String, file: String) throws(LayerFileError) {
    self.file = file
    self.text = text
    self.text = text
    self.file = file
    var parser = LayerFileParser(self)
    self = try parser.parse()
  }

  func error(_ place: SourcePlace, found: String, expected: String) -> LayerFileError {
    LayerFileError(file: file, place: place, found: found, expected: expected)
  }

  /// The form of a name.
  public func form(named name: String) -> Form? { forms.first { $0.name == name } }
  /// The view of a name.
  public func view(named name: String) -> LayerView? { views.first { $0.name == name } }
}

/// How another program holds the layer's tensors: names, transposes, block order, buffers.
public struct LayerView: Sendable {
  /// A tensor under another name.
  public struct Entry: Sendable {
    /// The program's name.
    public var name: String
    /// The layer's.
    public var source: String
    /// Whether rows and columns are exchanged.
    public var isTransposed = false
    /// Whether it is a parameter, so that its gradient stands beside it as `<name>_corr`.
    public var isParameter = false
  }

  /// One stretch of a buffer's columns.
  public struct Column: Sendable {
    /// The quantity; nil for zeros.
    public var source: String?
    /// What it is, in words.
    public var words: String

    /// A stretch of columns.
    public init(source: String?, words: String) {
      self.source = source
      self.words = words
    }
  }

  /// A per-frame buffer: quantities side by side.
  public struct Buffer: Sendable {
    /// The program's name.
    public var name: String
    /// Whether it belongs to the backward pass.
    public var isBackward: Bool
    /// Whether frequency blocks 0 and B+1 are there, as zeros.
    public var hasBlockPadding = false
    /// The columns in storage order; `each` stands for one column a block of the order.
    public var columns: [(each: Bool, prefix: String, column: Column)] = []
    /// The quantities in the order of evaluation.
    public var evaluationOrder: [String] = []
  }

  /// The view's name in the file.
  public var name: String
  /// Kaldi's marker, if the view is a component of Kaldi's.
  public var component: String?
  /// The order that parameters and buffers are shown in; nil keeps the case's own.
  public var order: [String]?
  /// Tensors.
  public var entries: [Entry] = []
  /// Buffers.
  public var buffers: [Buffer] = []
  /// Where it is declared.
  public var place: SourcePlace
}
