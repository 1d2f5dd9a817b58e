import Arithmetic
import Equations
import Tensors
import Testing

/// Layers run on what real Kaldi was given, against what real Kaldi printed.
///
/// Provenance of each dump: `Tests/Fixtures/kaldi-dumps/README.md`.
@Suite struct KaldiLayerDumpTests {
  private static func projected(_ prefix: String) -> [(own: String, kaldi: String)] {
    [
      ("Wx", "w_gifo_xᵀ"), ("Wr", "w_gifo_rᵀ"), ("b", "bias"), ("pi", "peephole_i_c"),
      ("pf", "peephole_f_c"), ("po", "peephole_o_c"), ("Wm", "w_r_mᵀ"),
    ].map { (prefix + $0.0, prefix.isEmpty ? $0.1 : "\(prefix)_\($0.1)") }
  }

  private static func buffers(_ prefix: String) -> [(file: String, columns: [String])] {
    let (file, p) = (prefix.isEmpty ? "" : prefix + "_", prefix)
    return [
      (file + "propagate_buf", ["g", "i", "f", "o", "c", "h", "m", "r"].map { p + $0 }),
      (
        file + "backpropagate_buf",
        ["da_\(p)g", "da_\(p)i", "da_\(p)f", "da_\(p)o", "d\(p)c", "da_\(p)h", "d\(p)m", "d\(p)r"]
      ),
    ]
  }

  private static let deep: [(own: String, kaldi: String)] = [
    ("Wh", "Whᵀ"), ("bh", "bh"), ("Wp", "Wpᵀ"), ("bfilter", "bfilter"), ("ffilter", "ffilter"),
  ]
  private static let deepFrames: [(own: String, file: String)] = [
    ("x", "in"), ("dout", "out_diff"), ("out", "out"), ("dx", "in_diff"), ("hid", "h_out"),
    ("p", "p_out"), ("da_hid", "dh_out"), ("dp", "dp_out"),
  ]
  private static let deepSizes = ["T": 15, "D": 5, "H": 7, "N1": 4, "N2": 3]

  static let unidirectional = [
    KaldiDump(
      folder: "lstmp", layer: "lstmp", sizes: ["N": 3, "T": 5, "D": 4, "C": 5, "R": 3], digits: 7,
      share: 1.5e-6, parameters: projected("")),
    KaldiDump(
      folder: "lstmp-large", layer: "lstmp",
      sizes: ["N": 3, "T": 20, "D": 10, "C": 16, "R": 8], digits: 6, hasUnshownDigits: true,
      share: 8e-6, parameters: projected(""), buffers: buffers("")),
    KaldiDump(
      folder: "recurrent", layer: "elman", sizes: ["N": 3, "T": 12, "D": 6, "H": 8], digits: 6,
      hasUnshownDigits: true, share: 8e-6,
      parameters: [("Wx", "w_forwardᵀ"), ("Wh", "w_recurrentᵀ"), ("b", "bias")],
      frames: [
        ("x", "in"), ("dout", "out_diff"), ("out", "out"), ("dx", "in_diff"),
        ("da_h", "out_diff_bptt"),
      ]),
    KaldiDump(
      folder: "deepfsmn", layer: "deepfsmn", sizes: deepSizes, digits: 6, hasUnshownDigits: true,
      share: 8e-6, parameters: deep, frames: deepFrames),
    KaldiDump(
      folder: "deepfsmn-double", layer: "deepfsmn", sizes: deepSizes, digits: 17, share: 1e-15,
      parameters: deep, frames: deepFrames),
  ]

  static let bidirectional = [
    KaldiDump(
      folder: "blstmp", layer: "blstmp", sizes: ["N": 2, "T": 5, "D": 4, "C": 5, "R": 3],
      digits: 7, share: 1.5e-6, parameters: projected("f") + projected("b")),
    KaldiDump(
      folder: "blstmp-large", layer: "blstmp",
      sizes: ["N": 3, "T": 20, "D": 10, "C": 16, "R": 8], digits: 6, hasUnshownDigits: true,
      share: 8e-6, parameters: projected("f") + projected("b"),
      buffers: buffers("f") + buffers("b")),
  ]

  /// The results that lie farther from the dump's than the share of the largest element.
  private static func far(_ dump: KaldiDump, _ layer: Layer, _ found: TensorTable<Double>) throws
    -> [String]
  {
    try dump.results(layer).filter { name, printed in
      guard let elements = found[name]?.elements else { return true }
      return !(scaledError(printed, elements) <= dump.share)
    }.map(\.name)
  }

  /// The results of which some element lies outside its bound and half a printed unit.
  private static func outside<Format>(
    _ dump: KaldiDump, _ layer: Layer, _ found: TensorTable<RoundoffBound<Format>>
  ) throws -> [String] {
    try dump.results(layer).filter { name, printed in
      guard let elements = found[name]?.elements, elements.count == printed.count else {
        return true
      }
      return !zip(printed, elements).allSatisfy { number, element in
        element.bound.isFinite
          && abs(number - element.value.nearestDouble)
            <= element.errorBound(roundedTo: element.value.nearestDouble) + dump.halfUnit(number)
      }
    }.map(\.name)
  }

