import Files
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
    // Nobody asked for the description: where it cannot be used the file is printed without.
    guard let description = try? CaseDescription(inFolder: DataPath(folder.path)) else {
      return nil
    }
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

/// The files that a golden case's folder, or `FOLDER:NAME` with a tensor's name, stands for; nil for
/// any other source.
///
/// A name is looked for in the notebooks' view first; `kaldi/NAME` says which view is meant. The
/// folder alone is its Kaldi view, as for `compare`.
///
/// - Parameter source: What the user typed.
/// - Returns: Paths that the case's description names.
/// - Throws: ``Trouble`` for a description that cannot be used, or has no such tensor.
func goldenFiles(of source: String) throws(Trouble) -> [DataPath]? {
  let whole = DataPath(source)
  if CaseDescription.exists(in: whole) {
    let files = try description(in: whole).tensors.flatMap(\.files)
    let view = files.contains { $0.view == "kaldi" } ? "kaldi" : "numpy"
    return files.filter { $0.view == view }.compactMap { whole.below($0.file) }
  }
  guard let colon = source.lastIndex(of: ":") else { return nil }
  let folder = DataPath(String(source[..<colon]))
  let name = String(source[source.index(after: colon)...])
  guard CaseDescription.exists(in: folder) else { return nil }
  let described = try description(in: folder)
  let files = described.tensors.flatMap(\.files)
  let matches = files.filter { $0.name == name || "\($0.view)/\($0.name)" == name }
  guard let file = matches.first(where: { $0.view == "numpy" }) ?? matches.first else {
    let hint = nearestName(to: name, among: files.map(\.name)).map { "did you mean '\($0)'?" }
    throw Trouble(
      "\(folder) has no tensor '\(name)': "
        + (hint ?? "'nnet-oracle list \(described.case)' tells its tensors"))
  }
  return folder.below(file.file).map { [$0] }
}

private func description(in folder: DataPath) throws(Trouble) -> CaseDescription {
  do throws(KaldiIOError) {
    return try CaseDescription(inFolder: folder)
  } catch {
    throw Trouble(error)
  }
}
