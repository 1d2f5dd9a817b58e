/// Rows with their cells in aligned columns; the first row is the heading.
func columns(_ rows: [[String]], indent: String = "") -> String {
  let count = rows.first?.count ?? 0
  let widths = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
  var text = ""
  for row in rows {
    var line = indent
    for (cell, width) in zip(row, widths) {
      line += cell + String(repeating: " ", count: width - cell.count + 2)
    }
    while line.last == " " { line.removeLast() }
    text += line + "\n"
  }
  return text
}
