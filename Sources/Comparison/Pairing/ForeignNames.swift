import KaldiIO
import Tensors

/// Names that other frameworks give to a recurrent layer's parameters, and how to settle them.
///
/// Such a parameter holds the gate blocks in the framework's order, so that it cannot pair as it is.
enum ForeignNames {
  private struct Framework {
    var name: String
    /// How it lays parameters out.
    var layout: String
    /// What its names begin with, in lower case.
    var beginnings: [String] = []
    /// Names as they are.
    var whole: Set<String> = []
  }

  private static let frameworks = [
    Framework(
      name: "PyTorch",
      layout: "gate blocks in the rows, in the order i f g o, and two biases to add",
      beginnings: ["weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr"]),
    Framework(
      name: "Keras", layout: "gate blocks in the columns, in the order i f c o",
      beginnings: ["recurrent_kernel", "kernel"]),
    Framework(
      name: "ONNX", layout: "gate blocks in the rows, in the order i o f c, and two biases to add",
      whole: ["W", "R", "B", "P"]),
  ]

  /// What to tell about an object with a framework's name; `nil` for any other name.
  static func note(on actual: ActualTensor, in expected: ExpectedCase) -> String? {
    let name = NameWords.trimmed(actual.name)
    // `lstm1.weight_ih_l0.grad`: the framework's word may stand behind a module's.
    let words = name.split(separator: ".").map(String.init)
    guard
      let framework = frameworks.first(where: { framework in
        words.contains { word in
          framework.whole.contains(word)
            || framework.beginnings.contains { word.lowercased().hasPrefix($0) }
        }
      })
    else { return nil }
    var text = "\(framework.name) names it so: \(framework.layout)"
    if let order = expected.description?.gateOrder {
      text +=
        "; put the blocks in this case's order, \(order.map(String.init).joined(separator: " "))"
    }
    let isGradient = words.contains { NameWords.gradientMarks.contains($0.lowercased()) }
    let fitting = expected.tensors.filter {
      $0.role == (isGradient ? .gradient : .weight)
        && ShapeFit(expected: $0.matrix, actual: actual.tensor.matrix) != .none
    }
    let target = fitting.count == 1 ? fitting[0].name : "EXPECTED"
    return text + ", then --map \(actual.name)=\(target)"
  }
}
