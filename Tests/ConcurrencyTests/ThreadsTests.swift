import Arithmetic
import Concurrency
import Dispatch
import Synchronization
import Testing

/// Work cut into parts.
@Suite struct ThreadsTests {
  @Test(arguments: [0, 1, 2, 3, 7, 16, 100], [1, 2, 3, 5, 200])
  func `every thing is done once, by threads or none`(count: Int, threads: Int) {
    for unit in [1, 4, 32] {
      let done = Store<Int>(repeating: 0, count: max(count, 1))
      Threads.share(count, among: threads, unit: unit) { part in
        #expect(part.lowerBound % unit == 0)
        for index in part { done.lane[index] += index + 1 }
      }
      #expect(Array(done.elements.prefix(count)) == Array(1..<count + 1))
    }
  }

  @Test func `parts may be shared out again, and callers may be many`() {
    let right = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 40) { _ in
      let done = Store<Int>(repeating: 0, count: 6)
      for _ in 0..<50 {
        Threads.share(6, among: 3) { outer in
          Threads.share(outer.count, among: 2) { inner in
            for index in inner { done.lane[outer.lowerBound + index] += 1 }
          }
        }
      }
      if done.elements == Array(repeating: 50, count: 6) { right.add(1, ordering: .relaxed) }
    }
    #expect(right.load(ordering: .relaxed) == 40)
  }

  @Test func `work handed out again and again is seen by who comes next`() {
    // Each round reads what the other part wrote in the one before.
    let (one, two) = (Store<Int>(repeating: 0, count: 64), Store<Int>(repeating: 0, count: 64))
    for round in 0..<20_000 {
      let (from, to) = round % 2 == 0 ? (one, two) : (two, one)
      Threads.share(64, among: 2) { part in
        for index in part { to.lane[index] = from.lane[63 - index] + 1 }
      }
    }
    #expect(one.elements.allSatisfy { $0 == 20_000 })
  }
}
