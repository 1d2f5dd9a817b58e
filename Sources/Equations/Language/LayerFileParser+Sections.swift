/// Lines of a form, view, buffer or case.
extension LayerFileParser {
  /// What belongs to a form, view, buffer or case.
  mutating func declareInSection(
    _ word: String, _ place: SourcePlace, _ line: inout Scanner
  ) throws(LayerFileError) -> Bool {
    switch (section, word) {
    case (.form, "start"):
      try line.list { (line) throws(LayerFileError) in
        let form = layer.forms[layer.forms.count - 1].name
        let quantity = try newName(&line, "a quantity", in: "the start of form \(form)")
        try line.expect("=")
        let given = line.wholeNumber() == 0 ? nil : try line.expectIdentifier("0, or a name")
        layer.forms[layer.forms.count - 1].starts.append((quantity, given))
      }
    case (.form, "output"):
      try line.list { (line) throws(LayerFileError) in
        let form = layer.forms[layer.forms.count - 1].name
        let name = try newName(&line, "the output's name", in: "the outputs of form \(form)")
        let quantity = line.take("=") ? try line.expectIdentifier("a quantity") : name
        layer.forms[layer.forms.count - 1].outputs.append((name, quantity))
      }
    case (.form, "split"):
      let weight = try line.expectIdentifier("a weight with blocks")
      try line.expect("=")
      let parts = try names(&line, "a matrix")
      layer.forms[layer.forms.count - 1].splits.append((weight, parts))
    case (.view, "order"), (.buffer, "order"):
      try takeLine(word, place, in: viewScope)
      layer.views[layer.views.count - 1].order = try names(&line, "a block")
    case (.view, "frames"), (.view, "parameters"):
      try line.list { (line) throws(LayerFileError) in
        let name = try newName(&line, "the program's name", in: viewScope)
        try line.expect("=")
        var entry = LayerView.Entry(
          name: name, source: try line.expectIdentifier("the layer's name"))
        entry.isParameter = word == "parameters"
        entry.isTransposed = line.takeWord("transposed")
        layer.views[layer.views.count - 1].entries.append(entry)
      }
    case (.view, "buffer"), (.buffer, "buffer"):
      let name = try newName(&line, "the buffer's name", in: viewScope)
      let isBackward = line.takeWord("backward")
      guard isBackward || line.takeWord("forward") else {
        throw line.error("'forward' or 'backward'")
      }
      var buffer = LayerView.Buffer(name: name, isBackward: isBackward)
      buffer.hasBlockPadding = line.takeWord("padded")
      layer.views[layer.views.count - 1].buffers.append(buffer)
      section = .buffer
    case (.buffer, "columns"): try bufferColumns(&line)
    case (.buffer, "evaluate"):
      var order: [String] = []
      while !line.isAtEnd { order.append(try line.word("a quantity")) }
      let view = layer.views.count - 1
      let buffer = layer.views[view].buffers.count - 1
      let name = layer.views[view].buffers[buffer].name
      try takeLine(word, place, in: "buffer \(name) of \(viewScope)")
      layer.views[view].buffers[buffer].evaluationOrder = order
    case (.layerCase, "about"):
      try takeLine(word, place, in: "case \(layer.cases[layer.cases.count - 1].name)")
      layer.cases[layer.cases.count - 1].about = line.rest()
    case (.layerCase, "sentences"):
      var lengths: [Int] = []
      while let length = line.wholeNumber() {
        guard length > 0, length <= 1_000_000 else { throw line.error("lengths of at least 1") }
        lengths.append(length)
      }
      try takeLine(word, place, in: "case \(layer.cases[layer.cases.count - 1].name)")
      layer.cases[layer.cases.count - 1].sentences = lengths
    default: return false
    }
    try line.expectEnd()
    return true
  }

  var viewScope: String { "view \(layer.views[layer.views.count - 1].name)" }

  mutating func bufferColumns(_ line: inout Scanner) throws(LayerFileError) {
    let view = layer.views.count - 1
    let buffer = layer.views[view].buffers.count - 1
    try line.list { (line) throws(LayerFileError) in
      let each = line.takeWord("each")
      var prefix = ""
      if each {
        if layer.order?.name != copyOfIdentifier(line) { prefix = line.identifier() ?? "" }
        guard let order = layer.order, line.takeWord(order.name) else {
          throw line.error("the order's name")
        }
      }
      var source: String?
      if !each, line.wholeNumber() != 0 {
        var name = try line.expectIdentifier("a quantity, or 0")
        if line.take(".") { name += "." + (try line.expectIdentifier("a block")) }
        source = name
      }
      let words = try line.quoted("what it is, in quotes")
      layer.views[view].buffers[buffer].columns.append(
        (each, prefix, LayerView.Column(source: source, words: words)))
    }
  }

  func copyOfIdentifier(_ line: Scanner) -> String? {
    var copy = line
    return copy.identifier()
  }
}
