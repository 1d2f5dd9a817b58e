import Files
import KaldiIO

/// Reads the objects of a source that the user named one after the other, and tells of warnings.
func forEachRecord(
  of source: String, allowPipes: Bool, _ body: (TensorRecord) throws -> Void
) throws(Trouble) {
  do {
    let options = TensorSource.Options(pipes: allowPipes ? .allowed : .forbidden)
    let sources: [SourceName] =
      try goldenFiles(of: source)?.map { .found($0) } ?? [.typed(TypedName(source))]
    for name in sources {
      try name.opened(options).forEachRecord { record in
        if let warning = record.warning { complain(Trouble("warning: \(warning)").line) }
        try body(record)
      }
    }
  } catch let trouble as Trouble {
    throw trouble
  } catch {
    throw Trouble(error)
  }
}

extension TensorRecord {
  /// The object's name, for a person.
  var shownName: String { name.isEmpty ? "(unnamed)" : name.escapedForTerminal }

  /// Where the object was found, for a person.
  var place: String {
    var text = origin.file
    if let line = origin.line, line > 1 {
      text += ":\(line)"
    } else if origin.line == nil, let byte = origin.byteOffset, byte > 0 {
      text += ":\(byte)"
    }
    if let key = origin.key, key != name { text += " \(key)" }
    if let component = origin.component { text += " \(component)" }
    if let function = origin.function { text += " in \(function)" }
    // On one line, whatever the name of a file says.
    return text.escapedForTerminal
  }
}
