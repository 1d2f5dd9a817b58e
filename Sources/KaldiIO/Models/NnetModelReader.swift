import Tensors

extension NnetModel {
  /// Reads a model, text or binary as its first bytes tell.
  ///
  /// Lenient as Kaldi's own reader is: markers in any case, tokens in any order or missing, the
  /// marks around the net and behind each component optional.
  ///
  /// - Parameters:
  ///   - bytes: All of the file.
  ///   - name: What errors call it.
  /// - Throws: ``KaldiIOError/malformed(_:found:expected:)`` at the first thing that is no model.
  public init(bytes: [UInt8], name: String) throws(KaldiIOError) {
    let isMarked = bytes.starts(with: [0, 0x42])
    let isBinary = isMarked || Self.isBinaryWithoutMark(bytes)
    var scanner = ModelScanner(bytes: bytes, name: name, isBinary: isBinary)
    if isMarked { scanner.index = 2 }
    form = isBinary ? .binary : .text
    components = []
    frame = ([], [])
    scanner.skipWhitespace()
    if scanner.startsWithToken("<Nnet>") { _ = try scanner.token() }
    frame.opening = bytes[..<scanner.index]
    var end = scanner.index
    while true {
      scanner.skipWhitespace()
      if scanner.isAtEnd || scanner.startsWithToken("</Nnet>") { break }
      var component = try Self.component(&scanner)
      scanner.skipLineEnd()
      component.source = bytes[end..<scanner.index]
      end = scanner.index
      if let before = components.last, before.outputSize != component.inputSize {
        throw scanner.malformed(
          at: component.byteOffset,
          found: "\(component.marker) of input size \(component.inputSize)",
          expected: "\(before.outputSize), what \(before.marker) gives")
      }
      components.append(component)
    }
    if !scanner.isAtEnd {
      _ = try scanner.token()
      scanner.skipLineEnd()
    }
    frame.closing = bytes[end..<scanner.index]
    scanner.skipWhitespace()
    guard scanner.isAtEnd else {
      throw scanner.malformed(
        at: scanner.index, found: scanner.found(at: scanner.index),
        expected: "the end of the file behind </Nnet>")
    }
    guard !components.isEmpty else {
      throw scanner.malformed(at: 0, found: "no component", expected: "an nnet1 model")
    }
  }

  /// Whether a model is binary though it does not begin with Kaldi's mark.
  ///
  /// So a program writes it that opens the stream itself. Behind the first marker text has a size,
  /// binary the byte 4, how wide the size is.
  private static func isBinaryWithoutMark(_ bytes: [UInt8]) -> Bool {
    guard let width = bytes.prefix(256).firstIndex(where: { $0 < 9 }), width > 2 else {
      return false
    }
    return bytes[width] == 4 && bytes[width - 2] == UInt8(ascii: ">")
      && bytes[width - 1] == UInt8(ascii: " ")
  }

  private static func component(
    _ scanner: inout ModelScanner
  ) throws(KaldiIOError) -> Component {
    let start = scanner.index
    let marker = try scanner.token()
    guard let kind = ComponentKind.named(marker) else {
      throw scanner.malformed(
        at: start, found: "component marker \(quoted(marker.utf8))",
        expected: "a known nnet1 component")
    }
    let output = try scanner.size("an output size")
    let input = try scanner.size("an input size")
    var component = Component(
      marker: marker, outputSize: output, inputSize: input, byteOffset: start)
    if kind.isOpaque {
      try readOpaque(&component, &scanner)
      return component
    }
    try readSettings(&component, kind, &scanner)
    let sizes = Sizes(component, kind)
    if let conflict = sizes.conflict(kind.constraint, component) {
      throw scanner.malformed(
        at: start, found: "\(kind.marker) \(conflict.found)",
        expected: conflict.expected)
    }
    if kind.hasIntegers { component.integers = try scanner.integers() }
    for expected in kind.tensors {
      let parameter = try scanner.parameter(expected.name, isVector: expected.columns == nil)
      try check(parameter, expected, sizes, scanner)
      component.parameters.append(parameter)
    }
    scanner.skipWhitespace()
    if scanner.startsWithToken("<!EndOfComponent>") { _ = try scanner.token() }
    return component
  }

