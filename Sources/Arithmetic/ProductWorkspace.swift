#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Memory for packed panels: one block a thread, taken at its first use, freed when the thread ends.
///
/// So a product allocates nothing in the steady state and needs no workspace handed in. Pages that
/// small products never touch are never backed by memory.
enum ProductWorkspace {
  /// Bytes of a block: the largest panels of the widest number.
  private static let size = 8 * (TiledProduct<Double>.panelElements)

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = unsafe pthread_key_create(&key) { unsafe free($0) }
    precondition(status == 0)
    return key
  }()

  /// The calling thread's block, aligned to cache lines.
  static func block() -> UnsafeMutableRawPointer {
    if let block = unsafe pthread_getspecific(key) { return unsafe block }
    var block: UnsafeMutableRawPointer?
    let status = unsafe posix_memalign(&block, 64, size)
    guard status == 0, let block = unsafe block else { preconditionFailure("out of memory") }
    precondition(unsafe pthread_setspecific(key, block) == 0)
    return unsafe block
  }
}
