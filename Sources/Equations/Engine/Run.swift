public import Arithmetic
import Concurrency

/// A plan in memory of one arithmetic: load, run forward, run backward, read.
///
/// Frames are time-major: row `t·N + n`, blocks of a row adjoining. Memory is taken once; a pass takes
/// none and alters nothing that was loaded. Sums run in the order of the equations; threads share
/// whole rows and whole sums, so that the bits do not depend on their number.
public final class Run<Scalar: Arithmetic> {
  let plan: Plan
  /// How many threads may share large work.
  public let threads: Int
  let scalars: [Store<Scalar>]
  let sums: [Store<Scalar.Sum>]
  let scratch: Store<Scalar.Sum>
  let values: Store<Scalar>
  let counters: [String: Store<Int>]
  let weights: [String: Store<Scalar>]
  let turned: [String: Store<Scalar>]
  let gradients: [String: Store<Scalar.Sum>]

  var operands: Store<Operand<Scalar>>
  var slopes: Store<Function>
  var terms: Store<BoundTerm>
  var instructions: Store<Instruction<Scalar>>
  var forwardStages: [Stage] = []
  var backwardStages: [Stage] = []
  var initialSteps: [(frame: Int, steps: Range<Int>)] = []

  /// A stage with its instructions.
  struct Stage {
    var prelude: Range<Int>
    var isDown: Bool
    var groups: [Group]
    /// Whether its frames hold elementwise work only, so that streams can be shared.
    var sharesStreams: Bool
  }

  /// A group with its instructions.
  enum Group {
    case straight(Range<Int>)
    /// The instructions of each frame.
    case loop([Range<Int>])
  }

  /// A parameter to be turned once a pass.
  struct Turning {
    var weight: Lane<Scalar>
    var turned: Lane<Scalar>
    var rows: Int
    var columns: Int
  }

  var turnings: [Turning] = []
  var reductions: Store<Reduction<Scalar>>
  var reductionCount = 0

  /// Frames that run together, so that what one equation leaves is at hand for the next.
  let chunk: Int

  /// Memory for a plan.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - threads: How many threads may share large work.
  public init(_ plan: Plan, threads: Int = 1) {
    self.plan = plan
    self.threads = threads
    let scalars = plan.scalarCounts.map { Store<Scalar>(repeating: 0, count: $0) }
    self.scalars = scalars
    for constant in plan.constants {
      scalars[constant.store].lane.fill(Scalar(constant: constant.value))
    }
    sums = zip(plan.sumCounts, plan.sumHomes).map { count, home in
      (home.flatMap { scalars[$0] as? Store<Scalar.Sum> })
        ?? Store(repeating: Scalar.Sum(), count: count)
    }
    let widest = plan.widths.columns.values.max() ?? 1
    let rows = plan.widths.streams * plan.widths.blocks
    scratch = Store(repeating: Scalar.Sum(), count: rows * widest)
    values = Store(repeating: 0, count: rows * widest)
    var weights: [String: Store<Scalar>] = [:]
    var turned: [String: Store<Scalar>] = [:]
    var gradients: [String: Store<Scalar.Sum>] = [:]
    for (name, whole) in plan.widths.weights {
      weights[name] = plan.fields["weight " + name].map { scalars[$0.store] }
      gradients[name] = Store(repeating: Scalar.Sum(), count: whole.rows * whole.columns)
    }
    for name in plan.turnedWeights {
      guard let whole = plan.widths.weights[name] else { continue }
      turned[name] = Store(repeating: 0, count: whole.rows * whole.columns)
    }
    self.weights = weights
    self.turned = turned
    self.gradients = gradients
    var counters: [String: Store<Int>] = [:]
    for name in plan.counts {
      counters[name] = Store(repeating: 0, count: plan.widths.frames * plan.widths.streams)
    }
    self.counters = counters
    let perFrame = max(1, plan.frameWidth)
    chunk = max(1, min(plan.widths.frames, 32_768 / perFrame))
    operands = Store(
      repeating: Operand(lane: values.lane, offset: 0, frame: 0, row: 0), count: 1)
    slopes = Store(repeating: .identity, count: 1)
    terms = Store(
      repeating: BoundTerm(isNegative: false, head: .none, first: 0, count: 0), count: 1)
    instructions = Store(repeating: Instruction(kind: .clear, columns: 0, rows: 0), count: 1)
    let nothing = Reduction<Scalar>(
      kind: .columns, sums: scratch.lane, isFirst: false, isNegative: false)
    reductions = Store(repeating: nothing, count: 1)
    for (name, store) in turned.sorted(by: { $0.key < $1.key }) {
      guard let whole = plan.widths.weights[name], let lane = weights[name]?.lane else { continue }
      turnings.append(
        Turning(weight: lane, turned: store.lane, rows: whole.rows, columns: whole.columns))
    }
    var binder = Binder(self)
    forwardStages = plan.forward.map { binder.bind($0) }
    backwardStages = plan.backward.map { binder.bind($0) }
    initialSteps = plan.initial.map { item in
      let first = binder.instructions.count
      for step in item.early { binder.bind(step, block: nil, inLoop: true) }
      for section in item.sections { binder.bind(section) }
      return (item.frame, first..<binder.instructions.count)
    }
    let bound = plan.reductions.flatMap { binder.bind($0) }
    reductionCount = bound.count
    reductions = bound.stored(or: nothing)
    instructions = binder.instructions.stored(or: Instruction(kind: .clear, columns: 0, rows: 0))
    operands = binder.operands.stored(
      or: Operand(lane: values.lane, offset: 0, frame: 0, row: 0))
    slopes = binder.slopes.stored(or: .identity)
    terms = binder.terms.stored(
      or: BoundTerm(isNegative: false, head: .none, first: 0, count: 0))
  }

