import Arithmetic
import Equations
import Tensors

/// A quantity that is wrong by itself: not what its equation makes of the dump's own operands.
///
/// What a wrong number enters is wrong too, by inheritance, and is none of these as long as it is what
/// its equation makes of the numbers it read.
public struct OwnError: Sendable {
  /// The quantity.
  public let quantity: String
  /// The equation that sets it.
  public let equation: String
  /// Whether the equation is of the backward pass.
  public let isBackward: Bool
  /// How many of its elements are wrong by themselves.
  public let wrongCount: Int
  /// How many elements it has.
  public let count: Int
  /// The first wrong frame, in the order in which the pass runs.
  public let frame: Int
  /// The first wrong stream of that frame.
  public let stream: Int
  /// The first wrong unit of that stream.
  public let unit: Int
  /// What all wrong elements have in common, such as one frame or one stream; empty if nothing.
  public let restriction: String
  /// What its equation makes of the dump's operands there.
  public let expected: Double
  /// What the dump holds there.
  public let found: Double
  /// The equation's place in the order of evaluation.
  let index: Int

  /// The quantities of a dump that are wrong by themselves, the first equation first.
  ///
  /// Forward comes before backward, then by frames as the pass runs, then in the order of the text.
  /// Copies are outputs whose quantity the dump holds too: they are to be that.
  static func all<Format: RoundoffFormat>(
    in dump: TensorTable<RoundoffBound<Format>>, _ recomputed: TensorTable<RoundoffBound<Format>>,
    of layer: Layer, copies: [String: String]
  ) -> [OwnError] {
    dump.entries.compactMap { entry in
      let source = copies[entry.name]
      guard let due = source.map({ dump[$0] }) ?? recomputed[entry.name],
        due.shape == entry.tensor.shape
      else { return nil }
      return OwnError(entry.name, entry.tensor, due, copyOf: source, layer)
    }.sorted { first, second in
      let steps = [first, second].map { $0.isBackward ? -$0.frame : $0.frame }
      return (first.isBackward ? 1 : 0, steps[0], first.index)
        < (second.isBackward ? 1 : 0, steps[1], second.index)
    }
  }

  /// The quantities of a dump whose every element is what its equation makes of the dump's operands.
  static func right<Format: RoundoffFormat>(
    in dump: TensorTable<RoundoffBound<Format>>, _ recomputed: TensorTable<RoundoffBound<Format>>
  ) -> Set<String> {
    Set(
      dump.entries.filter { entry in
        guard let due = recomputed[entry.name], due.shape == entry.tensor.shape else {
          return false
        }
        return zip(entry.tensor.elements, due.elements).allSatisfy { isRight($0, due: $1) == true }
      }.map(\.name))
  }

  /// Whether a number is what its equation makes of the dump's operands; nil where the number is not
  /// known, or what it is made from is not.
  private static func isRight<Format: RoundoffFormat>(
    _ found: RoundoffBound<Format>, due: RoundoffBound<Format>
  ) -> Bool? {
    let wanted = due.value.nearestDouble
    let tolerance = due.errorBound(roundedTo: wanted) + found.bound
    guard tolerance.isFinite else { return nil }
    return (found.value.nearestDouble - wanted).magnitude <= tolerance
  }

  /// The own error of one quantity; nil where it is right, or no equation sets it.
  private init?<Format: RoundoffFormat>(
    _ name: String, _ dump: Tensor<RoundoffBound<Format>>, _ due: Tensor<RoundoffBound<Format>>,
    copyOf source: String?, _ layer: Layer
  ) {
    guard let place = layer.equation(setting: name), let columns = due.shape.last, columns > 0
    else { return nil }
    let streams = due.shape.count == 3 ? due.shape[1] : 1
    let wrong = due.elements.indices.filter {
      Self.isRight(dump.elements[$0], due: due.elements[$0]) == false
    }
    guard
      let first = wrong.min(by: { one, other in
        let frames = [one, other].map { $0 / columns / streams }
        guard frames[0] != frames[1] else { return one < other }
        return place.isBackward ? frames[0] > frames[1] : frames[0] < frames[1]
      })
    else { return nil }
    quantity = name
    equation = source.map { "\(name) = \($0)" } ?? place.text
    isBackward = place.isBackward
    index = place.index
    wrongCount = wrong.count
    count = due.elements.count
    restriction = Self.restriction(
      wrong, streams: streams, columns: columns, of: due.elements.count)
    frame = first / columns / streams
    stream = first / columns % streams
    unit = first % columns
    expected = due.elements[first].value.nearestDouble
    found = dump.elements[first].value.nearestDouble
  }

  /// The frame, stream or unit that all wrong elements lie in, where there are others.
  private static func restriction(
    _ wrong: [Int], streams: Int, columns: Int, of count: Int
  ) -> String {
    var words: [String] = []
    func add(_ name: String, _ others: Int, _ place: (Int) -> Int) {
      let places = Set(wrong.map(place))
      if others > 1, places.count == 1, let only = places.first { words.append("\(name)\(only)") }
    }
    add("t=", count / columns / streams) { $0 / columns / streams }
    add("stream ", streams) { $0 / columns % streams }
    add("unit ", columns) { $0 % columns }
    return words.joined(separator: ", ")
  }
}
