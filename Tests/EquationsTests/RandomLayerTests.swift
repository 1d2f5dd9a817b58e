import Arithmetic
import Equations
import Tensors
import Testing

/// Layers that nobody wrote: whatever the language can say, derivation, engine and bounds agree on it.
@Suite struct RandomLayerTests {
  #if DEBUG
    /// Ten seconds' worth.
    static let count = 50
  #else
    static let count = 1_000
  #endif

  /// Seeds in ten parts, so that they run side by side.
  static let parts = 0..<10
  static func seeds(_ part: Int) -> [UInt64] {
    // A sum of vectors and a recurrent quantity, added up before the recurrence had run.
    let found: [UInt64] = count < 852 && part == 1 ? [852] : []
    return (0..<count).filter { $0 % 10 == part }.map { UInt64($0) + 1 } + found
  }

  /// A layer with seeded numbers of about a half, which binary32 holds.
  struct Trial {
    let drawn: RandomLayer
    let layer: Layer
    let given: TensorTable<Double>

    init(seed: UInt64) throws {
      drawn = RandomLayer(seed: seed)
      layer = try Self.layer(drawn, drawn.text())
      given = Fill.random(layer, seed: seed).map { Double(Float($0)) }
    }

    static func layer(_ drawn: RandomLayer, _ text: String) throws -> Layer {
      let file = try LayerFile(text: text, file: "random.layer")
      var positions: [String: Positions] = [:]
      for counts in file.counts {
        let (rows, direction) = (
          drawn.sizes["T"] ?? 1, counts.isAhead ? Positions.Direction.ahead : .behind
        )
        positions[counts.name] = try Positions(
          Positions.ofSentences([3, 1, 4], direction: direction, rowCount: rows),
          direction: direction, tensor: counts.name, rowCount: rows)
      }
      return try Layer(
        file, form: "sequence", sizes: drawn.sizes, order: nil, positions: positions)
    }

    var upstream: [Double] {
      layer.given.filter { $0.role == .upstream }.flatMap { given.elements($0.name) }
    }
    var outputs: [String] { layer.results.filter { $0.role == .output }.map(\.name) }

    /// A direction to move a tensor in, the same for every check.
    func direction(_ specification: TensorSpecification) -> [Double] {
      var generator = SplitMix64(seed: drawn.seed &* 31 &+ 7)
      return (0..<specification.shape.reduce(1, *)).map { _ in generator.nextBell() }
    }
  }

  /// What a check finds wrong in the layers of some seeds, one line each.
  static func wrong(_ part: Int, _ check: (Trial) throws -> [String]) -> [String] {
    seeds(part).flatMap { seed -> [String] in
      do {
        let trial = try Trial(seed: seed)
        return try check(trial).map { "seed \(seed): \($0)" }
      } catch {
        return ["seed \(seed): \(error)"]
      }
    }
  }

  @Test(arguments: parts)
  func `smooth layers' gradients are those of central differences`(_ part: Int) {
    let wrong = Self.wrong(part) { trial in
      guard trial.drawn.isSmooth else { return [] }
      let (layer, upstream) = (trial.layer, trial.upstream)
      let results = try layer.evaluate(trial.given)
      func loss(_ table: TensorTable<Double>) throws -> (sum: Double, size: Double) {
        let results = try layer.evaluate(table)
        let terms = zip(trial.outputs.flatMap { results.elements($0) }, upstream).map { $0 * $1 }
        return (terms.reduce(0, +), terms.reduce(0) { $0 + abs($1) })
      }
      let size = try loss(trial.given).size
      return try layer.differentiated.compactMap { specification in
        let direction = trial.direction(specification)
        func moved(_ step: Double) throws -> Double {
          var table = trial.given
          table[specification.name] = Tensor(
            shape: specification.shape,
            elements: zip(trial.given.elements(specification.name), direction).map {
              $0 + step * $1
            })
          return try loss(table).sum
        }
        let step = 1e-5
        let numerical = try (moved(step) - moved(-step)) / (2 * step)
        let products = zip(results.elements("d" + specification.name), direction).map { $0 * $1 }
        let analytic = products.reduce(0, +)
        // The step's square, and the rounding of the losses over the step.
        let allowed = 1e-7 * products.reduce(0) { $0 + abs($1) } + 1e-9 * size
        return abs(analytic - numerical) <= allowed
          ? nil : "d\(specification.name): \(analytic), by differences \(numerical)"
      }
    }
    #expect(wrong == [])
  }

