import Arithmetic
import Comparison
import Equations
import Foundation
import Golden
import KaldiIO
import Tensors

/// One case at seeded dimensions and numbers: proven once, then tried with many programs.
struct TrialSetting {
  let run: CaseRun
  let view: String
  private let golden: LoadedCase
  private let hypotheses: [Hypothesis]

  init(_ name: String, seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    var chosen = try Catalogue.named(name)
    for (letter, size) in Self.dimensions(of: name, from: &generator) {
      try chosen.settings.set(letter, to: String(size), ofCase: name)
    }
    for key in chosen.settings.ranges.keys.sorted() where !(name == "tflstm" && key == "h0") {
      try chosen.settings.set(key, to: "random:\(generator.next() >> 1):-1:1", ofCase: name)
    }
    run = try CaseRun(chosen)
    let description = run.description()
    let view = run.viewedTensors().contains { $0.file.view == "kaldi" } ? "kaldi" : "numpy"
    self.view = view
    var golden = LoadedCase(description: description, view: view, tensors: [:])
    for tensor in run.viewedTensors() where tensor.file.view == view {
      golden.tensors[tensor.file.name] = StoredTensor(
        form: tensor.form, matrix: tensor.values, encoding: .text(significantDigits: 17))
      golden.float32Bounds[tensor.file.name] = tensor.float32Bound
    }
    self.golden = golden
    hypotheses = MistakePrediction.all(for: description, view: view).map { prediction in
      Hypothesis(
        name: prediction.name, explanation: prediction.explanation, tensors: prediction.tensors,
        refined: {
          prediction.bounded(isDouble: false).map {
            Hypothesis(
              name: prediction.name, explanation: prediction.explanation, tensors: $0.tensors,
              bounds: $0.bounds)
          }
        })
    }
  }

  /// Rectangular in every dimension that may be, several streams, frames and frequency blocks.
  private static func dimensions(
    of name: String, from generator: inout SplitMix64
  ) -> [(String, Int)] {
    func pick(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(generator.next() >> 1) % range.count
    }
    if name.hasPrefix("bi-") {
      return [("T", pick(16...22)), ("D", pick(3...5)), ("N1", pick(4...6)), ("N2", pick(2...3))]
    }
    if name.contains("vfsmn") {
      return [("T", pick(16...22)), ("D", pick(3...5)), ("N", pick(3...5))]
    }
    if name.hasPrefix("deepfsmn") {
      return [
        ("T", pick(16...18)), ("D", pick(2...3)), ("H", pick(4...5)), ("N1", pick(3...4)),
        ("N2", pick(2...3)),
      ]
    }
    if name.contains("lstmp") {
      return [("N", pick(2...3)), ("T", 5), ("D", 3), ("C", pick(4...5)), ("R", 2)]
    }
    var sizes = [3, 4, 5]
    for index in [2, 1] { sizes.swapAt(index, pick(0...index)) }
    var result = [("N", sizes[0]), ("H", sizes[1])]
    if name.hasPrefix("tflstm") {
      let (width, stride) = [(3, 1), (3, 2), (2, 1)][pick(0...2)]
      result += [("F", width), ("S", stride), ("D", width + stride * pick(1...2))]
    } else {
      result.append(("D", sizes[2]))
    }
    return name.contains("step") ? result : result + [("T", pick(6...7))]
  }

  /// A dump of a float32 program with a mistake, printed as Kaldi prints; `nil` where the mistake
  /// changes nothing.
  func dump(_ mistake: Mistake?, form: BackwardForm = .advance) throws -> [TensorRecord]? {
    let given = run.inputs.map { Float(input: $0) }
    let results =
      try mistake.map { try run.layer.evaluate(given, making: $0) }
      ?? run.layer.evaluate(given, form: form)
    return try records(of: results.map { Double($0) }, isRight: mistake == nil, form: form)
  }

  private func records(
    of results: TensorTable<Double>, isRight: Bool, form: BackwardForm
  ) throws -> [TensorRecord]? {
    if !isRight {
      let given = run.inputs.map { Float(input: $0) }
      let right = try run.layer.evaluate(given, form: form).map { Double($0) }
      let isSame = run.layer.results.filter { $0.role != .internal }.allSatisfy {
        results[$0.name] == right[$0.name]
      }
      if isSame { return nil }
    }
    let viewed = run.holding(results).viewedTensors()
    return viewed.filter { $0.file.view == view && $0.entry.role != .internal }.map { tensor in
      let printed = tensor.values.map { value in
        Double(String(format: "%.7g", Double(Float(value)))) ?? .nan
      }
      return TensorRecord(
        name: tensor.file.name,
        content: .tensor(
          StoredTensor(
            form: tensor.form, matrix: printed, encoding: .text(significantDigits: 7))),
        origin: TensorRecord.Origin(file: "dump/\(tensor.file.name).txt"))
    }
  }

  /// Whether two mistakes leave the same numbers, as far as float32 programs tell.
  func isSame(_ one: Mistake, _ other: Mistake) throws -> Bool {
    let given = run.inputs.map { RoundoffBound<Binary32>(input: $0) }
    let (first, second) = (
      try run.layer.evaluate(given, making: one), try run.layer.evaluate(given, making: other)
    )
    return run.layer.results.filter { $0.role != .internal }.allSatisfy { result in
      zip(first[result.name]?.elements ?? [], second[result.name]?.elements ?? []).allSatisfy {
        ($0.value - $1.value).nearestDouble.magnitude <= $0.bound + $1.bound
      }
    }
  }

  /// What the comparator makes of a dump.
  func report(on records: [TensorRecord]) -> ComparisonReport {
    let hypotheses = hypotheses
    return compare([golden], with: records, hypotheses: { _, _, _ in hypotheses })
  }
}
