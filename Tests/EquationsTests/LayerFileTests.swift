import Equations
import Layers
import Testing

/// What a layer file may say, and what is refused with which words.
@Suite struct LayerFileTests {
  @Test func `every file that is compiled in reads, under its own name`() throws {
    let files = LayerCatalogue.read()
    #expect(files.count == 11)
    for result in files {
      let file = try result.get()
      #expect(file.file == "\(file.name).layer")
      #expect(!file.source.isEmpty && !file.cases.isEmpty && !file.text.isEmpty)
      #expect(file.cases.allSatisfy { !$0.about.isEmpty })
    }
    #expect(LayerCatalogue.layers.count == files.count)
  }

  /// A file of some equations over `x[D]`, with states `h` and `c` where they are named.
  static func text(_ equations: String, starts: String = "", more: String = "") -> String {
    """
    layer trial
    streams N
    frames T
    sizes D "inputs", H "units"
    input x[D]
    weight W[D, H], U[H, H], P[D, D], b[H], G[D, p q: H]
    \(more)
    \(equations)
    form sequence
      \(starts.isEmpty ? "" : "start \(starts)")
      output y = h
    case trial of sequence
      N = 1, T = 2, D = 2, H = 3

    """
  }

  /// The error of reading a text, or of making a layer of it.
  static func error(_ text: String, at sizes: [String: Int] = ["N": 1, "T": 2, "D": 2, "H": 3])
    -> String
  {
    do {
      let file = try LayerFile(text: text, file: "trial.layer")
      _ = try Layer(file, form: "sequence", sizes: sizes, order: nil)
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    ("h = tanh(x @ W + g)\ng = sigmoid(h * b)", "", "h, g wait for each other in one frame"),
    ("h = h * b", "", "h wait for each other in one frame"),
    ("h = x @ W + h[t-1] @ U + c\nc = c * h", "h = 0", "c wait for each other in one frame"),
    (
      "h = x @ W + h[t-1] * b + c\nc = h[t+1] * b", "h = 0",
      "h, c wait for the frame before and for the frame after"
    ),
    ("h = h[t-1] + h[t+1] + x @ W", "h = 0", "h wait for the frame before and for the frame after"),
  ])
  func `equations in a circle are refused with their names`(
    _ equations: String, _ starts: String, _ problem: String
  ) {
    let found = Self.error(Self.text(equations, starts: starts))
    #expect(found.contains(problem), "\(found)")
    #expect(found.hasPrefix("trial.layer:8:") || found.hasPrefix("trial.layer:9:"))
    #expect(found.hasSuffix("circular"))
  }

  @Test(arguments: [
    ("h = x + b", "h: b has 3 columns, h has 2"),
    ("h = x @ W + x", "h: x has 2 columns, h has 3"),
    ("h = x @ U", "h: x has 2 columns, U multiplies 3"),
    ("h = x @ G", "none"),
    ("g = x @ G\nh = g * b", "h: b has 3 columns, h has 6"),
    ("g = x @ G\nh = g.p * b + g.q * x", "h: x has 2 columns, h has 3"),
    ("h = blend(b, x, b)", "h: x has 2 columns, h has 3"),
  ])
  func `equations that do not fit are refused with the names and both widths`(
    _ equations: String, _ problem: String
  ) {
    let found = Self.error(Self.text(equations))
    #expect(found == "none" && problem == "none" || found.hasSuffix(problem), "\(found)")
    #expect(problem == "none" || found.hasPrefix("trial.layer:"))
  }

  @Test(arguments: [
    ("h = x @ W + k", "trial.layer:8:13: found 'k', expected one of "),
    ("h = x @ x", "trial.layer:8:9: found the right side of '@', expected a weight"),
    ("h = x @ G.r", "trial.layer:8:9: found 'G.r', expected one of the blocks p, q of G"),
    ("h = x @ W + h[t-1]", "trial.layer:8:1: found h of another frame, expected a line 'start h"),
    ("h = x @ W +", "trial.layer:8:12: found the end of the line, expected a quantity"),
    ("h = (x @ W", "trial.layer:9:1: found 'form', expected ')'"),
    ("h = x @ W\nh = x @ W", "trial.layer:9:1: found a second equation for 'h', expected one"),
    (
      "x = x @ W\nh = x @ W",
      "trial.layer:8:1: found 'x' again, expected each name once: line 5 has it"
    ),
    (
      "size D \"again\"\nh = x @ W",
      "trial.layer:8:6: found 'D' again, expected each name once: line 4 has it"
    ),
    (
      "frames S\nh = x @ W",
      "trial.layer:8:1: found a second line 'frames', expected one in the file: line 3 has it"
    ),
    ("h = tanh(x, x)", "trial.layer:8:5: found 2 arguments of tanh, expected one"),
    ("h = swish(x @ W)", "trial.layer:8:5: found swish(…), expected sigmoid, tanh, relu"),
    ("h = x[k-1] @ W", "trial.layer:8:5: found a shift of blocks, expected a line 'blocks B'"),
    ("h = clip(x @ W, 1, 0)", "trial.layer:8:5: found clip, expected clip(quantity, low, high)"),
    ("h = splice(x, 0.5)", "trial.layer:8:5: found splice, expected splice("),
    ("h = taps(W, x, x)", "trial.layer:8:5: found taps, expected taps(filter"),
    ("h = window(x, F, S)", "trial.layer:8:5: found window(…), expected it on the left of '@'"),
    ("h = window(x, F, S) @ W", "trial.layer:8:5: found window, expected window("),
    ("h = W[t-1] * x", "trial.layer:8:5: found W of another frame, expected a weight as it is"),
    ("h = W * x", "trial.layer:8:5: found the matrix or vector W, expected a row such as W[0]"),
    ("q = x @ W", "found output 'h', expected a quantity of the equations"),
    ("", "found the end of the file, expected an equation"),
  ])
  func `what cannot be read is refused at its line and column`(
    _ equations: String, _ problem: String
  ) {
    let found = Self.error(Self.text(equations))
    #expect(found.contains(problem), "\(found)")
    #expect(found.hasPrefix("trial.layer:") && !found.contains("\n"))
  }

  /// What stands in brackets gets a name; what is written in another way is the same layer.
  @Test func `usual shapes are recognised however they are written`() throws {
    func equations(_ text: String) throws -> [String] {
      let file = try LayerFile(text: text, file: "trial.layer")
      return try Layer(
        file, form: "sequence", sizes: ["N": 1, "T": 2, "D": 2, "H": 3], order: nil
      ).equations.map { $0.replacing(" ", with: "") }
    }
    let gate = "f = sigmoid(x @ W)\ng = x @ W\n"
    let blend = try equations(Self.text(gate + "h = blend(f, h[t-1], g)", starts: "h = 0"))
    for other in [
      "h = f * h[t-1] + (1 - f) * g", "h = h[t-1] * f + g * (1 - f)",
      "h = (1 - f) * g + f * h[t-1]",
    ] {
      #expect(try equations(Self.text(gate + other, starts: "h = 0")) == blend, "\(other)")
    }
    let nested = try equations(
      Self.text("h = x @ W * tanh(x @ W + b)".replacing("x @ W *", with: "b *")))
    #expect(nested.contains("h_1=tanh(x@W+b)") && nested.contains("h=b*h_1"))
  }
}
