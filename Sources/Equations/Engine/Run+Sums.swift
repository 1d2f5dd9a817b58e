import Arithmetic

/// Products, taps, splices, and the sums over all frames.
extension Run {
  @inline(never) func multiply(_ index: Int, _ t: Int, _ frames: Int) {
    let list = instructions.lane
    guard let left = list[index].keep, let sums = list[index].sums,
      let weight = list[index].weight
    else { return }
    if list[index].isNegative { return subtractProduct(list[index], t, frames) }
    // Rows of consecutive frames adjoin, or each frame is a product of its own.
    let rows = list[index].rows
    let isUniform = left.frame == rows &* left.row && sums.frame == rows &* sums.row
    let (count, size) = isUniform ? (1, rows &* frames) : (frames, rows)
    for step in 0..<count {
      Scalar.accumulateProduct(
        ProductExtent(rows: size, inner: list[index].inner, columns: list[index].columns),
        left.lane,
        Placement(offset: left.offset &+ (t &+ step) &* left.frame, rowStride: left.row),
        weight, list[index].weightPlace, into: sums.lane,
        Placement(offset: sums.offset &+ (t &+ step) &* sums.frame, rowStride: sums.row),
        from: list[index].startsAtZero ? .zero : .sums, threads: threads)
    }
  }

  /// A product that is subtracted: by negated rows, which is exact.
  @inline(never) private func subtractProduct(
    _ instruction: Instruction<Scalar>, _ t: Int, _ frames: Int
  ) {
    guard let left = instruction.keep, let sums = instruction.sums, let weight = instruction.weight
    else { return }
    for t in t..<t + frames {
      for row in 0..<instruction.rows {
        let from = left.part(t, row, instruction.inner)
        let into = sums.part(t, row, instruction.columns)
        if instruction.startsAtZero { into.fill(Scalar.Sum()) }
        for j in 0..<instruction.columns {
          for i in 0..<instruction.inner {
            into[j].accumulate(-from[i], times: weight[instruction.weightPlace.index(i, j)])
          }
        }
      }
    }
  }

  @inline(never) func clear(_ index: Int, _ t: Int, _ frames: Int) {
    let instruction = instructions.lane[index]
    guard let sums = instruction.sums else { return }
    for t in t..<t + frames {
      for row in 0..<instruction.rows {
        sums.part(t, row, instruction.columns).fill(Scalar.Sum())
      }
    }
  }

  @inline(never) func tap(_ index: Int, _ t: Int, _ frames: Int) {
    let instruction = instructions.lane[index]
    guard let sums = instruction.sums, let source = instruction.keep, let taps = instruction.taps
    else { return }
    let columns = instruction.columns
    for t in t..<t + frames {
      for row in 0..<instruction.rows {
        let into = sums.part(t, row, columns)
        if instruction.startsAtZero { into.fill(Scalar.Sum()) }
        taps.forEach(t, row, instruction.rows, plan.widths.frames) { tap, frame in
          let weights = taps.filter.part(tap &* columns, columns)
          let seen = source.part(frame, row, columns)
          if instruction.isNegative {
            for j in 0..<columns { into[j].accumulate(-weights[j], times: seen[j]) }
          } else {
            for j in 0..<columns { into[j].accumulate(weights[j], times: seen[j]) }
          }
        }
      }
    }
  }

  @inline(never) func splice(_ index: Int, _ t: Int, _ frames: Int) {
    let instruction = instructions.lane[index]
    guard let source = instruction.keep else { return }
    let (columns, last) = (instruction.columns, plan.widths.frames - 1)
    for t in t..<t + frames {
      for row in 0..<instruction.rows {
        if let target = instruction.target {
          let from = source.part(min(max(t + instruction.inner, 0), last), row, columns)
          let into = target.part(t, row, columns)
          for j in 0..<columns { into[j] = from[j] }
        } else if let sums = instruction.sums {
          let into = sums.part(t, row, columns)
          if instruction.startsAtZero { into.fill(Scalar.Sum()) }
          for frame in 0...last where min(max(frame + instruction.inner, 0), last) == t {
            let from = source.part(frame, row, columns)
            for j in 0..<columns { into[j].accumulate(from[j]) }
          }
        }
      }
    }
  }

