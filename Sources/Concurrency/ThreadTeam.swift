import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Threads that work on the parts of a task, and linger for the next one.
///
/// A recurrence hands out a product a frame, often within a tenth of a millisecond: waking a thread
/// that sleeps takes nearly as long. So a helper that finds nothing to do looks for more work for a
/// while, yielding its core to whoever wants it, before it goes back to the pool it came from.
///
/// Parts are claimed, not assigned: the caller works too, and does alone whatever no helper came
/// for. So nothing waits for a thread that has not started.
final class ThreadTeam: @unchecked Sendable {
  /// The team of this process.
  static let shared = ThreadTeam()

  /// How long a helper lingers and a caller waits awake, in nanoseconds.
  private static let patience: UInt64 = 300_000
  /// How many helpers are of use: the other cores.
  private static let most = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1)

  /// Whether a task is under way.
  private let isBusy = Atomic(false)
  /// The task's parts: how many there are in the upper half, the next to be claimed in the lower.
  private let parts = Atomic<UInt64>(0)
  /// Parts that are not finished.
  private let unfinished = Atomic(0)
  /// Helpers that work or linger.
  private let helpers = Atomic(0)
  /// The task; written while it has no parts, read by who has claimed one.
  private var body: ((Int) -> Void)?

  /// Calls a function for each of `0..<count`, on several threads where there are.
  ///
  /// - Returns: Whether it did; the team may be at work for somebody else.
  func perform(_ count: Int, _ body: @escaping (Int) -> Void) -> Bool {
    guard !isBusy.exchange(true, ordering: .acquiring) else { return false }
    self.body = body
    unfinished.store(count, ordering: .relaxed)
    parts.store(UInt64(count) << 32, ordering: .releasing)
    while helpers.load(ordering: .relaxed) < min(count - 1, Self.most) {
      helpers.add(1, ordering: .relaxed)
      DispatchQueue.global(qos: .userInitiated).async { self.help() }
    }
    while workOnPart() {}
    waitForHelpers()
    self.body = nil
    isBusy.store(false, ordering: .releasing)
    return true
  }

  /// Waits until all parts are finished: awake for a while, then in naps, as parts may be long.
  private func waitForHelpers() {
    let deadline = DispatchTime.now().uptimeNanoseconds + Self.patience
    while unfinished.load(ordering: .acquiring) > 0 {
      if DispatchTime.now().uptimeNanoseconds < deadline {
        _ = sched_yield()
      } else {
        _ = usleep(100)
      }
    }
  }

  /// Works on parts until none has come for a while.
  private func help() {
    var deadline = DispatchTime.now().uptimeNanoseconds + Self.patience
    while DispatchTime.now().uptimeNanoseconds < deadline {
      if workOnPart() {
        deadline = DispatchTime.now().uptimeNanoseconds + Self.patience
      } else {
        _ = sched_yield()
      }
    }
    helpers.subtract(1, ordering: .relaxed)
  }

  /// Claims a part and does it.
  ///
  /// - Returns: Whether there was one.
  private func workOnPart() -> Bool {
    var seen = parts.load(ordering: .acquiring)
    while true {
      let next = seen & 0xffff_ffff
      guard next < seen >> 32 else { return false }
      let (isMine, found) = parts.compareExchange(
        expected: seen, desired: seen + 1, successOrdering: .acquiring,
        failureOrdering: .acquiring)
      if isMine {
        call(Int(next))
        unfinished.subtract(1, ordering: .releasing)
        return true
      }
      seen = found
    }
  }

  /// Calls the task; what it holds of it is let go before the part counts as finished.
  @inline(never) private func call(_ part: Int) { body?(part) }
}
