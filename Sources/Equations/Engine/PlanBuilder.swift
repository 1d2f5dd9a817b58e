/// Gives every quantity a place and turns equations into steps.
struct PlanBuilder {
  var widths: Widths
  let layer: LayerFile
  let form: LayerFile.Form
  let counts: [String]

  var forward: [PlannedStage] = []
  var backward: [PlannedStage] = []
  var initial: [(frame: Int, early: [PlannedStep], sections: [PlannedSection])] = []
  var reductions: [PlannedReduction] = []
  var scalarCounts: [Int] = []
  var sumCounts: [Int] = []
  var sumHomes: [Int?] = []
  var constants: [(store: Int, value: Double)] = []
  var fields: [String: Field] = [:]
  var sumFields: [String: Field] = [:]
  var closedBlocks: [String: [String]] = [:]

  /// Quantities whose sums are never closed, with the consumer of each of their blocks.
  var open: Set<String> = []
  /// Adjoints and everything else that is skipped, not zero, beyond the first and last frame.
  var skipped: Set<String> = []
  var constantFields: [[Double]: Field] = [:]

  init(
    _ layer: LayerFile, _ form: LayerFile.Form, widths: Widths, forward: [Equation],
    backward: [Equation], keeping kept: Set<String>, holding held: [String] = []
  ) throws(EquationError) {
    self.layer = layer
    self.form = form
    self.widths = widths
    counts = layer.counts.map(\.name)
    var forward = forward
    try self.widths.add(layer.equations)
    for name in held { self.widths.set(LocalCheck.heldName(name), as: name) }
    try self.widths.add(forward)
    for equation in forward {
      let name = equation.target.name
      self.widths.set("d" + name, as: name)
      self.widths.set("whole_d" + name, as: name)
    }
    for input in layer.inputs { self.widths.set("d" + input.name, as: input.name) }
    for output in form.outputs { self.widths.set("d" + output.name, as: output.quantity) }
    for start in form.starts {
      if let given = start.given {
        self.widths.set(given, as: start.quantity)
        self.widths.set("d" + given, as: start.quantity)
        self.widths.set("whole_d" + given, as: start.quantity)
      }
    }
    let backwardFrames = backward.filter { $0.extent != .sum }
    // Quantities that are given rather than computed have the widths of the computed ones; those widths
    // may need the others' in turn.
    for name in held { self.widths.set(LocalCheck.heldName(name), as: name) }
    try self.widths.add(backwardFrames, unchecked: true)
    for name in held { self.widths.set(LocalCheck.heldName(name), as: name) }
    try self.widths.add(backwardFrames)
    skipped = Set(backwardFrames.map(\.target.name))
    skipped.formUnion(held.filter(skipped.contains).map(LocalCheck.heldName))
    open = Self.openSums(&forward, backward, kept.union(form.outputs.map(\.quantity)))
    for name in open { self.widths.set(name, as: String(name.dropFirst())) }
    for equation in forward where open.contains(Self.openName(equation.target.name)) {
      closedBlocks[equation.target.name, default: []] += equation.target.block.map { [$0] } ?? []
    }
    let pads = Self.pads(forward + backward, skipped)
    for (name, whole) in self.widths.weights.sorted(by: { $0.key < $1.key }) {
      fields["weight " + name] = Field(
        store: store(whole.rows * whole.columns), columns: whole.columns)
    }
    placeGiven(pads)
    for name in held.map(LocalCheck.heldName) {
      fields[name] = allocate(name, pads[name] ?? (0, 0), hasBlocks: widths.hasBlocks)
    }
    let usable = place(forward, pads)
    placeBackward(backwardFrames)
    self.forward = try stages(usable)
    self.backward = try stages(backwardFrames.filter { $0.extent == .frames })
    for equation in backwardFrames where equation.extent == .initial { try addInitial(equation) }
    for equation in backward where equation.extent == .sum { try addReductions(equation) }
  }

