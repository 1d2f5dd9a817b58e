// File names are bytes, mostly but not always UTF-8. As text, a byte that is part of no UTF-8 character
// stands as a scalar of its own at the end of the last private plane, so that every name can be shown,
// kept as a `String` and opened again.
private let strayBytes: UInt32 = 0x10_ff00
private let firstStray: UInt32 = strayBytes + 0x80

extension String {
  /// The text of a file name's bytes, from which ``pathBytes`` gives the same bytes back.
  ///
  /// - Parameter bytes: Any bytes but NUL.
  public init(pathBytes bytes: [UInt8]) {
    if let text = String(validating: bytes, as: UTF8.self), !text.hasStrayBytes {
      self = text
      return
    }
    self = ""
    var index = 0
    while index < bytes.count {
      let longest = min(4, bytes.count - index)
      let whole = (1...longest).lazy
        .compactMap { String(validating: bytes[index..<index + $0], as: UTF8.self) }.first
      if let whole, !whole.hasStrayBytes {
        self += whole
        index += whole.utf8.count
      } else {
        unicodeScalars.append(Unicode.Scalar(strayBytes + UInt32(bytes[index])) ?? "\u{fffd}")
        index += 1
      }
    }
  }

  /// The bytes of the file name that this text stands for.
  public var pathBytes: [UInt8] {
    guard hasStrayBytes else { return Array(utf8) }
    return unicodeScalars.flatMap { scalar in
      scalar.value >= firstStray
        ? [UInt8(scalar.value - strayBytes)] : Array(String(scalar).utf8)
    }
  }

  private var hasStrayBytes: Bool {
    // The scalars in question take four bytes, the first of them 0xf4.
    utf8.contains(0xf4) && unicodeScalars.contains { $0.value >= firstStray }
  }

  /// Hands a path's bytes to the system, a NUL behind them.
  func withSystemPath<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    var bytes = pathBytes.map { CChar(bitPattern: $0) }
    bytes.append(0)
    return unsafe bytes.withUnsafeBufferPointer { buffer in
      // A buffer that ends in NUL is never empty.
      guard let start = buffer.baseAddress else { preconditionFailure("a path without its NUL") }
      return unsafe body(start)
    }
  }
}

extension String {
  /// The text with everything escaped that would move, hide or reorder what a terminal shows.
  ///
  /// Control characters (C0, DEL, C1), marks of direction, line separators and the stray bytes of
  /// file names become `\n`, `\x1b`, `\u{202e}`; all else stays. A newline is escaped too, so that no
  /// name can forge a line.
  public var escapedForTerminal: String { escaped(keepingNewlines: false) }

  /// Whole lines of text with everything escaped that would move, hide or reorder what a terminal
  /// shows; newlines stay.
  public var linesEscapedForTerminal: String { escaped(keepingNewlines: true) }

  private func escaped(keepingNewlines: Bool) -> String {
    if utf8.allSatisfy({ ($0 >= 0x20 && $0 < 0x7f) || ($0 == 0x0a && keepingNewlines) }) {
      return self
    }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": text += keepingNewlines ? "\n" : "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value >= firstStray: text += hex(UInt32(scalar.value - strayBytes))
      case _ where scalar.isUnsafeForTerminal: text += hex(scalar.value)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return value < 0x100 ? "\\x" + (value < 16 ? "0" : "") + digits : "\\u{\(digits)}"
  }
}

extension Unicode.Scalar {
  /// Whether a terminal would act on the scalar, or a reader could not see it.
  public var isUnsafeForTerminal: Bool {
    switch value {
    case 0..<0x20, 0x7f..<0xa0: true
    // Marks, embeddings, overrides and isolates of direction.
    case 0x61c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
    // Line and paragraph separators, the byte order mark, what is no character.
    case 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff, firstStray...: true
    default: false
    }
  }
}
