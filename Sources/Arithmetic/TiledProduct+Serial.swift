import CProductTiles

extension TiledProduct {
  /// The product on this thread, by whichever way costs least for its shape.
  @inline(__always) func run(_ tiles: product_tiles) {
    // Without reuse by many rows, or small enough to stay in cache, factors are read in place.
    if bColumn == 1 && inner * columns <= 8192 {
      unsafe inPlace(tiles, a: a, aRow: aRow, aInner: aInner, aTile: aRow * tiles.tile_rows)
    } else if bColumn == 1 && rows <= 16 {
      besidePackedRows(tiles)
    } else if bColumn != 1 && rows < 6 {
      // Few rows do not pay for turning the right factor: its numbers are met once or twice each.
      dots()
    } else {
      packed(tiles)
    }
  }

  /// With the right factor where it is.
  @inline(__always) private func inPlace(
    _ tiles: product_tiles, a: UnsafePointer<Scalar>, aRow: Int, aInner: Int, aTile: Int
  ) {
    unsafe Self.accumulate(
      tiles, rows: rows, inner: inner, columns: columns,
      a: a, aRow: aRow, aInner: aInner, aTile: aTile,
      b: b, bInner: bInner, bStrip: tiles.strip_columns, c: c, cRow: cRow, fromZero: startsAtZero)
  }

  /// A few rows against a large factor, which is read once: only the rows are worth packing.
  @inline(never) private func besidePackedRows(_ tiles: product_tiles) {
    let group = tiles.tile_rows
    guard rows >= 4, (rows + group) * inner <= Self.panelElements else {
      return unsafe inPlace(tiles, a: a, aRow: aRow, aInner: aInner, aTile: aRow * group)
    }
    let panel = unsafe ProductWorkspace.block().assumingMemoryBound(to: Scalar.self)
    unsafe Self.pack(
      a, count: rows, along: aRow, depth: inner, step: aInner, group: group, into: panel)
    unsafe inPlace(tiles, a: panel, aRow: 1, aInner: group, aTile: group * inner)
  }

