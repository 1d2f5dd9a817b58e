import Equations
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
  /// The sizes that the case sets, by their letters.
  public internal(set) var sizes: [String: Int]
  /// The range of each given tensor.
  public internal(set) var ranges: [String: TensorFill]
  /// The storage order of the blocks, if the layer lets it be chosen.
  public internal(set) var order: [String]?
  /// Position lists that were given; the others follow from T.
  public internal(set) var positions: [String: [Double]] = [:]
  /// The names of the position lists that the case has.
  public let positionNames: [String]
  /// The blocks as the layer file declares them.
  private let declaredOrder: [String]
  /// Frames of the stacked sentences, repeated and cut at T, where no positions are given.
  let sentenceLengths: [Int]

  /// The settings of a layer file's case.
  ///
  /// - Throws: ``GoldenError`` when one is missing, unknown or cannot be read.
  init(
    _ file: LayerFile, _ form: LayerFile.Form, _ layerCase: LayerFile.Case
  ) throws(GoldenError) {
    let letters = Layer.letters(file, form)
    let tensors =
      file.inputs.map(\.name) + form.starts.compactMap(\.given) + file.weights.map(\.name)
      + form.outputs.map { "d" + $0.name }
    sizes = [:]
    ranges = [:]
    order = layerCase.order
    declaredOrder = file.order?.blocks ?? []
    positionNames = file.counts.map(\.name)
    sentenceLengths = layerCase.sentences
    for (key, value, place) in layerCase.settings {
      func refuse(_ expected: String) -> GoldenError {
        .file(
          LayerFileError(
            file: file.file, place: place, found: "\(key) = \(value)", expected: expected))
      }
      if letters.contains(key) {
        guard let size = Int(value), (1...Self.largestSize).contains(size) else {
          throw refuse("a whole number from 1 to \(Self.largestSize)")
        }
        sizes[key] = size
      } else if tensors.contains(key) {
        do { ranges[key] = try TensorFill(text: value, key: key) } catch {
          throw refuse("a range such as -0.4:0.6, or random:SEED:-1:1")
        }
      } else {
        throw refuse("one of \((letters + tensors).joined(separator: ", "))")
      }
    }
    let missing =
      letters.filter { sizes[$0] == nil } + tensors.filter { ranges[$0] == nil }
      + (sentenceLengths.isEmpty && !positionNames.isEmpty ? ["sentences"] : [])
    guard missing.isEmpty else {
      throw .file(
        LayerFileError(
          file: file.file, place: layerCase.place,
          found: "case \(layerCase.name) without \(missing[0])",
          expected: "a setting for each of \(missing.joined(separator: ", "))"))
    }
  }

  /// More frames, cells or inputs are beyond every layer.
  static let largestSize = 1_000_000

  /// The keys that `--set` takes, sorted.
  public var keys: [String] {
    let all = Array(sizes.keys) + Array(ranges.keys) + positionNames
    return (all + (order == nil ? [] : ["order"])).sorted()
  }

  /// The order as `case.json` and `--set` write it: letters, or names with commas between.
  public static func text(ofOrder order: [String]) -> String {
    order.joined(separator: order.allSatisfy { $0.count == 1 } ? "" : ",")
  }

  /// Changes one setting.
  ///
  /// - Parameters:
  ///   - key: A size, tensor, position list, or `order`.
  ///   - value: A whole number, a range `a:b`, a list `0,1,2`, or the blocks in order.
  ///   - name: The case, for the error.
  /// - Throws: ``GoldenError`` when the case has no such setting or the value cannot be read.
  public mutating func set(
    _ key: String, to value: String, ofCase name: String
  ) throws(GoldenError) {
    if sizes[key] != nil {
      guard let size = Int(value), size >= 1 else {
        throw .malformedSetting(key: key, value: value, expected: "a whole number of at least 1")
      }
      guard size <= Self.largestSize else {
        throw .malformedSetting(key: key, value: value, expected: "at most \(Self.largestSize)")
      }
      sizes[key] = size
    } else if ranges[key] != nil {
      ranges[key] = try TensorFill(text: value, key: key)
    } else if positionNames.contains(key) {
      let parts = value.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = parts.compactMap { Double($0) }
      guard numbers.count == parts.count else {
        throw .malformedSetting(key: key, value: value, expected: "a list such as 0,1,2")
      }
      positions[key] = numbers
    } else if key == "order", let current = order {
      let named = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let blocks = named.count == 1 ? value.map { String($0) } : named
      guard blocks.sorted() == current.sorted() else {
        throw .malformedSetting(
          key: key, value: value,
          expected: current.allSatisfy { $0.count == 1 }
            ? "the letters \(declaredOrder.joined(separator: ", ")) in some order"
            : "\(current.joined(separator: ",")) in some order")
      }
      order = blocks
    } else {
      throw .unknownSetting(case: name, key: key, known: keys)
    }
  }
}
