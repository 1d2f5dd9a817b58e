import Files
import Foundation
import KaldiIO
import Tensors

/// A golden case as it lies on disk: `case.json` and the files of its views.
struct CaseFolder: Sendable {
  /// The folder.
  var path: DataPath
  /// What `case.json` says.
  var description: CaseDescription

  /// Reads the description.
  init(path: DataPath) throws(ComparisonError) {
    self.path = path
    do throws(KaldiIOError) {
      description = try CaseDescription(inFolder: path)
    } catch {
      guard case .malformed(let place, let found, let expected) = error else {
        throw .badCase(
          file: path.appending(CaseDescription.fileName).text, found: "\(error)",
          expected: "a case description")
      }
      throw .badCase(file: place.file, found: found, expected: expected)
    }
  }

  /// The views that the case has, `kaldi` first.
  var views: [String] {
    ["kaldi", "numpy"].filter { view in
      description.tensors.contains { $0.files.contains { $0.view == view } }
    }
  }

  /// Reads the tensors of a view, with the bounds that the options ask for.
  ///
  /// - Parameters:
  ///   - wanted: The view; `nil` takes Kaldi's where there is one.
  ///   - only: A file below the case's folder, to read that one alone.
  ///   - options: For the choice of bounds.
  /// - Returns: The expected side of a comparison.
  /// - Throws: ``ComparisonError`` when a file is missing, malformed or of another shape.
  func load(
    view wanted: String?, only: String? = nil, options: ComparisonOptions
  ) throws(ComparisonError) -> ExpectedCase {
    guard let view = wanted ?? views.first else {
      throw .badCase(
        file: path.appending(CaseDescription.fileName).text, found: "no tensor",
        expected: "at least one")
    }
    if let lack = description.lack(in: view) {
      throw .badCase(
        file: path.appending(CaseDescription.fileName).text, found: lack.found,
        expected: lack.expected)
    }
    var golden = LoadedCase(description: description, view: view, tensors: [:])
    for entry in description.tensors {
      for file in entry.files where file.view == view && (only == nil || only == file.file) {
        let stored = try read(file.file)
        golden.tensors[file.name] = stored
        guard let boundFile = options.double ? file.float64Bound : file.float32Bound else {
          continue
        }
        let bound = try read(boundFile)
        guard bound.matrix.elements.count == stored.matrix.elements.count else {
          throw .badCase(
            file: path.appending(boundFile).text, found: "shape \(bound.matrix.shapeText)",
            expected: "that of \(file.file), \(stored.matrix.shapeText)")
        }
        if options.double {
          golden.float64Bounds[file.name] = bound.matrix
        } else {
          golden.float32Bounds[file.name] = bound.matrix
        }
      }
    }
    guard !golden.tensors.isEmpty else {
      throw .badCase(
        file: path.text, found: "no \(view) view",
        expected: views.isEmpty ? "a view" : "one of: " + views.joined(separator: ", "))
    }
    return golden.expected(double: options.double)
  }

  private func read(_ file: String) throws(ComparisonError) -> StoredTensor {
    // A description may come from anywhere; it may not lead out of its folder.
    guard let below = path.below(file) else {
      throw .badCase(
        file: path.appending(CaseDescription.fileName).text, found: "the file name '\(file)'",
        expected: "one below the case's folder")
    }
    return try DumpReader.single(below)
  }
}

/// What the user named as EXPECTED.
enum ExpectedSide: Sendable {
  /// Golden cases; `isRoot` when a folder of several was named.
  case cases([ExpectedCase], isRoot: Bool)
  /// Anything else that holds matrices.
  case plain

  /// Finds out what a path that the user typed is.
  init(_ typed: String, options: ComparisonOptions) throws(ComparisonError) {
    let path = Paths.withoutSlash(typed)
    let url = URL(fileURLWithPath: path.text).standardizedFileURL
    let parent = DataPath(url.deletingLastPathComponent().path)
    switch FileSystem.kind(of: path.text) {
    case .folder:
      if CaseDescription.exists(in: path) {
        self = try .one(path, view: options.view, options: options)
        return
      }
      let last = url.lastPathComponent
      if last == "numpy" || last == "kaldi", CaseDescription.exists(in: parent) {
        self = try .one(parent, view: options.view ?? last, options: options)
        return
      }
      let listing: FileSystem.Listing
      do throws(FileError) {
        listing = try FileSystem.listing(of: path)
      } catch {
        throw .unreadable("\(error)")
      }
      let children = listing.folders.filter { CaseDescription.exists(in: $0) }
      if !children.isEmpty {
        // A case that cannot be reached would be missing in silence.
        if let oddity = listing.oddities.first(where: { $0.weight == .trouble }) {
          throw .unreadable("\(oddity.path): \(oddity.what)")
        }
        self = try .several(children, options: options)
        return
      }
    case .absent, .unreachable: break
    default:
      let view = parent.name
      let folder = DataPath(URL(fileURLWithPath: parent.text).deletingLastPathComponent().path)
      if view == "numpy" || view == "kaldi", CaseDescription.exists(in: folder) {
        let described = try CaseFolder(path: folder)
        let file = view + "/" + url.lastPathComponent
        if described.description.tensors.contains(where: {
          $0.files.contains { $0.file == file }
        }) {
          self = .cases(
            [try described.load(view: view, only: file, options: options)], isRoot: false)
          return
        }
      }
    }
    self = .plain
  }

  private static func one(
    _ folder: DataPath, view: String?, options: ComparisonOptions
  ) throws(ComparisonError) -> ExpectedSide {
    .cases([try CaseFolder(path: folder).load(view: view, options: options)], isRoot: false)
  }

  private static func several(
    _ folders: [DataPath], options: ComparisonOptions
  ) throws(ComparisonError) -> ExpectedSide {
    var cases: [ExpectedCase] = []
    for child in folders {
      let folder = try CaseFolder(path: child)
      if let view = options.view, !folder.views.contains(view) { continue }
      cases.append(try folder.load(view: options.view, options: options))
    }
    return .cases(cases, isRoot: true)
  }
}