  // MARK: Parameters

  /// Adds one term of a parameter's gradient over all its frames, streams and blocks.
  @inline(never) func reduce(_ reduction: Reduction<Scalar>) {
    if reduction.isFirst { reduction.cleared?.fill(Scalar.Sum()) }
    switch reduction.kind {
    case .outer: multiplyOuter(reduction)
    case .columns: sumColumns(reduction)
    case .taps: sumTaps(reduction)
    }
  }

  @inline(__always) private func multiplyOuter(_ reduction: Reduction<Scalar>) {
    guard let left = reduction.left, let right = reduction.right else { return }
    let sums = reduction.sums
    if reduction.isNegative {
      for i in 0..<reduction.extent.rows {
        for j in 0..<reduction.extent.columns {
          for row in 0..<reduction.extent.inner {
            sums[reduction.place.index(i, j)].accumulate(
              -left[reduction.leftPlace.index(i, row)],
              times: right[reduction.rightPlace.index(row, j)])
          }
        }
      }
    } else {
      Scalar.accumulateProduct(
        reduction.extent, left, reduction.leftPlace, right, reduction.rightPlace, into: sums,
        reduction.place, from: reduction.isFirst ? .zero : .sums, threads: threads)
    }
  }

  /// The sum of a term over rows: by rising frame, stream and block.
  @inline(__always) private func sumColumns(_ reduction: Reduction<Scalar>) {
    let (sums, term) = (reduction.sums, reduction.term)
    let columns = sums.count
    let (a, b) = (operands.lane[term.first], operands.lane[term.first &+ term.count &- 1])
    // Rows of frames, streams and blocks adjoin, or come one by one.
    for t in reduction.frames {
      for row in 0..<reduction.rows {
        if reduction.isPair {
          let (p, q) = (a.part(t, row, columns), b.part(t, row, columns))
          for j in 0..<columns { sums[j].accumulate(p[j], times: q[j]) }
        } else if reduction.isPlain {
          let p = a.part(t, row, columns)
          for j in 0..<columns { sums[j].accumulate(p[j]) }
        } else {
          add(term, t, row, columns, 0, to: sums)
        }
      }
    }
  }

  @inline(__always) private func sumTaps(_ reduction: Reduction<Scalar>) {
    guard let taps = reduction.taps else { return }
    let (source, above) = (
      operands.lane[reduction.term.first], operands.lane[reduction.term.first &+ 1]
    )
    let columns = reduction.extent.columns
    for t in reduction.frames {
      for row in 0..<plan.widths.streams {
        let dy = above.part(t, row, columns)
        taps.forEach(t, row, plan.widths.streams, plan.widths.frames) { tap, frame in
          let seen = source.part(frame, row, columns)
          let into = reduction.sums.part(tap &* columns, columns)
          if reduction.isNegative {
            for j in 0..<columns { into[j].accumulate(-seen[j], times: dy[j]) }
          } else {
            for j in 0..<columns { into[j].accumulate(seen[j], times: dy[j]) }
          }
        }
      }
    }
  }
}

extension BoundTaps {
  /// Calls a body for every tap that acts on a row, with the frame it reads (or, for the adjoint, the
  /// frame that read this one), by rising tap.
  @inline(__always) func forEach(
    _ t: Int, _ row: Int, _ streams: Int, _ frames: Int, _ body: (_ tap: Int, _ frame: Int) -> Void
  ) {
    let step = isAhead == isAdjoint ? -stride : stride
    let limit = isAdjoint || isUnbounded ? rows : min(counts[t &* streams &+ row] &+ extra, rows)
    guard limit > 0 else { return }
    for tap in 0..<limit {
      let frame = t &+ (tap &+ start) &* step
      guard frame >= 0, frame < frames else {
        // Farther taps lie farther out, but for those of a mistaken program that start elsewhere.
        if start == 1 { return }
        continue
      }
      if isAdjoint && !isUnbounded && tap >= counts[frame &* streams &+ row] &+ extra { continue }
      body(tap, frame)
    }
  }
}
