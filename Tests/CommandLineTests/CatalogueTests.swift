import Testing

/// `list` and `gradcheck`: what the catalogue holds, and that its gradients are right.
@Suite struct CatalogueTests {
  static let cases = [
    "lstm-step", "lstm", "sru-step", "sru-step-separate", "sru", "sru-separate", "tflstm-step",
    "tflstm-ifog", "tflstm", "compact-vfsmn", "bi-compact-vfsmn", "gru", "gru-after", "lstmp",
    "blstmp", "elman", "deepfsmn",
  ]

  @Test func `list names every case`() throws {
    let outcome = try Tool.run("list")
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n").dropFirst()
    let names = lines.compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(names.filter { !$0.hasSuffix("-probe") }.sorted() == Self.cases.sorted())
  }

  @Test(arguments: cases) func `list tells all about a case`(_ name: String) throws {
    let outcome = try Tool.run("list", name)
    #expect(outcome.status == 0 && outcome.errors == "")
    #expect(outcome.output.hasPrefix("\(name): "))
    for part in ["Equations:", "Tensors:", " input ", " weight ", " upstream ", " gradient "] {
      #expect(outcome.output.contains(part))
    }
  }

  @Test func `the probe case of a layer catches and separates all its mistakes`() throws {
    let table = try Tool.run("power", "compact-vfsmn-probe")
    #expect(table.status == 0 && table.errors == "")
    #expect(table.output.contains(" complete\n"))
    let json = try Tool.run("power", "compact-vfsmn-probe", "--json")
    #expect(json.status == 0 && json.output.contains("\"complete\" : true"))
  }

  @Test func `list shows shapes and both views' layouts`() throws {
    let lines = try Tool.run("list", "tflstm").output.split(separator: "\n")
    let cells = lines.map { $0.split(separator: " ").joined(separator: " ") }
    #expect(cells.contains("x input 2 x 3 x 3 x, batch-major in, time-major -0.4:0.6"))
    #expect(cells.contains("Wx weight 2 x 12 Wx w_gifo_x, transposed -0.2:0.9"))
    #expect(cells.contains("dpo gradient 3 dpo peephole_o_c_corr"))
  }

  @Test func `an unknown case is told the nearest one`() throws {
    for command in ["list", "gradcheck", "dump"] {
      let outcome = try Tool.run(command, "tflsm")
      #expect(outcome.isPlainTrouble)
      #expect(outcome.errors.contains("did you mean 'tflstm'?"))
    }
  }

  @Test(arguments: ["lstm-step", "sru", "tflstm", "bi-compact-vfsmn"])
  func `gradients are within their marks`(_ name: String) throws {
    for option in ["--exact=false", "--exact"] {
      let outcome = try Tool.run("gradcheck", name, option)
      #expect(outcome.status == 0 && outcome.errors == "")
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.dropFirst().dropLast().allSatisfy { $0.hasPrefix(name) && $0.hasSuffix(" ok") })
      #expect(lines.last?.hasSuffix("within their marks") == true)
    }
  }
}
