/// A table to read, as Kaldi's command lines name it: `ark:file`, `scp,p:file`.
public struct ReadSpecifier: Sendable, Equatable {
  /// Whether the table is one archive or a script file of places.
  public enum Kind: Sendable, Equatable {
    /// Keys and objects in one stream.
    case archive
    /// Keys and the names of places where the objects are.
    case script
  }

  /// Archive or script file.
  public var kind: Kind
  /// The extended file name behind the colon.
  public var name: String
  /// Whether unreadable entries are passed over and a broken archive just ends.
  public var isPermissive: Bool

  /// A table to read.
  public init(kind: Kind, name: String, isPermissive: Bool = false) {
    self.kind = kind
    self.name = name
    self.isPermissive = isPermissive
  }

  /// Takes a specifier apart.
  ///
  /// - Parameter text: What the user typed.
  /// - Returns: The table, or nil where the text is no table specifier but a plain name.
  /// - Throws: ``KaldiIOError/unusable(_:reason:)`` for a specifier with a mistake in it.
  public static func parse(_ text: String) throws(KaldiIOError) -> ReadSpecifier? {
    guard let (options, name) = splitSpecifier(text) else { return nil }
    var result: ReadSpecifier?
    for option in options where option == "ark" || option == "scp" {
      if result != nil { return nil }
      result = ReadSpecifier(kind: option == "ark" ? .archive : .script, name: name)
    }
    guard var result else { return nil }
    for option in options {
      switch option {
      case "ark", "scp", "t", "b", "o", "no", "s", "ns", "cs", "ncs", "bg": break
      case "p": result.isPermissive = true
      case "np": result.isPermissive = false
      default: return nil
      }
    }
    return result
  }
}

/// A table to write, as Kaldi's command lines name it: `ark,t:file`, `ark,scp:file.ark,file.scp`.
public struct WriteSpecifier: Sendable, Equatable {
  /// The archive's extended file name, if there is an archive.
  public var archive: String?
  /// The script file's name: written beside an archive, read for the places without one.
  public var script: String?
  /// Whether objects are binary.
  public var isBinary = true
  /// Whether each entry is handed to the system at once.
  public var flushes = false
  /// Whether, without an archive, keys that the script file lacks are passed over.
  public var isPermissive = false

  /// Takes a specifier apart.
  ///
  /// - Parameter text: What the user typed.
  /// - Returns: The table, or nil where the text is no table specifier but a plain name.
  /// - Throws: ``KaldiIOError/unusable(_:reason:)`` for a specifier with a mistake in it.
  public static func parse(_ text: String) throws(KaldiIOError) -> WriteSpecifier? {
    guard let (options, name) = splitSpecifier(text) else { return nil }
    var hasArchive = false
    var hasScript = false
    var result = WriteSpecifier()
    for option in options {
      switch option {
      case "ark":
        if hasArchive || hasScript { return nil }
        hasArchive = true
      case "scp":
        if hasScript { return nil }
        hasScript = true
      case "t": result.isBinary = false
      case "b": result.isBinary = true
      case "f": result.flushes = true
      case "nf": result.flushes = false
      case "p": result.isPermissive = true
      default: return nil
      }
    }
    switch (hasArchive, hasScript) {
    case (true, false): result.archive = name
    case (false, true): result.script = name
    case (false, false): return nil
    case (true, true):
      guard let comma = name.firstIndex(of: ",") else {
        throw .unusable(text, reason: "'ark,scp:' wants two names with a comma between them")
      }
      result.archive = String(name[..<comma])
      result.script = String(name[name.index(after: comma)...])
    }
    return result
  }
}

/// The options and the name of something that may be a specifier.
private func splitSpecifier(_ text: String) -> (options: [Substring], name: String)? {
  guard let colon = text.firstIndex(of: ":"), let last = text.utf8.last, !isWhitespace(last) else {
    return nil
  }
  let options = text[..<colon].split(omittingEmptySubsequences: false) { $0 == "," || $0 == " " }
  if options.contains(where: \.isEmpty) { return nil }
  return (options, String(text[text.index(after: colon)...]))
}
