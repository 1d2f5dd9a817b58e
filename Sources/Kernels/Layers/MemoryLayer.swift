public import Arithmetic
import Tensors

/// A compact vFSMN memory, uni- or bidirectional, as named tensors.
public struct MemoryLayer: Layer {
  /// T, rows of the stacked sentences.
  public let frameCount: Int
  /// D, columns.
  public let width: Int
  /// N or N1, look-back rows.
  public let lookBack: Int
  /// N2, look-ahead rows; nil for the unidirectional memory.
  public let lookAhead: Int?
  /// What each row may see behind it.
  public let behind: Positions
  /// What each row may see ahead of it; nil for the unidirectional memory.
  public let ahead: Positions?
  /// Where faults of clipping clip.
  public var clip = ClipLevels()

  /// A unidirectional memory.
  ///
  /// - Parameters:
  ///   - width: D.
  ///   - order: N.
  ///   - positions: What each row may see behind it.
  public init(width: Int, order: Int, positions: Positions) {
    self.frameCount = positions.counts.count
    self.width = width
    self.lookBack = order
    self.lookAhead = nil
    self.behind = positions
    self.ahead = nil
  }

  /// A bidirectional memory.
  ///
  /// - Parameters:
  ///   - width: D.
  ///   - lookBack: N1.
  ///   - lookAhead: N2.
  ///   - behind: What each row may see behind it.
  ///   - ahead: What each row may see ahead of it.
  public init(width: Int, lookBack: Int, lookAhead: Int, behind: Positions, ahead: Positions) {
    self.frameCount = behind.counts.count
    self.width = width
    self.lookBack = lookBack
    self.lookAhead = lookAhead
    self.behind = behind
    self.ahead = ahead
  }

  /// `compact-vfsmn` or `bi-compact-vfsmn`.
  public var kernel: String { lookAhead == nil ? "compact-vfsmn" : "bi-compact-vfsmn" }
  /// There are no gates.
  public var gateOrder: GateOrder? { nil }
  /// There is one form.
  public var forms: [BackwardForm] { [.advance] }

  /// T, D and N, or N1 and N2.
  public var dimensions: [(letter: String, size: Int)] {
    var all = [("T", frameCount), ("D", width)]
    all += lookAhead.map { [("N1", lookBack), ("N2", $0)] } ?? [("N", lookBack)]
    return all.map { (letter: $0.0, size: $0.1) }
  }

  private func filters(_ prefix: String, _ role: TensorRole) -> [TensorSpecification] {
    guard let lookAhead else {
      return [TensorSpecification(prefix + "filter", role, [lookBack, width])]
    }
    return [
      TensorSpecification(prefix + "bfilter", role, [lookBack + 1, width]),
      TensorSpecification(prefix + "ffilter", role, [lookAhead, width]),
    ]
  }

  /// Hidden rows, filters and the upstream gradient; positions are part of the layer.
  public var given: [TensorSpecification] {
    [TensorSpecification("hidden", .input, [frameCount, width])] + filters("", .weight)
      + [TensorSpecification("dmemory", .upstream, [frameCount, width])]
  }

  /// Memory and gradients.
  public var results: [TensorSpecification] {
    [
      TensorSpecification("memory", .output, [frameCount, width]),
      TensorSpecification("dhidden", .gradient, [frameCount, width]),
    ] + filters("d", .gradient)
  }

  /// The forward and backward equations.
  public var equations: [String] {
    guard lookAhead != nil else {
      return [
        "memory[r] = hidden[r] + Σ_{i<min(position[r],N)} filter[i] ⊙ hidden[r-i-1]",
        "dhidden[r] += dmemory[r]   dhidden[r-i-1] += filter[i] ⊙ dmemory[r]",
        "dfilter[i] += hidden[r-i-1] ⊙ dmemory[r]",
      ]
    }
    return [
      "memory[r] = hidden[r] + bfilter[0] ⊙ hidden[r]",
      "  + Σ_{i<min(bposition[r],N1)} bfilter[i+1] ⊙ hidden[r-i-1]",
      "  + Σ_{i<min(fposition[r],N2)} ffilter[i] ⊙ hidden[r+i+1]",
      "each term w ⊙ hidden[s]: dhidden[s] += w ⊙ dmemory[r]   dw += hidden[s] ⊙ dmemory[r]",
    ]
  }

  /// Runs the layer forward and backward, with a fault if one is given.
  public func evaluate<Scalar: Arithmetic>(
    _ given: TensorTable<Scalar>, form: BackwardForm, fault: Fault?
  ) throws(KernelError) -> TensorTable<Scalar> {
    let edited = try prepared(given, for: fault)
    let run = try MemoryRun<Scalar>(
      width: width, lookBack: lookBack, lookAhead: lookAhead ?? 0,
      weighsCurrent: lookAhead != nil, behind: behind, ahead: ahead,
      forward: fault?.recipe.memory?.forward ?? MemoryVariant(),
      backward: fault?.recipe.memory?.backward ?? MemoryVariant())
    var filter: [Scalar] = []
    for specification in self.given {
      let elements = try edited.tensor(specification).elements
      switch specification.name {
      case "hidden": run.hidden.load(elements)
      case "dmemory": run.upstream.load(elements)
      default: filter += elements
      }
    }
    run.filter.load(filter)
    run.forward()
    run.backward()
    return finished(collect(run), given: edited, for: fault)
  }

  private func collect<Scalar: Arithmetic>(_ run: MemoryRun<Scalar>) -> TensorTable<Scalar> {
    var table = ResultTable<Scalar>(results)
    table.add(sums: "memory", run.memory)
    table.add(sums: "dhidden", run.hiddenGradient)
    let gradients = Scalar.totals(of: run.filterGradient.elements)
    var first = 0
    for specification in filters("d", .gradient) {
      let count = specification.shape.reduce(1, *)
      table.add(specification.name, Array(gradients[first..<first + count]))
      first += count
    }
    return table.ordered
  }
}
