import Comparison
import Foundation
import KaldiIO
import TestSupport
import Testing

/// What a description forgot is an error, nothing is made up in its place.
@Suite struct CaseLackTests {
  /// Why a case is refused whose description was altered; `nil` where it is not.
  private func refusal(_ alter: (inout CaseDescription) -> Void) throws -> String? {
    try inFreshFolder { folder -> String? in
      try FileManager.default.copyItem(
        atPath: Package.golden + "/sru", toPath: folder.path + "/sru")
      let file = folder.appendingPathComponent("sru/case.json")
      var description = try JSONDecoder().decode(
        CaseDescription.self, from: try Data(contentsOf: file))
      alter(&description)
      try Data(description.encoded()).write(to: file)
      do {
        _ = try compare(expected: folder.path + "/sru", actual: Package.dumps + "/sru")
        return nil
      } catch {
        return "\(error)"
      }
    }
  }

  @Test("an unaltered case is taken") func whole() throws {
    #expect(try refusal { _ in } == nil)
  }

  @Test("a forgotten bound, gradient, output or number of frames is named")
  func forgotten() throws {
    let bound = try refusal { description in
      for index in description.tensors.indices where description.tensors[index].name == "dW" {
        for file in description.tensors[index].files.indices {
          description.tensors[index].files[file].float32Bound = nil
        }
      }
    }
    #expect(bound?.contains("found 'w_xfrh_corr' without bounds") == true)
    let gradient = try refusal { $0.tensors.removeAll { $0.name == "dW" } }
    #expect(gradient?.contains("found parameter 'w_xfrh' without its gradient") == true)
    let output = try refusal { $0.tensors.removeAll { $0.role == .output } }
    #expect(output?.contains("found no output in the kaldi view") == true)
    let frames = try refusal { $0.dimensions["T"] = nil }
    #expect(frames?.contains("without dimension T") == true)
  }
}
