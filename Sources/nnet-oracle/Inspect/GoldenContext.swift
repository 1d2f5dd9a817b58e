import Foundation
import KaldiIO

/// What `case.json` says of a file that lies in a golden case's folder.
struct GoldenContext {
  /// The case.
  let description: CaseDescription
  /// The file's entry: the tensor's own, also for its bounds.
  let file: CaseDescription.File
  /// The tensor's entry.
  let tensor: CaseDescription.TensorEntry

  /// Looks beside a file (`…/<case>/<view>/<name>.txt`); nil if it is no golden file.
  init?(path: String) {
    let url = URL(fileURLWithPath: path)
    let view = url.deletingLastPathComponent()
    let folder = view.deletingLastPathComponent()
    let below = "\(view.lastPathComponent)/\(url.lastPathComponent)"
    guard let data = try? Data(contentsOf: folder.appendingPathComponent("case.json")),
      let description = try? JSONDecoder().decode(CaseDescription.self, from: data)
    else { return nil }
    for tensor in description.tensors {
      for file in tensor.files
      where [file.file, file.float32Bound, file.float64Bound].contains(below) {
        self.description = description
        self.file = file
        self.tensor = tensor
        return
      }
    }
    return nil
  }
}
