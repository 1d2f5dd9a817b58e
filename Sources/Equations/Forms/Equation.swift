/// A function of one number, elementwise.
public enum Function: Sendable, Hashable {
  /// `1 / (1 + e⁻ˣ)`.
  case sigmoid
  /// The hyperbolic tangent.
  case tanh
  /// `max(x, 0)`.
  case relu
  /// `clip(0.2·x + 0.5, 0, 1)`, Keras's stand-in for the sigmoid.
  case hardSigmoid
  /// The nearest number in a range.
  case clip(Double, Double)
  /// The number itself.
  case identity

  /// Its name in a layer file.
  public var name: String {
    switch self {
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .relu: "relu"
    case .hardSigmoid: "hard_sigmoid"
    case .clip: "clip"
    case .identity: ""
    }
  }
}

/// How far from the frame and block at hand a quantity is read.
public struct Shift: Sendable, Hashable {
  /// Frames: −1 is the frame before.
  public var frames = 0
  /// Frequency blocks: −1 is the block below.
  public var blocks = 0

  /// No shift.
  public static let none = Shift()

  func reversed(by other: Shift) -> Shift {
    Shift(frames: frames - other.frames, blocks: blocks - other.blocks)
  }
}

/// A quantity, input or upstream gradient, read at a frame and block; perhaps one block of its columns.
public struct Reference: Sendable, Hashable {
  /// The quantity's name.
  public var name: String
  /// A named block of columns; nil for all of them.
  public var block: String?
  /// Where it is read.
  public var shift = Shift.none

  init(_ name: String, _ block: String? = nil, _ shift: Shift = .none) {
    self.name = name
    self.block = block
    self.shift = shift
  }

  func shifted(back other: Shift) -> Reference {
    Reference(name, block, shift.reversed(by: other))
  }
}

/// A weight, a named block of its columns, or one of its rows.
public struct WeightReference: Sendable, Hashable {
  /// The weight's name.
  public var name: String
  /// A named block of columns; nil for all of them.
  public var block: String?
  /// One row, as a vector; nil for all of them.
  public var row: Int?

  init(_ name: String, _ block: String? = nil, row: Int? = nil) {
    self.name = name
    self.block = block
    self.row = row
  }
}

/// One factor of an elementwise product.
public enum Atom: Sendable, Hashable {
  /// A quantity.
  case quantity(Reference)
  /// A vector of weights, the same for every row.
  case weight(WeightReference)
  /// An exact number.
  case constant(Double)
  /// The slope of a function, told from its output.
  case slope(Function, Reference)

  var reference: Reference? {
    switch self {
    case .quantity(let reference), .slope(_, let reference): reference
    case .weight, .constant: nil
    }
  }

  func shifted(back shift: Shift) -> Atom {
    switch self {
    case .quantity(let reference): .quantity(reference.shifted(back: shift))
    case .slope(let function, let reference): .slope(function, reference.shifted(back: shift))
    case .weight, .constant: self
    }
  }
}

/// What an elementwise term starts from, where it is more than a product.
public enum Head: Sendable, Hashable {
  /// Nothing: the product of its factors.
  case none
  /// `(1 - f)·a`, `a` being the first factor.
  case complement(Atom)
  /// `d·(a - b)`, `d` being the first factor.
  case difference(Atom, Atom)
  /// `f·a + (1 - f)·b`, factors following.
  case blend(Atom, Atom, Atom)

  var atoms: [Atom] {
    switch self {
    case .none: []
    case .complement(let f): [f]
    case .difference(let a, let b): [a, b]
    case .blend(let f, let a, let b): [f, a, b]
    }
  }

  func map(_ change: (Atom) -> Atom) -> Head {
    switch self {
    case .none: .none
    case .complement(let f): .complement(change(f))
    case .difference(let a, let b): .difference(change(a), change(b))
    case .blend(let f, let a, let b): .blend(change(f), change(a), change(b))
    }
  }
}

/// A matrix product of rows with a weight: `q @ W`, or `q @ Wᵀ` where it is turned.
public struct ProductTerm: Sendable, Hashable {
  /// The rows.
  public var left: Reference
  /// Whether the rows are the windows of an input, one a block.
  public var readsWindow = false
  /// Whether the result is added into the windows of an input (the product's adjoint).
  public var addsToWindow = false
  /// The weight.
  public var weight: WeightReference
  /// Whether the weight is turned.
  public var isTransposed = false
  /// Whether windows start every F inputs and hold S, width and stride being exchanged: a mistake.
  public var exchangesWidthAndStride = false
  /// Whether what windows share is overwritten rather than added to: a mistake.
  public var overwritesWindows = false
}

