/// Mistakes of scale, sign and layout, which any layer can suffer.
enum CommonFaults {
  /// Of gradients of the parameters: mean for sum and the reverse, sign, factor, update.
  ///
  /// - Parameters:
  ///   - parameters: The parameters' names; a gradient's is `d` before it.
  ///   - batchSize: N, or 1 where the layer has no sequences.
  ///   - frameCount: T.
  /// - Returns: The faults that change something.
  static func scale(parameters: [String], batchSize: Int, frameCount: Int) -> [Fault] {
    let gradients = parameters.map { "d" + $0 }
    let sizes = [
      ("streams", "N", batchSize), ("frames", "T", frameCount),
      ("all", "(N·T)", batchSize * frameCount),
    ]
    var seen: Set<Int> = [1]
    var faults: [Fault] = []
    for (name, letter, size) in sizes where seen.insert(size).inserted {
      faults.append(
        Fault(
          "gradient-mean-over-\(name)",
          "the parameters' gradients are the mean, 1/\(letter) of the sum that Kaldi keeps",
          FaultRecipe(after: [.scale(gradients, 1 / Double(size))])))
      if size != 2 {
        faults.append(
          Fault(
            "gradient-summed-again-over-\(name)",
            "the parameters' gradients are \(letter) times too large",
            FaultRecipe(after: [.scale(gradients, Double(size))])))
      }
    }
    faults += [
      Fault(
        "gradient-doubled", "the parameters' gradients are added twice",
        FaultRecipe(after: [.scale(gradients, 2)])),
      Fault(
        "gradient-negated", "the parameters' gradients have the wrong sign",
        FaultRecipe(after: [.scale(gradients, -1)])),
      Fault(
        "learning-rate-applied",
        "the parameters' gradients are already multiplied by the learning rate 0.008",
        FaultRecipe(after: [.scale(gradients, 0.008)])),
      Fault(
        "gradient-added-to-parameter",
        "the parameter plus its gradient stands where the gradient should",
        FaultRecipe(
          after: parameters.map {
            .updatedParameter(gradient: "d" + $0, parameter: $0, rate: 1)
          })),
    ]
    return faults
  }

  /// Of the result sequences: batch-major for time-major, frames or columns reversed, frames late.
  ///
  /// - Parameters:
  ///   - output: The output's name.
  ///   - sequences: The result sequences that a layout mistake would hit together.
  ///   - batchSize: N, or 1 where the layer has no sequences.
  ///   - frameCount: T.
  /// - Returns: The faults that change something.
  static func layout(
    output: [String], sequences: [String], batchSize: Int, frameCount: Int
  ) -> [Fault] {
    var faults = [
      Fault(
        "columns-reversed", "the output's columns stand in the opposite order",
        FaultRecipe(after: [.reverseColumns(output)]))
    ]
    guard frameCount > 1 else { return faults }
    faults += [
      Fault(
        "frames-reversed", "the output's frames stand in the opposite order",
        FaultRecipe(after: [.reverseRows(output)])),
      Fault(
        "frames-shifted", "the output's frames stand one frame late",
        FaultRecipe(after: [.delayFrames(output)])),
    ]
    if batchSize > 1 {
      faults.append(
        Fault(
          "frames-batch-major",
          "sequences are written batch-major, row n·T + t, where time-major t·N + n is due",
          FaultRecipe(after: [.batchMajor(sequences)])))
    }
    return faults
  }

  /// Of the weight matrices' gradients: written column after column.
  static func columnMajor(_ gradients: [String]) -> Fault {
    Fault(
      "gradients-column-major",
      "the weight matrices' gradients are written column after column, row after row being due",
      FaultRecipe(after: [.columnMajor(gradients)]))
  }
}
