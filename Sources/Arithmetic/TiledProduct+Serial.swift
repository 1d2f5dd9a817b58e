import CProductTiles

extension TiledProduct {
  /// The product on this thread, by whichever way costs least for its shape.
  func run(_ tiles: product_tiles) {
    if bColumn != 1 {
      // Few rows do not pay for turning the right factor: its numbers are met once or twice each.
      if rows < 6 { return dots() }
      return packed(tiles)
    }
    // Without reuse by many rows, or small enough to stay in cache, factors are read in place.
    if rows <= 16 || inner * columns <= 8192 {
      return unsafe Self.accumulate(
        tiles, rows: rows, inner: inner, columns: columns,
        a: a, aRow: aRow, aInner: aInner, aTile: aRow * tiles.tile_rows,
        b: b, bInner: bInner, bStrip: tiles.strip_columns, c: c, cRow: cRow)
    }
    packed(tiles)
  }

  /// Two rows by four columns of single sums: enough of them to hide the latency of adding.
  private func dots() {
    var i = 0
    while i < rows {
      let alone = i + 1 == rows
      let second = alone ? 0 : aRow
      let left = unsafe a + i * aRow
      var j = 0
      while j + 4 <= columns {
        let right = unsafe b + j * bColumn
        let out = unsafe c + i * cRow + j
        let below = unsafe alone ? out : out + cRow
        var (s0, s1, s2, s3) = unsafe (out[0], out[1], out[2], out[3])
        var (t0, t1, t2, t3) = unsafe (below[0], below[1], below[2], below[3])
        for k in 0..<inner {
          let row = unsafe right + k * bInner
          let (x, y) = unsafe (left[k * aInner], left[k * aInner + second])
          let (b0, b1) = unsafe (row[0], row[bColumn])
          let (b2, b3) = unsafe (row[2 * bColumn], row[3 * bColumn])
          s0 = s0 + x * b0
          s1 = s1 + x * b1
          s2 = s2 + x * b2
          s3 = s3 + x * b3
          t0 = t0 + y * b0
          t1 = t1 + y * b1
          t2 = t2 + y * b2
          t3 = t3 + y * b3
        }
        // A row that stands alone was done twice, with the same result.
        unsafe (below[0], below[1], below[2], below[3]) = (t0, t1, t2, t3)
        unsafe (out[0], out[1], out[2], out[3]) = (s0, s1, s2, s3)
        j += 4
      }
      while j < columns {
        for row in i..<min(i + 2, rows) {
          var sum = unsafe c[row * cRow + j]
          for k in 0..<inner {
            sum = unsafe sum + a[row * aRow + k * aInner] * b[k * bInner + j * bColumn]
          }
          unsafe c[row * cRow + j] = sum
        }
        j += 1
      }
      i += 2
    }
  }

  /// By blocks copied into panels, in which the tiles read one number after the other.
  private func packed(_ tiles: product_tiles) {
    let workspace = unsafe ProductWorkspace.block().assumingMemoryBound(to: Scalar.self)
    let leftPanel = unsafe workspace
    let rightPanel = unsafe workspace + Self.rowBlock * Self.innerBlock
    let (tileRows, stripColumns) = (tiles.tile_rows, tiles.strip_columns)
    // Few columns do not pay for packing the left factor either.
    let packsLeft = columns > 32
    for j in stride(from: 0, to: columns, by: Self.columnBlock) {
      let width = min(Self.columnBlock, columns - j)
      for k in stride(from: 0, to: inner, by: Self.innerBlock) {
        let depth = min(Self.innerBlock, inner - k)
        unsafe Self.pack(
          b + k * bInner + j * bColumn, count: width, along: bColumn, depth: depth, step: bInner,
          group: stripColumns, into: rightPanel)
        for i in stride(from: 0, to: rows, by: Self.rowBlock) {
          let height = min(Self.rowBlock, rows - i)
          let left = unsafe a + i * aRow + k * aInner
          let out = unsafe c + i * cRow + j
          if packsLeft {
            unsafe Self.pack(
              left, count: height, along: aRow, depth: depth, step: aInner, group: tileRows,
              into: leftPanel)
          }
          unsafe Self.accumulate(
            tiles, rows: height, inner: depth, columns: width,
            a: packsLeft ? UnsafePointer(leftPanel) : left, aRow: packsLeft ? 1 : aRow,
            aInner: packsLeft ? tileRows : aInner,
            aTile: packsLeft ? tileRows * depth : tileRows * aRow,
            b: rightPanel, bInner: stripColumns, bStrip: stripColumns * depth,
            c: out, cRow: cRow)
        }
      }
    }
  }

  /// Copies `count` lines of `depth` numbers into groups, a group's lines side by side.
  private static func pack(
    _ source: UnsafePointer<Scalar>, count: Int, along: Int, depth: Int, step: Int, group: Int,
    into panel: UnsafeMutablePointer<Scalar>
  ) {
    for first in stride(from: 0, to: count, by: group) {
      let lines = min(group, count - first)
      let start = unsafe source + first * along
      let out = unsafe panel + first * depth
      if along == 1 && lines % 4 == 0 {
        for k in 0..<depth {
          let from = unsafe start + k * step
          let to = unsafe out + k * group
          for line in stride(from: 0, to: lines, by: 4) {
            unsafe (to[line], to[line + 1]) = (from[line], from[line + 1])
            unsafe (to[line + 2], to[line + 3]) = (from[line + 2], from[line + 3])
          }
        }
        continue
      }
      // Four lines side by side, then those that are left.
      var line = 0
      while line + 4 <= lines {
        let (one, two) = unsafe (start + line * along, start + (line + 1) * along)
        let (three, four) = unsafe (start + (line + 2) * along, start + (line + 3) * along)
        let to = unsafe out + line
        for k in 0..<depth {
          let from = k * step
          unsafe (to[k * group], to[k * group + 1]) = (one[from], two[from])
          unsafe (to[k * group + 2], to[k * group + 3]) = (three[from], four[from])
        }
        line += 4
      }
      while line < lines {
        let from = unsafe start + line * along
        let to = unsafe out + line
        for k in 0..<depth { unsafe to[k * group] = from[k * step] }
        line += 1
      }
    }
  }

  /// Hands one block to the tiles.
  @inline(__always) private static func accumulate(
    _ tiles: product_tiles, rows: Int, inner: Int, columns: Int,
    a: UnsafePointer<Scalar>, aRow: Int, aInner: Int, aTile: Int,
    b: UnsafePointer<Scalar>, bInner: Int, bStrip: Int, c: UnsafeMutablePointer<Scalar>, cRow: Int
  ) {
    var block = unsafe product_block(
      rows: rows, inner: inner, columns: columns, a: a, a_row: aRow, a_inner: aInner,
      a_tile: aTile, b: b, b_inner: bInner, b_strip: bStrip, c: c, c_row: cRow)
    unsafe tiles.accumulate(&block)
  }
}