/// Filter rows over the frames near a row, as many as its counter allows.
///
///     Σᵢ filter[first + i] * q[t ∓ (1 + i)·stride]      i < min(count[t], rows)
public struct TapsTerm: Sendable, Hashable {
  /// The filter.
  public var filter: String
  /// Its first row that is used.
  public var first: Int
  /// The quantity read, or for the adjoint the gradient that is spread.
  public var quantity: Reference
  /// The counters.
  public var counts: String
  /// Whether frames after the row are read, rather than before it.
  public var isAhead: Bool
  /// Frames from one tap to the next.
  public var stride: Int
  /// Whether the term is the adjoint: added where the taps were read.
  public var isAdjoint = false
  /// Strides from a row to its first tap; 1, unless a program is mistaken.
  public var start = 1
  /// Added to every counter; 0, unless a program is mistaken.
  public var extra = 0
  /// Whether the counters are not looked at: a mistake.
  public var isUnbounded = false
}

/// One term of a sum, with its sign.
public struct Term: Sendable, Hashable {
  /// What a term is.
  public enum Kind: Sendable, Hashable {
    /// An elementwise product.
    case elementwise(Head, [Atom])
    /// A matrix product.
    case product(ProductTerm)
    /// Filter taps.
    case taps(TapsTerm)
    /// A parameter's gradient: left rows turned, times gradient rows.
    case outer(Reference, isWindow: Bool, Reference)
    /// A filter's gradient: the quantity at a tap times the gradient at its row.
    case tapsGradient(TapsTerm, Reference)
    /// A quantity spliced from shifted frames, those beyond an end repeated: a block of columns a shift.
    case splice(Reference, [Int], isAdjoint: Bool)
  }

  /// Whether it is subtracted.
  public var isNegative: Bool
  /// What it is.
  public var kind: Kind

  init(_ kind: Kind, isNegative: Bool = false) {
    self.kind = kind
    self.isNegative = isNegative
  }

  static func product(_ atoms: [Atom], isNegative: Bool = false) -> Term {
    Term(.elementwise(.none, atoms), isNegative: isNegative)
  }

  static func plain(_ reference: Reference) -> Term { .product([.quantity(reference)]) }

  /// The reference of a term that is nothing but one quantity, added.
  var plainReference: Reference? {
    if case .elementwise(.none, let atoms) = kind, atoms.count == 1, !isNegative,
      case .quantity(let reference) = atoms[0]
    {
      return reference
    }
    return nil
  }

  var isElementwise: Bool {
    if case .elementwise = kind { return true }
    return false
  }

  /// Every quantity it reads.
  var references: [Reference] {
    switch kind {
    case .elementwise(let head, let atoms): (head.atoms + atoms).compactMap(\.reference)
    case .product(let product): [product.left]
    case .taps(let taps): [taps.quantity]
    case .outer(let left, _, let right): [left, right]
    case .tapsGradient(let taps, let gradient): [taps.quantity, gradient]
    case .splice(let reference, _, _): [reference]
    }
  }

  /// The term as it stands at another frame and block.
  func shifted(back shift: Shift) -> Term {
    guard shift != .none else { return self }
    var result = self
    switch kind {
    case .elementwise(let head, let atoms):
      result.kind = .elementwise(
        head.map { $0.shifted(back: shift) }, atoms.map { $0.shifted(back: shift) })
    case .product(var product):
      product.left = product.left.shifted(back: shift)
      result.kind = .product(product)
    default: break
    }
    return result
  }
}

/// What an equation sets.
public struct Target: Sendable, Hashable {
  /// The quantity, gradient or parameter's gradient.
  public var name: String
  /// A block of its columns; nil for all.
  public var block: String?

  init(_ name: String, _ block: String? = nil) {
    self.name = name
    self.block = block
  }
}

/// One equation: a function of a sum of terms.
///
/// Order: terms are added from left to right in one running sum, each product by rising inner index.
public struct Equation: Sendable, Hashable {
  /// Where an equation holds.
  public enum Extent: Sendable, Hashable {
    /// At every frame.
    case frames
    /// At the frame before the first (or after the last): the gradient of an initial state.
    case initial
    /// Once: a sum over all frames, streams and blocks.
    case sum
  }

  /// Frames that enter a sum.
  public enum Span: Sendable, Hashable { case all, first, last }

  /// What it sets.
  public var target: Target
  /// The terms.
  public var terms: [Term]
  /// What the sum goes through.
  public var function = Function.identity
  /// Where it holds.
  public var extent = Extent.frames
  /// Whether its function is differentiated as if it were not there: a convention, not mathematics.
  public var passes = false
  /// The frames that enter a sum over all frames; all of them, unless a program is mistaken.
  public var span = Span.all
  /// Where it stands in the layer file; the forward equation it derives from, if it is derived.
  public var place: SourcePlace

  /// Whether it is nothing but one quantity, read where it is set.
  var isPlain: Bool {
    terms.count == 1 && function == .identity && terms[0].plainReference?.shift == Shift.none
  }
}
