import Arithmetic

/// Joins instructions whose numbers adjoin, or whose loops can be one; the numbers stay the same.
enum Fusion {
  static func merged<Scalar: Arithmetic>(
    _ instructions: [Instruction<Scalar>], operands: [Operand<Scalar>]
  ) -> [Instruction<Scalar>] {
    chained(adjoined(instructions, operands), operands)
  }

  /// Closings of adjoining columns with one function and adjoining biases: one closing.
  private static func adjoined<Scalar: Arithmetic>(
    _ instructions: [Instruction<Scalar>], _ operands: [Operand<Scalar>]
  ) -> [Instruction<Scalar>] {
    var result: [Instruction<Scalar>] = []
    for instruction in instructions {
      guard isClosing(instruction) else {
        result.append(instruction)
        continue
      }
      // Closings read nothing that another closing sets: any of those just before may be the neighbour.
      var candidate = result.count - 1
      var isJoined = false
      while candidate >= 0, isClosing(result[candidate]), !isJoined {
        for (left, right) in [(result[candidate], instruction), (instruction, result[candidate])] {
          if let joined = joined(left, right, operands) {
            result[candidate] = joined
            isJoined = true
            break
          }
        }
        candidate -= 1
      }
      if !isJoined { result.append(instruction) }
    }
    return result
  }

  private static func isClosing<Scalar: Arithmetic>(_ instruction: Instruction<Scalar>) -> Bool {
    instruction.kind == .elementwise
      && (instruction.form == .closed || instruction.form == .closedPlus)
  }

  private static func joined<Scalar: Arithmetic>(
    _ left: Instruction<Scalar>, _ right: Instruction<Scalar>, _ operands: [Operand<Scalar>]
  ) -> Instruction<Scalar>? {
    func adjoin<Element>(_ a: Operand<Element>, _ b: Operand<Element>) -> Bool {
      a.lane.isSame(as: b.lane) && a.frame == b.frame && a.row == b.row
        && b.offset == a.offset + left.columns
    }
    guard left.form == right.form, left.function == right.function, left.rows == right.rows,
      left.isUniform == right.isUniform, let a = left.sums, let b = right.sums, adjoin(a, b),
      let c = left.target, let d = right.target, adjoin(c, d),
      left.form == .closed
        || adjoin(operands[left.firstOperand], operands[right.firstOperand])
    else { return nil }
    var result = left
    result.columns += right.columns
    result.isDense = left.isUniform && a.row == result.columns && c.row == result.columns
      && left.form == .closed
    return result
  }

  /// `c = …`, `n = tanh(c)` and `h = o * n` in one loop, where they follow each other.
  private static func chained<Scalar: Arithmetic>(
    _ instructions: [Instruction<Scalar>], _ operands: [Operand<Scalar>]
  ) -> [Instruction<Scalar>] {
    var result: [Instruction<Scalar>] = []
    for instruction in instructions {
      guard var last = result.last, last.kind == .elementwise, instruction.kind == .elementwise,
        last.rows == instruction.rows, last.columns == instruction.columns,
        let made = last.target, let target = instruction.target
      else {
        result.append(instruction)
        continue
      }
      if last.form == .sum22, last.function == .identity, last.keep == nil,
        instruction.sums == nil, instruction.termCount == 1, instruction.function != .identity,
        instruction.isPlain(operands: operands, of: made)
      {
        last.function = instruction.function
        last.keep = made
        last.target = target
        last.isUniform = last.isUniform && instruction.isUniform
        last.isDense = last.isDense && instruction.isPlainDense
        result[result.count - 1] = last
        continue
      }
      if last.form == .sum22, last.keep != nil, last.then == nil, instruction.form == .product2 {
        let factors = (operands[instruction.firstOperand], operands[instruction.firstOperand + 1])
        for (factor, other) in [(factors.0, factors.1), (factors.1, factors.0)]
        where other.isSame(as: made) && last.then == nil {
          last.factor = factor
          last.then = target
          last.isUniform = last.isUniform && instruction.isUniform
          last.isDense = last.isDense && instruction.isDense
        }
        if last.then != nil {
          result[result.count - 1] = last
          continue
        }
      }
      result.append(instruction)
    }
    return result
  }
}

extension Operand {
  func isSame(as other: Operand) -> Bool {
    lane.isSame(as: other.lane) && offset == other.offset && frame == other.frame
      && row == other.row
  }
}

extension Instruction {
  /// Whether its one term is one number of an operand, as it is.
  func isPlain(operands: [Operand<Scalar>], of made: Operand<Scalar>) -> Bool {
    termCount == 1 && operands.count > firstOperand && operands[firstOperand].isSame(as: made)
      && isLone
  }

  var isPlainDense: Bool { isUniform && target?.row == columns }
}
