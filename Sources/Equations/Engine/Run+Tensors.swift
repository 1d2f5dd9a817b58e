import Arithmetic

/// Numbers in and out of a run, by name.
extension Run {
  /// Loads a sequence, initial state or parameter.
  ///
  /// - Parameters:
  ///   - elements: Time-major rows; a parameter row by row.
  ///   - name: The name in the layer file.
  /// - Returns: Whether there is such a tensor.
  @discardableResult
  public func load(_ elements: [Scalar], into name: String) -> Bool {
    if let store = weights[name] {
      store.load(elements)
      return true
    }
    guard let field = plan.fields[name] else { return false }
    load(elements, into: field)
    return true
  }

  /// Loads the numbers of a field, row by row.
  ///
  /// - Precondition: There are as many.
  func load(_ elements: [Scalar], into field: Field) {
    let lane = scalars[field.store].lane
    let places = places(of: field)
    precondition(places.count == elements.count)
    precondition(places.allSatisfy { $0 >= 0 && $0 < lane.count })
    for (index, place) in places.enumerated() { lane[place] = elements[index] }
  }

  /// Loads one block of a parameter that is stored as several matrices.
  func load(_ elements: [Scalar], intoPart part: Int, of weight: String) {
    guard let whole = plan.widths.weights[weight], let lane = weights[weight]?.lane else { return }
    for (index, element) in elements.enumerated() {
      let (row, column) = index.quotientAndRemainder(dividingBy: whole.block)
      lane[row * whole.columns + part * whole.block + column] = element
    }
  }

  /// Loads counters.
  func load(_ counts: [Int], asCounts name: String) { counters[name]?.load(counts) }

  /// The numbers of a quantity at all frames; nil where there is none of that name.
  ///
  /// - Parameter name: The quantity, or one of its blocks as `u.x`.
  /// - Returns: Time-major rows, blocks of a row adjoining.
  public func elements(of name: String) -> [Scalar]? {
    let parts = name.split(separator: ".").map(String.init)
    guard let whole = plan.fields[parts[0]],
      let stretch = plan.widths.stretch(parts[0], parts.count > 1 ? parts[1] : nil)
    else { return nil }
    let field = whole.columns(stretch)
    let lane = scalars[field.store].lane
    return places(of: field).map { lane[$0] }
  }

  /// A parameter's gradient.
  ///
  /// - Parameter weight: The parameter.
  /// - Returns: Its gradient row by row; nil where there is no such parameter.
  public func gradient(of weight: String) -> [Scalar]? {
    gradients[weight].map { Scalar.totals(of: $0.elements) }
  }

  /// One block of a parameter's gradient.
  func gradient(ofPart part: Int, of weight: String) -> [Scalar]? {
    guard let whole = plan.widths.weights[weight], let all = gradient(of: weight) else { return nil }
    return (0..<whole.rows).flatMap { row in
      (0..<whole.block).map { all[row * whole.columns + part * whole.block + $0] }
    }
  }

  /// Where the numbers of a field lie, row by row; one frame where it has no frames.
  private func places(of field: Field) -> [Int] {
    let widths = plan.widths
    var places: [Int] = []
    for t in 0..<(field.frame == 0 ? 1 : widths.frames) {
      for n in 0..<widths.streams {
        for k in 0..<(field.block == 0 ? 1 : widths.blocks) {
          let first = field.offset + t * field.frame + n * field.stream + k * field.block
          places += first..<first + field.columns
        }
      }
    }
    return places
  }
}