  private static func readSettings(
    _ component: inout Component, _ kind: ComponentKind, _ scanner: inout ModelScanner
  ) throws(KaldiIOError) {
    let start = scanner.index
    scanner.skipWhitespace()
    while scanner.isAtToken, !scanner.startsWithToken("<!EndOfComponent>"),
      !scanner.startsWithToken("</Nnet>")
    {
      let position = scanner.index
      let name = try scanner.token()
      let wanted = name == "<ClipGradient>" ? "<GradClip>" : name
      guard let token = kind.tokens.first(where: { $0.name == wanted }) else {
        // Before 2016 nothing stood between components: another marker begins the next one.
        if ComponentKind.named(name) != nil {
          scanner.index = position
          break
        }
        throw scanner.malformed(
          at: position, found: "token \(quoted(name.utf8))",
          expected: "one that \(kind.marker) has, or its tensors")
      }
      component.settings.append(try scanner.setting(name, isInteger: token.isInteger))
      scanner.skipWhitespace()
    }
    for token in kind.tokens where token.isInteger {
      guard component.settings.contains(where: { $0.token == token.name }) else {
        throw scanner.malformed(
          at: start, found: "\(kind.marker) without \(token.name)", expected: "its value")
      }
    }
  }

  private static func check(
    _ parameter: Parameter, _ expected: ComponentKind.Tensor, _ sizes: Sizes,
    _ scanner: ModelScanner
  ) throws(KaldiIOError) {
    let matrix = parameter.tensor.matrix
    let rows = sizes.value(expected.rows)
    if let extent = expected.columns {
      let columns = sizes.value(extent)
      let isEmpty = matrix.elements.isEmpty && (rows == 0 || columns == 0)
      if !isEmpty && (matrix.rows != rows || matrix.columns != columns) {
        throw scanner.malformed(
          at: parameter.byteOffset, found: "\(matrix.rows)×\(matrix.columns)",
          expected: "\(rows)×\(columns) for \(expected.name)")
      }
    } else if matrix.elements.count != rows {
      throw scanner.malformed(
        at: parameter.byteOffset, found: "\(matrix.elements.count) numbers",
        expected: "\(rows) for \(expected.name)")
    }
  }

  /// Takes tokens, numbers and tensors as they come, up to the component's end.
  private static func readOpaque(
    _ component: inout Component, _ scanner: inout ModelScanner
  ) throws(KaldiIOError) {
    while true {
      scanner.skipWhitespace()
      if scanner.isAtEnd || scanner.startsWithToken("</Nnet>") { return }
      if scanner.startsWithToken("<!EndOfComponent>") {
        _ = try scanner.token()
        return
      }
      if scanner.isAtTensor {
        component.parameters.append(
          try scanner.parameter("\(component.parameters.count + 1)", isVector: nil))
      } else if scanner.isAtToken {
        _ = try scanner.token()
      } else {
        try scanner.skipValue()
      }
    }
  }

  /// The sizes a component's shapes are made of.
  struct Sizes {
    private var named: [(ComponentKind.Symbol, Int)]
    private var stride = 1

    init(_ component: Component, _ kind: ComponentKind) {
      named = [
        (.output, component.outputSize), (.input, component.inputSize),
        (.halfOutput, component.outputSize / 2),
      ]
      for setting in component.settings where setting.isInteger {
        if let symbol = kind.tokens.first(where: { $0.name == setting.token })?.size {
          named.append((symbol, Int(setting.value)))
        } else {
          stride = Int(setting.value)
        }
      }
    }

    private func size(_ symbol: ComponentKind.Symbol) -> Int {
      named.last { $0.0 == symbol }?.1 ?? 0
    }

    /// An extent's value; no size exceeds 2³¹, so nothing overflows.
    func value(_ extent: ComponentKind.Extent) -> Int {
      extent.factor * size(extent.symbol) + extent.offset
    }

    /// What of a constraint does not hold.
    func conflict(
      _ constraint: ComponentKind.Constraint, _ component: Component
    ) -> (found: String, expected: String)? {
      let output = component.outputSize
      let input = component.inputSize
      switch constraint {
      case .none: return nil
      case .inputEqualsOutput where output != input:
        return ("of sizes \(output) and \(input)", "equal output and input sizes")
      case .outputEqualsCell where output != size(.cell):
        return ("of output size \(output)", "its cell size, \(size(.cell))")
      case .evenOutput where output % 2 != 0:
        return ("of output size \(output)", "an even one, for two directions")
      case .filterBlocks:
        let width = size(.filterWidth)
        let isWhole = stride > 0 && width <= input && (input - width) % stride == 0
        guard isWhole, output == ((input - width) / stride + 1) * size(.cell) else {
          return (
            "of sizes \(output) and \(input), filter \(width), stride \(stride)",
            "((input - filter) / stride + 1) blocks of \(size(.cell)) cells"
          )
        }
        return nil
      default: return nil
      }
    }
  }
}
