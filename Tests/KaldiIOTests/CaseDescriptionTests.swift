import Files
import Foundation
import KaldiIO
import TestSupport
import Testing

/// A `case.json` may come from anywhere: it is believed in nothing that cannot be.
@Suite("Descriptions of cases")
struct CaseDescriptionTests {
  private static let cases = ["sru", "tflstm", "lstm", "compact-vfsmn"]

  private func sound(_ name: String) throws -> String {
    String(
      decoding: try FileSystem.contents(of: "\(PackageFolder.path)golden/\(name)/case.json"),
      as: UTF8.self)
  }

  @Test("All committed descriptions are sound")
  func committed() throws {
    for name in try FileSystem.names(in: PackageFolder.path + "golden") where name.first != "." {
      _ = try CaseDescription(inFolder: DataPath("\(PackageFolder.path)golden/\(name)"))
    }
  }

  @Test(
    "What no case can have is refused, and named",
    arguments: [
      ("\"T\" : 3", "\"T\" : 4611686018427387904", "dimension T"),
      ("\"T\" : 3", "\"T\" : 9223372036854775807", "dimension T"),
      ("\"N\" : 2", "\"N\" : -2", "dimension N"),
      (
        "            3,\n            3\n", "            3,\n            9223372036854775807\n",
        "columns"
      ),
      ("            3,\n            3\n", "            -3,\n            3\n", "columns"),
      ("            3,\n            3\n", "            3\n", "columns"),
      ("kaldi/in.txt", "../in.txt", "file name"), ("kaldi/in.txt", "/etc/passwd", "file name"),
      ("kaldi/propagate_buf.float32-bound.txt", "a/../../b", "file name"),
      ("\"format\" : 1", "\"format\" : 2", "format 2"), ("\"kernel\"", "\"colonel\"", "no kernel"),
    ])
  func refused(found: String, put: String, words: String) throws {
    let text = try sound("sru")
    #expect(text.contains(found))
    let error = #expect(throws: KaldiIOError.self) {
      try CaseDescription(json: Array(text.replacing(found, with: put).utf8), name: "case.json")
    }
    #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
  }

  @Test("Seeded damage ends in a description that could be, or in an error")
  func damaged() throws {
    #if DEBUG
      let count = 400
    #else
      let count = 20_000
    #endif
    var generator = SeededGenerator(seed: 77)
    let texts = try Self.cases.map(sound)
    var refused = 0
    for _ in 0..<count {
      let text = damagedJSON(texts[generator.next(below: texts.count)], &generator)
      do throws(KaldiIOError) {
        let description = try CaseDescription(json: Array(text.utf8), name: "damaged")
        let sizes = description.dimensions.values.reduce(1) {
          $0.multipliedReportingOverflow(by: $1).0
        }
        #expect(description.dimensions.values.allSatisfy { $0 >= 0 } && sizes >= 0)
        for tensor in description.tensors {
          for block in tensor.blocks {
            #expect(block.columns[0] + block.columns[1] <= tensor.shape.last ?? 1)
          }
        }
      } catch {
        refused += 1
      }
    }
    #expect(refused > count / 4 && refused < count)
  }
}
