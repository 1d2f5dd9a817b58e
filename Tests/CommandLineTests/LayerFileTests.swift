import Foundation
import Testing

/// What is told of layer files that cannot be: the file, the line, what was found and expected.
@Suite struct LayerFileTests {
  /// A layer that reads, with one line exchanged for another.
  static func text(_ line: String, for old: String) throws -> String {
    let lines = [
      "layer one", "frames T", "sizes D \"inputs\", H \"units\"", "input x[D]",
      "weight W[D, H], U[H, H], b[H]", "h = tanh(x @ W + h[t-1] @ U + b)", "form sequence",
      "  start h = 0", "  output out = h", "case one of sequence", "  T = 3, D = 2, H = 2",
      "  x = -1:1, W = -1:1, U = -1:1, b = 0:1, dout = 1",
    ]
    try #require(lines.contains(old))
    return lines.map { $0 == old ? line : $0 }.joined(separator: "\n") + "\n"
  }

  static let equation = "h = tanh(x @ W + h[t-1] @ U + b)"

  /// The outcome of listing a text as one.layer.
  static func list(_ text: String) throws -> Tool.Outcome {
    try Tool.inFreshFolder { folder in
      try Data(text.utf8).write(to: folder.appendingPathComponent("one.layer"))
      return try Tool.run("list", "one.layer", in: folder)
    }
  }

  @Test func `the layer that the others are made from reads`() throws {
    let outcome = try Self.list(Self.text(Self.equation, for: Self.equation))
    #expect(outcome.status == 0 && outcome.output.contains("dh = dout + da_h[t+1] @ Uᵀ"))
  }

  @Test(arguments: [
    ("h = softmax(x @ W)", "one.layer:6:5: found softmax(…), expected sigmoid, tanh, relu"),
    ("h = tanh(f(x) + h[t-1] @ U + b)", "one.layer:6:10: found f(…), expected sigmoid"),
    (
      "h = window(x, F, S)",
      "one.layer:6:5: found window(…), expected it on the left of '@'"
    ),
    ("h = tanh(y @ W)", "one.layer:6:10: found 'y', expected one of h, x, U, W, b"),
    ("h = tanh(x @ W + h[t-1] @ U + b", "one.layer:"),
    ("h = tanh(x @ W + h @ U + b)", "one.layer:6: h wait for each other in one frame: circular"),
    (
      "h = tanh(x @ W + h[t-1] @ U + h[t+1] @ U)",
      "one.layer:6: h wait for the frame before and for the frame after: circular"
    ),
    ("h = tanh(x @ U + h[t-1] @ U + b)", "one.layer:6: h: x has 2 columns, U multiplies 3"),
  ])
  func `an equation that cannot be is refused where it stands`(
    _ line: String, _ message: String
  ) throws {
    // At H = 3 a square weight no longer fits the inputs.
    let outcome = try Self.list(
      Self.text(line, for: Self.equation).replacing("H = 2", with: "H = 3"))
    #expect(outcome.isPlainTrouble && outcome.output == "")
    #expect(outcome.errors.contains(message))
  }

  @Test func `positions beside streams are refused at their line`() throws {
    let outcome = try Self.list(
      """
      layer one
      streams N
      frames T
      sizes D "columns", R "rows"
      input x[D]
      positions behind_me behind
      weight w[R, D]
      y = x + taps(w, x, behind_me)
      form sentences
        output out = y
      case one of sentences
        sentences 3
        N = 2, T = 3, D = 2, R = 2
        x = 0:1, w = 0:1, dout = 1

      """)
    #expect(outcome.isPlainTrouble)
    #expect(outcome.errors.contains("one.layer:6:1: found positions behind_me beside streams"))
  }

  @Test(arguments: [
    ("    frames in = x, out = out, h_diff = da_q", "'da_q' in view v, expected a tensor"),
    (
      "    buffer buf forward\n  columns h \"output\", q \"no quantity\"",
      "'q' in view v, expected a quantity of the layer in the columns of buf"
    ),
    (
      "    buffer buf backward\n  columns da_h \"sum\"\n  evaluate dh",
      "'dh' in view v, expected a column of buf to evaluate"
    ),
  ])
  func `a view of what the layer has not is refused`(_ lines: String, _ message: String) throws {
    let outcome = try Self.list(
      Self.text("view v\n\(lines)\ncase one of sequence, view v", for: "case one of sequence"))
    #expect(outcome.isPlainTrouble && outcome.errors.contains("one.layer:10:1: found \(message)"))
  }
}