  /// Runs all frames forward.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Ball)
  @specialized(where Scalar == RoundoffBound<Binary32>)
  @specialized(where Scalar == RoundoffBound<Binary64>)
  @specialized(where Scalar == Dual<DoubleDouble>)
  public func forward() {
    if plan.turnsForward { for turning in turnings { turn(turning) } }
    for stage in forwardStages { execute(stage) }
  }

  /// Runs all frames backward through what ``forward()`` left, then sums the parameters' gradients.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Ball)
  @specialized(where Scalar == RoundoffBound<Binary32>)
  @specialized(where Scalar == RoundoffBound<Binary64>)
  @specialized(where Scalar == Dual<DoubleDouble>)
  public func backward() {
    for turning in turnings { turn(turning) }
    for stage in backwardStages { execute(stage) }
    for item in initialSteps { execute(item.steps, item.frame) }
    for index in 0..<reductionCount { reduce(reductions.lane[index]) }
  }

  @inline(never) private func turn(_ turning: Turning) {
    for row in 0..<turning.rows {
      let from = turning.weight.part(row &* turning.columns, turning.columns)
      for column in 0..<turning.columns {
        turning.turned[column &* turning.rows &+ row] = from[column]
      }
    }
  }

  @inline(never) private func execute(_ stage: Stage) {
    for index in stage.prelude { execute(index, 0, plan.widths.frames, nil) }
    let streams = plan.widths.streams
    if threads > 1, stage.sharesStreams,
      plan.frameWidth &* plan.widths.frames >= 100_000
    {
      Threads.share(streams, among: threads) { rows in sweep(stage, rows) }
    } else {
      sweep(stage, nil)
    }
  }

  /// The frames of a stage, a chunk at a time.
  @inline(never) private func sweep(_ stage: Stage, _ streams: Range<Int>?) {
    let count = plan.widths.frames
    var done = 0
    while done < count {
      let size = min(chunk, count - done)
      let first = stage.isDown ? count - done - size : done
      for group in stage.groups {
        switch group {
        case .straight(let range):
          for index in range { execute(index, first, size, streams) }
        case .loop(let frames):
          for step in 0..<size {
            let t = stage.isDown ? first + size - 1 - step : first + step
            execute(frames[t], t, streams)
          }
        }
      }
      done += size
    }
  }

  /// The instructions of one frame.
  @inline(__always) private func execute(
    _ range: Range<Int>, _ t: Int, _ streams: Range<Int>? = nil
  ) {
    for index in range { execute(index, t, 1, streams) }
  }

  @inline(__always) private func execute(
    _ index: Int, _ t: Int, _ frames: Int, _ streams: Range<Int>?
  ) {
    let list = instructions.lane
    switch list[index].kind {
    case .product: multiply(index, t, frames)
    case .elementwise, .accumulate:
      if threads > 1, streams == nil,
        list[index].rows &* list[index].columns &* frames >= 16_384
      {
        share(index, t, frames)
      } else {
        compute(index, t, frames, streams)
      }
    case .taps: tap(index, t, frames)
    case .splice, .unsplice: splice(index, t, frames)
    case .clear: clear(index, t, frames)
    }
  }

  /// The rows of a frame shared among threads: apart, lest one thread's loops be compiled for many.
  @inline(never) private func share(_ index: Int, _ t: Int, _ frames: Int) {
    Threads.share(plan.widths.streams, among: threads) { rows in
      compute(index, t, frames, rows)
    }
  }
}

extension Array {
  /// The elements in memory of their own, at least one.
  func stored(or filler: Element) -> Store<Element> {
    let store = Store(repeating: first ?? filler, count: Swift.max(count, 1))
    if !isEmpty { store.load(self) }
    return store
  }
}
