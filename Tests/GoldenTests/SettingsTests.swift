import Equations
import Golden
import KaldiIO
import Tensors
import Testing

/// What `--set` can change, what it refuses, and how `case.json` tells it.
@Suite struct SettingsTests {
  /// A case with settings as the command line gives them.
  static func changed(_ name: String, _ settings: [(String, String)]) throws -> GoldenCase {
    var golden = try Catalogue.named(name)
    for (key, value) in settings { try golden.settings.set(key, to: value, ofCase: name) }
    return golden
  }

  /// The error of the first thing that goes wrong on the way to the inputs.
  static func error(_ name: String, _ settings: [(String, String)]) -> GoldenError? {
    do {
      let golden = try changed(name, settings)
      _ = try golden.inputs()
      _ = try golden.positions()
      return nil
    } catch {
      return error as? GoldenError
    }
  }

  @Test(arguments: [
    ("N", "0"), ("N", "-1"), ("T", "2.5"), ("D", ""), ("H", "x"), ("H", "1e3"), ("N", "0x2"),
    ("N", "99999999999999999999"), ("x", "a:b"), ("x", "1:2:3"), ("x", ""), ("x", ":"),
    ("x", "1:"), ("x", "nan"), ("x", "inf:1"), ("x", "1,2"), ("x", "random"),
    ("x", "random:1"), ("x", "random:1:2"), ("x", "random:-1:0:1"), ("x", "random:a:0:1"),
    ("x", "random:1:0:1:2"), ("x", "random:1.5:0:1"), ("x", "random:1:nan:1"),
  ])
  func `a value that cannot be read is refused with key and value`(
    _ key: String, _ value: String
  ) {
    let error = Self.error("sru", [(key, value)])
    guard case .malformedSetting(key, value, _)? = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.hasPrefix("--set \(key)=\(value): expected ") && !line.contains("\n"))
  }

  @Test(arguments: ["iifo", "ifo", "gifox", ""])
  func `an order of other letters is refused`(_ value: String) {
    let error = Self.error("tflstm", [("order", value)])
    #expect(
      error
        == .malformedSetting(
          key: "order", value: value, expected: "the letters i, f, o, g in some order"))
  }

  @Test(arguments: [
    ("sru", "Q"), ("sru", "order"), ("sru", "h0"), ("sru", "n"), ("lstm", "F"),
    ("compact-vfsmn", "N1"), ("compact-vfsmn", "bposition"), ("bi-compact-vfsmn", "position"),
    ("sru-separate", "Wf"), ("tflstm", "B"), ("sru", ""),
  ])
  func `a key that a case does not have is refused, and the known ones are told`(
    _ name: String, _ key: String
  ) throws {
    let known = try Catalogue.named(name).settings.keys
    let error = Self.error(name, [(key, "1")])
    #expect(error == .unknownSetting(case: name, key: key, known: known))
    #expect(known == known.sorted() && !known.isEmpty)
  }

  @Test func `an unknown case is refused, and the known ones are told`() {
    let error = #expect(throws: GoldenError.self) { try Catalogue.named("srv") }
    #expect(error == .unknownCase(name: "srv", known: Committed.names))
  }

  private static let uneven =
    "tflstm.layer:8: B = (D - F) / S + 1 is no whole number of at least 1"

  @Test(
    arguments: [
      ("tflstm", [("F", "9")], "\(uneven) at D=3, F=9, S=1"),
      (
        "tflstm", [("D", "6"), ("S", "3")], "\(uneven) at D=6, F=2, S=3"
      ),
      (
        "compact-vfsmn", [("T", "2"), ("position", "0,2")],
        "position: row 1 reaches 2 frames, expected a whole number from 0 to 1"
      ),
      (
        "compact-vfsmn", [("T", "2"), ("position", "0,-1")],
        "position: row 1 reaches -1 frames, expected a whole number from 0 to 1"
      ),
      (
        "compact-vfsmn", [("T", "2"), ("position", "0,0.5")],
        "position: row 1 holds 0.5, expected a whole number"
      ),
      ("compact-vfsmn", [("position", "0,1")], "position: expected shape [15], found [2]"),
      (
        "bi-compact-vfsmn", [("T", "2"), ("fposition", "1,1")],
        "fposition: row 1 reaches 1 frames, expected a whole number from 0 to 0"
      ),
    ] as [(String, [(String, String)], String)])
  func `dimensions and positions that cannot be are refused by the layer`(
    _ name: String, _ settings: [(String, String)], _ reason: String
  ) {
    let error = Self.error(name, settings)
    #expect(error.map { "\($0)" } == "case \(name): \(reason)")
  }

  /// `fl(fl(fl(b - a) · u) + a)`, `u = (next() >> 11) · 2⁻⁵³`: computed in Python from SplitMix64 as
  /// published, row-major over the notebook's tensor.
  @Test(arguments: [
    (
      "random:7:-0.5:1.25",
      [
        0.18220205968472514, -0.4706204845757268, 1.0763311910620459, 0.5201280127991366,
        0.29177331627006964, -0.06349483600519912,
      ]
    ),
    (
      "random:123456789:-1:1",
      [
        -0.7325300158737815, -0.04242359463852163, -0.6167592772970141, 0.039978752885230895,
        -0.7959794416944053, 0.40086211494256263,
      ]
    ),
    (
      "random:7:0.1:0.7",
      [
        0.3338978490347629, 0.11007297671689367, 0.64045640836413, 0.44975817581684685,
        0.371465137006881, 0.24965891336964602,
      ]
    ),
  ])
  func `a random fill follows its documented formula`(
    _ fill: String, _ expected: [Double]
  ) throws {
    let golden = try Self.changed("sru", [("x", fill), ("W", fill), ("bf", fill)])
    let inputs = try golden.inputs()
    let batchMajor = try #require(inputs["x"]).swappingFirstAxes()
    #expect(Array(batchMajor.elements.prefix(6)) == expected)
    #expect(Array(try #require(inputs["W"]).elements.prefix(6)) == expected)
    #expect(try #require(inputs["bf"]).elements == Array(expected.prefix(3)))
    #expect(golden.settings.ranges["x"]?.text == fill)
  }

  @Test func `one number fills a tensor and a range is a linspace over all of it`() throws {
    let golden = try Self.changed("sru", [("x", "-1:1"), ("W", "0.25"), ("N", "3")])
    let inputs = try golden.inputs()
    let x = try #require(inputs["x"])
    #expect(x.shape == [3, 3, 3])
    #expect(x.swappingFirstAxes().elements == linspace(-1, 1, count: 27))
    #expect(try #require(inputs["W"]).elements == Array(repeating: 0.25, count: 36))
  }

  @Test func `four separate weights are the column blocks of the compact one`() throws {
    let separate = try Self.changed("sru-separate", [("W", "random:3:-1:1"), ("H", "2")])
      .inputs()
    let compact = try Self.changed(
      "sru", [("W", "random:3:-1:1"), ("T", "10"), ("H", "2")]
    ).inputs()
    let whole = try #require(compact["W"]).matrix
    for (block, name) in ["W", "Wf", "Wr", "Wh"].enumerated() {
      let part = try #require(separate[name]).matrix
      #expect(part.rows == 3 && part.columns == 2)
      for row in 0..<3 {
        let columns = whole.row(row).dropFirst(2 * block).prefix(2)
        #expect(Array(part.row(row)) == Array(columns))
      }
    }
  }

  @Test(arguments: Committed.names)
  func `a case that case.json describes is the case itself`(_ name: String) throws {
    let golden = try GoldenCase(described: try Committed.description(name))
    let original = try Catalogue.named(name)
    #expect(golden.name == name)
    #expect(golden.settings.sizes == original.settings.sizes)
    #expect(golden.settings.ranges == original.settings.ranges)
    #expect(golden.settings.order == original.settings.order)
    #expect(try golden.positions().map(\.counts) == original.positions().map(\.counts))
    let (inputs, expected) = (try golden.inputs().entries, try original.inputs().entries)
    #expect(inputs.map(\.name) == expected.map(\.name))
    #expect(inputs.map(\.tensor) == expected.map(\.tensor))
  }

  @Test(arguments: [
    (
      "tflstm", [("order", "ofig"), ("D", "5"), ("F", "1"), ("S", "2"), ("x", "random:9:-1:1")]
    ),
    ("compact-vfsmn", [("T", "3"), ("position", "0,1,0"), ("filter", "0.5")]),
    ("sru-separate", [("T", "2"), ("N", "1"), ("W", "0.1:1e-7")]),
  ])
  func `changed settings survive case.json`(
    _ name: String, _ settings: [(String, String)]
  ) throws {
    let run = try CaseRun(Self.changed(name, settings))
    let again = try CaseRun(GoldenCase(described: run.description()))
    #expect(again.description() == run.description())
    let (files, others) = (try run.folder().files, try again.folder().files)
    #expect(files.map(\.path) == others.map(\.path))
    #expect(files.map(\.bytes) == others.map(\.bytes))
  }
}
