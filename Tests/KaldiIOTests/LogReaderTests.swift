import KaldiIO
import Tensors
import Testing

/// One object of a log as read by eye: the line of its bracket, name, function and shape.
private struct Seen: Equatable, CustomStringConvertible {
  var line: Int
  var name: String
  var function: String
  var component: String
  var rows: Int
  var columns: Int

  var description: String { "\(line) '\(name)' \(function) \(component) \(rows)×\(columns)" }

  init(
    _ line: Int, _ name: String, _ function: String, _ component: String, _ rows: Int,
    _ columns: Int
  ) {
    self.line = line
    self.name = name
    self.function = function
    self.component = component
    self.rows = rows
    self.columns = columns
  }
}

/// All records of a text.
func records(ofLog text: String) throws -> [TensorRecord] {
  try records(ofLog: ByteSource(bytes: Array(text.utf8), name: "text"))
}

private func records(ofLog source: ByteSource) throws -> [TensorRecord] {
  var reader = try LogReader(source)
  var result: [TensorRecord] = []
  while let record = try reader.next() { result.append(record) }
  return result
}

private func seen(inDump name: String) throws -> [Seen] {
  try records(ofLog: ByteSource.open(file: dump(name))).map { record in
    guard case .tensor(let tensor) = record.content else { throw Failure(record.name) }
    return Seen(
      record.origin.line ?? 0, record.name, record.origin.function ?? "",
      record.origin.component ?? "", tensor.matrix.rows, tensor.matrix.columns)
  }
}

private struct Failure: Error {
  var text: String
  init(_ text: String) { self.text = text }
}

/// The path of a file made by real Kaldi.
func dump(_ name: String) -> String {
  let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
  return "/\(tests)/Fixtures/kaldi-dumps/\(name)"
}

@Suite("Log reader")
struct LogReaderTests {
  /// Read by eye from `nnet-component-test.log`; the test program runs everything twice, and the
  /// second run begins 232 lines below the first.
  private static let run: [Seen] = {
    let sru = "UnitTestSimpleRecurrentUnit"
    let lstm = "UnitTestTfLstm"
    let compact = "UnitTestCompactVfsmn"
    let both = "UnitTestBiCompactVfsmn"
    return [
      Seen(7, "", sru, "<SimpleRecurrentUnit>", 1, 42),
      Seen(8, "mat_out", sru, "<SimpleRecurrentUnit>", 6, 3),
      Seen(15, "mat_in_diff", sru, "<SimpleRecurrentUnit>", 6, 3),
      Seen(32, "", lstm, "<TfLstm>", 1, 117),
      Seen(33, "mat_out", lstm, "<TfLstm>", 6, 6),
      Seen(40, "mat_in_diff", lstm, "<TfLstm>", 6, 3),
      Seen(51, "", compact, "<CompactVfsmn>", 15, 5),
      Seen(68, "", compact, "<CompactVfsmn>", 15, 1),
      Seen(84, "", compact, "<CompactVfsmn>", 4, 5),
      Seen(89, "mat_out", compact, "<CompactVfsmn>", 15, 5),
      Seen(105, "mat_in_diff", compact, "<CompactVfsmn>", 15, 5),
      Seen(121, "", compact, "<CompactVfsmn>", 4, 5),
      Seen(131, "", both, "<BiCompactVfsmn>", 15, 5),
      Seen(149, "", both, "<BiCompactVfsmn>", 15, 1),
      Seen(165, "", both, "<BiCompactVfsmn>", 15, 1),
      Seen(181, "", both, "<BiCompactVfsmn>", 8, 5),
      Seen(190, "mat_out", both, "<BiCompactVfsmn>", 15, 5),
      Seen(206, "mat_in_diff", both, "<BiCompactVfsmn>", 15, 5),
      Seen(222, "", both, "<BiCompactVfsmn>", 5, 5),
      Seen(228, "", both, "<BiCompactVfsmn>", 3, 5),
    ]
  }()

  @Test("Kaldi's component test has 40 objects, each with its name, function and component")
  func componentTest() throws {
    let second = Self.run.map { seen in
      var seen = seen
      seen.line += 232
      return seen
    }
    #expect(try seen(inDump: "nnet-component-test.log") == Self.run + second)
  }