  // MARK: Open sums

  /// The name of a sum that stays open.
  static func openName(_ name: String) -> String { "Σ" + name }

  /// The name of the quantity that a sum, open or not, is of.
  static func closedName(_ name: String) -> String {
    name.hasPrefix("Σ") ? String(name.dropFirst()) : name
  }

  /// Finds the sums that stay open.
  ///
  /// Sums that are only ever one term of another sum, or whose blocks are, stay open, and
  /// what follows goes on adding to them. What else is read of such a sum is closed on its own; a
  /// second open sum in one equation is written out in place.
  static func openSums(
    _ forward: inout [Equation], _ backward: [Equation], _ kept: Set<String>
  ) -> Set<String> {
    struct Use {
      var block: String?
      var isPlain: Bool
    }
    var uses: [String: [Use]] = [:]
    for equation in forward {
      for term in equation.terms {
        for reference in term.references {
          let isPlain =
            term.plainReference == reference && reference.shift == .none
            && (equation.terms.count > 1 || equation.function != .identity)
          uses[reference.name, default: []].append(Use(block: reference.block, isPlain: isPlain))
        }
      }
    }
    for equation in backward {
      for reference in equation.terms.flatMap(\.references) {
        uses[reference.name, default: []].append(Use(block: reference.block, isPlain: false))
      }
    }
    // The blocks of each sum that stay open; nil stands for all columns.
    var open: [String: [String?]] = [:]
    for equation in forward
    where equation.function == .identity && equation.target.block == nil
      && (equation.terms.count > 1 || !equation.terms.allSatisfy(\.isElementwise))
    {
      let name = equation.target.name
      let all = uses[name] ?? []
      let reads = equation.terms.compactMap(\.plainReference?.name)
      guard !kept.contains(name), !all.isEmpty, open.keys.allSatisfy({ !reads.contains($0) }) else {
        continue
      }
      if all.contains(where: { $0.block == nil }) {
        if all.count == 1 && all[0].isPlain { open[name] = [nil] }
        continue
      }
      let blocks = Dictionary(grouping: all) { $0.block }
        .filter { $0.value.count == 1 && $0.value[0].isPlain }.keys
      if !blocks.isEmpty { open[name] = Array(blocks) }
    }
    return write(open, in: &forward, uses: uses.mapValues { Set($0.map(\.block)) })
  }

  private static func write(
    _ open: [String: [String?]], in forward: inout [Equation], uses: [String: Set<String?>]
  ) -> Set<String> {
    var trailing: [String: [Term]] = [:]
    let whole = Dictionary(forward.map { ($0.target.name, $0.terms) }) { first, _ in first }
    func isOpen(_ reference: Reference) -> Bool {
      open[reference.name]?.contains(reference.block) ?? false
    }
    var result: [Equation] = []
    for equation in forward {
      guard let blocks = open[equation.target.name] else {
        result.append(equation)
        continue
      }
      // What it adds behind its products is added where it is closed, in the same order.
      var sum = equation
      sum.target.name = openName(equation.target.name)
      let count = equation.terms.reversed().prefix { $0.isElementwise && $0.isRestrictable }.count
      if count < equation.terms.count {
        trailing[equation.target.name] = Array(equation.terms.suffix(count))
        sum.terms.removeLast(count)
      }
      result.append(sum)
      for block in (uses[equation.target.name] ?? []).subtracting(blocks).compactMap({ $0 })
        .sorted()
      {
        let closed = Term.plain(Reference(sum.target.name, block))
        let rest = (trailing[equation.target.name] ?? []).map { $0.restricted(to: block) }
        result.append(
          Equation(
            target: Target(equation.target.name, block), terms: [closed] + rest,
            place: equation.place))
      }
    }
    for index in result.indices {
      var isContinued = result[index].terms.first?.plainReference?.name.hasPrefix("Σ") ?? false
      var terms: [Term] = []
      for term in result[index].terms {
        guard let reference = term.plainReference, reference.shift == .none, isOpen(reference)
        else {
          terms.append(term)
          continue
        }
        if isContinued {
          terms += (whole[reference.name] ?? []).map { $0.restricted(to: reference.block) }
          continue
        }
        isContinued = true
        let sum = Term.plain(Reference(openName(reference.name), reference.block))
        let rest = (trailing[reference.name] ?? []).map { $0.restricted(to: reference.block) }
        terms.insert(contentsOf: [sum] + rest, at: 0)
      }
      result[index].terms = terms
    }
    forward = result
    return Set(open.keys.map(openName))
  }

