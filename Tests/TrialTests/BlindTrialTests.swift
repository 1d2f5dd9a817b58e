import Comparison
import Equations
import Foundation
import Golden
import KaldiIO
import Tensors
import Testing

/// Float32 programs with every known mistake, handed to the comparator without a word about which.
@Suite struct BlindTrialTests {
  /// How the trials of one case ended.
  private struct Tally {
    var right = 0
    var wrong: [String] = []
    var open: [String] = []

    var count: Int { right + wrong.count + open.count }
  }

  private static let cases = [
    "lstm-probe", "tflstm-probe", "tflstm-ifog", "sru-probe", "sru-separate",
    "compact-vfsmn-probe", "bi-compact-vfsmn-probe", "lstm-step", "tflstm-step", "sru-step",
    "sru-step-separate", "gru-probe", "gru-after-probe", "lstmp-probe", "blstmp-probe",
    "elman-probe", "deepfsmn-probe",
  ]

  private static let settingCount = 1
  /// Of the hundreds of a layer; the peers' trial goes further.
  private static let mistakeLimit = 4

  @Test("each mistake is named rightly, and never wrongly", arguments: cases)
  func mistakes(name: String) throws {
    var tally = Tally()
    for seed in 1...UInt64(Self.settingCount) {
      let setting = try TrialSetting(name, seed: seed)
      for mistake in some(setting.run.layer.mistakes, seed: seed) {
        guard let records = try setting.dump(mistake) else { continue }
        let report = setting.report(on: records)
        let what = "\(mistake.name) (setting \(seed))"
        guard let finding = report.findings.first, let cause = finding.cause else {
          tally.open.append("\(what): matches")
          continue
        }
        let names = cause.components(separatedBy: " or ").map {
          $0.replacingOccurrences(of: " ", with: "-")
        }
        // Itself, or one that computes the same numbers.
        let named = setting.run.layer.mistakes.filter { names.contains($0.name) }
        let isRight =
          try names.contains(mistake.name)
          || named.contains { try setting.isSame($0, mistake) }
        if isRight {
          tally.right += 1
        } else if cause == "undetermined" {
          tally.open.append("\(what): \(finding.explanation ?? "undetermined")")
        } else {
          tally.wrong.append("\(what): \(cause)")
        }
      }
    }
    #expect(tally.wrong.isEmpty, "\(tally.wrong)")
    #expect(tally.right * 100 >= tally.count * 98, "\(tally.open)")
  }

  @Test("a correct program is never called faulty", arguments: cases)
  func correct(name: String) throws {
    for seed in 1...UInt64(Self.settingCount) {
      let setting = try TrialSetting(name, seed: seed)
      for form in setting.run.layer.forms {
        let records = try #require(try setting.dump(nil, form: form))
        let report = setting.report(on: records)
        #expect(report.exitStatus == 0, "setting \(seed), \(form)")
        #expect(report.findings.isEmpty)
      }
    }
  }

  /// All mistakes, or a seeded choice of so many as the build has time for.
  private func some(_ mistakes: [Mistake], seed: UInt64) -> [Mistake] {
    guard mistakes.count > Self.mistakeLimit else { return mistakes }
    var generator = SplitMix64(seed: seed)
    return (0..<Self.mistakeLimit).map { _ in
      mistakes[Int(generator.next() >> 1) % mistakes.count]
    }
  }
}
