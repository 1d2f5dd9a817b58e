import Glibc

extension FileSystem {
  /// The names in a folder, in the order of their bytes; hidden ones too.
  ///
  /// - Parameter path: The folder.
  /// - Returns: The names, without `.` and `..`.
  /// - Throws: ``FileError`` when the folder cannot be read.
  public static func names(in path: String) throws(FileError) -> [String] {
    guard let folder = unsafe path.withSystemPath({ unsafe opendir($0) }) else {
      throw refusal("list", path)
    }
    defer { _ = unsafe closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(folder) else {
        if errno != 0 { throw refusal("list", path) }
        break
      }
      let length = unsafe Int(entry.pointee.d_reclen)
      let bytes = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: UInt8.self, capacity: length) { start in
          unsafe Array(UnsafeBufferPointer(start: start, count: strnlen(start, length)))
        }
      }
      if bytes != [0x2e] && bytes != [0x2e, 0x2e] { names.append(String(pathBytes: bytes)) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func strnlen(_ start: UnsafePointer<UInt8>, _ most: Int) -> Int {
    guard let end = unsafe memchr(start, 0, most) else { return most }
    return unsafe UnsafeRawPointer(end) - UnsafeRawPointer(start)
  }

  /// Something in a folder that is no file to be read.
  public struct Oddity: Sendable, Equatable {
    /// How it is to be taken.
    public enum Weight: Sendable {
      /// Data may hide behind it: not to be passed over in silence.
      case trouble
      /// No data can be there: to be told, and no more.
      case note
    }

    /// Where it stands.
    public var path: DataPath
    /// What it is, or why it cannot be read.
    public var what: String
    /// How it is to be taken.
    public var weight: Weight

    /// An oddity.
    public init(path: DataPath, what: String, weight: Weight) {
      self.path = path
      self.what = what
      self.weight = weight
    }
  }

  /// What a folder holds.
  public struct Listing: Sendable, Equatable {
    /// Its files, by the bytes of their names.
    public var files: [DataPath] = []
    /// Its folders, by the bytes of their names.
    public var folders: [DataPath] = []
    /// What is neither, or cannot be reached.
    public var oddities: [Oddity] = []
  }

  /// What a folder holds, one level deep; hidden names are left out.
  ///
  /// Nothing in it is opened, so a pipe or device cannot make anybody wait.
  ///
  /// - Parameter folder: The folder.
  /// - Returns: Its files, folders and what is neither.
  /// - Throws: ``FileError`` when the folder itself cannot be listed.
  public static func listing(of folder: DataPath) throws(FileError) -> Listing {
    var listing = Listing()
    for name in try names(in: folder.text) where !name.hasPrefix(".") {
      let path = folder.appending(name)
      let kind = kind(of: path.text)
      switch kind {
      case .file: listing.files.append(path)
      case .folder: listing.folders.append(path)
      case .absent:
        listing.oddities.append(
          Oddity(path: path, what: "a link that leads nowhere", weight: .trouble))
      case .unreachable(let reason):
        listing.oddities.append(Oddity(path: path, what: reason, weight: .trouble))
      case .pipe, .socket, .device, .link:
        listing.oddities.append(
          Oddity(path: path, what: "\(kind.words), not a file", weight: .trouble))
      }
    }
    return listing
  }
}

/// Walks through a folder and all folders below it, each of them once.
///
/// Links to folders are followed, but no folder is entered twice: a link to one above is a loop, and
/// links that meet again would else make the way exponential.
public struct FolderWalk {
  private var entered: [FileSystem.Identity: DataPath] = [:]

  /// A walk that has entered nothing yet.
  public init() {}

  /// Enters a folder.
  ///
  /// - Parameter folder: The folder.
  /// - Returns: What it holds, folders left out that cannot be entered: they are among the oddities.
  /// - Throws: ``FileError`` when the folder cannot be listed.
  public mutating func enter(_ folder: DataPath) throws(FileError) -> FileSystem.Listing {
    var listing = try FileSystem.listing(of: folder)
    note(folder)
    var links: [DataPath] = []
    var folders: Set<DataPath> = []
    for path in listing.folders {
      if FileSystem.kind(notFollowing: path.text) == .link {
        links.append(path)
      } else if note(path) == nil {
        folders.insert(path)
      }
    }
    for path in links {
      guard let first = note(path) else {
        folders.insert(path)
        continue
      }
      let isLoop = first == folder || folder.text.hasPrefix(first.text + "/")
      listing.oddities.append(
        .init(
          path: path,
          what: isLoop ? "a link to a folder above it" : "the same folder as \(first)",
          weight: isLoop ? .trouble : .note))
    }
    listing.folders.removeAll { !folders.contains($0) }
    return listing
  }

  /// Takes a folder in; tells under which path it was met before.
  @discardableResult private mutating func note(_ folder: DataPath) -> DataPath? {
    let identity = FileSystem.status(of: folder.text, following: true).identity
    if let first = entered[identity] { return first }
    entered[identity] = folder
    return nil
  }

  /// Everything below a folder: its files, and what is none, depth first.
  ///
  /// - Parameter folder: The folder.
  /// - Returns: Files and oddities, folders left out; a folder that cannot be listed is an oddity.
  /// - Throws: ``FileError`` when the folder itself cannot be listed.
  public mutating func all(below folder: DataPath) throws(FileError) -> FileSystem.Listing {
    var whole = try enter(folder)
    for path in whole.folders {
      do throws(FileError) {
        let part = try all(below: path)
        whole.files += part.files
        whole.oddities += part.oddities
      } catch {
        whole.oddities.append(.init(path: path, refused: error))
      }
    }
    whole.folders = []
    return whole
  }
}

extension FileSystem.Oddity {
  /// What the system refuses to list or open.
  public init(path: DataPath, refused error: FileError) {
    self.init(path: path, what: "cannot \(error.operation): \(error.reason)", weight: .trouble)
  }
}