  // MARK: Places

  /// Frames before the first and after the last that a quantity is read at.
  static func pads(
    _ equations: [Equation], _ skipped: Set<String>
  ) -> [String: (before: Int, after: Int)] {
    var pads: [String: (before: Int, after: Int)] = [:]
    for equation in equations {
      for term in equation.terms {
        // A term that ends before it reads beyond an end needs nothing there.
        let ends = term.references.filter { skipped.contains($0.name) }.map(\.shift.frames)
        let (first, last) = (ends.min() ?? 0, ends.max() ?? 0)
        for reference in term.references where !skipped.contains(reference.name) {
          var pad = pads[reference.name] ?? (0, 0)
          if equation.extent == .initial {
            // It runs at the one frame beside the first, or the last.
            let frame = reference.shift.frames + (equation.isBesideLastFrame ? 1 : -1)
            pads[reference.name] = (max(pad.before, -frame), max(pad.after, frame))
            continue
          }
          if reference.shift.frames < first {
            pad.before = max(pad.before, -reference.shift.frames)
          }
          if reference.shift.frames > last { pad.after = max(pad.after, reference.shift.frames) }
          pads[reference.name] = pad
        }
      }
    }
    return pads
  }

  mutating func store(_ count: Int) -> Int {
    scalarCounts.append(count)
    return scalarCounts.count - 1
  }

  /// Memory for a quantity at all frames and those beside them.
  mutating func allocate(
    _ name: String, _ pad: (before: Int, after: Int), hasBlocks: Bool, frames: Int? = nil
  ) -> Field {
    let columns = widths.columns[name] ?? 1
    let blocks = hasBlocks ? widths.blocks : 1
    let stream = blocks * columns
    let frame = widths.streams * stream
    let count = ((frames ?? widths.frames) + pad.before + pad.after) * frame
    return Field(
      store: store(count), offset: pad.before * frame, frame: frame, stream: stream,
      block: hasBlocks ? columns : 0, columns: columns)
  }

  /// Memory for sums, in that of numbers where a number is its own sum.
  mutating func sums(over field: Field, home: Int?) -> Field {
    sumCounts.append(home.map { scalarCounts[$0] } ?? scalarCounts[field.store])
    sumHomes.append(home)
    var result = field
    result.store = sumCounts.count - 1
    return result
  }

  mutating func placeGiven(_ pads: [String: (before: Int, after: Int)]) {
    for input in layer.inputs {
      fields[input.name] = allocate(input.name, pads[input.name] ?? (0, 0), hasBlocks: false)
    }
    for output in form.outputs {
      let name = "d" + output.name
      fields[name] = allocate(name, (0, 0), hasBlocks: widths.hasBlocks)
    }
  }