  @Test(arguments: parts)
  func `gradients are exact derivatives, to 1e-25`(_ part: Int) {
    let wrong = Self.wrong(part) { trial in
      let layer = trial.layer
      let inputs = trial.given.map { DoubleDouble(input: $0) }
      let analytic = try layer.evaluate(inputs)
      return try layer.differentiated.compactMap { specification in
        var duals = inputs.map { Dual(value: $0, derivative: 0) }
        let direction = trial.direction(specification).map { DoubleDouble(constant: $0) }
        let point = inputs[specification.name]?.elements ?? []
        duals[specification.name] = Tensor(
          shape: specification.shape,
          elements: zip(point, direction).map { Dual(value: $0, derivative: $1) })
        let moved = try layer.evaluate(duals)
        var derivative = DoubleDouble.Sum()
        for (value, weight) in zip(
          trial.outputs.flatMap({ moved[$0]?.elements ?? [] }), trial.upstream)
        {
          derivative.accumulate(value.derivative, times: DoubleDouble(constant: weight))
        }
        var gradient = DoubleDouble.Sum()
        var size = 0.0
        for (element, step) in zip(analytic["d" + specification.name]?.elements ?? [], direction) {
          gradient.accumulate(element, times: step)
          size += abs(element.high * step.high)
        }
        let error = abs((derivative.total - gradient.total).high)
        return error <= 1e-25 * max(size, abs(derivative.total.high))
          ? nil : "d\(specification.name): off by \(error) of \(size)"
      }
    }
    #expect(wrong == [])
  }

  @Test(arguments: parts)
  func `advance and step-by-step agree to 1e-13`(_ part: Int) {
    let wrong = Self.wrong(part) { trial in
      guard trial.layer.forms.count > 1 else { return [] }
      let advance = try trial.layer.evaluate(trial.given, form: .advance)
      let stepByStep = try trial.layer.evaluate(trial.given, form: .stepByStep)
      return advance.differing(from: stepByStep, beyond: 1e-13)
    }
    #expect(wrong == [])
  }

  /// Both ways of the backward pass, and the terms of every sum in another order.
  @Test(arguments: parts)
  func `a float run lies inside the bounds, in whatever order its sums run`(_ part: Int) {
    let wrong = Self.wrong(part) { trial in
      let layer = trial.layer
      let bounds = try layer.evaluate(trial.given.map { RoundoffBound<Binary32>(input: $0) })
      let single = trial.given.map { Float($0) }
      var runs = try layer.forms.map { try layer.evaluate(single, form: $0) }
      for shuffle in 1...2 as ClosedRange<UInt64> {
        let other = try Trial.layer(
          trial.drawn, trial.drawn.text(shuffled: trial.drawn.seed &+ shuffle))
        runs += try other.forms.map { try other.evaluate(single, form: $0) }
      }
      return runs.enumerated().flatMap { index, run in
        bounds.entries.filter { entry in
          // What is nested is numbered as it is met, in another order otherwise.
          if index >= layer.forms.count, entry.name.contains(/_[0-9]+$/) { return false }
          guard let elements = run[entry.name]?.elements else { return true }
          return !zip(elements, entry.tensor.elements).allSatisfy { found, bound in
            abs(Double(found) - bound.value.nearestDouble)
              <= bound.errorBound(roundedTo: bound.value.nearestDouble)
          }
        }.map { "run \(index), \($0.name)" }
      }
    }
    #expect(wrong == [])
  }

  /// What the seeds draw, lest some form of equation is never met.
  @Test func `every form of the language is drawn`() {
    let texts = (1...UInt64(Self.count)).map { RandomLayer(seed: $0).text() }
    for form in [
      "[t-1]", "[t+1]", "[k-1]", "[k+1]", "window(", "taps(", "splice(", "concat(", "blend(",
      "(1 - ",
      "relu(", "clip(", "hard_sigmoid(", "sigmoid(", "tanh(", "start s = start_s", "[1:]",
      " ahead)",
      " * (", "a.o", " = -",
    ] {
      #expect(texts.contains { $0.contains(form) }, "\(form)")
    }
  }
}
