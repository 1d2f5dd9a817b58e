import Files
import Glibc

/// A buffered output of bytes; a file appears whole when it is finished, or not at all.
///
/// A regular file is written beside its final name and renamed at the end; devices, pipes and
/// standard output are written directly. What is not finished leaves nothing behind.
@safe public final class ByteSink {
  /// The output, as the user named it.
  public let name: String
  /// How many bytes were written so far, those still in memory included.
  public var offset: Int { flushed + count }

  private enum Target {
    case memory
    case direct(Int32, owned: Bool)
    case beside(Staging, final: String)
    case command(CommandStream)
    case closed
  }

  private var target: Target
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var count = 0
  private var flushed = 0

  private init(target: Target, name: String) {
    self.target = target
    self.name = name
    capacity = 1 << 16
    unsafe buffer = .allocate(capacity: capacity)
    // A file-size limit is to be an error like any other, not the end of the process.
    _ = signal(SIGXFSZ, SIG_IGN)
  }

  /// A sink that keeps its bytes; ``bytes`` gives them.
  public convenience init() {
    self.init(target: .memory, name: "memory")
  }

  deinit {
    abandon()
    unsafe buffer.deallocate()
  }

  /// What a sink in memory holds.
  public var bytes: [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: buffer, count: count))
  }

  /// Opens a file for writing, or standard output for `-` and the empty name.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``KaldiIOError/system(file:operation:reason:)`` when it cannot be made.
  /// - Returns: The opened stream.
  public static func open(file path: String) throws(KaldiIOError) -> ByteSink {
    if path.isEmpty || path == "-" {
      return ByteSink(target: .direct(1, owned: false), name: "-")
    }
    do throws(FileError) {
      let place = try FileSystem.place(toWrite: path)
      switch place {
      case .direct(let descriptor):
        return ByteSink(target: .direct(descriptor, owned: true), name: path)
      case .staged(let staging, let final):
        return ByteSink(target: .beside(staging, final: final), name: path)
      }
    } catch {
      throw KaldiIOError(error)
    }
  }

  /// Runs a command and writes to its input.
  ///
  /// - Parameter command: What the shell is to run; only ever what the user typed.
  /// - Returns: The opened stream.
  /// - Throws: ``KaldiIOError``.
  static func open(command: String) throws(KaldiIOError) -> ByteSink {
    ByteSink(target: .command(try CommandStream(command, mode: .writing)), name: "|" + command)
  }

  /// Gives a stretch of the buffer to a writer.
  ///
  /// - Parameters:
  ///   - maximum: The most bytes that it will write.
  ///   - write: Writes from a pointer on, and returns how many bytes it wrote.
  /// - Throws: ``KaldiIOError``.
  @inline(__always) func write(
    atMost maximum: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int
  ) throws(KaldiIOError) {
    if capacity - count < maximum { try makeRoom(maximum) }
    count += unsafe write(buffer + count)
  }

  /// Appends one byte.
  public func append(_ byte: UInt8) throws(KaldiIOError) {
    if capacity == count { try makeRoom(1) }
    unsafe buffer[count] = byte
    count += 1
  }

  /// Appends bytes.
  public func append(_ bytes: [UInt8]) throws(KaldiIOError) {
    if capacity - count < bytes.count { try makeRoom(bytes.count) }
    unsafe bytes.withUnsafeBufferPointer { from in
      if let start = from.baseAddress {
        unsafe (buffer + count).update(from: start, count: from.count)
      }
    }
    count += bytes.count
  }

  /// Appends a string's UTF-8 bytes.
  public func append(_ text: String) throws(KaldiIOError) {
    try append(Array(text.utf8))
  }

  /// Appends bytes from memory.
  func append(raw from: UnsafeRawBufferPointer) throws(KaldiIOError) {
    guard let start = from.baseAddress else { return }
    if capacity - count < from.count { try makeRoom(from.count) }
    unsafe UnsafeMutableRawPointer(buffer + count).copyMemory(
      from: start, byteCount: from.count)
    count += from.count
  }

  private func makeRoom(_ needed: Int) throws(KaldiIOError) {
    if case .memory = target {} else { try flush() }
    if capacity - count >= needed { return }
    let larger = max(capacity * 2, count + needed)
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    unsafe memory.update(from: buffer, count: count)
    unsafe buffer.deallocate()
    unsafe buffer = memory
    capacity = larger
  }

  /// Hands what is in memory to the system.
  public func flush() throws(KaldiIOError) {
    let descriptor: Int32
    switch target {
    case .memory, .closed: return
    case .direct(let open, _): descriptor = open
    case .beside(let staging, _): descriptor = staging.descriptor
    case .command(let stream): descriptor = stream.descriptor
    }
    var done = 0
    while done < count {
      let written = unsafe Glibc.write(descriptor, buffer + done, count - done)
      if written >= 0 {
        done += written
      } else if errno != EINTR {
        let code = errno
        let ended = target
        count = 0
        abandon()
        if code == EPIPE { try endOfReader(ended) }
        errno = code
        throw .system(file: name, operation: "write", reason: systemReason())
      }
    }
    flushed += count
    count = 0
  }

  /// Nobody reads any more: a command tells how it ended; without standard output there is no point
  /// in going on.
  private func endOfReader(_ target: Target) throws(KaldiIOError) {
    switch target {
    case .command(let stream): try stream.finish()
    case .direct(1, owned: false): Interruption.endWithoutReader()
    default: break
    }
  }

  /// Writes what is left and gives the file its name.
  ///
  /// - Throws: ``KaldiIOError`` when the bytes cannot be stored; then nothing is left behind.
  public func finish() throws(KaldiIOError) {
    try flush()
    let ended = target
    if case .memory = ended { return }
    target = .closed
    switch ended {
    case .memory, .closed: break
    case .direct(let descriptor, let owned):
      if owned && Glibc.close(descriptor) != 0 {
        throw .system(file: name, operation: "write", reason: systemReason())
      }
    case .command(let stream): try stream.finish()
    case .beside(let staging, let final):
      do throws(FileError) {
        try staging.finish(as: final, named: name)
      } catch {
        throw KaldiIOError(error)
      }
    }
  }

  /// Gives up: removes what was written beside the final name.
  public func abandon() {
    let ended = target
    if case .memory = ended { return }
    target = .closed
    switch ended {
    case .direct(let descriptor, owned: true): _ = Glibc.close(descriptor)
    case .beside(let staging, _): staging.discard()
    default: break
    }
  }
}
