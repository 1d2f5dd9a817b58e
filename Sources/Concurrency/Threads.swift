import Dispatch
public import Synchronization

/// Work shared out among threads.
public enum Threads {
  /// Cuts `0..<count` into parts and works on them side by side, one part a thread.
  ///
  /// - Parameters:
  ///   - count: How many things there are to do.
  ///   - threads: How many threads may work; with one, the caller does it all.
  ///   - unit: What the parts, but for the last, are a multiple of.
  ///   - body: Does a part. Parts must not write what others read or write.
  @inlinable public static func share(
    _ count: Int, among threads: Int, unit: Int = 1, _ body: (Range<Int>) -> Void
  ) {
    guard threads > 1 && count > 1 else { return body(0..<count) }
    let length = ((count + threads - 1) / threads + unit - 1) / unit * unit
    perform((count + length - 1) / length) { index in
      body(index * length..<min((index + 1) * length, count))
    }
  }

  /// Applies a function to every element, on all cores.
  ///
  /// - Parameters:
  ///   - elements: The elements.
  ///   - transform: The function.
  /// - Returns: The results, in the elements' order.
  @inlinable public static func map<Element: Sendable, Result: Sendable>(
    _ elements: [Element], _ transform: @Sendable (Element) -> Result
  ) -> [Result] {
    let results = Mutex<[Result?]>(Array(repeating: nil, count: elements.count))
    perform(elements.count) { index in
      let result = transform(elements[index])
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  /// Calls a function for each of `0..<count`, on as many threads as there are.
  @usableFromInline static func perform(_ count: Int, _ body: (Int) -> Void) {
    guard count > 1 else { return (0..<count).forEach(body) }
    withoutActuallyEscaping(body) { body in
      if ThreadTeam.shared.perform(count, body) { return }
      // The parts are apart, as the caller promises.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: count) { index in unsafe body(index) }
    }
  }
}
