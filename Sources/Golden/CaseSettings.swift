public import Kernels
import Tensors

/// The values a tensor is filled with: a linspace over the whole tensor, one number, or seeded
/// pseudo-random numbers.
///
/// A random fill draws from ``Tensors/SplitMix64``, one number an element in row-major order of the
/// notebooks' tensor: `fl(fl(fl(b - a) · u) + a)` with `u = (next() >> 11) · 2⁻⁵³`.
public struct TensorFill: Sendable, Hashable {
  /// The first element, or the least.
  public let start: Double
  /// The last element, or the bound above.
  public let end: Double
  /// The generator's seed; nil for a linspace.
  public let seed: UInt64?

  /// A linspace from one number to another, or random numbers between them.
  public init(_ start: Double, _ end: Double, seed: UInt64? = nil) {
    self.start = start
    self.end = end
    self.seed = seed
  }

  /// A fill as `--set` takes it: `a:b`, one number for all elements, or `random:SEED:a:b`.
  ///
  /// - Parameters:
  ///   - text: The fill.
  ///   - key: The setting, for the error.
  /// - Throws: ``GoldenError/malformedSetting(key:value:expected:)``.
  init(text: String, key: String) throws(GoldenError) {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var seed: UInt64?
    let isRandom = parts.first == "random"
    if isRandom {
      seed = parts.count == 4 ? UInt64(parts[1]) : nil
      parts.removeFirst(min(2, parts.count))
    }
    let numbers = parts.compactMap { Double($0) }
    guard numbers.count == parts.count, (isRandom ? 2...2 : 1...2).contains(parts.count),
      numbers.allSatisfy(\.isFinite), isRandom == (seed != nil)
    else {
      throw .malformedSetting(
        key: key, value: text, expected: "a range such as -0.4:0.6, or random:SEED:-1:1")
    }
    self.init(numbers[0], numbers[numbers.count - 1], seed: seed)
  }

  /// The elements of a tensor of so many.
  func elements(count: Int) -> [Double] {
    if let seed {
      var generator = SplitMix64(seed: seed)
      return (0..<count).map { _ in
        (end - start) * (Double(generator.next() >> 11) * 0x1p-53) + start
      }
    }
    return start == end
      ? Array(repeating: start, count: count) : linspace(start, end, count: count)
  }

  /// The fill as `--set` takes it.
  public var text: String {
    let range = "\(shortText(start)):\(shortText(end))"
    if let seed { return "random:\(seed):\(range)" }
    return start == end ? shortText(start) : range
  }

  private func shortText(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

/// Everything about a case that the command line can change.
public struct CaseSettings: Sendable {
  /// The dimensions by their letters.
  public internal(set) var dimensions: [String: Int]
  /// The range of each given tensor.
  public internal(set) var ranges: [String: TensorFill]
  /// The storage order of the gate blocks, if the layer has any.
  public internal(set) var order: GateOrder?
  /// Position lists that were given; the others follow from T.
  public internal(set) var positions: [String: [Double]]
  /// The names of the position lists that the case has.
  public let positionNames: [String]
  /// Frames of the stacked sentences, repeated and cut at T, where no positions are given.
  let sentenceLengths: [Int]

  init(
    dimensions: [String: Int], ranges: [String: TensorFill], order: GateOrder? = nil,
    positionNames: [String] = [], sentenceLengths: [Int] = [8, 5, 2]
  ) {
    self.dimensions = dimensions
    self.ranges = ranges
    self.order = order
    self.positions = [:]
    self.positionNames = positionNames
    self.sentenceLengths = sentenceLengths
  }

  /// The keys that `--set` takes, sorted.
  public var keys: [String] {
    let all = Array(dimensions.keys) + Array(ranges.keys) + positionNames
    return (all + (order == nil ? [] : ["order"])).sorted()
  }

  /// A dimension that the case is known to have.
  func dimension(_ letter: String) -> Int { dimensions[letter] ?? 1 }

  /// Changes one setting.
  ///
  /// - Parameters:
  ///   - key: A dimension, tensor, position list, or `order`.
  ///   - value: A whole number, a range `a:b`, a list `0,1,2`, or four letters.
  ///   - name: The case, for the error.
  /// - Throws: ``GoldenError`` when the case has no such setting or the value cannot be read.
  public mutating func set(
    _ key: String, to value: String, ofCase name: String
  ) throws(GoldenError) {
    if dimensions[key] != nil {
      guard let size = Int(value), size >= 1 else {
        throw .malformedSetting(key: key, value: value, expected: "a whole number of at least 1")
      }
      guard size <= 1_000_000 else {
        throw .malformedSetting(key: key, value: value, expected: "at most 1000000")
      }
      dimensions[key] = size
    } else if ranges[key] != nil {
      ranges[key] = try TensorFill(text: value, key: key)
    } else if positionNames.contains(key) {
      let parts = value.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = parts.compactMap { Double($0) }
      guard numbers.count == parts.count else {
        throw .malformedSetting(key: key, value: value, expected: "a list such as 0,1,2")
      }
      positions[key] = numbers
    } else if key == "order", order != nil {
      guard let letters = try? GateOrder(letters: value) else {
        throw .malformedSetting(
          key: key, value: value, expected: "the letters i, f, o, g in some order")
      }
      order = letters
    } else {
      throw .unknownSetting(case: name, key: key, known: keys)
    }
  }
}
