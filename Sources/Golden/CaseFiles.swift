import Arithmetic
public import KaldiIO
import Equations
public import Tensors

/// A tensor of a case as the files of one view hold it.
public struct ViewedTensor: Sendable {
  /// The entry of `case.json`.
  public let entry: CaseDescription.TensorEntry
  /// The file's place in the entry.
  public let file: CaseDescription.File
  /// Matrix or vector.
  public let form: StoredTensor.Form
  /// The values; a vector is one row.
  public let values: Matrix<Double>
  /// How far correct programs may stray, for results.
  public let float32Bound: Matrix<Double>?
  /// How far correct binary64 programs may stray, for results.
  public let float64Bound: Matrix<Double>?
}

extension CaseRun {
  /// What the folder of the case holds: `case.json` and the files of both views.
  ///
  /// - Returns: The folder.
  /// - Throws: ``KaldiIOError`` never in practice: the bytes go to memory.
  public func folder() throws(KaldiIOError) -> FolderWriter.Folder {
    var files: [(path: String, bytes: [UInt8])] = []
    for tensor in viewedTensors() {
      files.append((tensor.file.file, try text(tensor.values, tensor.form, .shortestDouble)))
      for (path, bound) in [
        (tensor.file.float32Bound, tensor.float32Bound),
        (tensor.file.float64Bound, tensor.float64Bound),
      ] {
        if let path, let bound {
          files.append((path, try text(bound, tensor.form, .shortestDouble)))
        }
      }
    }
    files.append(("case.json", description().encoded()))
    return FolderWriter.Folder(name: goldenCase.name, files: files)
  }

  private func text(
    _ matrix: Matrix<Double>, _ form: StoredTensor.Form, _ style: NumberStyle
  ) throws(KaldiIOError) -> [UInt8] {
    let sink = ByteSink()
    try sink.appendText(matrix, form: form, style: style)
    return sink.bytes
  }

  /// The case's description, as `case.json` holds it.
  public func description() -> CaseDescription {
    var entries: [CaseDescription.TensorEntry] = []
    for tensor in viewedTensors() {
      if let index = entries.firstIndex(where: { $0.name == tensor.entry.name }) {
        entries[index].files.append(tensor.file)
      } else {
        var entry = tensor.entry
        entry.files = [tensor.file]
        entries.append(entry)
      }
    }
    for index in entries.indices { entries[index].evaluationIndex = index }
    var settings = goldenCase.settings.ranges.mapValues(\.text)
    for list in positions {
      settings[list.name] = list.counts.map(String.init).joined(separator: ",")
    }
    return CaseDescription(
      case: goldenCase.name, kernel: layer.kernel, component: goldenCase.view?.component,
      dimensions: Dictionary(uniqueKeysWithValues: layer.dimensions.map { ($0.letter, $0.size) }),
      gateOrder: layer.order.map(CaseSettings.text(ofOrder:)), settings: settings, arithmetic: "ball",
      largestRadius: largestRadius, layer: goldenCase.isBuiltIn ? nil : goldenCase.file.text,
      tensors: entries)
  }

  /// Every tensor of every view, in the order of evaluation.
  public func viewedTensors() -> [ViewedTensor] {
    let forward = layer.results.filter { $0.role == .output }
    let backward = layer.results.filter { $0.role == .gradient }
    let buffers = caseView?.buffers ?? []
    return layer.given.flatMap(views)
      + positions.flatMap(positionViews)
      + buffers.filter { !$0.buffer.isBackward }.map(bufferView)
      + forward.flatMap(views)
      + buffers.filter(\.buffer.isBackward).map(bufferView)
      + backward.flatMap(views)
  }

  /// The view beside the notebooks', at the case's order.
  var caseView: CaseView? { goldenCase.view.map { CaseView($0, layer) } }

