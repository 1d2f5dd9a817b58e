import Arithmetic
import Testing

/// Stores and the lanes cut from them.
@Suite struct LaneTests {
  @Test func `a store is filled, loaded and read back`() {
    let store = Store(repeating: 1.5, count: 3)
    #expect(store.elements == [1.5, 1.5, 1.5])
    store.load([1, 2, 3])
    #expect(store.elements == [1, 2, 3])
    store.lane[1] = 20
    #expect(store.elements == [1, 20, 3])
    #expect(Store(repeating: 0.0, count: 0).elements == [])
  }

  @Test func `a lane of a lane reaches the same memory`() {
    let store = Store(repeating: 0, count: 6)
    let middle = store.lane[1, 4]
    let end = middle[2, 2]
    #expect(middle.count == 4 && end.count == 2)
    end[0] = 3
    middle[0] = 1
    #expect(store.elements == [0, 1, 0, 3, 0, 0])
    end.fill(9)
    #expect(store.elements == [0, 1, 0, 9, 9, 0])
    #expect(middle[4, 0].count == 0)
  }

  @Test func `a copy of a store's numbers stays as it was`() {
    let store = Store(repeating: 1, count: 2)
    let copy = store.elements
    store.lane.fill(2)
    #expect(copy == [1, 1])
  }
}
