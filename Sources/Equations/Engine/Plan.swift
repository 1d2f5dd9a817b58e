/// Equations at given sizes, with a place in memory for everything: what a ``Run`` executes.
///
/// One plan serves every arithmetic. It is made of the forward equations and the backward ones, whoever
/// wrote or derived them.
public final class Plan: Sendable {
  let widths: Widths
  let forward: [PlannedStage]
  let backward: [PlannedStage]
  /// Gradients of initial states, made at the frame beside the first.
  let initial: [(frame: Int, early: [PlannedStep], sections: [PlannedSection])]
  let reductions: [PlannedReduction]
  /// Numbers a store holds, and the store of numbers that its sums may lie in.
  let scalarCounts: [Int]
  let sumCounts: [Int]
  let sumHomes: [Int?]
  /// Constants by the store that is filled with them.
  let constants: [(store: Int, value: Double)]
  /// Where quantities, given sequences and initial states lie.
  let fields: [String: Field]
  /// Blocks of quantities whose other blocks stay open sums.
  let closedBlocks: [String: [String]]
  /// Results that are sums in memory of their own.
  let sumFields: [String: Field]
  /// Counters' directions and reach.
  let counts: [String]
  /// Parameters that frames multiply by turned, so that each is turned once a pass.
  let turnedWeights: Set<String>
  /// Whether frames going forward multiply by a turned one: what a transposed weight is, a mistake.
  let turnsForward: Bool
  /// Numbers of a frame that elementwise steps pass over.
  let frameWidth: Int

  init(_ builder: PlanBuilder) {
    widths = builder.widths
    forward = builder.forward
    backward = builder.backward
    initial = builder.initial
    reductions = builder.reductions
    scalarCounts = builder.scalarCounts
    sumCounts = builder.sumCounts
    sumHomes = builder.sumHomes
    constants = builder.constants
    fields = builder.fields
    closedBlocks = builder.closedBlocks
    sumFields = builder.sumFields
    counts = builder.counts
    func turned(_ steps: [PlannedStep]) -> [String] {
      steps.compactMap { step in
        if case .product(let product) = step, product.isTransposed { product.weight } else { nil }
      }
    }
    func looped(_ stages: [PlannedStage]) -> [PlannedStep] {
      stages.flatMap(\.groups).flatMap { group -> [PlannedStep] in
        if case .loop(let variants, _) = group {
          variants.flatMap { $0 }.flatMap { $0.steps.flatMap { $0 } }
        } else {
          []
        }
      }
    }
    let initial = builder.initial.flatMap {
      $0.early + $0.sections.flatMap { $0.steps.flatMap { $0 } }
    }
    turnedWeights = Set(turned(looped(builder.backward) + initial))
    turnsForward = !turnedWeights.isDisjoint(with: turned(looped(builder.forward)))
    frameWidth = builder.scalarCounts.reduce(0, +) / max(1, builder.widths.frames)
  }
}
