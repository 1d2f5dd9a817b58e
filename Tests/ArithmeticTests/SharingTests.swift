import Arithmetic
import Testing

/// Work cut into parts.
@Suite struct SharingTests {
  @Test(arguments: [0, 1, 2, 3, 7, 16, 100], [1, 2, 3, 5, 200])
  func `every thing is done once, by threads or none`(count: Int, threads: Int) {
    let done = Store<Int>(repeating: 0, count: max(count, 1))
    share(count, among: threads) { part in
      for index in part { done.lane[index] += index + 1 }
    }
    #expect(Array(done.elements.prefix(count)) == Array(1..<count + 1))
  }
}
