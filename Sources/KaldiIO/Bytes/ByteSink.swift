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
    case beside(Int32, temporary: String, final: String)
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
    var status = stat()
    let exists = unsafe stat(path, &status) == 0
    if exists && status.st_mode & S_IFMT == S_IFDIR {
      throw .system(file: path, operation: "write", reason: "it is a directory")
    }
    if exists && status.st_mode & S_IFMT != S_IFREG {
      let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        throw .system(file: path, operation: "open for writing", reason: systemReason())
      }
      return ByteSink(target: .direct(descriptor, owned: true), name: path)
    }
    let final = exists ? resolved(path) : path
    let mode = exists ? status.st_mode & 0o777 : 0o666
    for attempt in 0..<100 {
      let temporary = "\(final).partial-\(getpid())-\(attempt)"
      let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
      let descriptor = unsafe Glibc.open(temporary, flags, mode)
      if descriptor >= 0 {
        return ByteSink(
          target: .beside(descriptor, temporary: temporary, final: final), name: path)
      }
      if errno != EEXIST { break }
    }
    throw .system(file: path, operation: "write", reason: systemReason())
  }

  /// Runs a command and writes to its input.
  ///
  /// - Parameter command: What the shell is to run; only ever what the user typed.
  /// - Returns: The opened stream.
  /// - Throws: ``KaldiIOError``.
  static func open(command: String) throws(KaldiIOError) -> ByteSink {
    ByteSink(target: .command(try CommandStream(command, mode: "w")), name: "|" + command)
  }

  private static func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
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
    case .beside(let open, _, _): descriptor = open
    case .command(let stream): descriptor = stream.descriptor
    }
    var done = 0
    while done < count {
      let written = unsafe Glibc.write(descriptor, buffer + done, count - done)
      if written >= 0 {
        done += written
      } else if errno != EINTR {
        let reason = systemReason()
        count = 0
        abandon()
        throw .system(file: name, operation: "write", reason: reason)
      }
    }
    flushed += count
    count = 0
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
    case .beside(let descriptor, let temporary, let final):
      var failed = Glibc.close(descriptor) != 0
      if !failed { failed = unsafe rename(temporary, final) != 0 }
      if failed {
        let reason = systemReason()
        _ = unsafe unlink(temporary)
        throw .system(file: name, operation: "write", reason: reason)
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
    case .beside(let descriptor, let temporary, _):
      _ = Glibc.close(descriptor)
      _ = unsafe unlink(temporary)
    default: break
    }
  }
}
