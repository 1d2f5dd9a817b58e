import Equations
import Tensors
import Testing

/// The values that the two seed notebooks hold or print, to their printed digits.
@Suite struct SeedValueTests {
  static let lstmStep: [String: (Double, Double)] = [
    "x": (-0.4, 1.2), "prev_h": (-0.3, 0.7), "prev_c": (-0.4, 0.9), "Wx": (-2.1, 1.3),
    "Wh": (-0.7, 2.2), "b": (0.3, 0.7), "dnext_h": (-0.6, 0.6), "dnext_c": (0.5, -0.4),
  ]

  static let lstm: [String: (Double, Double)] = [
    "x": (-0.4, 0.6), "h0": (-0.4, 0.8), "Wx": (-0.2, 0.9), "Wh": (-0.3, 0.6), "b": (0.2, 0.7),
    "dout": (-0.6, 0.6),
  ]

  static let tflstm: [String: (Double, Double)] = [
    "x": (-0.4, 0.6), "Wx": (-0.2, 0.9), "Wh": (-0.3, 0.8), "Wk": (-0.4, 0.7), "b": (0.2, 0.7),
    "pi": (0.1, 0.6), "pf": (0.2, 0.7), "po": (0.3, 0.8), "dout": (-0.6, 0.6),
  ]

  /// Half a unit of the eighth decimal, and a little for the decimal's own rounding.
  static func agree(_ values: [Double], _ printed: [Double]) -> Bool {
    values.count == printed.count
      && zip(values, printed).allSatisfy { abs($0 - $1) <= 0.5e-8 + 1e-13 * abs($1) }
  }

  /// Seed `000_69d9ee20f0103427.txt`, "LSTM: step forward", `expected_next_h` and `expected_next_c`.
  @Test func `one LSTM step gives the notebook's arrays`() throws {
    let layer = try Make.lstm(3, 1, 4, 5, isStep: true)
    let results = try layer.evaluate(Fill.ranges(layer, Self.lstmStep), form: .advance)
    let nextHidden = [
      0.24635157, 0.28610883, 0.32240467, 0.35525807, 0.38474904,
      0.49223563, 0.55611431, 0.61507696, 0.66844003, 0.7159181,
      0.56735664, 0.66310127, 0.74419266, 0.80889665, 0.858299,
    ]
    let nextCell = [
      0.32986176, 0.39145139, 0.451556, 0.51014116, 0.56717407,
      0.66382255, 0.76674007, 0.87195994, 0.97902709, 1.08751345,
      0.74192008, 0.90592151, 1.07717006, 1.25120233, 1.42395676,
    ]
    #expect(Self.agree(results.elements("next_h"), nextHidden))
    #expect(Self.agree(results.elements("next_c"), nextCell))
  }

  /// Seed `000_69d9ee20f0103427.txt`, "LSTM: forward", `expected_h` (batch-major).
  @Test func `an LSTM sequence gives the notebook's array`() throws {
    let layer = try Make.lstm(2, 3, 5, 4)
    let results = try layer.evaluate(Fill.ranges(layer, Self.lstm), form: .stepByStep)
    let expected = [
      0.01764008, 0.01823233, 0.01882671, 0.0194232,
      0.11287491, 0.12146228, 0.13018446, 0.13902939,
      0.31358768, 0.33338627, 0.35304453, 0.37250975,
      0.45767879, 0.4761092, 0.4936887, 0.51041945,
      0.6704845, 0.69350089, 0.71486014, 0.7346449,
      0.81733511, 0.83677871, 0.85403753, 0.86935314,
    ]
    let out = try #require(results["out"]).swappingFirstAxes()
    #expect(out.shape == [2, 3, 4])
    #expect(Self.agree(out.elements, expected))
  }

