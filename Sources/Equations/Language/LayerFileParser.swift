/// Reads the lines of a layer file, one declaration or equation each.
struct LayerFileParser {
  /// What later lines belong to.
  enum Section { case top, form, view, buffer, layerCase }

  var layer: LayerFile
  var section = Section.top
  var syntax: [(name: String, expression: Syntax, place: SourcePlace)] = []
  var passes: [(name: String, place: SourcePlace)] = []
  var finalPlace = SourcePlace(line: 1, column: 1)

  /// More would be no layer.
  static let lineLimit = 2_000

  /// Names and lines that may stand once, in the file or in one of its sections, with their lines.
  var taken: [String: Int] = [:]

  init(_ layer: LayerFile) { self.layer = layer }

  mutating func parse() throws(LayerFileError) -> LayerFile {
    let lines = Scanner.lines(of: layer.text, file: layer.file)
    guard lines.count <= Self.lineLimit, layer.text.utf8.count <= 1 << 20 else {
      throw layer.error(
        finalPlace, found: "\(lines.count) lines", expected: "at most \(Self.lineLimit)")
    }
    for line in lines {
      var line = line
      try read(&line)
      finalPlace = line.place
    }
    try checkComplete()
    let normaliser = Normaliser(layer)
    (layer.equations, layer.quantityBlocks) = try normaliser.equations(from: syntax)
    for (name, place) in passes {
      guard let index = layer.equations.firstIndex(where: { $0.target.name == name }) else {
        throw layer.error(place, found: "'\(name)'", expected: "a quantity of the equations")
      }
      guard layer.equations[index].function != .identity else {
        throw layer.error(
          place, found: "'\(name)', a sum without a function",
          expected: "a quantity whose function has a slope to pass over")
      }
      layer.equations[index].passes = true
    }
    try checkReferences()
    try checkViews()
    return layer
  }

  mutating func read(_ line: inout Scanner) throws(LayerFileError) {
    var copy = line
    let place = line.place
    guard let word = copy.identifier() else {
      throw line.error("a declaration or an equation such as h = o * n")
    }
    // A word that is set to something is an equation or a setting, whatever the word.
    if copy.next == "=" {
      try assign(word, place, &copy)
    } else if try !declare(word, place, &copy), try !declareInSection(word, place, &copy) {
      throw line.error(
        "a declaration (layer, streams, frames, size, blocks, order, input, weight, positions, form,"
          + " view, case …) or an equation")
    }
    line = copy
  }

  /// Refuses a name that is taken: each is declared once, in the file or in its form, view or case.
  mutating func take(
    _ name: String, _ place: SourcePlace, in scope: String = ""
  ) throws(LayerFileError) {
    try take(
      key: "\(scope) \(name)", place, found: "'\(name)' again",
      "each name once\(scope.isEmpty ? "" : " in \(scope)")")
  }

  /// Refuses a second line of a kind that the file or a section has one of.
  mutating func takeLine(
    _ word: String, _ place: SourcePlace, in scope: String = "the file"
  ) throws(LayerFileError) {
    try take(
      key: "\(scope) line \(word)", place, found: "a second line '\(word)'", "one in \(scope)")
  }

  private mutating func take(
    key: String, _ place: SourcePlace, found: String, _ expected: String
  ) throws(LayerFileError) {
    if let line = taken[key] {
      throw layer.error(place, found: found, expected: "\(expected): line \(line) has it")
    }
    taken[key] = place.line
  }

  mutating func newName(
    _ line: inout Scanner, _ what: String, in scope: String = ""
  ) throws(LayerFileError) -> String {
    let place = line.place
    let name = try line.expectIdentifier(what)
    try take(name, place, in: scope)
    return name
  }

