import Files

/// `new`: a commented layer file to start from.
enum NewCommand {
  static let out = Option(
    name: "out", value: .text("DIR"),
    purpose: "The folder that gets NAME.layer; the current one unless given. '-' prints the text.")

  static let command = Command(
    declaration: CommandDeclaration(
      name: "new",
      purpose: "Writes a commented layer file to start from: a small gated layer that works.",
      operands: [
        Operand(
          name: "NAME", count: .one,
          purpose: "The layer's name: a letter, then letters, digits, '-' and '_'.")
      ],
      options: [out],
      notes: [
        "A file that is there stays as it is, and the command ends with status 2. The file goes"
          + " wherever a case's name does: list, gradcheck, power, dump and bench take its path."
      ],
      example: .init(
        command: "nnet-oracle new mine --out - | grep -A 4 '^a ='",
        output: """
          a = x @ Wx + h[t-1] @ Wh + b
          z = sigmoid(a.z)
          n = tanh(a.n)
          h = z * h[t-1] + (1 - z) * n

          """)),
    run: { (arguments, output) throws(Trouble) in
      let name = arguments.operands[0]
      guard isName(name) else {
        throw Trouble(
          "new: '\(name)' is no layer's name: expected a letter, then letters, digits, '-' and '_'")
      }
      let text = newLayerText(named: name)
      let folder = arguments.text(out) ?? "."
      guard folder != "-" else {
        try output.write(text)
        return .success
      }
      guard !folder.isEmpty else { throw Trouble("new: --out needs the name of a folder") }
      let path = folder == "." ? "\(name).layer" : DataPath(folder).appending("\(name).layer").text
      guard FileSystem.kind(notFollowing: path) == .absent else {
        throw Trouble("new: \(path) is there already; it stays as it is")
      }
      do {
        _ = try FileSystem.makeFolders(to: folder)
        try FileSystem.write(Array(text.utf8), to: path, named: path)
      } catch {
        throw Trouble(error)
      }
      try output.writeLine("\(path): a gated layer to make yours; see 'nnet-oracle list \(path)'")
      return .success
    })

  /// Whether a word can name a layer, its file and its cases' folders.
  private static func isName(_ word: String) -> Bool {
    word.count <= 100 && word.first.map { $0.isASCII && $0.isLetter } ?? false
      && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
  }
}
