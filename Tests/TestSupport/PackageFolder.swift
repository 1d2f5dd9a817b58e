import Foundation

/// Where the package lies, found from this file's own place.
public enum PackageFolder {
  /// The package's root.
  public static let path = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .path(percentEncoded: false)

  /// A file or folder below `Tests/Fixtures`.
  public static func fixture(_ name: String) -> String { "\(path)Tests/Fixtures/\(name)" }
}
