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
    in argument: String, for cases: [ExpectedCase], pipes: PipePolicy = .forbidden
  ) throws(ComparisonError) -> [DumpGroup] {
    let trimmed =
      argument.count > 1 && argument.hasSuffix("/") ? String(argument.dropLast()) : argument
    guard Paths.kind(of: trimmed).isDirectory else {
      let dump = try DumpReader.dump([argument], inFolder: false, pipes: pipes)
      return [DumpGroup(folder: nil, dump: dump)]
    }
    if CaseFolder.exists(at: trimmed) { return [try caseFolder(trimmed, for: cases)] }
    var groups: [DumpGroup] = []
    let entries = Paths.entries(of: trimmed)
    let files = entries.filter { !Paths.kind(of: trimmed + "/" + $0).isDirectory }
      .filter(isData).map { trimmed + "/" + $0 }
    if !files.isEmpty {
      let dump = try DumpReader.dump(files, inFolder: true)
      groups.append(DumpGroup(folder: Paths.last(trimmed), dump: dump))
    }
    for entry in entries {
      let path = trimmed + "/" + entry
      guard Paths.kind(of: path).isDirectory else { continue }
      groups += try all(in: path, for: cases)
    }
    return groups
  }

  private static func caseFolder(
    _ path: String, for cases: [ExpectedCase]
  ) throws(ComparisonError) -> DumpGroup {
    let name = Paths.last(path)
    let own = try CaseFolder(path: path)
    let view =
      cases.first { $0.name == own.description.case }?.view ?? cases.first?.view ?? "kaldi"
    let folder = path + "/" + view
    let files = Paths.entries(of: folder).filter(isData).map { folder + "/" + $0 }
    return DumpGroup(
      folder: own.description.case.isEmpty ? name : own.description.case,
      dump: try DumpReader.dump(files, inFolder: true))
  }

  private static func isData(_ file: String) -> Bool {
    file != "case.json" && !file.hasSuffix(".float32-bound.txt")
      && !file.hasSuffix(".float64-bound.txt")
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