  /// Two rows by four columns of single sums: enough of them to hide the latency of adding.
  @inline(never) private func dots() {
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
        var (s0, s1, s2, s3): (Scalar, Scalar, Scalar, Scalar) = (0, 0, 0, 0)
        var (t0, t1, t2, t3) = (s0, s1, s2, s3)
        if !startsAtZero {
          (s0, s1, s2, s3) = unsafe (out[0], out[1], out[2], out[3])
          (t0, t1, t2, t3) = unsafe (below[0], below[1], below[2], below[3])
        }
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
          var sum = unsafe startsAtZero ? 0 : c[row * cRow + j]
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
  ///
  /// A block of the left factor's rows stays in the second cache while the strips of the right one
  /// pass by in the first; both were copied once for as long as the panels last.
  @inline(never) private func packed(_ tiles: product_tiles) {
    let workspace = unsafe ProductWorkspace.block().assumingMemoryBound(to: Scalar.self)
    let leftPanel = unsafe workspace
    let rightPanel = unsafe workspace + Self.rowPanel * Self.innerBlock
    let (tileRows, stripColumns) = (tiles.tile_rows, tiles.strip_columns)
    // Few columns do not pay for packing the left factor either.
    let packsLeft = columns > 32
    for top in stride(from: 0, to: rows, by: Self.rowPanel) {
      let bottom = min(top + Self.rowPanel, rows)
      for k in stride(from: 0, to: inner, by: Self.innerBlock) {
        let depth = min(Self.innerBlock, inner - k)
        if packsLeft {
          unsafe Self.pack(
            a + top * aRow + k * aInner, count: bottom - top, along: aRow, depth: depth,
            step: aInner, group: tileRows, into: leftPanel)
        }
        for j in stride(from: 0, to: columns, by: Self.columnBlock) {
          let width = min(Self.columnBlock, columns - j)
          unsafe Self.pack(
            b + k * bInner + j * bColumn, count: width, along: bColumn, depth: depth, step: bInner,
            group: stripColumns, into: rightPanel)
          for i in stride(from: top, to: bottom, by: Self.rowBlock(tileRows)) {
            let left =
              unsafe packsLeft
              ? UnsafePointer(leftPanel + (i - top) * depth) : a + i * aRow + k * aInner
            unsafe Self.accumulate(
              tiles, rows: min(Self.rowBlock(tileRows), bottom - i), inner: depth, columns: width,
              a: left, aRow: packsLeft ? 1 : aRow, aInner: packsLeft ? tileRows : aInner,
              aTile: packsLeft ? tileRows * depth : tileRows * aRow,
              b: rightPanel, bInner: stripColumns, bStrip: stripColumns * depth,
              c: c + i * cRow + j, cRow: cRow, fromZero: startsAtZero && k == 0)
          }
        }
      }
    }
  }

  /// Copies `count` lines of `depth` numbers into groups, a group's lines side by side.
  ///
  /// What is read together lies together: a number's neighbours are read before its cache line can
  /// be driven out by lines a power of two away.
  private static func pack(
    _ source: UnsafePointer<Scalar>, count: Int, along: Int, depth: Int, step: Int, group: Int,
    into panel: UnsafeMutablePointer<Scalar>
  ) {
    if along == 1 {
      for near in stride(from: 0, to: depth, by: 8) {
        let far = min(near + 8, depth)
        for first in stride(from: 0, to: count, by: group) {
          unsafe packAdjoining(
            source + first, min(group, count - first), near..<far, step: step, group: group,
            into: panel + first * depth)
        }
      }
    } else {
      for first in stride(from: 0, to: count, by: group) {
        for near in stride(from: 0, to: depth, by: 8) {
          unsafe packTurned(
            source + first * along, min(group, count - first), along: along,
            near..<min(near + 8, depth), step: step, group: group, into: panel + first * depth)
        }
      }
    }
  }

  /// A group of lines that adjoin each other: their numbers at one depth are copied as they lie.
  @inline(__always) private static func packAdjoining(
    _ source: UnsafePointer<Scalar>, _ lines: Int, _ depths: Range<Int>, step: Int, group: Int,
    into panel: UnsafeMutablePointer<Scalar>
  ) {
    for k in depths {
      let from = unsafe source + k * step
      let to = unsafe panel + k * group
      var line = 0
      while line + 4 <= lines {
        unsafe (to[line], to[line + 1]) = (from[line], from[line + 1])
        unsafe (to[line + 2], to[line + 3]) = (from[line + 2], from[line + 3])
        line += 4
      }
      while line < lines {
        unsafe to[line] = from[line]
        line += 1
      }
    }
  }

  /// A group of lines that lie apart: four at a time are turned, then those that are left.
  @inline(__always) private static func packTurned(
    _ source: UnsafePointer<Scalar>, _ lines: Int, along: Int, _ depths: Range<Int>, step: Int,
    group: Int, into panel: UnsafeMutablePointer<Scalar>
  ) {
    var line = 0
    while line + 4 <= lines {
      let (one, two) = unsafe (source + line * along, source + (line + 1) * along)
      let (three, four) = unsafe (source + (line + 2) * along, source + (line + 3) * along)
      let to = unsafe panel + line
      for k in depths {
        let from = k * step
        unsafe (to[k * group], to[k * group + 1]) = (one[from], two[from])
        unsafe (to[k * group + 2], to[k * group + 3]) = (three[from], four[from])
      }
      line += 4
    }
    while line < lines {
      let from = unsafe source + line * along
      let to = unsafe panel + line
      for k in depths { unsafe to[k * group] = from[k * step] }
      line += 1
    }
  }

  /// Hands one block to the tiles.
  @inline(__always) private static func accumulate(
    _ tiles: product_tiles, rows: Int, inner: Int, columns: Int,
    a: UnsafePointer<Scalar>, aRow: Int, aInner: Int, aTile: Int,
    b: UnsafePointer<Scalar>, bInner: Int, bStrip: Int, c: UnsafeMutablePointer<Scalar>, cRow: Int,
    fromZero: Bool
  ) {
    var block = unsafe product_block(
      rows: rows, inner: inner, columns: columns, a: a, a_row: aRow, a_inner: aInner,
      a_tile: aTile, b: b, b_inner: bInner, b_strip: bStrip, c: c, c_row: cRow,
      from_zero: fromZero ? 1 : 0)
    unsafe tiles.accumulate(&block)
  }
}
