import Foundation
import KaldiIO
import Tensors

/// A golden case as it lies on disk: `case.json` and the files of its views.
struct CaseFolder: Sendable {
  /// The folder.
  var path: String
  /// What `case.json` says.
  var description: CaseDescription

  /// Reads the description.
  init(path: String) throws(ComparisonError) {
    self.path = path
    let file = path + "/case.json"
    guard let data = FileManager.default.contents(atPath: file) else {
      throw .badCase(file: file, found: "no readable file", expected: "a case description")
    }
    do {
      description = try JSONDecoder().decode(CaseDescription.self, from: data)
    } catch {
      throw .badCase(
        file: file, found: "JSON that does not describe a case", expected: "format 1")
    }
    guard description.format == 1 else {
      throw .badCase(file: file, found: "format \(description.format)", expected: "format 1")
    }
  }

  /// Whether a folder holds a case.
  static func exists(at path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/case.json")
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
      throw .badCase(file: path + "/case.json", found: "no tensor", expected: "at least one")
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
            file: path + "/" + boundFile, found: "shape \(bound.matrix.shapeText)",
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
        file: path, found: "no \(view) view",
        expected: views.isEmpty ? "a view" : "one of: " + views.joined(separator: ", "))
    }
    return golden.expected(double: options.double)
  }

  private func read(_ file: String) throws(ComparisonError) -> StoredTensor {
    // A description may come from anywhere; it may not lead out of its folder.
    guard !file.hasPrefix("/"), !file.split(separator: "/").contains("..") else {
      throw .badCase(
        file: path + "/case.json", found: "the file name '\(file)'",
        expected: "one below the case's folder")
    }
    return try DumpReader.single(path + "/" + file)
  }
}

/// What the user named as EXPECTED.
enum ExpectedSide: Sendable {
  /// Golden cases; `isRoot` when a folder of several was named.
  case cases([ExpectedCase], isRoot: Bool)
  /// Anything else that holds matrices.
  case plain(String)

  /// Finds out what a path is.
  init(_ path: String, options: ComparisonOptions) throws(ComparisonError) {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let url = URL(fileURLWithPath: trimmed).standardizedFileURL
    let parent = url.deletingLastPathComponent()
    let (exists, isDirectory) = Paths.kind(of: trimmed)
    guard exists else {
      self = .plain(path)
      return
    }
    if isDirectory {
      if CaseFolder.exists(at: trimmed) {
        self = .cases(
          [try CaseFolder(path: trimmed).load(view: options.view, options: options)],
          isRoot: false)
        return
      }
      let last = url.lastPathComponent
      if last == "numpy" || last == "kaldi", CaseFolder.exists(at: parent.path) {
        self = .cases(
          [
            try CaseFolder(path: parent.path).load(view: options.view ?? last, options: options)
          ], isRoot: false)
        return
      }
      let children = Paths.entries(of: trimmed).filter {
        CaseFolder.exists(at: trimmed + "/" + $0)
      }
      if !children.isEmpty {
        var cases: [ExpectedCase] = []
        for child in children {
          let folder = try CaseFolder(path: trimmed + "/" + child)
          if let view = options.view, !folder.views.contains(view) { continue }
          cases.append(try folder.load(view: options.view, options: options))
        }
        self = .cases(cases, isRoot: true)
        return
      }
    } else {
      let view = parent.lastPathComponent
      let folder = parent.deletingLastPathComponent()
      if view == "numpy" || view == "kaldi", CaseFolder.exists(at: folder.path) {
        let described = try CaseFolder(path: folder.path)
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
    self = .plain(path)
  }
}
