import KaldiIO

/// The letters of a case's gates in the order in which a view's files hold them.
///
/// `gateOrder` of `case.json` is the notebooks' order; Kaldi's files may have another one, which the
/// columns of its buffers tell.
struct GateLabels {
  /// The letters in the order of the files; nil where nothing tells them apart.
  var letters: [Character]?
  /// How many gates there are.
  var count: Int

  /// What gates are called in blocks of columns, and their letters.
  private static let words: [(word: String, letter: Character)] = [
    ("input gate", "i"), ("forget gate", "f"), ("output gate", "o"), ("update gate", "z"),
    ("reset gate", "r"),
  ]

  /// The labels of a view.
  init?(_ description: CaseDescription, view: String?) {
    guard let order = description.gateOrder.map(Array.init), (2...4).contains(order.count),
      Set(order).count == order.count
    else { return nil }
    count = order.count
    letters = view == "numpy" ? order : Self.ofBuffers(description, view, order)
  }

  private static func ofBuffers(
    _ description: CaseDescription, _ view: String?, _ order: [Character]
  ) -> [Character]? {
    let unnamed = order.filter { letter in !words.contains { $0.letter == letter } }
    guard unnamed.count <= 1 else { return nil }
    for entry in description.tensors
    where entry.role == .internal && entry.files.contains(where: { $0.view == view }) {
      var found: [Character] = []
      for block in entry.blocks.sorted(by: { $0.columns.first ?? 0 < $1.columns.first ?? 0 }) {
        let word = block.name.split(separator: ",").first.map(String.init) ?? ""
        let letter = word == "candidate" ? unnamed.first : words.first { $0.word == word }?.letter
        if let letter, order.contains(letter), !found.contains(letter) { found.append(letter) }
      }
      if found.count == order.count { return found }
    }
    return nil
  }

  /// What a dump holds whose block `b` is the gate that is due at `permutation[b]`, and what is due.
  func words(for permutation: [Int]) -> (held: String, due: String) {
    let due = letters.map { $0.map(String.init) } ?? (1...count).map(String.init)
    return (permutation.map { due[$0] }.joined(), due.joined())
  }
}