  /// An equation, or a setting of a case.
  mutating func assign(
    _ word: String, _ place: SourcePlace, _ line: inout Scanner
  ) throws(LayerFileError) {
    try line.expect("=")
    guard section != .layerCase else {
      var key = (word, place)
      while true {
        let value = try line.word("a value such as 3, -0.4:0.6 or random:1:-1:1")
        let index = layer.cases.count - 1
        guard !layer.cases[index].settings.contains(where: { $0.key == key.0 }) else {
          throw layer.error(key.1, found: "'\(key.0)' again", expected: "each setting once")
        }
        layer.cases[index].settings.append((key.0, value, key.1))
        guard line.take(",") else { break }
        let next = line.place
        key = (try line.expectIdentifier("a size or a given tensor"), next)
        try line.expect("=")
      }
      return try line.expectEnd()
    }
    let expression = try line.expression()
    try line.expectEnd()
    section = .top
    guard !syntax.contains(where: { $0.name == word }) else {
      throw layer.error(place, found: "a second equation for '\(word)'", expected: "one")
    }
    try take(word, place)
    syntax.append((word, expression, place))
  }

  /// What stands at the top level.
  mutating func declare(
    _ word: String, _ place: SourcePlace, _ line: inout Scanner
  ) throws(LayerFileError) -> Bool {
    switch word {
    case "layer":
      guard layer.name.isEmpty else { throw line.error("one layer in a file") }
      layer.name = try line.word("the layer's name")
    case "source":
      try takeLine(word, place)
      layer.source = line.rest()
    case "streams":
      try takeLine(word, place)
      layer.streams = try newName(&line, "a letter for the streams")
    case "frames" where section != .view:
      try takeLine(word, place)
      layer.frames = try newName(&line, "a letter for the frames")
    case "size", "sizes":
      try line.list { (line) throws(LayerFileError) in
        let letter = try newName(&line, "a letter")
        if line.take("=") {
          layer.derivedSizes.append((letter, try line.sizeFormula(), place))
        } else {
          layer.sizes.append((letter, try line.quoted("what \(letter) counts, in quotes")))
        }
      }
    case "blocks":
      try takeLine(word, place)
      layer.blockAxis = try line.expectIdentifier("the letter of the frequency blocks")
    case "order" where section != .view:
      guard layer.order == nil else { throw line.error("one order that can be changed") }
      let name = try line.expectIdentifier("a name for the order")
      try line.expect("=")
      layer.order = (name, try names(&line, "a block"))
    case "input":
      try line.list { (line) throws(LayerFileError) in
        let tensor = try tensor(&line)
        guard tensor.rows == nil else { throw line.error("one size, the columns of a frame") }
        layer.inputs.append(tensor)
      }
    case "weight", "weights":
      try line.list { (line) throws(LayerFileError) in layer.weights.append(try tensor(&line)) }
    case "positions":
      try line.list { (line) throws(LayerFileError) in
        let name = try newName(&line, "the name of a list of positions")
        let isAhead = line.takeWord("ahead")
        guard isAhead || line.takeWord("behind") else { throw line.error("'behind' or 'ahead'") }
        layer.counts.append(.init(name: name, isAhead: isAhead, place: place))
      }
    case "words":
      try line.list { (line) throws(LayerFileError) in
        let name = try newName(&line, "a quantity", in: "words")
        layer.words[name] = try line.quoted("what \(name) is, in quotes")
      }
    case "passes":
      try line.list { (line) throws(LayerFileError) in
        passes.append((try line.expectIdentifier("a quantity"), line.place))
      }
    case "path":
      let name = try newName(&line, "a name for the path")
      guard line.takeWord("through") else { throw line.error("'through'") }
      let through = try line.expectIdentifier("a quantity")
      guard line.takeWord("to") else { throw line.error("'to'") }
      layer.paths.append((name, through, try line.expectIdentifier("a quantity")))
    case "known":
      let name = try line.word("the mistake's name")
      try take(name, place, in: "known mistakes")
      try line.expect("=")
      layer.knownMistakes.append((name, line.rest(), place))
    case "form":
      let name = try line.word("the form's name")
      guard !layer.forms.contains(where: { $0.name == name }) else {
        throw layer.error(place, found: "form \(name) again", expected: "each form once")
      }
      layer.forms.append(.init(name: name, place: place))
      if line.takeWord("of") {
        guard line.takeWord("one"), line.takeWord("frame") else { throw line.error("'one frame'") }
        layer.forms[layer.forms.count - 1].isStep = true
      }
      section = .form
    case "view":
      var view = LayerView(name: try line.word("the view's name"), place: place)
      try take(view.name, place, in: "views")
      if line.takeWord("like") {
        let otherPlace = line.place
        let other = try line.word("a view declared above")
        guard let model = layer.view(named: other) else {
          throw layer.error(otherPlace, found: "'\(other)'", expected: "a view declared above")
        }
        view.buffers = model.buffers
      }
      if line.takeWord("component") { view.component = try line.word("a marker such as <TfLstm>") }
      layer.views.append(view)
      section = .view
    case "case":
      try declareCase(place, &line)
      section = .layerCase
    default: return false
    }
    try line.expectEnd()
    return true
  }

