import Foundation
import KaldiIO
import Tensors
import Testing

/// Expected texts come from NumPy's own legacy mode; see Tests/Fixtures/numpy-print/README.md.
@Suite struct NumPyStyleTests {
  struct Printed: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var shape: [Int]
    var elements: [String]
    var integers: Bool
    var text: String
    var testDescription: String { name }
  }

  static let printed: [Printed] = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/numpy-print")
    let data = try? Data(contentsOf: folder.appendingPathComponent("cases.json"))
    return data.flatMap { try? JSONDecoder().decode([Printed].self, from: $0) } ?? []
  }()

  @Test func `the fixture is there`() {
    #expect(Self.printed.count == 168)
  }

  @Test(arguments: printed) func `arrays print as NumPy 1.13 prints them`(_ array: Printed) {
    if array.integers {
      let tensor = Tensor(shape: array.shape, elements: array.elements.compactMap { Int($0) })
      #expect(NumPyStyle.text(ofIntegers: tensor) == array.text)
    } else {
      let tensor = Tensor(shape: array.shape, elements: array.elements.compactMap { Double($0) })
      #expect(NumPyStyle.text(of: tensor) == array.text)
    }
  }
}
