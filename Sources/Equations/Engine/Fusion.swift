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
      // What follows from a number alone is computed with it; what stands between reads neither.
      if let place = result.indices.reversed().prefix(4).first(where: { place in
        followed(result[place], by: instruction, operands) != nil
      }), let joined = followed(result[place], by: instruction, operands) {
        result[place] = joined
      } else if let last = result.last,
        let joined = multiplied(last, by: instruction, operands)
      {
        result[result.count - 1] = joined
      } else {
        result.append(instruction)
      }
    }
    return result
  }

  /// `n = tanh(c)` in the loop that makes `c`.
  private static func followed<Scalar: Arithmetic>(
    _ first: Instruction<Scalar>, by instruction: Instruction<Scalar>,
    _ operands: [Operand<Scalar>]
  ) -> Instruction<Scalar>? {
    guard first.kind == .elementwise, first.form == .sum22, first.function == .identity,
      first.keep == nil, instruction.kind == .elementwise, instruction.isLone,
      instruction.sums == nil, instruction.function != .identity,
      first.rows == instruction.rows, first.columns == instruction.columns,
      let made = first.target, let target = instruction.target,
      operands[instruction.firstOperand].isSame(as: made)
    else { return nil }
    var result = first
    result.function = instruction.function
    result.keep = made
    result.target = target
    result.isUniform = first.isUniform && instruction.isUniform
    result.isDense = first.isDense && instruction.isUniform && target.row == instruction.columns
    return result
  }

  /// `h = o * n` in the loop that makes `n`, just before it.
  private static func multiplied<Scalar: Arithmetic>(
    _ first: Instruction<Scalar>, by instruction: Instruction<Scalar>,
    _ operands: [Operand<Scalar>]
  ) -> Instruction<Scalar>? {
    guard first.form == .sum22, first.keep != nil, first.then == nil,
      instruction.kind == .elementwise, instruction.form == .product2,
      first.rows == instruction.rows, first.columns == instruction.columns,
      let made = first.target, let target = instruction.target
    else { return nil }
    let factors = (operands[instruction.firstOperand], operands[instruction.firstOperand + 1])
    // The made number is the second factor, as the loop multiplies; products commute bit for bit.
    guard let factor = factors.1.isSame(as: made) ? factors.0
      : factors.0.isSame(as: made) ? factors.1 : nil
    else { return nil }
    var result = first
    result.factor = factor
    result.then = target
    result.isUniform = first.isUniform && instruction.isUniform
    result.isDense = first.isDense && instruction.isDense
    return result
  }
}

extension Operand {
  func isSame(as other: Operand) -> Bool {
    lane.isSame(as: other.lane) && offset == other.offset && frame == other.frame
      && row == other.row
  }
}
