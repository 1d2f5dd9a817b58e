import Equations
import Foundation
import Golden

/// The cases that a command line names; all of the catalogue if it names none.
///
/// A name is a case of the catalogue, the path of a layer file (all its cases), or `FILE:CASE`.
func goldenCases(named names: [String]) throws(Trouble) -> [GoldenCase] {
  guard !names.isEmpty else { return Catalogue.cases }
  var cases: [GoldenCase] = []
  for name in names {
    for found in try namedCases(name) where !cases.contains(where: { $0.name == found.name }) {
      cases.append(found)
    }
  }
  return cases
}

/// The one case of a name.
func goldenCase(named name: String) throws(Trouble) -> GoldenCase {
  let found = try namedCases(name)
  // A file stands for the case that is called as its layer is, or for its only one.
  if found.count == 1 { return found[0] }
  if let own = found.first(where: { $0.name == $0.file.name }) { return own }
  throw Trouble(
    "\(name) has the cases \(found.map(\.name).joined(separator: ", ")): name one, as"
      + " \(name):\(found[0].name)")
}

/// Whether a word means a layer file rather than a case of the catalogue.
func isLayerFile(_ name: String) -> Bool {
  name.hasSuffix(".layer") || name.contains(".layer:") || name.contains("/")
}

private func namedCases(_ name: String) throws(Trouble) -> [GoldenCase] {
  guard isLayerFile(name) else {
    if let found = Catalogue.cases.first(where: { $0.name == name }) { return [found] }
    throw Trouble(
      "unknown case '\(name)': \(suggestion(for: name, among: Catalogue.cases.map(\.name)))"
        + "; a layer file's name ends in .layer")
  }
  var path = name
  var wanted: String?
  if !FileManager.default.fileExists(atPath: name), let colon = name.lastIndex(of: ":") {
    path = String(name[..<colon])
    wanted = String(name[name.index(after: colon)...])
  }
  let file = try layerFile(at: path)
  do {
    let all = try file.cases.map { (layerCase) throws(GoldenError) in
      try GoldenCase(file, layerCase, isBuiltIn: false)
    }
    guard let wanted else { return all }
    guard let found = all.first(where: { $0.name == wanted }) else {
      throw Trouble(
        "\(path) has no case '\(wanted)': \(suggestion(for: wanted, among: all.map(\.name)))")
    }
    return [found]
  } catch let error as GoldenError {
    throw Trouble(error)
  } catch let error as Trouble {
    throw error
  } catch {
    throw Trouble("\(path): \(error)")
  }
}

/// Reads a layer file; errors tell line, column, found and expected.
func layerFile(at path: String) throws(Trouble) -> LayerFile {
  let bytes: Data
  do { bytes = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
    throw Trouble(
      "cannot read \(path): \(FileManager.default.fileExists(atPath: path) ? "not a readable file" : "No such file")"
    )
  }
  guard bytes.count <= 1 << 20, let text = String(data: bytes, encoding: .utf8) else {
    throw Trouble("\(path): expected a layer file: UTF-8 text of at most one megabyte")
  }
  do { return try LayerFile(text: text, file: path) } catch { throw Trouble("\(error)") }
}

extension GoldenCase {
  /// The case with settings changed as `--set` gives them, `K=V` each.
  func changed(by settings: [String]) throws(Trouble) -> GoldenCase {
    var changed = self
    for text in settings {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw Trouble("--set \(text): expected K=V, such as T=7 or x=-1:1")
      }
      let key = String(parts[0])
      do {
        try changed.settings.set(key, to: String(parts[1]), ofCase: name)
      } catch {
        if case .unknownSetting(let name, _, let known) = error {
          throw Trouble(
            "case \(name) has no setting '\(key)': \(suggestion(for: key, among: known))")
        }
        throw Trouble(error)
      }
    }
    return changed
  }
}