  /// `kernels.md` of the job, "Values to check against": the Kaldi debug case, as the TF-LSTM
  /// notebook printed it, time-major.
  @Test(arguments: BackwardForm.allCases)
  func `the TF-LSTM debug case gives the notebook's rows`(_ form: BackwardForm) throws {
    let layer = try Make.tflstm(2, 3, 3, 3, f: 2, s: 1, order: "gifo")
    let results = try layer.evaluate(Fill.ranges(layer, Self.tflstm), form: form)
    let out = results.elements("out")
    #expect(out.count == 36)
    #expect(
      Self.agree(
        Array(out.prefix(6)),
        [0.04662942, 0.05057702, 0.05469498, 0.05276928, 0.06095797, 0.06962654]))
    #expect(
      Self.agree(
        Array(out.suffix(6)),
        [0.4109416, 0.54324051, 0.66706117, 0.56601571, 0.71869179, 0.82716888]))
    let gradient = results.elements("dx")
    #expect(
      Self.agree(Array(gradient.prefix(3)), [0.11938887, -0.45243866, -0.39861172]))
    #expect(
      Self.agree(Array(gradient.suffix(3)), [-0.03206199, 0.29631486, 0.25675242]))
  }

  /// The numbers of one printed tensor, and the last word if the output breaks off inside it.
  static func printed(_ name: String, in text: String) -> [Double] {
    var lines = text.split(separator: "\n").drop { $0 != name }.dropFirst()
    if let end = lines.firstIndex(where: { $0.contains { $0.isLetter } }) {
      lines = lines[..<end]
    }
    let numbers = lines.joined(separator: " ").split { " []".contains($0) }
    return numbers.compactMap { Double($0) }
  }

  /// Positions 0…7, 0…4, 0 1 and their mirror images: sentences of 8, 5 and 2 frames.
  static let behind = [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 0, 1]
  static let ahead = [7, 6, 5, 4, 3, 2, 1, 0, 4, 3, 2, 1, 0, 1, 0]

  @Test func `the compact vFSMN gives all that the notebook printed`() throws {
    let layer = try Make.memory(15, 5, 4, positions: Self.behind)
    let given = Fill.ranges(
      layer, ["hidden": (1, 75), "filter": (0.1, 2), "dmemory": (75, 1)])
    let results = try layer.evaluate(given, form: .advance)
    let text = FSMNNotebook.compact
    #expect(Self.agree(given.elements("hidden"), Self.printed("hidden", in: text)))
    #expect(Self.agree(given.elements("filter"), Self.printed("filter", in: text)))
    #expect(Self.behind.map(Double.init) == Self.printed("position", in: text))
    let memory = Self.printed("memory", in: text)
    #expect(memory.count == 53)
    #expect(Self.agree(Array(results.elements("memory").prefix(53)), memory))

    // `kernels.md` of the job: what the notebook printed beyond.
    func row(_ index: Int, of name: String) -> [Double] {
      Array(results.elements(name)[index * 5..<index * 5 + 5])
    }
    #expect(Self.agree(row(12, of: "memory"), [213.4, 237.6, 262.6, 288.4, 315]))
    #expect(Self.agree(row(0, of: "dhidden"), [275, 295.2, 314.6, 333.2, 351]))
    #expect(Self.agree(row(0, of: "dfilter"), [10030, 10126, 10198, 10246, 10270]))
  }

  @Test func `the bidirectional vFSMN gives all that the notebook printed`() throws {
    let layer = try Make.memory(
      15, 5, 4, 3, behindPositions: Self.behind, aheadPositions: Self.ahead)
    let given = Fill.ranges(
      layer,
      ["hidden": (1, 75), "bfilter": (0.1, 2.5), "ffilter": (3, 4.5), "dmemory": (75, 1)])
    let results = try layer.evaluate(given, form: .advance)
    let text = FSMNNotebook.bidirectional
    for name in ["hidden", "bfilter", "ffilter"] {
      #expect(Self.agree(given.elements(name), Self.printed(name, in: text)))
    }
    #expect(Self.behind.map(Double.init) == Self.printed("bposition", in: text))
    #expect(Self.ahead.map(Double.init) == Self.printed("fposition", in: text))
    let memory = Self.printed("memory", in: text)
    let computed = results.elements("memory")
    // The tenth number is cut off after "26".
    #expect(memory.count == 10)
    #expect(Self.agree(Array(computed.prefix(9)), Array(memory.prefix(9))))
    #expect(memory.last == 26 && computed[9] >= 260 && computed[9] < 270)

    // `kernels.md` of the job: what the notebook printed beyond.
    func row(_ index: Int, of name: String) -> [Double] {
      Array(results.elements(name)[index * 5..<index * 5 + 5])
    }
    #expect(
      Self.agree(
        row(9, of: "memory"),
        [674.55714286, 714.08571429, 754.65714286, 796.27142857, 838.92857143]))
    #expect(Self.agree(row(0, of: "dbfilter"), [14600, 14645, 14660, 14645, 14600]))
    #expect(Self.agree(row(2, of: "dffilter"), [11990, 12126, 12248, 12356, 12450]))
  }
}
