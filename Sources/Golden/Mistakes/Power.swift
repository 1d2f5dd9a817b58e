import Equations
import Tensors

/// Which mistakes the golden cases catch, and which they can tell apart.
///
/// A mistake is caught where, whatever the rounding of a correct and of the mistaken float32 program, some
/// element of an output or gradient differs: the distance exceeds both bounds together. Two mistakes
/// are told apart likewise.
public struct Power: Sendable {
  /// One case's share.
  public struct CasePower: Sendable {
    /// The case.
    public let name: String
    /// Its layer.
    public let kernel: String
    /// The mistakes that change something in the case.
    public let mistakes: [String]
    /// Those it catches.
    public let caught: Set<String>
    /// The pairs it does not tell apart.
    public let confused: Set<Pair>
    /// Those of them that compute the same numbers: one cause in several words.
    public let equal: Set<Pair>
    /// The edits that the layer file has a name for and this case does not have, such as those that
    /// need a square weight: `NAME = EDIT`.
    public let withoutEdit: Set<String>
    /// How many cases the layer file has.
    let siblings: Int

    func has(_ pair: Pair) -> Bool {
      mistakes.contains(pair.first) && mistakes.contains(pair.second)
    }
  }

  /// Two mistakes, the lesser name first.
  public struct Pair: Sendable, Hashable, Comparable {
    /// The lesser name.
    public let first: String
    /// The greater name.
    public let second: String

    /// A pair, put in order.
    public init(_ first: String, _ second: String) {
      self.first = min(first, second)
      self.second = max(first, second)
    }

    /// By first name, then by second.
    public static func < (left: Pair, right: Pair) -> Bool {
      (left.first, left.second) < (right.first, right.second)
    }
  }

  /// One layer's share over all its cases.
  public struct LayerPower: Sendable {
    /// The layer.
    public let kernel: String
    /// Every mistake of the layer that some case has, sorted.
    public let mistakes: [String]
    /// Those that no case catches.
    public let missed: [String]
    /// How many pairs of mistakes meet in some case.
    public let pairCount: Int
    /// The pairs that no case tells apart.
    public let confused: [Pair]
    /// How many pairs are one cause in several words: they compute the same numbers in every case.
    public let equalCount: Int
    /// What the layer file calls known and no case of the file has: `NAME = EDIT`.
    public let neverEdited: [String]
    /// Whether every mistake is caught and every pair told apart, and every known one is there.
    public var isComplete: Bool { missed.isEmpty && confused.isEmpty && neverEdited.isEmpty }
  }

  /// The cases, in the order they were given.
  public let cases: [CasePower]
  /// The layers, in the order their first case came.
  public let layers: [LayerPower]

  /// Joins what was measured case by case.
  ///
  /// - Parameter cases: The cases' shares.
  public init(joining cases: [CasePower]) {
    self.cases = cases
    var kernels: [String] = []
    for item in cases where !kernels.contains(item.kernel) { kernels.append(item.kernel) }
    layers = kernels.map { kernel in Self.join(kernel, cases.filter { $0.kernel == kernel }) }
  }

  private static func join(_ kernel: String, _ cases: [CasePower]) -> LayerPower {
    let mistakes = Set(cases.flatMap(\.mistakes)).sorted()
    // Two mistakes that never meet in one case (a gate order is not its own misreading) are no pair.
    let meeting = mistakes.enumerated().flatMap { index, first in
      mistakes[(index + 1)...].map { Pair(first, $0) }
    }.filter { pair in cases.contains { $0.has(pair) } }
    let alike = meeting.filter { pair in
      cases.allSatisfy { !$0.has(pair) || $0.confused.contains(pair) }
    }
    let confused = alike.filter { pair in
      cases.contains { $0.has(pair) && !$0.equal.contains(pair) }
    }
    let caught = cases.reduce(into: Set<String>()) { $0.formUnion($1.caught) }
    // Of some cases alone nothing is told: the edit may be one of the others'.
    let isWhole = cases.count >= cases[0].siblings
    let never = cases.dropFirst().reduce(cases[0].withoutEdit) { $0.intersection($1.withoutEdit) }
    return LayerPower(
      kernel: kernel, mistakes: mistakes, missed: mistakes.filter { !caught.contains($0) },
      pairCount: meeting.count, confused: confused, equalCount: alike.count - confused.count,
      neverEdited: isWhole ? never.sorted() : [])
  }

  /// Measures one case.
  ///
  /// - Parameter golden: The case.
  /// - Returns: What it catches and tells apart.
  /// - Throws: ``GoldenError``.
  public static func measure(_ golden: GoldenCase) throws(GoldenError) -> CasePower {
    let run = try CaseRun(golden)
    let oracle = Signature(run)
    let mistakes = run.layer.mistakes
    var signatures: [Signature] = []
    for mistake in mistakes { signatures.append(Signature(try run.making(mistake))) }
    var caught: Set<String> = []
    var confused: Set<Pair> = []
    var equal: Set<Pair> = []
    for (index, mistake) in mistakes.enumerated() {
      if signatures[index].differs(from: oracle) { caught.insert(mistake.name) }
      for other in mistakes.indices[(index + 1)...]
      where !signatures[index].differs(from: signatures[other]) {
        let pair = Pair(mistake.name, mistakes[other].name)
        confused.insert(pair)
        if signatures[index].equals(signatures[other]) { equal.insert(pair) }
      }
    }
    let edits = Set(mistakes.map(\.edit))
    return CasePower(
      name: golden.name, kernel: run.layer.kernel, mistakes: mistakes.map(\.name), caught: caught,
      confused: confused, equal: equal,
      withoutEdit: Set(
        golden.file.knownMistakes.filter { !edits.contains($0.edit) }.map {
          "\($0.name) = \($0.edit)"
        }),
      siblings: golden.file.cases.count)
  }

  /// Outputs and gradients of a run, one after another, with their bounds.
  private struct Signature {
    var values: [Double] = []
    var bounds: [Double] = []

    init(_ run: CaseRun) {
      for result in run.layer.results where result.role != .internal {
        values += run.values[result.name]?.elements ?? []
        bounds += run.float32Bounds[result.name]?.elements ?? []
      }
    }

    /// Whether the numbers are the same but for the rounding of about 106 bits.
    func equals(_ other: Signature) -> Bool {
      zip(values, other.values).allSatisfy { a, b in
        a == b || abs(a - b) <= 4 * max(abs(a), abs(b)).ulp
      }
    }

    func differs(from other: Signature) -> Bool {
      for index in values.indices
      where abs(values[index] - other.values[index]) > bounds[index] + other.bounds[index] {
        return true
      }
      return false
    }
  }
}
