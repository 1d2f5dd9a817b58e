import Files
import KaldiIO

/// The objects of one folder or file of a dump.
struct DumpGroup: Sendable {
  /// The folder's own name, if it is one.
  var folder: String?
  /// What it holds.
  var dump: Dump

  /// Reads a dump, a group a folder.
  ///
  /// A folder that is a golden case itself (two dumps of ours are compared) gives the view that
  /// the expected case has; bounds are never taken for results.
  static func all(
    in argument: SourceName, for cases: [ExpectedCase], options: ComparisonOptions
  ) throws(ComparisonError) -> [DumpGroup] {
    var sieve = Sieve(cases, options: options)
    let folder = Paths.withoutSlash(argument.text)
    guard FileSystem.kind(of: folder.text) == .folder else {
      return [
        DumpGroup(
          folder: nil, dump: try DumpReader.dump(argument, pipes: options.pipes, through: &sieve))
      ]
    }
    var walk = FolderWalk()
    let listing: FileSystem.Listing
    do throws(FileError) {
      listing = try walk.enter(folder)
    } catch {
      throw .unreadable("\(error)")
    }
    return try all(in: folder, listing, for: cases, &walk, &sieve)
  }

  private static func all(
    in folder: DataPath, _ listing: FileSystem.Listing, for cases: [ExpectedCase],
    _ walk: inout FolderWalk, _ sieve: inout Sieve
  ) throws(ComparisonError) -> [DumpGroup] {
    if CaseDescription.exists(in: folder) { return [try caseFolder(folder, for: cases, &sieve)] }
    var listing = listing
    var below: [DumpGroup] = []
    for path in listing.folders {
      let entered: FileSystem.Listing
      do throws(FileError) {
        entered = try walk.enter(path)
      } catch {
        listing.oddities.append(.init(path: path, refused: error))
        continue
      }
      below += try all(in: path, entered, for: cases, &walk, &sieve)
    }
    listing.files.removeAll { !isData($0) }
    guard !listing.files.isEmpty || !listing.oddities.isEmpty else { return below }
    let dump = try DumpReader.dump(listing, through: &sieve)
    return [DumpGroup(folder: folder.name, dump: dump)] + below
  }

  private static func caseFolder(
    _ path: DataPath, for cases: [ExpectedCase], _ sieve: inout Sieve
  ) throws(ComparisonError) -> DumpGroup {
    let own = try CaseFolder(path: path)
    let view =
      cases.first { $0.name == own.description.case }?.view ?? cases.first?.view ?? "kaldi"
    var listing: FileSystem.Listing
    do throws(FileError) {
      listing = try FileSystem.listing(of: path.appending(view))
    } catch {
      throw .unreadable("\(error)")
    }
    listing.files.removeAll { !isData($0) }
    return DumpGroup(
      folder: own.description.case.isEmpty ? path.name : own.description.case,
      dump: try DumpReader.dump(listing, through: &sieve))
  }

  private static func isData(_ file: DataPath) -> Bool {
    file.name != CaseDescription.fileName && !file.name.hasSuffix(".float32-bound.txt")
      && !file.name.hasSuffix(".float64-bound.txt")
  }
}

extension Dump {
  /// Whether there is nothing in it.
  var isEmpty: Bool { tensors.isEmpty && others.isEmpty && malformed.isEmpty }

  /// What was met in logs, or what was not.
  func part(isLog: Bool) -> Dump {
    var part = Dump()
    part.tensors = tensors.filter { $0.isLog == isLog }
    if !isLog {
      part.others = others
      part.malformed = malformed
    }
    return part
  }
}
