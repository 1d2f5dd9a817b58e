import Files
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

extension FolderError {
  /// What the system refused.
  init(_ error: FileError) {
    self = .system(action: error.operation, path: error.path, reason: error.reason)
  }
}

/// Writes cases' folders into a golden folder, each appearing whole or not at all, or compares what
/// stands there.
///
/// All folders are first written in full under hidden names inside the golden folder; only when every
/// file is written and closed does each folder change places with what stands in its own. A full disk
/// or an interruption therefore leaves everything as it was, there is no moment without the old or the
/// new folder, and nothing outside the golden folder is touched.
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
    do throws(FileError) {
      try replace(folders)
    } catch {
      throw FolderError(error)
    }
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
        } else if try contents(of: path) != bytes {
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

  private func path(of name: String) -> String { DataPath(directory).appending(name).text }
}

// MARK: - Writing

extension FolderWriter {
  /// What every `case.json` of this program says, whatever else this version knows of it.
  private struct Mark: Decodable {
    var format: Int
    var `case`: String
    var kernel: String
    var arithmetic: String
  }

  /// Refuses to replace anything that this program did not write.
  private func checkReplaceable(_ path: String) throws(FolderError) {
    switch FileSystem.kind(notFollowing: path) {
    case .absent: return
    case .folder:
      do throws(FileError) {
        if try FileSystem.names(in: path).isEmpty { return }
      } catch {
        throw FolderError(error)
      }
      let description = DataPath(path).appending("case.json").text
      let bytes = try? FileSystem.contents(of: description)
      let mark = bytes.flatMap { try? JSONDecoder().decode(Mark.self, from: Data($0)) }
      if mark == nil { throw .foreign(path: path, found: "a folder of other things") }
    case let kind: throw .foreign(path: path, found: kind.words)
    }
  }

  private func replace(_ folders: [Folder]) throws(FileError) {
    let made = try FileSystem.makeFolders(to: directory)
    do throws(FileError) {
      var staged: [Staging] = []
      for folder in folders {
        let staging = try Staging.folder(in: directory, named: path(of: folder.name))
        staged.append(staging)
        try fill(staging, with: folder)
      }
      try Staging.exchange(staged, with: folders.map { path(of: $0.name) })
      // What stood in the places goes with the staged names.
      for staging in staged { staging.discard() }
    } catch {
      FileSystem.removeEmpty(made)
      throw error
    }
  }

  private func fill(_ staging: Staging, with folder: Folder) throws(FileError) {
    var made: Set<String> = []
    for (path, bytes) in folder.files {
      guard let file = DataPath(staging.path).below(path) else {
        preconditionFailure("a path leaves its folder")
      }
      var parent = staging.path
      for part in path.split(separator: "/").dropLast() {
        parent += "/\(part)"
        if made.insert(parent).inserted { try FileSystem.makeFolder(parent) }
      }
      // A failure is told by the name the file is to have, not by the hidden one it has for now.
      try FileSystem.write(
        bytes, to: file.text, named: self.path(of: "\(folder.name)/\(path)"))
    }
  }
}

// MARK: - Reading

extension FolderWriter {
  /// The names in the golden folder, or in a folder below it; none if it is not there.
  private func entries(of name: String) throws(FolderError) -> [String] {
    let path = name.isEmpty ? directory : path(of: name)
    guard FileSystem.kind(of: path) == .folder else { return [] }
    do throws(FileError) {
      return try FileSystem.names(in: path)
    } catch {
      throw FolderError(error)
    }
  }

  private func contents(of name: String) throws(FolderError) -> [UInt8] {
    do throws(FileError) {
      return try FileSystem.contents(of: path(of: name))
    } catch {
      throw FolderError(error)
    }
  }

  /// The paths, below the golden folder, of everything that is no folder.
  private func files(below name: String) throws(FolderError) -> [String] {
    var files: [String] = []
    for entry in try entries(of: name) {
      let below = "\(name)/\(entry)"
      if FileSystem.kind(notFollowing: path(of: below)) == .folder {
        files += try self.files(below: below)
      } else {
        files.append(below)
      }
    }
    return files
  }
}
