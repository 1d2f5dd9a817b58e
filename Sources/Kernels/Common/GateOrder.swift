/// The four gate blocks of an LSTM.
public enum Gate: String, Sendable, CaseIterable {
  /// The input gate `i`.
  case input = "i"
  /// The forget gate `f`.
  case forget = "f"
  /// The output gate `o`.
  case output = "o"
  /// The candidate `g`, also called block input.
  case candidate = "g"

  /// The gate in words, as reports name it.
  public var name: String {
    switch self {
    case .input: "input gate"
    case .forget: "forget gate"
    case .output: "output gate"
    case .candidate: "candidate"
    }
  }
}

/// The order in which the four gate blocks stand in a weight matrix: a value, never an assumption.
public struct GateOrder: Sendable, Hashable {
  /// The gates, first block first.
  public let gates: [Gate]

  /// The notebooks' order in the step functions: i f o g.
  public static let inputForgetOutputCandidate = GateOrder([.input, .forget, .output, .candidate])
  /// Kaldi nnet1's order: g i f o.
  public static let candidateInputForgetOutput = GateOrder([.candidate, .input, .forget, .output])
  /// All 24 orders, in lexical order of their letters' places in i f o g.
  public static let all: [GateOrder] = permutations(of: Gate.allCases).map { GateOrder($0) }

  private init(_ gates: [Gate]) { self.gates = gates }

  /// An order from its four letters, such as `gifo`.
  ///
  /// - Parameter letters: The letters of the blocks, first block first.
  /// - Throws: ``KernelError/gateOrder(found:)`` unless each of `i f o g` stands once.
  public init(letters: String) throws(KernelError) {
    let gates = letters.compactMap { Gate(rawValue: String($0)) }
    guard gates.count == letters.count, Set(gates).count == 4, gates.count == 4 else {
      throw .gateOrder(found: letters)
    }
    self.gates = gates
  }

  /// The order's letters, such as `gifo`.
  public var letters: String { gates.map(\.rawValue).joined() }

  /// The place of a gate's block, from 0.
  public func block(of gate: Gate) -> Int {
    switch gate {
    case gates[0]: 0
    case gates[1]: 1
    case gates[2]: 2
    default: 3
    }
  }

  private static func permutations(of gates: [Gate]) -> [[Gate]] {
    guard gates.count > 1 else { return [gates] }
    return gates.indices.flatMap { index -> [[Gate]] in
      var rest = gates
      let first = rest.remove(at: index)
      return permutations(of: rest).map { [first] + $0 }
    }
  }
}
