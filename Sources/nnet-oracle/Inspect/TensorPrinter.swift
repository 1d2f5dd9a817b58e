import KaldiIO
import Tensors

/// Prints one matrix or vector for a person to read beside a notebook or a Kaldi log.
struct TensorPrinter {
  /// The form of the numbers and brackets.
  enum Style: String, CaseIterable {
    /// As Kaldi prints: rows in one pair of brackets, so many significant digits.
    case kaldi
    /// As the notebooks' NumPy prints: nested brackets, aligned decimals.
    case numpy
  }

  /// The form.
  var style: Style
  /// Significant digits in Kaldi's form.
  var digits: Int
  /// Whether a heading and the rows' labels are printed.
  var showsLabels: Bool
  /// The order of the rows; nil leaves them as they are stored.
  var order: FrameLayout.Order?

  /// The text of a stored tensor, whose rows hold frames where a layout is given.
  ///
  /// `isWhole` tells that it is an array of integers, whatever its encoding.
  func text(of stored: StoredTensor, layout: FrameLayout?, isWhole: Bool) -> String {
    let order = order ?? layout?.order ?? .timeMajor
    let matrix = layout?.arranged(stored.matrix, in: order) ?? stored.matrix
    let labels = layout.map { layout in layout.labels(in: order).map(layout.text(of:)) }
    switch style {
    case .kaldi:
      return kaldiText(of: matrix, form: stored.form, labels: showsLabels ? labels : nil)
    case .numpy:
      let text = numpyText(
        of: matrix, form: stored.form, isWhole: isWhole && stored.isWhole,
        layout: order == .batchMajor ? layout : nil)
      guard showsLabels, let labels else { return text + "\n" }
      return labelled(text, with: labels)
    }
  }

  /// The line above a tensor: its name, where it stands, its shape, how its rows are to be read.
  func heading(
    of stored: StoredTensor, name: String, place: String, layout: FrameLayout?
  ) -> String {
    let matrix = stored.matrix
    let shape =
      stored.form == .vector ? "vector of \(matrix.columns)" : "\(matrix.rows) x \(matrix.columns)"
    guard let layout else { return "\(name): \(place), \(shape)" }
    let frames = layout.frameCount + 2 * layout.firstFrame
    let padding = layout.firstFrame < 0 ? " and padding" : ""
    return "\(name): \(place), \(shape), T=\(frames)\(padding) N=\(layout.batchSize),"
      + " rows (t, n) \((order ?? layout.order).rawValue)"
  }

  // MARK: Kaldi

  private func kaldiText(
    of matrix: Matrix<Double>, form: StoredTensor.Form, labels: [String]?
  ) -> String {
    let style = NumberStyle.significantDigits(digits)
    guard form == .matrix, matrix.rows > 0, matrix.columns > 0 else {
      return " [ " + matrix.elements.map { style.spell($0) + " " }.joined() + "]\n"
    }
    let width = labels?.map(\.count).max() ?? 0
    var text = String(repeating: " ", count: width) + " ["
    for row in 0..<matrix.rows {
      text += "\n"
      if let label = labels?[row] {
        text += label + String(repeating: " ", count: width - label.count)
      }
      text += "  " + matrix.row(row).map { style.spell($0) + " " }.joined()
    }
    return text + "]\n"
  }

  // MARK: NumPy

  private func numpyText(
    of matrix: Matrix<Double>, form: StoredTensor.Form, isWhole: Bool, layout: FrameLayout?
  ) -> String {
    let shape: [Int]
    if let layout {
      shape = [layout.batchSize, layout.frameCount, matrix.columns]
    } else {
      shape = form == .vector ? [matrix.columns] : [matrix.rows, matrix.columns]
    }
    if isWhole {
      let integers = matrix.elements.map { Int($0) }
      return NumPyStyle.text(ofIntegers: Tensor(shape: shape, elements: integers))
    }
    return NumPyStyle.text(of: Tensor(shape: shape, elements: matrix.elements))
  }

  /// The text with a label to the right of each row's first line, clear of the numbers.
  private func labelled(_ text: String, with labels: [String]) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let width = lines.map(\.count).max() ?? 0
    let linesPerRow = max(1, lines.count { !$0.isEmpty } / max(1, labels.count))
    var result = ""
    var seen = 0
    for line in lines {
      result += line
      if !line.isEmpty {
        if seen % linesPerRow == 0 && seen / linesPerRow < labels.count {
          let blank = String(repeating: " ", count: width - line.count + 3)
          result += blank + labels[seen / linesPerRow]
        }
        seen += 1
      }
      result += "\n"
    }
    return result
  }
}

extension StoredTensor {
  /// Whether the numbers were stored as integers.
  var isInteger: Bool {
    guard case .other(let name) = encoding else { return false }
    return name.hasPrefix("int") || name.hasPrefix("uint")
  }

  /// Whether every number is a whole one.
  fileprivate var isWhole: Bool { matrix.elements.allSatisfy { Int(exactly: $0) != nil } }
}