  /// A tensor in the notebooks' view and, if it is there, in Kaldi's.
  private func views(_ specification: TensorSpecification) -> [ViewedTensor] {
    guard let tensor = inputs[specification.name] ?? values[specification.name] else { return [] }
    let isVector = specification.shape.count == 1
    let shape =
      specification.isSequence
      ? [specification.shape[1], specification.shape[0]] + specification.shape.dropFirst(2)
      : specification.shape
    let entry = CaseDescription.TensorEntry(
      name: specification.name, role: specification.role.described, shape: shape,
      evaluationIndex: 0, files: [])
    func notebook(_ tensor: Tensor<Double>) -> Matrix<Double> {
      specification.isSequence ? tensor.swappingFirstAxes().matrix : tensor.matrix
    }
    var result = [
      viewed(
        entry, view: "numpy", name: specification.name,
        layout: specification.isSequence ? "batch-major" : "plain",
        form: isVector ? .vector : .matrix, values: notebook(tensor),
        float32: float32Bounds[specification.name].map(notebook),
        float64: float64Bounds[specification.name].map(notebook))
    ]
    guard let view = caseView else { return result }
    // A state that is zero is what every program starts from: it needs no file of the program's.
    let isState = goldenCase.form.starts.contains { $0.given == specification.name }
    if isState, !view.view.entries.contains(where: { $0.source == specification.name && $0.isParameter }),
      tensor.elements.allSatisfy({ $0 == 0 })
    {
      return result
    }
    for shown in view.entries where shown.source == specification.name {
      result.append(
        viewed(
          entry, view: "kaldi", name: shown.name, layout: shown.layout,
          form: isVector ? .vector : .matrix, values: view.show(tensor, shown),
          float32: float32Bounds[specification.name].map { view.show($0, shown) },
          float64: float64Bounds[specification.name].map { view.show($0, shown) }))
    }
    return result
  }

  /// A position list: a vector in the notebooks' view, one column in Kaldi's.
  private func positionViews(_ list: (name: String, counts: [Int])) -> [ViewedTensor] {
    let numbers = list.counts.map(Double.init)
    let entry = CaseDescription.TensorEntry(
      name: list.name, role: .input, shape: [numbers.count], evaluationIndex: 0, files: [])
    let own = viewed(
      entry, view: "numpy", name: list.name, layout: "plain", form: .vector,
      values: Matrix(rows: 1, columns: numbers.count, elements: numbers))
    guard goldenCase.view != nil else { return [own] }
    return [
      own,
      viewed(
        entry, view: "kaldi", name: list.name, layout: "plain", form: .matrix,
        values: Matrix(rows: numbers.count, columns: 1, elements: numbers)),
    ]
  }

  /// A per-frame buffer, in Kaldi's view only; a given tensor it shows again (the SRU's upstream
  /// gradient) has the error of a given number.
  private func bufferView(_ buffer: CaseBuffer) -> ViewedTensor {
    func composed(_ results: TensorTable<Double>, given: TensorTable<Double>) -> Matrix<Double> {
      var table = results
      for entry in given.entries { table[entry.name] = entry.tensor }
      return buffer.compose(from: table, zero: 0)
    }
    let matrix = composed(values, given: inputs)
    let single = inputs.map { RoundoffBound<Binary32>(input: $0).bound }
    let double = inputs.map { RoundoffBound<Binary64>(input: $0).bound }
    let entry = CaseDescription.TensorEntry(
      name: buffer.buffer.name, role: .internal, shape: [matrix.rows, matrix.columns],
      evaluationIndex: 0,
      blocks: buffer.blocks.map {
        CaseDescription.Block(name: $0.name, first: $0.first, count: $0.count)
      }, files: [])
    return viewed(
      entry, view: "kaldi", name: buffer.buffer.name, layout: "time-major", form: .matrix,
      values: matrix, float32: composed(float32Bounds, given: single),
      float64: composed(float64Bounds, given: double))
  }

  private func viewed(
    _ entry: CaseDescription.TensorEntry, view: String, name: String, layout: String,
    form: StoredTensor.Form, values: Matrix<Double>, float32: Matrix<Double>? = nil,
    float64: Matrix<Double>? = nil
  ) -> ViewedTensor {
    let largest = values.elements.lazy.map(abs).max() ?? 0
    let vacuous = [("float32", float32), ("float64", float64)].filter { _, bound in
      (bound?.elements.max() ?? 0) > largest
    }
    let stem = "\(view)/\(name)"
    return ViewedTensor(
      entry: entry,
      file: CaseDescription.File(
        view: view, name: name, file: stem + ".txt", layout: layout,
        float32Bound: float32.map { _ in stem + ".float32-bound.txt" },
        float64Bound: float64.map { _ in stem + ".float64-bound.txt" },
        vacuousBounds: vacuous.isEmpty ? nil : vacuous.map(\.0)),
      form: form, values: values, float32Bound: float32?.map { roundedUp($0) },
      float64Bound: float64?.map { roundedUp($0) })
  }
}

extension TensorRole {
  /// The role in `case.json`'s words, which are the same.
  var described: CaseDescription.Role {
    switch self {
    case .input: .input
    case .weight: .weight
    case .upstream: .upstream
    case .output: .output
    case .gradient: .gradient
    case .internal: .internal
    }
  }
}
