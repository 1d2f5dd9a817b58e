import Equations
import Foundation
import Golden
import KaldiIO
import Tensors
import Testing

/// The committed golden folder, and every case computed once for all tests.
enum Committed {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("golden")

  static let names = Catalogue.cases.map(\.name)

  private static let runs: [String: Result<CaseRun, GoldenError>] = Dictionary(
    uniqueKeysWithValues: Catalogue.cases.map { golden in
      (golden.name, Result { () throws(GoldenError) in try CaseRun(golden) })
    })

  /// The run of a case at its own settings.
  static func run(_ name: String) throws -> CaseRun { try #require(runs[name]).get() }

  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(path)))
  }

  static func description(_ name: String) throws -> CaseDescription {
    try JSONDecoder().decode(
      CaseDescription.self, from: Data(try bytes(name + "/case.json")))
  }
}

/// What the cases compute against what is committed.
@Suite struct CommittedFolderTests {
  @Test func `the committed cases are the catalogue's`() throws {
    let committed = try FileManager.default.contentsOfDirectory(atPath: Committed.folder.path)
    #expect(committed.filter { !$0.hasPrefix(".") }.sorted() == Committed.names.sorted())
    #expect(Set(Committed.names).count == Committed.names.count)
  }

  @Test(arguments: Committed.names)
  func `every file of a case has the committed bytes, and there is no other`(
    _ name: String
  ) throws {
    let folder = try Committed.run(name).folder()
    #expect(folder.name == name)
    let differing = try folder.files.filter { file in
      try Committed.bytes("\(name)/\(file.path)") != file.bytes
    }
    #expect(differing.map(\.path) == [])
    let root = Committed.folder.appendingPathComponent(name).path
    let there = try FileManager.default.subpathsOfDirectory(atPath: root).filter { path in
      var isFolder: ObjCBool = false
      let full = "\(root)/\(path)"
      return unsafe FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
    #expect(there.sorted() == folder.files.map(\.path).sorted())
  }

  @Test(arguments: Committed.names)
  func `case.json reads and writes to the same bytes and names every file once`(
    _ name: String
  ) throws {
    let description = try Committed.description(name)
    #expect(description.encoded() == (try Committed.bytes(name + "/case.json")))
    #expect(description.case == name && description.format == 1)
    #expect(description.arithmetic == "ball")
    #expect(description.tensors.map(\.evaluationIndex) == Array(description.tensors.indices))
    var named = ["case.json"]
    for tensor in description.tensors {
      for file in tensor.files {
        let paths = [file.file, file.float32Bound, file.float64Bound].compactMap(\.self)
        // A bound stands beside every result and beside nothing else.
        #expect(paths.count == (tensor.role.isResult ? 3 : 1))
        named += paths
      }
    }
    let files = try Committed.run(name).folder().files.map(\.path)
    #expect(named.sorted() == files.sorted())
  }

  /// Shapes as the description tells them, whatever the layout.
  @Test(arguments: Committed.names)
  func `every file holds as many numbers as its tensor's shape tells`(_ name: String) throws {
    for tensor in try Committed.run(name).viewedTensors() {
      #expect(tensor.values.elements.count == tensor.entry.shape.reduce(1, *))
      #expect(tensor.values.elements.allSatisfy { $0.isFinite })
      let stored = try Committed.bytes("\(name)/\(tensor.file.file)")
      let isVector = tensor.form == .vector
      let rows = stored.filter { $0 == 0x0a }.count - (isVector ? 0 : 1)
      #expect(rows == (isVector ? 1 : tensor.values.rows), "\(tensor.file.file)")
    }
  }

  @Test(arguments: Committed.names)
  func `bounds are positive where a result is computed, and rounded up to three digits`(
    _ name: String
  ) throws {
    let run = try Committed.run(name)
    for tensor in run.viewedTensors() where tensor.file.view == "numpy" {
      for (table, rounded) in [
        (run.float32Bounds, tensor.float32Bound), (run.float64Bounds, tensor.float64Bound),
      ] {
        guard let bound = table[tensor.entry.name] else {
          #expect(rounded == nil)
          continue
        }
        let isSequence = tensor.file.layout == "batch-major"
        let raw = isSequence ? bound.swappingFirstAxes().elements : bound.elements
        let shown = try #require(rounded).elements
        #expect(zip(raw, shown).allSatisfy { $0 <= $1 && $1 <= $0 * 1.01 })
        #expect(shown.allSatisfy { Self.significantDigits($0) <= 3 })
      }
    }
  }

  /// Digits of the shortest decimal that reads back, without zeros before and after.
  static func significantDigits(_ number: Double) -> Int {
    let mantissa = number.description.split(separator: "e").first ?? ""
    let digits = mantissa.filter { $0 != "." }.drop { $0 == "0" }
    return (digits.lastIndex { $0 != "0" }).map { digits[...$0].count } ?? 0
  }
}
