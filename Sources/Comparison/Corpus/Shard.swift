/// One part of a corpus, so that a job array can spread it over machines.
///
/// A tensor belongs to the part that a hash of its name gives, whatever the order of the files,
/// so that expected and actual side agree and every tensor falls into exactly one part.
public struct Shard: Sendable, Equatable {
  /// Which part, from 1.
  public let index: Int
  /// How many parts.
  public let count: Int

  /// Reads `3/20`.
  ///
  /// - Throws: ``ComparisonError/badOption(option:found:expected:)`` unless 1 ≤ index ≤ count.
  public init(argument: String) throws(ComparisonError) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]), index >= 1,
      index <= count
    else {
      throw .badOption(
        option: "--shard", found: argument, expected: "K/N with 1 ≤ K ≤ N, such as 3/20")
    }
    self.index = index
    self.count = count
  }

  /// Whether a name belongs to this part (FNV-1a of its bytes).
  public func contains(_ name: String) -> Bool {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    // The low bits of FNV are weak; fold the high ones in before reducing.
    hash ^= hash >> 32
    return hash % UInt64(count) == UInt64(index - 1)
  }
}
