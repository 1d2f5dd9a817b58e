extension NnetModel {
  /// Writes the model.
  ///
  /// In the form it was read in, and with no style or width asked for, every byte is kept, so that
  /// numbers stay spelled as they were. Otherwise the model is written anew as Kaldi lays it out.
  ///
  /// - Parameters:
  ///   - sink: Where to.
  ///   - form: Text or binary; nil keeps the form that was read.
  ///   - style: How text spells numbers; nil keeps text as it was and takes the shortest form that
  ///     reads back for numbers that were binary.
  ///   - precision: The width of binary numbers; nil keeps it, and takes binary32 for text.
  /// - Throws: ``KaldiIOError``, also for a component whose layout is not known when the form is
  ///   to change.
  public func write(
    to sink: ByteSink, form: Form? = nil, style: NumberStyle? = nil, precision: Precision? = nil
  ) throws(KaldiIOError) {
    let wanted = form ?? self.form
    let isKept = wanted == self.form && (wanted == .text ? style == nil : precision == nil)
    if isKept {
      try sink.append(Array(frame.opening))
      for component in components { try sink.append(Array(component.source)) }
      try sink.append(Array(frame.closing))
      return
    }
    let writer = ModelWriter(
      sink: sink, isBinary: wanted == .binary, style: style, precision: precision)
    if wanted == .binary { try sink.appendBinaryHeader() }
    try sink.append(token: "<Nnet>")
    try writer.endLine()
    for component in components { try writer.write(component) }
    try sink.append(token: "</Nnet>")
    try writer.endLine()
  }
}

/// Lays components out as Kaldi does.
private struct ModelWriter {
  let sink: ByteSink
  let isBinary: Bool
  let style: NumberStyle?
  let precision: Precision?

  func endLine() throws(KaldiIOError) {
    if !isBinary { try sink.append(0x0a) }
  }

  func write(_ component: NnetModel.Component) throws(KaldiIOError) {
    guard let kind = ComponentKind.named(component.marker), !kind.isOpaque else {
      throw .unusable(
        component.marker,
        reason: "the layout of this component is not known: it can only be copied unchanged")
    }
    try sink.append(token: kind.marker)
    try sink.append(Int32(clamping: component.outputSize), isBinary: isBinary)
    try sink.append(Int32(clamping: component.inputSize), isBinary: isBinary)
    try endLine()
    for setting in component.settings { try write(setting) }
    if !component.settings.isEmpty && kind.endsTokensWithNewline { try endLine() }
    if kind.hasIntegers { try sink.append(component.integers, isBinary: isBinary) }
    for (index, parameter) in component.parameters.enumerated() {
      if index == kind.gapBefore { try endLine() }
      try write(parameter)
    }
    try sink.append(token: "<!EndOfComponent>")
    try endLine()
  }

  private func write(_ setting: NnetModel.Setting) throws(KaldiIOError) {
    try sink.append(token: setting.token)
    if setting.isInteger {
      try sink.append(Int32(setting.value), isBinary: isBinary)
    } else if !isBinary, style == nil, let printed = setting.printed {
      try sink.append(Array(printed) + [0x20])
    } else {
      let isDouble = precision == .float64 || (precision == nil && setting.isDouble)
      let spelling = style ?? (setting.isDouble ? .shortestDouble : .shortestFloat)
      try sink.append(
        setting.value, precision: isDouble ? .float64 : .float32, isBinary: isBinary,
        style: spelling)
    }
  }

  private func write(_ parameter: NnetModel.Parameter) throws(KaldiIOError) {
    let tensor = parameter.tensor
    let isDouble = tensor.encoding == .float64
    if isBinary {
      try sink.appendBinary(
        tensor.matrix, form: tensor.form,
        precision: precision ?? (isDouble ? .float64 : .float32))
    } else if style == nil, let printed = parameter.printed {
      try sink.append([0x20] + Array(printed) + [0x0a])
    } else {
      let isText = if case .text = tensor.encoding { true } else { false }
      try sink.appendText(
        tensor.matrix, form: tensor.form,
        style: style ?? (isDouble || isText ? .shortestDouble : .shortestFloat))
    }
  }
}
