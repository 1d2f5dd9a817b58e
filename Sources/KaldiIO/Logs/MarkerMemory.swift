/// Which component the objects of a log belong to, as far as markers tell.
///
/// A program prints `<TfLstm>` and then the component's matrices. Where the messages of two programs
/// are mixed, the last marker may be the other one's: a place of the source that printed a marker
/// itself keeps it, and what was printed elsewhere has none once messages were seen to mix.
struct MarkerMemory {
  private var last: String?
  private var byPlace: [String: String] = [:]
  private var isMixed = false

  /// The component of an object that a place of the source prints.
  mutating func component(for prefix: LogPrefix?) -> String? {
    guard let prefix, let own = byPlace[Self.place(prefix)] else { return isMixed ? nil : last }
    if own != last { isMixed = true }
    return own
  }

  /// Takes in a marker.
  mutating func note(_ marker: String, in prefix: LogPrefix?) {
    if let prefix { byPlace[Self.place(prefix)] = marker }
    last = marker
  }

  private static func place(_ prefix: LogPrefix) -> String {
    "\(prefix.function)|\(prefix.sourceLine)"
  }
}
