import Arithmetic
import Comparison
import Equations
import Golden
import KaldiIO
import Tensors

/// What programs print whose matrix products take factors of a lower precision.
///
/// Such a program is one that computes other numbers, as one with a mistake does: it is named only if
/// every number of the dump is the one that it would print. The size of errors proves nothing.
func precisionHypotheses(for description: CaseDescription, view: String) -> [Hypothesis] {
  guard MistakePrediction.obstacle(for: description) == nil,
    let golden = try? GoldenCase(described: description),
    let outline = try? CaseRun.outline(golden)
  else { return [] }
  return [
    hypothesis("bfloat16 products", BFloat16Operands.self, outline, view),
    hypothesis("float16 products", Float16Operands.self, outline, view),
    hypothesis("TF32 products", TF32Operands.self, outline, view),
    hypothesis("TF32 products", CutTF32Operands.self, outline, view),
  ].compactMap { $0 }
}

private func hypothesis<Format: OperandFormat>(
  _ name: String, _ format: Format.Type, _ outline: CaseRun, _ view: String
) -> Hypothesis? {
  typealias Scalar = ReducedProducts<Format>
  guard
    let results = try? outline.layer.evaluate(outline.inputs.map { Scalar(input: $0) })
  else { return nil }
  let shown = outline.holding(results.map(\.value)).viewedTensors()
    .filter { $0.file.view == view && $0.entry.role.isResult }
  let words = name.split(separator: " ").first.map(String.init) ?? name
  return Hypothesis(
    name: name,
    explanation: "the factors of matrix products are rounded to \(words), all else is in full",
    tensors: Dictionary(uniqueKeysWithValues: shown.map { ($0.file.name, $0.values) }))
}

/// Why known mistakes are not tried on a case, and what can be done; nil where they are.
func untriedMistakes(of description: CaseDescription, view: String) -> String? {
  switch MistakePrediction.obstacle(for: description) {
  case nil: return nil
  case .unknownLayer:
    return "known mistakes were not tried: no layer of \(description.case) is known here"
  case .size: break
  }
  let sizes = description.dimensions.keys.filter { ["N", "T", "D", "H", "C"].contains($0) }.sorted()
    .map { "--set \($0)=…" }.joined(separator: " ")
  return "known mistakes were not tried, the case being too large: have them tried on a small one, "
    + "'nnet-oracle dump \(description.case) \(sizes) --out DIR'"
}