  @Test("A current Kaldi's log has 8 objects, one of them without a name")
  func upstream() throws {
    let expected = [
      Seen(3, "in", "main", "<TfLstm>", 6, 3), Seen(10, "out", "main", "<TfLstm>", 6, 6),
      Seen(18, "w_gifo_x", "main", "<TfLstm>", 12, 2), Seen(31, "bias", "main", "<TfLstm>", 1, 12),
      Seen(33, "out_diff", "main", "<TfLstm>", 6, 6), Seen(41, "", "main", "<TfLstm>", 6, 3),
      Seen(49, "w_gifo_x_corr_", "main", "<TfLstm>", 12, 2),
      Seen(63, "bias_corr_", "main", "<TfLstm>", 1, 12),
    ]
    #expect(try seen(inDump: "upstream-debug.log") == expected)
  }

  @Test("The prefix names the source line, and a number keeps its value and digits")
  func origin() throws {
    let all = try records(ofLog: ByteSource.open(file: dump("upstream-debug.log")))
    #expect(all[3].origin.sourceLine == "nnet-debug.cc:14")
    guard case .tensor(let bias) = all[3].content else { throw Failure("bias") }
    #expect(bias.form == .vector)
    #expect(bias.matrix.elements[1] == 0.245455)
    #expect(bias.encoding == .text(significantDigits: 6))
  }

  @Test(
    "What is no matrix yields nothing",
    arguments: [
      "LOG (p[5.5]:main():a.cc:1) [ not a matrix ]", "cursor_utt[4][ 1 2 ]", "[ Stack-Trace: ]",
      "LOG (p[5.5]:main():a.cc:1) progress: [0.1 0.2 ]", "ProgressLoss[last 1h of 2h]: 0.5",
      "LOG (p[5.5]:main():a.cc:1) x\nprogress: [0.1 0.2 ]",
      "w_   ( min -0.1, max 0.2, mean 0 ) ", "see [1] and [2]", "rows=2 dim=5 [ 1 0.5 3 2 ]",
      "foo [\nbar ]", "f[0x10] [0x55d]", "list [1, 2, 3]", "[", "]", "[]x", "[ 1.5abc ]",
      "\"shape\" : [\n  2,\n  3\n]", "\"columns\": [0, 3]", "x [ 1,2 ]",
    ])
  func noMatrix(text: String) throws {
    #expect(try records(ofLog: text).isEmpty)
  }

  @Test(
    "Prefixes of every age are read",
    arguments: [
      ("LOG (prog:main():f.cc:3) x [ 1 ]", "main", "f.cc:3"),
      ("LOG (main():f.cc:3) x [ 1 ]", "main", "f.cc:3"),
      ("VLOG[2] (prog[5.5.1009~1-e4940]:~Foo():nnet/f.cc:3) x [ 1 ]", "~Foo", "nnet/f.cc:3"),
      ("WARNING ([5.5]:operator()():f.h:30) x [ 1 ]", "operator()", "f.h:30"),
      ("ERROR (p[?]:ReadBasicType<float>():io.h:3)x [ 1 ]", "ReadBasicType<float>", "io.h:3"),
      ("ASSERTION_FAILED (p[5.2]:F():a.cc:1) x [ 1 ]", "F", "a.cc:1"),
      ("kaldi::KaldiFatalErrorLOG (p[5.5]:G():a.cc:1) x [ 1 ]", "G", "a.cc:1"),
    ])
  func prefixes(text: String, function: String, sourceLine: String) throws {
    let all = try records(ofLog: text)
    #expect(all.map(\.name) == ["x"])
    #expect(all.first?.origin.function == function)
    #expect(all.first?.origin.sourceLine == sourceLine)
  }

  @Test(
    "The numbers of a log are those of the files that Kaldi wrote beside it",
    arguments: [
      (0, "in.mat"), (2, "param-w_gifo_x.mat"), (3, "param-bias.vec"), (4, "out_diff.mat"),
    ])
  func values(place: Int, file: String) throws {
    let all = try records(ofLog: ByteSource.open(file: dump("upstream-debug.log")))
    guard case .tensor(let logged) = all[place].content else { throw Failure(file) }
    let written = try ByteSource.open(file: dump("tflstm/" + file)).readTensor()
    #expect(logged.form == written.form && logged.matrix.rows == written.matrix.rows)
    let pairs = zip(logged.matrix.elements, written.matrix.elements)
    // Six digits of the log, seven of the file.
    #expect(pairs.allSatisfy { abs($0 - $1) <= 6e-6 * abs($1) })
  }

