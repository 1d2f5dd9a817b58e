import Files

/// Questions about paths.
enum Paths {
  /// A folder's path as the user typed it, without a slash at its end.
  static func withoutSlash(_ path: String) -> DataPath {
    DataPath(path.utf8.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path)
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
