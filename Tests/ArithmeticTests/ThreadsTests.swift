import Arithmetic
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
}
