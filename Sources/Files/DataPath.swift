/// A path that was found in data: in a folder's listing, in a case's description, in a script file.
///
/// Such a path names a file and nothing else. It is never a command, never standard input, never an
/// offset or a key, whatever characters it is made of: what a user types is another type, and nothing
/// makes that out of this. Two paths are equal when their bytes are.
public struct DataPath: Sendable, Hashable, CustomStringConvertible {
  /// The path; bytes that are no UTF-8 stand as ``Swift/String/init(pathBytes:)`` has it.
  public let text: String

  /// A path as it was found.
  public init(_ text: String) { self.text = text }

  /// The path's text.
  public var description: String { text }

  /// The path of a name in this folder.
  public func appending(_ name: String) -> DataPath {
    DataPath(text.utf8.last == slash ? text + name : "\(text)/\(name)")
  }

  /// The path's last part.
  public var name: String { Self.parts(of: text).last ?? text }

  /// The path's last part without its ending.
  public var stem: String {
    let name = name
    guard let point = name.lastIndex(of: "."), point != name.startIndex else { return name }
    return String(name[..<point])
  }

  /// The path of a file that a description in this folder names; nil if it leads out of the folder.
  public func below(_ relative: String) -> DataPath? {
    guard !relative.isEmpty, relative.utf8.first != slash, !relative.utf8.contains(0),
      !Self.parts(of: relative).contains("..")
    else { return nil }
    return appending(relative)
  }

  private var slash: UInt8 { 0x2f }

  /// What stands between slashes, which are bytes: as characters, a mark behind one would hide it.
  private static func parts(of path: String) -> [String] {
    path.utf8.split(separator: 0x2f).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether the bytes are the same.
  public static func == (a: DataPath, b: DataPath) -> Bool {
    a.text.utf8.elementsEqual(b.text.utf8)
  }

  /// Feeds the bytes, so that paths that only look the same stay apart.
  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
