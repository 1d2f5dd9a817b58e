/// Sums over all frames: the gradients of parameters.
extension PlanBuilder {
  mutating func addReductions(_ equation: Equation) throws(EquationError) {
    let weight = String(equation.target.name.dropFirst())
    guard let whole = widths.weights[weight] else {
      throw EquationError(place: equation.place, problem: "\(weight) is no parameter")
    }
    var row = 0
    var stretch = (first: 0, count: whole.columns)
    if let block = equation.target.block {
      if block.hasPrefix("["), let number = Int(block.dropFirst().dropLast()) {
        row = number
      } else if let part = widths.stretch(weight, block) {
        stretch = part
      }
    }
    for (index, term) in equation.terms.enumerated() {
      let blockShifts = term.references.map(\.shift.blocks)
      let firstBlock = max(0, -(blockShifts.min() ?? 0))
      let blocks =
        firstBlock..<max(firstBlock, widths.blocks - max(0, blockShifts.max() ?? 0))
      let skippedShifts = term.references.filter { skipped.contains($0.name) }.map(\.shift.frames)
      let firstFrame = max(0, -(skippedShifts.min() ?? 0))
      var frames =
        firstFrame..<max(firstFrame, widths.frames - max(0, skippedShifts.max() ?? 0))
      switch equation.span {
      case .all: break
      case .first: frames = frames.clamped(to: 0..<1)
      case .last: frames = frames.clamped(to: widths.frames - 1..<widths.frames)
      }
      let spot = Spot(block: nil, blocks: 0)
      func field(_ reference: Reference) throws(EquationError) -> Field {
        guard let field = fields[reference.name],
          let stretch = widths.stretch(reference.name, reference.block)
        else {
          throw EquationError(place: equation.place, problem: "\(reference.name) is never set")
        }
        return field.columns(stretch).shifted(reference.shift)
      }
      var reduction = PlannedReduction(
        weight: weight, row: row, firstColumn: stretch.first,
        kind: .columns(PlannedTerm(isNegative: false, head: .none, factors: [])),
        isFirst: index == 0, isNegative: term.isNegative, blocks: blocks, frames: frames)
      switch term.kind {
      case .outer(let left, let isWindow, let right):
        let rows = try field(left)
        let gradient = try field(right)
        guard isWindow else {
          reduction.kind = .outer(left: rows, right: gradient)
          break
        }
        for k in 0..<widths.blocks {
          var part = reduction
          var shifted = gradient
          shifted.offset += k * gradient.block
          shifted.block = 0
          part.kind = .outer(
            left: rows.columns(window(k, exchanged: equation.exchangesWindows)), right: shifted)
          part.isFirst = reduction.isFirst && k == 0
          part.blocks = 0..<1
          reductions.append(part)
        }
        continue
      case .elementwise(let head, let atoms):
        var factors: [PlannedFactor] = []
        for atom in head.atoms + atoms {
          switch atom {
          case .quantity(let reference):
            factors.append(PlannedFactor(field: try field(reference), slope: nil))
          case .slope(let function, let reference):
            factors.append(PlannedFactor(field: try field(reference), slope: function))
          default:
            if let factor = try factor(atom, stretch.count, spot) { factors.append(factor) }
          }
        }
        reduction.kind = .columns(
          PlannedTerm(isNegative: false, head: head.planned, factors: factors))
      case .tapsGradient(let taps, let gradient):
        let planned = try self.taps(taps, isNegative: false, spot)
        reduction.row = taps.first
        reduction.kind = .taps(planned, gradient: try field(gradient))
      default: continue
      }
      reductions.append(reduction)
    }
  }
}

extension Equation {
  /// Whether it adds anything but elementwise terms, so that its sum must lie in memory.
  var needsSums: Bool { !terms.allSatisfy(\.isElementwise) }

  /// Whether its windows exchange width and stride.
  var exchangesWindows: Bool {
    terms.contains {
      if case .product(let product) = $0.kind { product.exchangesWidthAndStride } else { false }
    }
  }

  /// The one quantity it is, if it is nothing else.
  var soleReference: Reference? {
    guard terms.count == 1, function == .identity, let reference = terms[0].plainReference,
      reference.shift == .none
    else { return nil }
    return reference
  }
}

extension Term {
  /// Whether the part of it that belongs to one block can be told: one vector or quantity.
  var isRestrictable: Bool {
    if case .elementwise(.none, let atoms) = kind, atoms.count == 1 { return true }
    return false
  }

  /// The part of a term that belongs to one block of its sum.
  func restricted(to block: String?) -> Term {
    guard let block else { return self }
    var result = self
    switch kind {
    case .product(var product):
      product.weight.block = block
      result.kind = .product(product)
    case .elementwise(let head, let atoms):
      result.kind = .elementwise(
        head,
        atoms.map { atom in
          switch atom {
          case .quantity(var reference):
            reference.block = block
            return .quantity(reference)
          case .weight(var weight):
            weight.block = block
            return .weight(weight)
          default: return atom
          }
        })
    default: break
    }
    return result
  }
}
