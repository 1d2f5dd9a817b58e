/// A gate of an LSTM, in the order that this library computes with.
enum WeightGate: Int, CaseIterable, Sendable {
  case input, forget, candidate, output

  /// The letter that stands for it.
  var letter: Character { Array("ifgo")[rawValue] }
}

/// How a framework lays out the weights of an LSTM: names, gate blocks, rows and columns, biases.
public struct WeightOrder: Sendable, Equatable {
  /// The frameworks that are known by name.
  public enum Convention: String, Sendable, CaseIterable {
    /// nnet1's `w_gifo_x`, 4H×D, candidate first; one bias; peepholes i, f, o.
    case kaldi
    /// ONNX's `W`, 1×4H×D; the biases of input and recurrence one behind the other; peepholes i, o, f.
    case onnx
    /// PyTorch's `weight_ih_l0`, 4H×D; two biases; no peepholes.
    case torch
    /// Keras' `kernel`, D×4H; one bias; no peepholes.
    case keras
    /// TensorFlow's `LSTMCell`: one `kernel` of (D+H)×4H; one bias; peepholes `w_i_diag` and so on.
    case tensorflow
    /// The notebooks' `Wx`, D×4H; one bias; peepholes `pi`, `pf`, `po`; the gates in any order.
    case notebook
  }

  /// Whose layout it is.
  public let convention: Convention
  /// The gate blocks, first to last.
  let gates: [WeightGate]

  /// A layout by its name, or the notebooks' by the order of its gates: `kaldi`, `onnx`, `torch`,
  /// `keras`, `tensorflow`, or four letters such as `ifog`.
  ///
  /// - Returns: nil for any other word.
  public init?(_ word: String) {
    switch Convention(rawValue: word) {
    case .kaldi: self.init(.kaldi, "gifo")
    case .onnx: self.init(.onnx, "iofg")
    case .torch: self.init(.torch, "ifgo")
    case .keras: self.init(.keras, "ifgo")
    case .tensorflow: self.init(.tensorflow, "igfo")
    case .notebook: return nil
    case nil:
      guard word.count == 4, Set(word) == Set("ifgo") else { return nil }
      self.init(.notebook, word)
    }
  }

  private init(_ convention: Convention, _ letters: String) {
    self.convention = convention
    gates = letters.compactMap { letter in WeightGate.allCases.first { $0.letter == letter } }
  }

  /// The words that name a layout, for messages.
  public static let words =
    Convention.allCases.filter { $0 != .notebook }.map(\.rawValue)
    + ["four letters such as ifog (i input, f forget, g candidate, o output)"]
}