  /// Places forward quantities; gives back the equations that are left to run.
  mutating func place(
    _ forward: [Equation], _ pads: [String: (before: Int, after: Int)]
  ) -> [Equation] {
    for equation in forward where open.contains(equation.target.name) {
      let name = equation.target.name
      // Blocks of it that are closed lie in the same place, and may be read beyond the ends.
      let pad = pads[Self.closedName(name)] ?? (0, 0)
      let field = allocate(name, pad, hasBlocks: widths.hasBlocks)
      fields[name] = field
      sumFields[name] = sums(over: field, home: field.store)
    }
    for equation in forward where !open.contains(equation.target.name) {
      let name = equation.target.name
      guard fields[name] == nil else { continue }
      if let source = equation.terms.first?.plainReference, open.contains(source.name),
        let group = fields[source.name], let groupSums = sumFields[source.name],
        let stretch = widths.stretch(source.name, source.block)
      {
        if equation.target.block != nil {
          (fields[name], sumFields[name]) = (group, groupSums)
          continue
        }
        sumFields[name] = groupSums.columns(stretch)
        let pad = pads[name] ?? (0, 0)
        fields[name] =
          pad == (0, 0)
          ? group.columns(stretch) : allocate(name, pad, hasBlocks: widths.hasBlocks)
        continue
      }
      let field = allocate(name, pads[name] ?? (0, 0), hasBlocks: widths.hasBlocks)
      fields[name] = field
      if forward.contains(where: { $0.target.name == name && $0.needsSums }) {
        sumFields[name] = sums(over: field, home: field.store)
      }
    }
    for start in form.starts {
      // What is held is read in place of what is computed, also before the first frame.
      let held = LocalCheck.heldName(start.quantity)
      let name = fields[held] == nil ? start.quantity : held
      guard let given = start.given, let field = fields[name] else { continue }
      let pad = pads[name] ?? (0, 0)
      guard pad != (0, 0) else {
        // Nothing reads it, as in a program that leaves the recurrence out.
        fields[given] = allocate(given, (0, 0), hasBlocks: widths.hasBlocks, frames: 1)
        fields[given]?.frame = 0
        continue
      }
      let isAhead = pad.before == 0
      var initial = field.shifted(Shift(frames: isAhead ? widths.frames : -1))
      initial.frame = 0
      fields[given] = initial
    }
    return forward
  }

  /// Places adjoints: what is nothing but another quantity, or a block of one, lies where that lies.
  mutating func placeBackward(_ equations: [Equation]) {
    let inputs = Set(layer.inputs.map { "d" + $0.name })
    let wide = Set(equations.filter { $0.target.block != nil }.map(\.target.name))
    let summed = Set(equations.filter(\.needsSums).map(\.target.name))
    func hasBlocks(_ name: String) -> Bool { widths.hasBlocks && !inputs.contains(name) }
    for name in equations.map(\.target.name) where wide.contains(name) && fields[name] == nil {
      fields[name] = allocate(name, (0, 0), hasBlocks: hasBlocks(name))
    }
    for equation in equations {
      guard let block = equation.target.block, equation.extent == .frames,
        let source = equation.soleReference, source.block == nil, fields[source.name] == nil,
        skipped.contains(source.name), !summed.contains(source.name),
        let stretch = widths.stretch(equation.target.name, block),
        let group = fields[equation.target.name]
      else { continue }
      fields[source.name] = group.columns(stretch)
    }
    for equation in equations { place(equation, hasBlocks: hasBlocks(equation.target.name)) }
  }

  /// Places an adjoint, where another quantity lies if it is nothing else.
  mutating func place(_ equation: Equation, hasBlocks: Bool) {
    let name = equation.target.name
    if equation.extent == .initial {
      var field = allocate(name, (0, 0), hasBlocks: hasBlocks, frames: 1)
      field.frame = 0
      fields[name] = field
      if equation.needsSums { sumFields[name] = sums(over: field, home: field.store) }
      return
    }
    if fields[name] == nil {
      if let source = equation.soleReference, let field = fields[source.name],
        let stretch = widths.stretch(source.name, source.block),
        !hasBlocks || field.block != 0
      {
        fields[name] = field.columns(stretch)
        return
      }
      fields[name] = allocate(name, (0, 0), hasBlocks: hasBlocks)
    }
    if equation.needsSums, sumFields[name] == nil, let field = fields[name] {
      sumFields[name] = sums(over: field, home: field.store)
    }
  }
}
