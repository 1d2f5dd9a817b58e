/// Reads a command's words by its declaration.
///
/// Options may stand anywhere before a lone `--`, as `--name value` or `--name=value`; as in Kaldi,
/// `_` and `-` are one in a name, capitals do not matter, and a lone `-` is an operand.
struct ArgumentParser {
  /// What a command's words come to.
  enum Outcome {
    /// The command is to be run.
    case run(Arguments)
    /// Its help was asked for.
    case help
  }

  /// The command.
  let declaration: CommandDeclaration

  /// Reads the words after the command's name.
  func parse(_ words: [String]) throws(Trouble) -> Outcome {
    let optionWords = words.prefix { $0 != "--" }
    if optionWords.contains(where: isHelp) { return .help }

    var operands: [String] = []
    var values: [String: [String]] = [:]
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      guard word.hasPrefix("--") else {
        throw usage("'\(word)' is no option; options begin with '--' (a file: './\(word)')")
      }
      let (option, given) = try option(in: word)
      let value: String
      if let given {
        value = given
      } else if case .flag = option.value {
        value = "true"
      } else if let next = rest.first, !next.hasPrefix("--") {
        value = next
        rest.removeFirst()
      } else {
        throw usage("option --\(option.name) needs a value: --\(option.name) \(option.placeholder)")
      }
      try check(value, for: option)
      values[option.name, default: []].append(value)
    }
    try checkCount(of: operands)
    return .run(Arguments(operands: operands, values: values))
  }

  private func isHelp(_ word: String) -> Bool {
    word == "-h" || word == "--help" || word.hasPrefix("--help=")
  }

  /// The option a word names, and the value after its `=`.
  private func option(in word: String) throws(Trouble) -> (Option, String?) {
    let parts = word.dropFirst(2).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts[0].lowercased().replacing("_", with: "-")
    guard let option = declaration.options.first(where: { $0.name == name }) else {
      let names = declaration.options.map(\.name) + ["help"]
      let hint = suggestion(for: name, among: names, prefix: "--")
      throw usage("unknown option '--\(parts[0])': \(hint)")
    }
    return (option, parts.count > 1 ? String(parts[1]) : nil)
  }

  private func check(_ value: String, for option: Option) throws(Trouble) {
    let found = "not '\(value)'"
    switch option.value {
    case .text:
      break
    case .flag:
      guard truth(value) != nil else {
        throw usage("option --\(option.name) is true or false, \(found)")
      }
    case .integer(_, let range):
      guard let number = Int(value), range.contains(number) else {
        let bounds =
          range.upperBound == .max
          ? "of at least \(range.lowerBound)"
          : "from \(range.lowerBound) to \(range.upperBound)"
        throw usage("option --\(option.name) needs a whole number \(bounds), \(found)")
      }
    case .magnitude:
      guard let number = Double(value), number.isFinite, number >= 0 else {
        throw usage("option --\(option.name) needs a number of at least 0, \(found)")
      }
    case .number:
      guard let number = Double(value), number.isFinite else {
        throw usage("option --\(option.name) needs a number, \(found)")
      }
    case .choice(let words):
      guard words.contains(value) else {
        let hint = nearestName(to: value, among: words).map { "; did you mean '\($0)'?" } ?? ""
        throw usage(
          "option --\(option.name) is \(words.joined(separator: " or ")), \(found)\(hint)")
      }
    }
  }

  private func checkCount(of operands: [String]) throws(Trouble) {
    var needed = 0
    var allowed = 0
    for operand in declaration.operands {
      switch operand.count {
      case .one: (needed, allowed) = (needed + 1, allowed == .max ? .max : allowed + 1)
      case .optional: allowed = allowed == .max ? .max : allowed + 1
      case .any: allowed = .max
      case .some: (needed, allowed) = (needed + 1, .max)
      }
    }
    if operands.count < needed {
      throw usage("missing \(declaration.operands[operands.count].name)")
    }
    if operands.count > allowed {
      throw usage("'\(operands[allowed])' is one argument too many")
    }
  }

  private func usage(_ message: String) -> Trouble {
    Trouble("\(declaration.name): \(message) (see 'nnet-oracle \(declaration.name) --help')")
  }
}

extension Option {
  /// The word or words that stand for the value in the help.
  var placeholder: String {
    switch value {
    case .flag: ""
    case .text(let word), .integer(let word, _), .magnitude(let word), .number(let word): word
    case .choice(let words): words.joined(separator: "|")
    }
  }
}
