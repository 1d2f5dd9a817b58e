/// In what order equations run: which over all frames at once, which frame by frame, and which way.
struct Schedule {
  /// Which way frames or blocks run.
  enum Direction: Sendable { case up, down, any }

  /// Equations that run together at one frame.
  enum Section: Sendable {
    /// For all blocks at once.
    case all([Int])
    /// Block by block.
    case byBlock(Direction, [Int])
  }

  /// What runs together.
  enum Group: Sendable {
    /// One equation, over any number of frames at once.
    case straight(Int)
    /// Equations that wait for another frame.
    case loop(Direction, [Section])

    var equations: [Int] {
      switch self {
      case .straight(let index): [index]
      case .loop(_, let sections):
        sections.flatMap { section in
          switch section {
          case .all(let indices), .byBlock(_, let indices): indices
          }
        }
      }
    }
  }

  /// The groups, each after what it reads.
  let groups: [Group]

  private struct Edge {
    var from: Int
    var to: Int
    var shift: Shift
  }

  /// Orders equations.
  ///
  /// - Parameters:
  ///   - equations: The equations; what they read and none of them sets is there already.
  ///   - waits: Whether an equation has terms that end at the first or last frame, so that it cannot
  ///     run over all frames at once, and which way it then runs.
  /// - Throws: ``EquationError`` with the names in a circle.
  init(
    _ equations: [Equation], waits: (Equation) -> Direction?
  ) throws(EquationError) {
    var definers: [String: [Int]] = [:]
    for (index, equation) in equations.enumerated() {
      definers[equation.target.name, default: []].append(index)
    }
    var edges: [Edge] = []
    for (index, equation) in equations.enumerated() {
      for reference in equation.terms.flatMap(\.references) {
        for source in definers[reference.name] ?? [] {
          let block = equations[source].target.block
          if let block, let read = reference.block, block != read { continue }
          edges.append(Edge(from: source, to: index, shift: reference.shift))
        }
      }
    }
    let all = Array(equations.indices)
    func shiftsBlocks(_ index: Int) -> Bool {
      equations[index].terms.flatMap(\.references).contains { $0.shift.blocks != 0 }
    }
    var groups: [Group] = []
    for component in Self.components(all, edges) {
      let members = Set(component)
      let inner = edges.filter { members.contains($0.from) && members.contains($0.to) }
      if inner.isEmpty {
        let direction = waits(equations[component[0]])
        if shiftsBlocks(component[0]) {
          groups.append(.loop(direction ?? .any, [.byBlock(.up, component)]))
        } else {
          groups.append(
            direction.map { .loop($0, [.all(component)]) } ?? .straight(component[0]))
        }
        continue
      }
      let names = Self.names(component, equations)
      let back = inner.contains { $0.shift.frames < 0 }
      let ahead = inner.contains { $0.shift.frames > 0 }
      guard !(back && ahead) else {
        throw EquationError(
          place: equations[component[0]].place,
          problem: "\(names) wait for the frame before and for the frame after: circular")
      }
      let sameFrame = inner.filter { $0.shift.frames == 0 }
      var sections: [Section] = []
      for part in Self.components(component, sameFrame) {
        let members = Set(part)
        let within = sameFrame.filter { members.contains($0.from) && members.contains($0.to) }
        if within.isEmpty && shiftsBlocks(part[0]) {
          sections.append(.byBlock(.up, part))
          continue
        }
        if within.isEmpty {
          if case .all(let indices)? = sections.last {
            sections[sections.count - 1] = .all(indices + part)
          } else {
            sections.append(.all(part))
          }
          continue
        }
        let below = within.contains { $0.shift.blocks < 0 }
        let above = within.contains { $0.shift.blocks > 0 }
        let ordered = Self.components(part, within.filter { $0.shift.blocks == 0 })
        guard below != above, ordered.allSatisfy({ $0.count == 1 }),
          !within.contains(where: { $0.from == $0.to && $0.shift == .none })
        else {
          throw EquationError(
            place: equations[part[0]].place,
            problem: "\(Self.names(part, equations)) wait for each other in one frame: circular")
        }
        sections.append(.byBlock(below ? .up : .down, ordered.flatMap { $0 }))
      }
      groups.append(.loop(ahead ? .down : .up, sections))
    }
    self.groups = groups
  }

  private static func names(_ indices: [Int], _ equations: [Equation]) -> String {
    var names: [String] = []
    for index in indices.sorted() {
      // A sum that stays open goes by its quantity's name.
      let name = PlanBuilder.closedName(equations[index].target.name)
      if !names.contains(name) { names.append(name) }
    }
    return names.joined(separator: ", ")
  }

  /// The strongly connected components, each after those it depends on; equations that do not depend
  /// on each other keep the order of the text.
  private static func components(_ nodes: [Int], _ edges: [Edge]) -> [[Int]] {
    var sources: [Int: [Int]] = [:]
    for edge in edges { sources[edge.to, default: []].append(edge.from) }
    var order: [Int: Int] = [:]
    var low: [Int: Int] = [:]
    var stack: [Int] = []
    var result: [[Int]] = []
    // Tarjan's algorithm with its own stack, so that no chain of equations is too long.
    for root in nodes where order[root] == nil {
      var work: [(node: Int, next: Int)] = [(root, 0)]
      while let (node, next) = work.last {
        if next == 0 {
          order[node] = order.count
          low[node] = order[node]
          stack.append(node)
        }
        let children = sources[node] ?? []
        if next < children.count {
          work[work.count - 1].next += 1
          let child = children[next]
          if order[child] == nil {
            work.append((child, 0))
          } else if stack.contains(child) {
            low[node] = min(low[node] ?? 0, order[child] ?? 0)
          }
          continue
        }
        work.removeLast()
        if let parent = work.last?.node { low[parent] = min(low[parent] ?? 0, low[node] ?? 0) }
        if low[node] == order[node] {
          var component: [Int] = []
          while let member = stack.popLast() {
            component.append(member)
            if member == node { break }
          }
          result.append(component.sorted())
        }
      }
    }
    return result
  }
}
