/// Which steps run together.
extension PlanBuilder {
  /// The way a straight equation must run because some of its terms end at the last or first frame.
  func waits(_ equation: Equation) -> Schedule.Direction? {
    let shifts = equation.terms.flatMap(\.references)
      .filter { skipped.contains($0.name) && $0.shift.frames != 0 }.map(\.shift.frames)
    guard let first = shifts.first else { return nil }
    return first > 0 ? .down : .up
  }

  mutating func stages(_ equations: [Equation]) throws(EquationError) -> [PlannedStage] {
    let schedule = try Schedule(equations, waits: waits)
    var stages: [PlannedStage] = []
    for group in schedule.groups {
      let members = group.equations.map { equations[$0] }
      let own = Set(members.map(\.target.name))
      var isDown: Bool?
      if case .loop(let direction, _) = group, direction != .any { isDown = direction == .down }
      var stage = PlannedStage()
      if let last = stages.last, fits(members, own, isDown, last) {
        stage = last
        stages.removeLast()
      }
      stage.isDown = isDown ?? stage.isDown
      try add(group, equations, own, to: &stage)
      stage.names.formUnion(own)
      stages.append(stage)
    }
    return stages
  }

  /// Whether equations may run in a stage's frames: what they read from it is there by then.
  func fits(
    _ members: [Equation], _ own: Set<String>, _ isDown: Bool?, _ stage: PlannedStage
  ) -> Bool {
    if let isDown, let staged = stage.isDown, isDown != staged { return false }
    let direction = isDown ?? stage.isDown
    for equation in members {
      // A sum that stays open is nothing but what is made before: no closing of it runs in a frame.
      let lastSum =
        open.contains(equation.target.name)
        ? equation.terms.count - 1 : equation.terms.lastIndex { !$0.isElementwise } ?? -1
      for (index, term) in equation.terms.enumerated() {
        for reference in term.references
        where stage.names.contains(reference.name) && !own.contains(reference.name) {
          // Sums over all frames are made before the stage's frames run.
          if index <= lastSum { return false }
          if reference.shift.frames > 0 && direction != true { return false }
          if reference.shift.frames < 0 && direction != false { return false }
        }
      }
    }
    return true
  }

  mutating func add(
    _ group: Schedule.Group, _ equations: [Equation], _ own: Set<String>,
    to stage: inout PlannedStage
  ) throws(EquationError) {
    switch group {
    case .straight(let index):
      let steps = try self.steps(
        equations[index], Spot(block: nil, blocks: 0), when: { _ in .early })
      // Everything but the closing of a sum runs over all frames first, in order.
      var late = steps.frame + steps.late
      stage.prelude += steps.early
      let closing = late.lastIndex { if case .elementwise = $0 { true } else { false } }
      stage.prelude += late[..<(closing ?? late.count)]
      late.removeFirst(closing ?? late.count)
      if !late.isEmpty { stage.groups.append(.straight(late)) }
    case .loop(_, let sections):
      let shifts =
        group.equations.flatMap { equations[$0].terms.flatMap(\.references) }
        .filter { skipped.contains($0.name) }.map(\.shift.frames)
      let (before, after) = (-min(0, shifts.min() ?? 0), max(0, shifts.max() ?? 0))
      var variants: [[PlannedSection]] = []
      var places: [[Int]: Int] = [:]
      var frames: [Int] = []
      for t in 0..<widths.frames {
        let key = [min(t, before), min(widths.frames - 1 - t, after)]
        if places[key] == nil {
          var early: [PlannedStep] = []
          var all: [PlannedSection] = []
          for section in sections {
            all += try self.sections(
              section, equations, own, ends: (key[0], key[1]), early: &early)
          }
          // What runs over all frames first is the same whatever the frame.
          if variants.isEmpty { stage.prelude += early }
          places[key] = variants.count
          variants.append(all)
        }
        frames.append(places[key] ?? 0)
      }
      stage.groups.append(.loop(variants: variants, frames: frames))
    }
  }

  /// A section of a loop's frame, before it what its blocks do at once.
  mutating func sections(
    _ section: Schedule.Section, _ equations: [Equation], _ own: Set<String>,
    ends: (toStart: Int, toEnd: Int)?, early: inout [PlannedStep]
  ) throws(EquationError) -> [PlannedSection] {
    func spot(_ block: Int?) -> Spot {
      Spot(
        toEnd: ends?.toEnd, toStart: ends?.toStart, block: block,
        blocks: block == nil ? 0 : widths.blocks)
    }
    let skipped = skipped
    let time: (Reference) -> Time = { reference in
      // What another block leaves is there only for some blocks.
      if reference.shift.blocks != 0 { return .late }
      if !own.contains(reference.name) {
        return skipped.contains(reference.name) && reference.shift.frames != 0 ? .frame : .early
      }
      return reference.shift.frames != 0 && reference.shift.blocks == 0 ? .frame : .late
    }
    switch section {
    case .all(let indices):
      var list: [PlannedStep] = []
      for index in indices {
        let steps = try self.steps(equations[index], spot(nil), when: time)
        early += steps.early
        list += steps.frame + steps.late
      }
      return [PlannedSection(blocks: nil, steps: [list])]
    case .byBlock(let order, let indices):
      let blocks = order == .down ? (0..<widths.blocks).reversed() : Array(0..<widths.blocks)
      var frame: [PlannedStep] = []
      for index in indices {
        let steps = try self.steps(equations[index], spot(nil), when: time)
        early += steps.early
        frame += steps.frame
      }
      var lists: [[PlannedStep]] = []
      for block in blocks {
        var list: [PlannedStep] = []
        for index in indices {
          list += try self.steps(equations[index], spot(block), when: time).late
        }
        lists.append(list)
      }
      let byBlock = PlannedSection(blocks: blocks, steps: lists)
      return frame.isEmpty
        ? [byBlock] : [PlannedSection(blocks: nil, steps: [frame]), byBlock]
    }
  }

  mutating func addInitial(_ equation: Equation) throws(EquationError) {
    let isAhead = equation.isBesideLastFrame
    let shiftsBlocks = equation.terms.flatMap(\.references).contains { $0.shift.blocks != 0 }
    var ignored: [PlannedStep] = []
    let sections = try self.sections(
      shiftsBlocks ? .byBlock(.up, [0]) : .all([0]), [equation], [equation.target.name],
      ends: isAhead ? (toStart: widths.frames, toEnd: -1) : (toStart: -1, toEnd: widths.frames),
      early: &ignored)
    initial.append((isAhead ? widths.frames : -1, ignored, sections))
  }
}

extension Equation {
  /// Whether the gradient of a state is of one beside the last frame, read by the frame before.
  var isBesideLastFrame: Bool {
    terms.flatMap(\.references).contains { $0.shift.frames < 0 }
  }
}