  @Test(arguments: unidirectional)
  func `Kaldi's numbers are the layer's in double, to the print`(_ dump: KaldiDump) throws {
    let layer = try dump.makeLayer()
    let given = try dump.given(layer)
    for form in layer.forms {
      #expect(try Self.far(dump, layer, layer.evaluate(given, form: form)) == [])
    }
    // All that is there was looked at.
    #expect(try dump.results(layer).count >= layer.given.count)
  }

  @Test(arguments: unidirectional)
  func `Kaldi's numbers lie inside the bounds`(_ dump: KaldiDump) throws {
    let layer = try dump.makeLayer()
    let given = try dump.given(layer)
    let outside =
      dump.digits == 17
      ? try Self.outside(
        dump, layer, layer.evaluate(dump.bounded(given, in: Binary64.self)))
      : try Self.outside(
        dump, layer, layer.evaluate(dump.bounded(given, in: Binary32.self)))
    #expect(outside == [])
  }

  /// What Kaldi's two mistakes in the backward direction reach: `da_bf` takes `bc[t-1]`, and `dbWr`
  /// `br[t-1]`, where the recurrence reads `[t+1]`.
  static let spoilt: Set<String> = [
    "dx", "da_bg", "da_bi", "da_bf", "da_bo", "dbc", "da_bh", "dbm", "dbr", "dbWx", "dbWr", "dbb",
    "dbpi", "dbpf", "dbpo", "dbWm",
  ]

  @Test(arguments: bidirectional)
  func `a bidirectional layer's outputs and forward direction are Kaldi's`(
    _ dump: KaldiDump
  ) throws {
    let layer = try dump.makeLayer()
    let given = try dump.given(layer)
    // What is wrong on the way back is wrong by far; all else agrees.
    for form in layer.forms {
      let far = try Self.far(dump, layer, layer.evaluate(given, form: form))
      #expect(Set(far).isSubset(of: Self.spoilt))
      #expect(Set(far).isSuperset(of: ["dx", "dbWx", "dbWr", "dbb", "dbpi", "dbpf"]))
    }
    let bounded = try layer.evaluate(dump.bounded(given, in: Binary32.self))
    let outside = try Self.outside(dump, layer, bounded)
    #expect(Set(outside).isSubset(of: Self.spoilt))
    // Where the inputs' hidden digits widen the bounds, the buffer alone stands out.
    #expect(
      Set(outside).isSuperset(
        of: dump.hasUnshownDigits ? ["da_bf"] : ["dx", "dbWx", "dbWr", "dbb", "dbpi", "dbpf"]))
  }

  @Test(arguments: bidirectional)
  func `the backward direction is Kaldi's with its two mistakes, and with neither alone`(
    _ dump: KaldiDump
  ) throws {
    let layer = try dump.makeLayer()
    let given = try dump.given(layer)
    let edits = [
      "da_bf: bc[t-1] for bc[t+1] in dbc * bc[t+1] * bf*(1-bf)",
      "dbWr: br[t-1] for br[t+1] in Σ br[t+1]ᵀ @ dba",
    ]
    let mistakes = try edits.map { edit in
      try #require(layer.mistakes.first { $0.edit == edit })
    }
    // The first one reaches everything but its own weights' gradient, which the second one spoils.
    #expect(try Self.far(dump, layer, layer.evaluate(given, making: mistakes[0])) == ["dbWr"])
    let bounded = dump.bounded(given, in: Binary32.self)
    let wrong = try layer.evaluate(bounded, making: mistakes[0])
    #expect(try Self.outside(dump, layer, wrong) == (dump.hasUnshownDigits ? [] : ["dbWr"]))
    let other = try Self.far(dump, layer, layer.evaluate(given, making: mistakes[1]))
    #expect(Set(other).isSuperset(of: ["dx", "dbWx", "dbWr"]))
    // Σ br[t-1]ᵀ @ dba by hand, from what the first mistake leaves.
    let gates = ["da_bg", "da_bi", "da_bf", "da_bo"].map { wrong[$0]?.elements ?? [] }
    let states = wrong["br"]?.elements ?? []
    let (rows, cells, units) = (dump.sizes["N"] ?? 0, dump.sizes["C"] ?? 0, dump.sizes["R"] ?? 0)
    var pair = wrong
    var elements: [RoundoffBound<Binary32>] = []
    for unit in 0..<units {
      for gate in gates {
        for cell in 0..<cells {
          var sum = RoundoffBound<Binary32>.Sum()
          for row in rows..<gate.count / cells {
            sum.accumulate(states[(row - rows) * units + unit], times: gate[row * cells + cell])
          }
          elements.append(sum.total)
        }
      }
    }
    pair["dbWr"] = Tensor(shape: [units, 4 * cells], elements: elements)
    #expect(try Self.outside(dump, layer, pair) == [])
    #expect(try Self.far(dump, layer, pair.map { $0.value.nearestDouble }) == [])
  }
}
