import Foundation
import KaldiIO

/// What `case.json` says of a file that lies in a golden case's folder.
struct GoldenContext {
  /// The case.
  let description: CaseDescription
  /// The tensor's entry.
  let tensor: CaseDescription.TensorEntry
  /// The file's entry: the tensor's own, also for its bounds.
  let file: CaseDescription.File

  /// Looks beside a file (`…/<case>/<view>/<name>.txt`); nil if it is no golden file.
  init?(path: String) {
    let url = URL(fileURLWithPath: path)
    let view = url.deletingLastPathComponent()
    let folder = view.deletingLastPathComponent()
    let below = "\(view.lastPathComponent)/\(url.lastPathComponent)"
    guard let description = CaseDescription(inFolder: folder.path) else { return nil }
    for tensor in description.tensors {
      for file in tensor.files
      where [file.file, file.float32Bound, file.float64Bound].contains(below) {
        self.description = description
        self.tensor = tensor
        self.file = file
        return
      }
    }
    return nil
  }
}

extension CaseDescription {
  /// Reads the `case.json` of a folder; nil if there is none.
  init?(inFolder path: String) {
    let url = URL(fileURLWithPath: path).appendingPathComponent("case.json")
    guard let data = try? Data(contentsOf: url),
      let description = try? JSONDecoder().decode(CaseDescription.self, from: data)
    else { return nil }
    self = description
  }
}

/// The files that a golden case's folder, or `FOLDER:NAME` with a tensor's name, stands for; nil for
/// any other source.
///
/// A name is looked for in the notebooks' view first; `kaldi/NAME` says which view is meant. The
/// folder alone is its Kaldi view, as for `compare`.
func goldenFiles(of source: String) throws(Trouble) -> [String]? {
  if let description = CaseDescription(inFolder: source) {
    let files = description.tensors.flatMap(\.files)
    let view = files.contains { $0.view == "kaldi" } ? "kaldi" : "numpy"
    return files.filter { $0.view == view }.map { join(source, $0.file) }
  }
  guard let colon = source.lastIndex(of: ":") else { return nil }
  let folder = String(source[..<colon])
  let name = String(source[source.index(after: colon)...])
  guard let description = CaseDescription(inFolder: folder) else { return nil }
  let files = description.tensors.flatMap(\.files)
  let matches = files.filter { $0.name == name || "\($0.view)/\($0.name)" == name }
  guard let file = matches.first(where: { $0.view == "numpy" }) ?? matches.first else {
    let hint = nearestName(to: name, among: files.map(\.name)).map { "did you mean '\($0)'?" }
    throw Trouble(
      "\(folder) has no tensor '\(name)': "
        + (hint ?? "'nnet-oracle list \(description.case)' tells its tensors"))
  }
  return [join(folder, file.file)]
}

private func join(_ folder: String, _ file: String) -> String {
  folder.hasSuffix("/") ? folder + file : "\(folder)/\(file)"
}
