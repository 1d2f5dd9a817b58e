import Foundation

/// Questions about paths.
enum Paths {
  /// Whether something is there, and whether it is a directory.
  static func kind(of path: String) -> (exists: Bool, isDirectory: Bool) {
    var isDirectory: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    return (exists, exists && isDirectory.boolValue)
  }

  /// The entries of a directory by name, hidden ones left out.
  static func entries(of path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The last component of a path.
  static func last(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// A path without the ending of its last component.
  static func stem(_ path: String) -> String {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    guard let dot = path.lastIndex(of: "."), dot > slash else { return path }
    return String(path[..<dot])
  }
}
