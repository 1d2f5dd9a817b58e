extension String {
  /// The text with everything escaped that would move, hide or reorder what a terminal shows.
  ///
  /// Control characters (C0, DEL, C1), marks of direction and line separators become `\n`, `\x1b`,
  /// `\u{202e}`; all else stays. A newline is escaped too, so that no name can forge a line.
  public var escapedForTerminal: String {
    if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return self }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.isUnsafeForTerminal:
        let digits = String(scalar.value, radix: 16)
        text +=
          scalar.value < 0x100
          ? "\\x" + (scalar.value < 16 ? "0" : "") + digits : "\\u{\(digits)}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
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
    case 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff: true
    default: false
    }
  }
}
