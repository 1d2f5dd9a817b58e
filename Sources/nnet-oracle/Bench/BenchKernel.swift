/// A kernel as `bench` times it: its dimensions, and the sizes it is timed at.
struct BenchKernel: Sendable {
  /// The name, as `bench` takes it.
  let name: String
  /// The dimensions by their letters, in the order they are shown.
  let letters: [String]
  /// The sizes, each a value a letter: the notebook's, the debug case's, a middle one, a large one.
  let sizes: [[Int]]

  /// Every kernel.
  static let all: [BenchKernel] = [
    BenchKernel(
      name: "sru", letters: ["N", "T", "D", "H"],
      sizes: [[2, 10, 3, 6], [2, 3, 3, 3], [8, 50, 64, 64], [16, 100, 512, 512]]),
    BenchKernel(
      name: "sru-separate", letters: ["N", "T", "D", "H"],
      sizes: [[2, 10, 3, 6], [16, 100, 512, 512]]),
    BenchKernel(name: "sru-step", letters: ["N", "D", "H"], sizes: [[4, 5, 6]]),
    BenchKernel(name: "sru-step-separate", letters: ["N", "D", "H"], sizes: [[4, 5, 6]]),
    BenchKernel(
      name: "lstm", letters: ["N", "T", "D", "H"],
      sizes: [[2, 10, 3, 6], [2, 3, 5, 4], [8, 50, 64, 64], [16, 100, 512, 512]]),
    BenchKernel(name: "lstm-step", letters: ["N", "D", "H"], sizes: [[4, 5, 6]]),
    BenchKernel(
      name: "tflstm", letters: ["N", "T", "D", "H", "F", "S"],
      sizes: [
        [2, 10, 3, 6, 2, 1], [2, 3, 3, 3, 2, 1], [8, 50, 20, 16, 4, 2], [16, 100, 40, 64, 8, 4],
      ]),
    BenchKernel(
      name: "compact-vfsmn", letters: ["T", "D", "N"],
      sizes: [[15, 5, 4], [200, 64, 10], [1000, 512, 20]]),
    BenchKernel(
      name: "bi-compact-vfsmn", letters: ["T", "D", "N1", "N2"],
      sizes: [[15, 5, 4, 3], [200, 64, 10, 10], [1000, 512, 20, 20]]),
  ]

  /// A size with values changed as `--set` gives them, `K=V` each.
  func changed(by settings: [String]) throws(Trouble) -> [Int] {
    var size = sizes[0]
    for text in settings {
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let value = Int(parts[1]), (1...1_000_000).contains(value) else {
        throw Trouble("bench: --set \(text): expected a dimension such as H=512")
      }
      guard let index = letters.firstIndex(of: String(parts[0])) else {
        throw Trouble(
          "bench: \(name) has no dimension '\(parts[0])'; it has"
            + " \(letters.joined(separator: ", "))")
      }
      size[index] = value
    }
    return size
  }
}
