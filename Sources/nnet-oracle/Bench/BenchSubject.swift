import Equations
import Golden

/// Something to be timed: a layer, or work on files.
struct BenchSubject: Sendable {
  /// What kind of work it is.
  enum Kind: Sendable {
    case layer(GoldenCase)
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

  /// Everything that can be timed: the cases at their own sizes and larger ones, and work on files.
  static let all: [BenchSubject] =
    Catalogue.cases.filter { !$0.name.hasSuffix("-probe") }.map { BenchSubject($0) }
    + [
      .init(name: "dump", kind: .dump, letters: [], settings: [[]]),
      .init(name: "text", kind: .archive(isBinary: false), letters: archive, settings: [table]),
      .init(name: "binary", kind: .archive(isBinary: true), letters: archive, settings: [table]),
      .init(name: "files", kind: .files, letters: archive, settings: [[200, 20, 12]]),
    ]

  private init(name: String, kind: Kind, letters: [String], settings: [[Int]]) {
    self.name = name
    self.kind = kind
    self.letters = letters
    self.settings = settings
  }

  /// A case as a subject.
  init(_ golden: GoldenCase) {
    let letters = Layer.letters(golden.file, golden.form)
    let own = letters.map { golden.settings.sizes[$0] ?? 1 }
    let more = Self.larger[golden.name] ?? []
    self.init(
      name: golden.name, kind: .layer(golden), letters: letters,
      settings: golden.isBuiltIn && !more.isEmpty ? more : [own])
  }

  /// Sizes of layers besides the cases' own: the notebooks', a trained layer's, a large one's.
  private static let larger: [String: [[Int]]] = [
    "sru": [[2, 10, 3, 6], [2, 3, 3, 3], [8, 40, 64, 64], [16, 100, 512, 512]],
    "sru-separate": [[2, 10, 3, 6], [8, 40, 64, 64]],
    "lstm": [[2, 10, 3, 6], [2, 3, 5, 4], [8, 40, 64, 64], [16, 100, 512, 512]],
    "tflstm": [
      [2, 10, 3, 6, 2, 1], [2, 3, 3, 3, 2, 1], [8, 40, 16, 32, 4, 2], [16, 100, 40, 64, 8, 4],
    ],
    "compact-vfsmn": [[15, 5, 4], [200, 64, 10], [1000, 512, 20]],
    "bi-compact-vfsmn": [[15, 5, 4, 3], [200, 64, 10, 10], [1000, 512, 20, 20]],
    "gru": [[2, 10, 3, 6], [8, 40, 64, 64]],
    "lstmp": [[2, 10, 3, 6, 4], [4, 100, 40, 512, 256]],
    "deepfsmn": [[15, 5, 7, 4, 3], [200, 64, 128, 10, 10]],
  ]

  private static let archive = ["matrices", "rows", "columns"]
  private static let table = [16, 1000, 200]

  /// The subject of a name, or the case of a layer file.
  static func named(_ name: String) throws(Trouble) -> BenchSubject {
    if let found = all.first(where: { $0.name == name }) { return found }
    if isLayerFile(name) { return BenchSubject(try goldenCase(named: name)) }
    let hint = suggestion(for: name, among: all.map(\.name))
    throw Trouble("bench: unknown layer '\(name)': \(hint)")
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