  @Test("A broken-off matrix is an error that names where it began")
  func brokenOff() throws {
    for text in ["x [\n 1 2\n 3 4\nLOG (p[5.5]:main():a.cc:1) y [ 5 ]", "x [\n 1 2\n 3 4\ny [ 5 ]"]
    {
      let all = try records(ofLog: text)
      #expect(all.map(\.name) == ["x", "y"])
      guard case .malformed(let error)? = all.first?.content else { throw Failure("no error") }
      #expect(error.description.contains("begun on line 1"))
    }
    for text in ["x [\n 1 2\n 3 4\n", "x [\n 1 2\n 3 ]\n", "[[1 2]\n [3]]"] {
      guard case .malformed? = try records(ofLog: text).first?.content else {
        throw Failure("no error for \(text)")
      }
    }
  }
}

@Suite("NumPy's printed arrays")
struct PrintedArrayTests {
  private func tensor(_ text: String) throws -> (name: String, StoredTensor) {
    let all = try records(ofLog: text)
    guard all.count == 1, case .tensor(let tensor) = all[0].content else {
      throw Failure("\(all)")
    }
    return (all[0].name, tensor)
  }

  // Each text is what NumPy 2.4 prints with its default options.
  @Test(
    "Printed forms are read with their names and decimals",
    arguments: [
      ("dWx [[1.  2.5]\n [3.  4. ]]", "dWx", 2, 2, [1, 2.5, 3, 4], 1),
      ("dWx:\n[[-0.25  2.  ]\n [ 3.    4.  ]]", "dWx", 2, 2, [-0.25, 2, 3, 4], 2),
      ("\n[[1. 2.]\n [3. 4.]]\n", "", 2, 2, [1, 2, 3, 4], 8),
      ("b = [0.1  0.25]", "b", 1, 2, [0.1, 0.25], 2),
      ("b [ 0.1  -0.25]", "b", 1, 2, [0.1, -0.25], 2),
      ("b [0.1 0.2\n 0.3]", "b", 1, 3, [0.1, 0.2, 0.3], 1),
      (
        "c [[[1. 2.]\n  [3. 4.]]\n\n [[5. 6.]\n  [7. 8.5]]]", "c", 4, 2,
        [1, 2, 3, 4, 5, 6, 7, 8.5], 1
      ),
      ("r\narray([[1. , 2.5],\n       [3. , 4. ]])", "r", 2, 2, [1, 2.5, 3, 4], 1),
      ("w [[0.1 0.2\n  0.3]\n [0.4 0.5\n  0.6]]", "w", 2, 3, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 1),
      ("a = array([ 1.5, -2. ])", "a", 1, 2, [1.5, -2], 1),
      ("n [[nan inf -inf  1.]]", "n", 1, 4, [.nan, .infinity, -.infinity, 1], 8),
    ] as [(String, String, Int, Int, [Double], Int)])
  func printed(
    text: String, name: String, rows: Int, columns: Int, elements: [Double], decimals: Int
  ) throws {
    let (found, tensor) = try tensor(text)
    #expect(found == name)
    #expect(tensor.matrix.rows == rows && tensor.matrix.columns == columns)
    #expect(tensor.matrix.elements.map(\.bitPattern) == elements.map(\.bitPattern))
    #expect(tensor.encoding == .fixedPoint(decimals: decimals))
  }

  @Test("Printed exponents count as significant digits")
  func exponents() throws {
    #expect(try tensor("[[1.25e-05 2.00e+00]]").1.encoding == .text(significantDigits: 3))
  }

  @Test(
    "A truncated print is an error that says so",
    arguments: [
      "x [[1. 2. ... 3. 4.]\n [1. 2. ... 3. 4.]]",
      "x [[1. 2.]\n [1. 2.]\n ...\n [1. 2.]]", "x [0. 1. 2. ... 7. 8. 9.]",
    ])
  func truncated(text: String) throws {
    let all = try records(ofLog: text)
    #expect(all.map(\.name) == ["x"])
    guard case .malformed(let error)? = all.first?.content else { throw Failure("no error") }
    #expect(error.description.contains("truncated"))
  }
}
