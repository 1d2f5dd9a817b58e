/// Something to be timed: a kernel, or work on files.
struct BenchSubject: Sendable {
  /// What kind of work it is.
  enum Kind: Sendable {
    case layer(form: String)
    case dump
    case archive(isBinary: Bool)
    case files
  }

  /// The name on the command line: a golden case's for the kernels.
  let name: String
  /// The kind.
  let kind: Kind
  /// The dimensions' letters.
  let letters: [String]
  /// The sizes it is timed at unless told otherwise; the first are the golden case's or notebook's.
  let settings: [[Int]]

  /// Everything that can be timed.
  static let all: [BenchSubject] = [
    .init(
      name: "sru", kind: .layer(form: "sequence"), letters: sequence,
      settings: [[2, 10, 3, 6], [2, 3, 3, 3], [8, 40, 64, 64], [16, 100, 512, 512]]),
    .init(
      name: "sru-separate", kind: .layer(form: "sequence-separate"), letters: sequence,
      settings: [[2, 10, 3, 6], [8, 40, 64, 64]]),
    .init(name: "sru-step", kind: .layer(form: "step"), letters: step, settings: [[4, 5, 6]]),
    .init(
      name: "sru-step-separate", kind: .layer(form: "step-separate"), letters: step, settings: [[4, 5, 6]]),
    .init(
      name: "lstm", kind: .layer(form: "sequence"), letters: sequence,
      settings: [[2, 10, 3, 6], [2, 3, 5, 4], [8, 40, 64, 64], [16, 100, 512, 512]]),
    .init(
      name: "lstm-step", kind: .layer(form: "step"), letters: step,
      settings: [[3, 4, 5]]),
    .init(
      name: "tflstm", kind: .layer(form: "sequence"),
      letters: sequence + ["F", "S"],
      settings: [
        [2, 10, 3, 6, 2, 1], [2, 3, 3, 3, 2, 1], [8, 40, 16, 32, 4, 2], [16, 100, 40, 64, 8, 4],
      ]),
    .init(
      name: "tflstm-ifog", kind: .layer(form: "sequence"),
      letters: sequence + ["F", "S"], settings: [[2, 10, 3, 6, 2, 1]]),
    .init(
      name: "tflstm-step", kind: .layer(form: "step"),
      letters: step + ["F", "S"], settings: [[4, 5, 6, 2, 1]]),
    .init(
      name: "compact-vfsmn", kind: .layer(form: "sentences"), letters: ["T", "D", "N"],
      settings: [[15, 5, 4], [200, 64, 10], [1000, 512, 20]]),
    .init(
      name: "bi-compact-vfsmn", kind: .layer(form: "sentences"),
      letters: ["T", "D", "N1", "N2"],
      settings: [[15, 5, 4, 3], [200, 64, 10, 10], [1000, 512, 20, 20]]),
    .init(name: "dump", kind: .dump, letters: [], settings: [[]]),
    .init(name: "text", kind: .archive(isBinary: false), letters: archive, settings: [table]),
    .init(name: "binary", kind: .archive(isBinary: true), letters: archive, settings: [table]),
    .init(name: "files", kind: .files, letters: archive, settings: [[200, 20, 12]]),
  ]

  private static let sequence = ["N", "T", "D", "H"]
  private static let step = ["N", "D", "H"]
  private static let archive = ["matrices", "rows", "columns"]
  private static let table = [16, 1000, 200]

  /// The subject of a name.
  static func named(_ name: String) throws(Trouble) -> BenchSubject {
    if let found = all.first(where: { $0.name == name }) { return found }
    let hint = suggestion(for: name, among: all.map(\.name))
    throw Trouble("bench: unknown kernel '\(name)': \(hint)")
  }

  /// One of its settings.
  func dimensions(_ sizes: [Int]) -> [BenchDimension] {
    zip(letters, sizes).map { BenchDimension(letter: $0, size: $1) }
  }

  /// Its first setting, changed as `--set` gives it, `K=V` each.
  func changed(by texts: [String]) throws(Trouble) -> [BenchDimension] {
    var dimensions = dimensions(settings[0])
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw Trouble("--set \(text): expected K=V, such as H=512") }
      guard let place = dimensions.firstIndex(where: { $0.letter == parts[0] }) else {
        let hint = suggestion(for: String(parts[0]), among: letters)
        throw Trouble("bench: \(name) has no dimension '\(parts[0])': \(hint)")
      }
      guard let size = Int(parts[1]), (1...1_000_000).contains(size) else {
        throw Trouble("--set \(text): expected a whole number from 1 to 1000000")
      }
      dimensions[place].size = size
    }
    return dimensions
  }
}
