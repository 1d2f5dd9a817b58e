import Foundation

/// What went wrong with a golden folder on the disk.
public enum FolderError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The system refused: what was tried, on which path, and its reason.
  case system(action: String, path: String, reason: String)
  /// A path that a case's folder should have is taken by something a dump did not write.
  case foreign(path: String, found: String)

  /// One line for a person.
  public var description: String {
    switch self {
    case .system(let action, let path, let reason): "cannot \(action) \(path): \(reason)"
    case .foreign(let path, let found):
      "\(path) is \(found), not a case's folder: will not replace it"
    }
  }
}

/// Writes cases' folders into a golden folder, each appearing whole or not at all, or compares what
/// stands there.
///
/// All folders are first written in full under hidden names inside the golden folder; only when every
/// file is written and closed does each folder take its place, by renaming. A full disk therefore
/// leaves everything as it was, and nothing outside the golden folder is touched.
public struct FolderWriter: Sendable {
  /// One case's folder: its name, and each file's path below it with its bytes.
  public struct Folder: Sendable {
    /// The case, which is the folder's name.
    public var name: String
    /// The files, by path below the folder.
    public var files: [(path: String, bytes: [UInt8])]

    /// A case's folder.
    public init(name: String, files: [(path: String, bytes: [UInt8])]) {
      self.name = name
      self.files = files
    }
  }

  /// A way in which a golden folder is not what a dump would write.
  public struct Difference: Sendable, Equatable, CustomStringConvertible {
    /// The way.
    public enum Kind: String, Sendable {
      /// The file is there with other bytes.
      case differs
      /// The file is not there.
      case missing
      /// Something is there that a dump does not write.
      case extra
    }

    /// The path below the golden folder.
    public var path: String
    /// What is the matter with it.
    public var kind: Kind

    /// A difference.
    public init(path: String, kind: Kind) {
      self.path = path
      self.kind = kind
    }

    /// One line for a person.
    public var description: String { "\(kind.rawValue): \(path)" }
  }

  /// The golden folder.
  public let directory: String

  /// A writer into a golden folder, which need not exist yet.
  public init(directory: String) {
    self.directory = directory
  }

  /// Replaces the folders of the cases given, whole; other cases' folders stay.
  public func write(_ folders: [Folder]) throws(FolderError) {
    for folder in folders { try checkReplaceable(path(of: folder.name)) }
    let made = try FileSystem.makeFolders(to: directory)
    var staged: [(from: String, to: String)] = []
    do throws(FolderError) {
      for folder in folders {
        let process = ProcessInfo.processInfo.processIdentifier
        let hidden = path(of: ".\(folder.name).\(process).partial")
        staged.append((hidden, path(of: folder.name)))
        try FileSystem.removeTree(hidden)
        try stage(folder, at: hidden)
      }
      for (from, to) in staged { try exchange(from, to) }
    } catch {
      for (from, _) in staged { try? FileSystem.removeTree(from) }
      FileSystem.removeEmpty(made)
      throw error
    }
    for (from, _) in staged { try FileSystem.removeTree(from) }
  }

  /// Tells where the cases' folders are not, byte for byte, what was generated; sorted by path.
  ///
  /// - Parameters:
  ///   - folders: What a dump would write.
  ///   - isComplete: Whether these are all cases, so that any other folder is one too many.
  /// - Returns: The differences, none if all is well.
  /// - Throws: ``FolderError`` when a folder or file is there but cannot be read.
  public func check(_ folders: [Folder], isComplete: Bool) throws(FolderError) -> [Difference] {
    var differences: [Difference] = []
    for folder in folders {
      var present = Set(try files(below: folder.name))
      for (path, bytes) in folder.files {
        let path = "\(folder.name)/\(path)"
        if present.remove(path) == nil {
          differences.append(Difference(path: path, kind: .missing))
        } else if try FileSystem.contents(of: self.path(of: path)) != bytes {
          differences.append(Difference(path: path, kind: .differs))
        }
      }
      differences += present.map { Difference(path: $0, kind: .extra) }
    }
    if isComplete {
      let names = Set(folders.map(\.name))
      // Hidden entries belong to other tools (`.gitattributes`), not to a dump.
      for name in try entries(of: "") where !names.contains(name) && !name.hasPrefix(".") {
        differences.append(Difference(path: name, kind: .extra))
      }
    }
    return differences.sorted { $0.path < $1.path }
  }

  private func path(of name: String) -> String {
    directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
  }
}

// MARK: - Writing

extension FolderWriter {
  /// Refuses to replace anything that does not look like a case's folder.
  private func checkReplaceable(_ path: String) throws(FolderError) {
    switch FileSystem.kind(of: path) {
    case nil: return
    case .file: throw .foreign(path: path, found: "a file")
    case .link: throw .foreign(path: path, found: "a link")
    case .folder:
      let names = try FileSystem.names(in: path)
      let isOurs = names.contains { ["case.json", "numpy", "kaldi"].contains($0) }
      guard names.isEmpty || isOurs else {
        throw .foreign(path: path, found: "a folder of other things")
      }
    }
  }

  private func stage(_ folder: Folder, at stage: String) throws(FolderError) {
    var made: Set<String> = []
    func makeFolder(_ path: String) throws(FolderError) {
      if made.insert(path).inserted { try FileSystem.makeFolder(path) }
    }
    try makeFolder(stage)
    for (path, bytes) in folder.files {
      let parts = path.split(separator: "/")
      precondition(!path.hasPrefix("/") && !parts.contains(".."), "a path leaves its folder")
      var parent = stage
      for part in parts.dropLast() {
        parent += "/\(part)"
        try makeFolder(parent)
      }
      // A failure is told by the name the file is to have, not by the hidden one it has for now.
      try FileSystem.write(
        bytes, to: "\(stage)/\(path)", named: self.path(of: "\(folder.name)/\(path)"))
    }
  }

  /// Puts a staged folder in its place; what stood there is left under the staged name.
  private func exchange(_ stage: String, _ target: String) throws(FolderError) {
    guard FileSystem.kind(of: target) != nil else {
      try FileSystem.rename(stage, to: target)
      return
    }
    let old = stage + ".old"
    try FileSystem.removeTree(old)
    try FileSystem.rename(target, to: old)
    do throws(FolderError) {
      try FileSystem.rename(stage, to: target)
    } catch {
      try FileSystem.rename(old, to: target)
      throw error
    }
    try FileSystem.rename(old, to: stage)
  }
}

// MARK: - Reading

extension FolderWriter {
  /// The names in the golden folder, or in a folder below it; none if it is not there.
  private func entries(of name: String) throws(FolderError) -> [String] {
    let path = name.isEmpty ? directory : path(of: name)
    return FileSystem.isFolder(path) ? try FileSystem.names(in: path) : []
  }

  /// The paths, below the golden folder, of everything that is no folder.
  private func files(below name: String) throws(FolderError) -> [String] {
    var files: [String] = []
    for entry in try entries(of: name) {
      let below = "\(name)/\(entry)"
      if FileSystem.kind(of: path(of: below)) == .folder {
        files += try self.files(below: below)
      } else {
        files.append(below)
      }
    }
    return files
  }
}
