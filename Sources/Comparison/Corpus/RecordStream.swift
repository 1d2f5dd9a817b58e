import Foundation
import KaldiIO
import Tensors

/// The records of a source, read ahead on a thread of their own.
///
/// Few batches wait at a time, so memory stays constant however large the source is. The reading
/// thread ends when the source does, or as soon as nobody wants more.
final class RecordStream: @unchecked Sendable {
  private static let batchBytes = 1 << 18
  private static let waitingBatches = 4

  private let condition = NSCondition()
  private var batches: [[TensorRecord]] = []
  private var isFinished = false
  private var isAbandoned = false
  private var failure: ComparisonError?
  /// The batch being handed out; only the consumer touches it.
  private var current: ArraySlice<TensorRecord> = []

  /// Starts reading.
  init(_ name: SourceName, options: ComparisonOptions) {
    let thread = Thread { [self] in
      var batch: [TensorRecord] = []
      var size = 0
      do throws(ComparisonError) {
        try DumpReader.forEach(name, shard: options.shard, pipes: options.pipes) { record in
          batch.append(record)
          if case .tensor(let tensor) = record.content {
            size += 8 * tensor.matrix.elements.count + 64
          }
          guard size >= Self.batchBytes else { return true }
          let wanted = hand(over: batch)
          batch = []
          size = 0
          return wanted
        }
        _ = hand(over: batch)
        finish(nil)
      } catch {
        _ = hand(over: batch)
        finish(error)
      }
    }
    thread.stackSize = 1 << 21
    thread.start()
  }

  private func hand(over batch: [TensorRecord]) -> Bool {
    guard !batch.isEmpty else { return true }
    condition.lock()
    defer { condition.unlock() }
    while batches.count >= Self.waitingBatches, !isAbandoned { condition.wait() }
    guard !isAbandoned else { return false }
    batches.append(batch)
    condition.broadcast()
    return true
  }

  private func finish(_ error: ComparisonError?) {
    condition.lock()
    failure = error
    isFinished = true
    condition.broadcast()
    condition.unlock()
  }

  /// The next record, `nil` at the end.
  ///
  /// - Throws: What ended the reading, after the records read before it.
  func next() throws(ComparisonError) -> TensorRecord? {
    if let record = current.popFirst() { return record }
    condition.lock()
    while batches.isEmpty, !isFinished { condition.wait() }
    let batch = batches.isEmpty ? nil : batches.removeFirst()
    let error = failure
    condition.broadcast()
    condition.unlock()
    if let batch {
      current = batch[...]
      return current.popFirst()
    }
    if let error { throw error }
    return nil
  }

  /// Lets the reading thread end early.
  func abandon() {
    condition.lock()
    isAbandoned = true
    batches = []
    condition.broadcast()
    condition.unlock()
  }
}
