import Equations
import Golden
import KaldiIO
import Tensors
import Testing

/// How the Kaldi view shows a case: transposes, names, gate order, padded buffers.
@Suite struct KaldiViewTests {
  /// The tensors of one view by name.
  static func view(_ name: String, of run: CaseRun) -> [String: Matrix<Double>] {
    let tensors = run.viewedTensors().filter { $0.file.view == name }
    return Dictionary(uniqueKeysWithValues: tensors.map { ($0.file.name, $0.values) })
  }

  /// Rows `first ..< first + count` of a matrix.
  static func rows(_ matrix: Matrix<Double>?, _ first: Int, _ count: Int) -> [Double] {
    guard let matrix else { return [] }
    return (first..<first + count).flatMap { Array(matrix.row($0)) }
  }

  /// Kaldi's order is g i f o whatever order the case ran in; of H = 2, the blocks of i f o g are
  /// columns 0 1, 2 3, 4 5, 6 7, so Kaldi's rows are 6 7, 0 1, 2 3, 4 5.
  @Test func `a TF-LSTM run as ifog is shown as gifo`() throws {
    let run = try CaseRun(
      SettingsTests.changed(
        "tflstm",
        [("order", "ifog"), ("H", "2"), ("Wx", "random:5:-1:1"), ("b", "random:6:-1:1")]))
    let (numpy, kaldi) = (Self.view("numpy", of: run), Self.view("kaldi", of: run))
    let permutation = [6, 7, 0, 1, 2, 3, 4, 5]
    for (mine, theirs) in [
      ("Wx", "w_gifo_x"), ("Wh", "w_gifo_r"), ("Wk", "w_gifo_k"), ("dWx", "w_gifo_x_corr"),
      ("dWh", "w_gifo_r_corr"), ("dWk", "w_gifo_k_corr"),
    ] {
      let (weights, shown) = (try #require(numpy[mine]), try #require(kaldi[theirs]))
      #expect(weights.columns == 8 && shown.rows == 8 && shown.columns == weights.rows)
      for (row, column) in permutation.enumerated() {
        #expect(Array(shown.row(row)) == (0..<weights.rows).map { weights[$0, column] })
      }
    }
    for (mine, theirs) in [("b", "bias"), ("db", "bias_corr")] {
      let (bias, shown) = (try #require(numpy[mine]), try #require(kaldi[theirs]))
      #expect(shown.elements == permutation.map { bias.elements[$0] })
    }
    for (mine, theirs) in [("pi", "peephole_i_c"), ("dpo", "peephole_o_c_corr")] {
      #expect(numpy[mine] != nil && numpy[mine] == kaldi[theirs])
    }
  }

  /// Frame 1 of the padded buffer: block 1 starts at column 8H; within it g i f o c n h h.
  @Test(arguments: ["gifo", "ifog", "ofig"])
  func `the TF-LSTM's buffers stand in Kaldi's order with padding`(_ order: String) throws {
    let run = try CaseRun(SettingsTests.changed("tflstm", [("order", order)]))
    let kaldi = Self.view("kaldi", of: run)
    let layouts: [(buffer: String, sources: [String?])] = [
      ("propagate_buf", ["g", "i", "f", "o", "c", "n", "out", "out"]),
      ("backpropagate_buf", ["da_g", "da_i", "da_f", "da_o", "dc", "da_n", "dh", nil]),
    ]
    // N2 T3 H3, B = 2: 10 rows, 4 blocks of 24 columns.
    for (name, sources) in layouts {
      let buffer = try #require(kaldi[name])
      #expect(buffer.rows == 10 && buffer.columns == 96)
      var expected = Matrix(rows: 10, columns: 96, repeating: 0.0)
      for (place, source) in sources.enumerated() {
        guard let source, let tensor = run.values[source] else { continue }
        for row in 0..<6 {
          for column in 0..<6 {
            let (block, j) = (column / 3, column % 3)
            expected[2 + row, 24 * (block + 1) + 3 * place + j] =
              tensor.elements[6 * row + column]
          }
        }
      }
      #expect(buffer == expected, "\(name)")
    }
  }

  @Test func `the SRU's buffers are x f r h c c out and their derivatives`() throws {
    let run = try Committed.run("sru")
    let kaldi = Self.view("kaldi", of: run)
    let layouts: [(buffer: String, sources: [String])] = [
      ("propagate_buf", ["u.x", "f", "r", "u.h", "c", "c", "out"]),
      ("backpropagate_buf", ["du.x", "da_f", "da_r", "du.h", "dc", "dhr", "dout"]),
    ]
    for (name, sources) in layouts {
      let buffer = try #require(kaldi[name])
      #expect(buffer.rows == 10 && buffer.columns == 21)
      #expect(Self.rows(buffer, 0, 2).allSatisfy { $0 == 0 })
      #expect(Self.rows(buffer, 8, 2).allSatisfy { $0 == 0 })
      for (place, source) in sources.enumerated() {
        let tensor = try #require(run.values[source] ?? run.inputs[source])
        for row in 0..<6 {
          let shown = Array(Array(buffer.row(2 + row))[3 * place..<3 * place + 3])
          #expect(shown == Array(tensor.elements[3 * row..<3 * row + 3]), "\(name) \(source)")
        }
      }
    }
  }

  @Test(arguments: [("lstm", "out", 2, 3), ("sru", "out", 2, 3), ("tflstm", "out", 2, 3)])
  func `frames are batch-major to NumPy and time-major to Kaldi`(
    _ name: String, _ tensor: String, _ n: Int, _ t: Int
  ) throws {
    let run = try Committed.run(name)
    let (numpy, kaldi) = (Self.view("numpy", of: run), Self.view("kaldi", of: run))
    for (mine, theirs) in [("x", "in"), ("out", "out"), ("dout", "out_diff"), ("dx", "in_diff")] {
      for sequence in 0..<n {
        for frame in 0..<t {
          #expect(
            Self.rows(numpy[mine], sequence * t + frame, 1)
              == Self.rows(kaldi[theirs], frame * n + sequence, 1))
        }
      }
    }
  }

  @Test func `cases without a Kaldi component keep their own names and order, transposed`() throws {
    let run = try Committed.run("lstm")
    let (numpy, kaldi) = (Self.view("numpy", of: run), Self.view("kaldi", of: run))
    #expect(kaldi["Wx"] == numpy["Wx"]?.transposed())
    #expect(kaldi["Wh_corr"] == numpy["dWh"]?.transposed())
    #expect(kaldi["b_corr"] == numpy["db"])
    #expect(kaldi["h0"] == numpy["h0"] && kaldi["h0_corr"] == numpy["dh0"])
    #expect(Self.view("kaldi", of: try Committed.run("lstm-step")).isEmpty)
  }

  @Test func `positions are a vector to NumPy and one column to Kaldi`() throws {
    let tensors = try Committed.run("bi-compact-vfsmn").viewedTensors()
    let shown = tensors.filter { $0.file.name == "fposition" }
    #expect(shown.map(\.file.view) == ["numpy", "kaldi"])
    #expect(shown.map(\.form) == [.vector, .matrix])
    #expect(shown.map(\.values.rows) == [1, 15] && shown.map(\.values.columns) == [15, 1])
  }
}
