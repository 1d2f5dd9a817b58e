import KaldiIO

/// The objects of a source.
func records(of source: String) throws(Trouble) -> [TensorRecord] {
  do {
    let tensor = try ByteSource.open(file: source).readTensor()
    let file = source.split(separator: "/").last.map(String.init) ?? source
    let name = file.split(separator: ".").first.map(String.init) ?? file
    return [
      TensorRecord(name: name, content: .tensor(tensor), origin: .init(file: source))
    ]
  } catch {
    throw Trouble(error)
  }
}

extension TensorRecord {
  /// Where the object was found, for a person.
  var place: String {
    var text = origin.file
    if let line = origin.line {
      text += ":\(line)"
    } else if let byte = origin.byteOffset, byte > 0 {
      text += ":\(byte)"
    }
    if let key = origin.key, key != name { text += " \(key)" }
    if let component = origin.component { text += " \(component)" }
    if let function = origin.function { text += " in \(function)" }
    return text
  }
}