  mutating func declareCase(
    _ place: SourcePlace, _ line: inout Scanner
  ) throws(LayerFileError) {
    let name = try line.word("the case's name")
    guard line.takeWord("of") else { throw line.error("'of' and the name of a form") }
    let formPlace = line.place
    var added = LayerFile.Case(name: name, form: try line.word("a form"), place: place)
    guard layer.form(named: added.form) != nil else {
      throw layer.error(
        formPlace, found: "'\(added.form)'",
        expected: "a form: \(layer.forms.map(\.name).joined(separator: ", "))")
    }
    while line.take(",") {
      if line.takeWord("view") {
        let viewPlace = line.place
        let view = try line.word("a view")
        guard layer.view(named: view) != nil else {
          throw layer.error(viewPlace, found: "'\(view)'", expected: "a view declared above")
        }
        added.view = view
      } else if line.takeWord("order") {
        let orderPlace = line.place
        let blocks = try names(&line, "a block")
        guard let order = layer.order, blocks.sorted() == order.blocks.sorted() else {
          throw layer.error(
            orderPlace, found: blocks.joined(separator: " "),
            expected: "each of \(layer.order?.blocks.joined(separator: " ") ?? "no blocks") once")
        }
        added.order = blocks
      } else {
        throw line.error("'view' or 'order'")
      }
    }
    guard layer.order == nil || added.order != nil else {
      throw layer.error(place, found: "no order", expected: "', order' and the storage order")
    }
    guard !layer.cases.contains(where: { $0.name == name }) else {
      throw layer.error(place, found: "case \(name) again", expected: "each case once")
    }
    layer.cases.append(added)
  }

  /// `name[rows, blocks: size]`, `name[size]`.
  mutating func tensor(_ line: inout Scanner) throws(LayerFileError) -> LayerFile.Tensor {
    let place = line.place
    let name = try newName(&line, "a name")
    try line.expect("[")
    var axes: [LayerFile.Columns] = []
    repeat { axes.append(try columns(&line)) } while line.take(",")
    try line.expect("]")
    guard axes.count <= 2 else {
      throw layer.error(place, found: "\(axes.count) axes", expected: "one or two")
    }
    if axes.count == 2, !axes[0].blocks.isEmpty {
      throw layer.error(place, found: "blocks of rows", expected: "blocks of columns only")
    }
    let columns = axes[axes.count - 1]
    return .init(
      name: name, rows: axes.count == 2 ? axes[0].size : nil, columns: columns, place: place)
  }

  func columns(_ line: inout Scanner) throws(LayerFileError) -> LayerFile.Columns {
    var copy = line
    var blocks: [String] = []
    while let name = copy.identifier() { blocks.append(name) }
    guard !blocks.isEmpty, copy.take(":") else {
      return .init(blocks: [], order: nil, size: try line.sizeFormula())
    }
    line = copy
    let size = try line.sizeFormula()
    if blocks.count == 1, let order = layer.order, order.name == blocks[0] {
      return .init(blocks: order.blocks, order: order.name, size: size)
    }
    guard Set(blocks).count == blocks.count else { throw line.error("each block's name once") }
    return .init(blocks: blocks, order: nil, size: size)
  }

  func names(_ line: inout Scanner, _ what: String) throws(LayerFileError) -> [String] {
    var names: [String] = []
    while let name = line.identifier() { names.append(name) }
    guard !names.isEmpty, Set(names).count == names.count else {
      throw line.error("\(what), each once")
    }
    return names
  }
}
