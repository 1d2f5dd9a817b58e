import KaldiIO
import Tensors

// Kaldi writes these forms, and the package only reads them: the tests' own writers, from the formats'
// description.

extension ByteSink {
  /// Appends a sparse matrix, without the header.
  func append(
    _ matrix: SparseMatrix, isBinary: Bool, precision: Precision, style: NumberStyle
  ) throws {
    if isBinary {
      try append(token: "SM")
      try append(Int32(matrix.rows.count), isBinary: true)
    } else {
      try append("rows=\(matrix.rows.count) ")
    }
    for row in matrix.rows {
      if isBinary {
        try append(token: "SV")
        try append(Int32(row.dimension), isBinary: true)
        try append(Int32(row.columns.count), isBinary: true)
      } else {
        try append("dim=\(row.dimension) [ ")
      }
      for (column, value) in zip(row.columns, row.values) {
        if isBinary {
          try append(Int32(column), isBinary: true)
        } else {
          try append("\(column) ")
        }
        try append(value, precision: precision, isBinary: isBinary, style: style)
      }
      if !isBinary { try append("] ") }
    }
    if !isBinary { try append(0x0a) }
  }

  /// Appends a packed matrix, without the header.
  func append(
    _ matrix: PackedMatrix, isBinary: Bool, precision: Precision, style: NumberStyle
  ) throws {
    if isBinary {
      try append(token: precision == .float32 ? "FP" : "DP")
      try append(Int32(matrix.size), isBinary: true)
      for element in matrix.elements {
        let bits = precision == .float32 ? UInt64(Float(element).bitPattern) : element.bitPattern
        let size = precision == .float32 ? 4 : 8
        try append((0..<size).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) })
      }
      return
    }
    try append(matrix.size == 0 ? "[ " : "[")
    var index = 0
    for row in 0..<matrix.size {
      try append(0x0a)
      for _ in 0...row {
        try append(matrix.elements[index], style: style)
        try append(0x20)
        index += 1
      }
    }
    try append("]\n")
  }
}
