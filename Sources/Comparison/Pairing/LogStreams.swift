import KaldiIO
import Tensors

/// The objects of a log, one stream a process.
///
/// Two processes that write to one log interleave their messages whole by whole, and the component
/// marker last seen may be the other one's. Where an object cannot be the marker's and can be that
/// of a component seen before, it goes there: by name, then by shape, then by value. Of a marker
/// that no case has nothing is known, so its objects stay; an object of which the reader knows no
/// marker, as where messages mix, goes wherever it fits best. A log in which no object moves is one
/// stream. Where every line of a log names its process, there is a stream for each name.
struct LogStreams {
  /// The objects by process, each with the component it belongs to, in the order of the log.
  private(set) var streams: [[ActualTensor]] = []

  private let cases: [ExpectedCase]
  private let options: ComparisonOptions
  private let names: [NameMatching]

  init(_ items: [ActualTensor], cases: [ExpectedCase], options: ComparisonOptions) {
    self.cases = cases
    var options = options
    options.smallestPassing = false
    self.options = options
    names = cases.map { NameMatching(names: $0.tensors.map(\.name)) }
    // What names a process on every line is known for sure.
    var order: [String?] = []
    var byProcess: [String?: [ActualTensor]] = [:]
    for item in items {
      if byProcess[item.origin.process] == nil { order.append(item.origin.process) }
      byProcess[item.origin.process, default: []].append(item)
    }
    for process in order { addStreams(of: byProcess[process] ?? []) }
  }

  /// Adds the streams of what is not known to be of several processes.
  private mutating func addStreams(of items: [ActualTensor]) {
    var seen: [String] = []
    var settled: [ActualTensor] = []
    var isInterleaved = false
    for item in items {
      let own = item.origin.component
      if let own, !seen.contains(own) { seen.append(own) }
      var moved = item
      if let home = home(of: item, among: seen.filter { $0 != own }) {
        moved.origin.component = home
        isInterleaved = true
      }
      settled.append(moved)
    }
    guard isInterleaved else {
      streams.append(items)
      return
    }
    var order: [String] = []
    var byHome: [String: [ActualTensor]] = [:]
    for item in settled {
      let home = item.origin.file + "\n" + (item.origin.component ?? "")
      if byHome[home] == nil { order.append(home) }
      byHome[home, default: []].append(item)
    }
    streams += order.compactMap { byHome[$0] }
  }

  /// How well an object fits a component's cases.
  private enum Fit: Int, Comparable {
    case none
    case shape
    case value

    static func < (first: Fit, second: Fit) -> Bool { first.rawValue < second.rawValue }
  }

  /// The other component that an object belongs to; `nil` where it may be its own marker's.
  private func home(of item: ActualTensor, among others: [String]) -> String? {
    if others.isEmpty { return nil }
    var best: (component: String?, fit: Fit) = (nil, .none)
    if let marker = item.origin.component {
      guard let own = fit(of: item, with: marker), own < .value else { return nil }
      best.fit = own
    }
    // The latest marker first: an older process may have ended.
    for other in others.reversed() {
      if let fit = fit(of: item, with: other), fit > best.fit { best = (other, fit) }
    }
    return best.component
  }

  /// How well an object fits a component's best case; `nil` where the component has none.
  private func fit(of item: ActualTensor, with component: String) -> Fit? {
    let marker = CasePairing.plain(component)
    return cases.indices
      .filter { cases[$0].description?.component.map(CasePairing.plain) == marker }
      .map { fit(of: item, with: $0) }.max()
  }

  private func fit(of item: ActualTensor, with index: Int) -> Fit {
    let expected = cases[index]
    let candidates: [ExpectedTensor]
    if let name = names[index].match(item.name)?.name {
      candidates = expected.tensors.filter { $0.name == name }
    } else if item.name.isEmpty {
      candidates = expected.tensors
    } else {
      return .none
    }
    let fitting = candidates.filter {
      ShapeFit(expected: $0.matrix, actual: item.tensor.matrix) != .none
    }
    if fitting.isEmpty {
      // All parameters in a row, as Kaldi's GetParams has them.
      let all = expected.parameters.reduce(0) { $0 + $1.matrix.elements.count }
      return item.name.isEmpty && all == item.tensor.matrix.elements.count ? .shape : .none
    }
    return fitting.contains { judge($0, against: item, options: options).isMatch } ? .value : .shape
  }
}
