import KaldiIO
import Tensors

/// Tells what of a dump can pair with nothing, so that no more is kept of it than the report tells.
///
/// A log may hold more than memory does, and most of it may be about other layers. An object pairs by
/// the user's map, by its name, or by having as many numbers as a tensor, or as all parameters
/// together; anything else is a stranger.
struct Sieve {
  private let cases: [ExpectedCase]
  private let options: ComparisonOptions
  private let names: [NameMatching]
  /// How many numbers an object may have to pair whatever it is called.
  private let counts: Set<Int>
  /// Whether anything at all may pair.
  private let isOpen: Bool
  private var named = NameMemory()

  /// A sieve for a dump that may be about any of some cases.
  init(_ cases: [ExpectedCase], options: ComparisonOptions) {
    self.cases = cases
    self.options = options
    names = cases.map { NameMatching(names: $0.tensors.map(\.name)) }
    var counts: Set<Int> = []
    for own in cases {
      counts.formUnion(own.tensors.map(\.matrix.elements.count))
      let parameters = own.parameters
      if !parameters.isEmpty {
        counts.insert(parameters.reduce(0) { $0 + $1.matrix.elements.count })
      }
    }
    self.counts = counts
    // One tensor alone is for whatever is held against it.
    isOpen = counts.contains(0) || cases.contains { $0.tensors.count == 1 }
  }

  /// Whether an object can pair with nothing.
  mutating func isStranger(_ actual: ActualTensor) -> Bool {
    guard !isOpen, !counts.contains(actual.tensor.matrix.elements.count), !isNamed(actual.name)
    else { return false }
    return options.map.isEmpty
      || !cases.contains { CasePairing.settled(actual, in: $0, options: options) != nil }
  }

  private mutating func isNamed(_ name: String) -> Bool {
    if name.isEmpty { return false }
    return named.answer(for: name) { name in names.contains { $0.match(name) != nil } }
  }
}

/// What was found out about names, which a log repeats again and again.
private struct NameMemory: Sendable {
  private var known: [String: Bool] = [:]

  /// What is known of a name, or is found out.
  mutating func answer(for name: String, _ find: (String) -> Bool) -> Bool {
    if let answer = known[name] { return answer }
    let answer = find(name)
    // Names that count something may be as many as the objects.
    if known.count == 10_000 { known = [:] }
    known[name] = answer
    return answer
  }
}

/// What is kept of the objects that can pair with nothing.
struct Strangers: Sendable {
  /// How many are kept one by one, for the report.
  static let listed = 1000

  private var count = 0
  private var parameterCount = 0
  private var parameterLike = NameMemory()

  /// Makes little of the last object, which is a stranger.
  ///
  /// Its numbers go at once. Of a long run of strangers of one component only the first and the last
  /// stay, with how many there were and whether the program began anew among them: for the passes of
  /// a log it makes no difference.
  mutating func thin(_ tensors: inout [ActualTensor]) {
    let last = tensors.count - 1
    tensors[last].forgetNumbers()
    // Parameters of another layer speak against a case by their number.
    if parameterCount < Self.listed,
      parameterLike.answer(for: tensors[last].name, NameMatching.isParameterLike)
    {
      parameterCount += 1
      return
    }
    count += 1
    guard count > Self.listed, last >= 2, tensors[last - 1].isThinned, tensors[last - 2].isStranger,
      tensors[last].isOfSameComponent(as: tensors[last - 1]),
      tensors[last - 1].isOfSameComponent(as: tensors[last - 2])
    else {
      tensors[last].isThinned = count > Self.listed
      return
    }
    let between = tensors.remove(at: last - 1)
    let before = tensors[last - 2]
    tensors[last - 1].isThinned = true
    tensors[last - 1].passedOver = between.passedOver + 1
    tensors[last - 1].beginsRun =
      between.beginsRun || LogPass.isCut(between: before, and: between)
      || LogPass.isCut(between: between, and: tensors[last - 1])
  }
}

extension ActualTensor {
  fileprivate func isOfSameComponent(as other: ActualTensor) -> Bool {
    origin.file == other.origin.file && origin.component == other.origin.component
      && origin.process == other.origin.process
  }
}
