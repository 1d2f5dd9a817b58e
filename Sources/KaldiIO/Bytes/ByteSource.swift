import Glibc

/// A stream of input bytes with a window on the part in memory.
///
/// The window grows only when a single word or look-ahead needs it, so memory stays that of the
/// window plus whatever the caller keeps. Behind the last byte of the window stand at least
/// ``padding`` zero bytes, so that a scanner may load eight bytes anywhere and always meets a byte
/// that is part of no number.
@safe public final class ByteSource {
  /// The input, as the user named it.
  public let name: String

  /// Zero bytes kept behind the window.
  static let padding = 64
  /// How much is asked of the system at once.
  static let chunk = 1 << 20

  /// The window's memory.
  private var buffer: UnsafeMutablePointer<UInt8>
  /// The window's memory, to read.
  @inline(__always) var bytes: UnsafePointer<UInt8> { unsafe UnsafePointer(buffer) }
  private var capacity: Int
  /// Index in `buffer` of the next byte.
  var cursor = 0
  /// Index in `buffer` behind the last byte in memory.
  private(set) var limit = 0
  /// Whether the input ends at `limit`.
  private(set) var isComplete = false

  /// Position in the input of `buffer[0]`.
  private var base = 0
  private let descriptor: Int32
  private let ownsDescriptor: Bool
  private let stream: CommandStream?
  /// The input's length, where it is known beforehand.
  private let length: Int?

  private var countedTo = 0
  private var newlines = 0
  private var hasLines = true

  /// A source over bytes in memory.
  ///
  /// - Parameters:
  ///   - bytes: All of the input.
  ///   - name: What errors call it.
  public init(bytes: [UInt8], name: String) {
    self.name = name
    capacity = bytes.count
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + Self.padding)
    unsafe bytes.withUnsafeBufferPointer { from in
      if let start = from.baseAddress {
        unsafe memory.initialize(from: start, count: bytes.count)
      }
    }
    unsafe (memory + bytes.count).initialize(repeating: 0, count: Self.padding)
    unsafe buffer = memory
    limit = bytes.count
    isComplete = true
    length = bytes.count
    descriptor = -1
    ownsDescriptor = false
    stream = nil
  }

  /// A source over an open descriptor or a command's output.
  init(
    descriptor: Int32, owned: Bool, startingAt position: Int = 0, length: Int?,
    stream: CommandStream? = nil, name: String
  ) {
    self.name = name
    self.descriptor = descriptor
    ownsDescriptor = owned
    self.length = length
    self.stream = stream
    base = position
    hasLines = position == 0
    capacity = min(Self.chunk, max(256, (length ?? Self.chunk) - position + 1))
    unsafe buffer = .allocate(capacity: capacity + Self.padding)
    unsafe buffer.initialize(repeating: 0, count: capacity + Self.padding)
  }

  deinit {
    unsafe buffer.deallocate()
    if ownsDescriptor { _ = Glibc.close(descriptor) }
  }

  /// The position of the next byte, from 0.
  public var offset: Int { base + cursor }

  /// The line of the next byte, from 1; nil where reading began in the middle.
  public var line: Int? {
    guard hasLines else { return nil }
    countLines()
    return newlines + 1
  }

  /// How many bytes can still come, where that is known.
  public var remaining: Int? {
    if isComplete { return limit - cursor }
    guard let length else { return nil }
    return max(0, length - offset)
  }

  /// Whether the input is a file of known length, or all in memory: reading ahead never waits.
  var isRegular: Bool { length != nil }

  /// What is in memory and unread; ``padding`` zero bytes stand behind it.
  var window: UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: buffer + cursor, count: limit - cursor)
  }

  /// How many bytes of the window, up to a line feed, stand before a byte that ends an object.
  func plainLength(endingBefore terminator: UInt8) -> Int {
    let start = unsafe buffer + cursor
    var count = limit - cursor
    if count == 0 { return 0 }
    if let found = unsafe memchr(start, Int32(terminator), count) {
      count = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(start)
    }
    while count > 0, unsafe start[count - 1] != 0x0a { count -= 1 }
    return count
  }

  /// Reads more into the window, behind what is there.
  ///
  /// - Returns: Whether anything came; false at the end of the input.
  func fill() throws(KaldiIOError) -> Bool {
    if isComplete { return false }
    makeRoom()
    while true {
      let count = unsafe Glibc.read(descriptor, buffer + limit, capacity - limit)
      if count > 0 {
        limit += count
        unsafe (buffer + limit).update(repeating: 0, count: Self.padding)
        return true
      }
      if count == 0 {
        isComplete = true
        try stream?.finish()
        return false
      }
      if errno != EINTR { throw .system(file: name, operation: "read", reason: systemReason()) }
    }
  }

  /// Whether so many bytes are in the window, or all that will ever come.
  func holds(_ count: Int) -> Bool { isComplete || limit - cursor >= count }

  /// Makes sure that `count` bytes are in the window, unless the input ends before.
  ///
  /// - Returns: Whether they are.
  func require(_ count: Int) throws(KaldiIOError) -> Bool {
    while limit - cursor < count {
      if try !fill() { return false }
    }
    return true
  }

  /// Moves to a byte of a regular file or of bytes in memory.
  func seek(to position: Int) throws(KaldiIOError) {
    hasLines = hasLines && position == 0
    newlines = 0
    if position >= base && position <= base + limit {
      cursor = position - base
      countedTo = cursor
      return
    }
    guard descriptor >= 0, lseek(descriptor, position, SEEK_SET) >= 0 else {
      throw .system(file: name, operation: "seek in", reason: systemReason())
    }
    base = position
    cursor = 0
    limit = 0
    countedTo = 0
    isComplete = false
    unsafe buffer.update(repeating: 0, count: Self.padding)
  }

  /// The next byte, left in place; nil at the end of the input.
  public func peek() throws(KaldiIOError) -> UInt8? {
    if cursor == limit {
      if try !fill() { return nil }
    }
    return unsafe buffer[cursor]
  }

  /// The byte `distance` behind the next one, left in place; nil behind the end of the input.
  public func peek(at distance: Int) throws(KaldiIOError) -> UInt8? {
    guard try require(distance + 1) else { return nil }
    return unsafe buffer[cursor + distance]
  }

  /// Takes the next byte; nil at the end of the input.
  public func next() throws(KaldiIOError) -> UInt8? {
    let byte = try peek()
    if byte != nil { cursor += 1 }
    return byte
  }

  /// Passes over bytes that are in the window.
  func advance(_ count: Int) {
    cursor += count
  }

  /// Passes over bytes in the window that are no text, and so hold no lines.
  func advance(overBinary count: Int) {
    countLines()
    cursor += count
    countedTo = cursor
  }

  /// Takes the byte if it is the next one.
  func take(_ byte: UInt8) throws(KaldiIOError) -> Bool {
    guard try peek() == byte else { return false }
    cursor += 1
    return true
  }

  /// Passes over white space.
  public func skipWhitespace() throws(KaldiIOError) {
    while let byte = try peek(), isWhitespace(byte) { cursor += 1 }
  }

  /// Takes bytes up to white space or the end of the input.
  ///
  /// - Parameter maximum: How many bytes a word may have before the rest is left.
  /// - Returns: The word, empty when white space or the end comes first.
  /// - Throws: ``KaldiIOError``.
  public func word(upTo maximum: Int = .max) throws(KaldiIOError) -> [UInt8] {
    var word: [UInt8] = []
    while word.count < maximum, let byte = try peek(), !isWhitespace(byte) {
      word.append(byte)
      cursor += 1
    }
    return word
  }

  /// Takes the rest of the line and its end, which is not part of the result.
  ///
  /// - Returns: The line without its line feed; nil at the end of the input.
  public func restOfLine() throws(KaldiIOError) -> [UInt8]? {
    guard try peek() != nil else { return nil }
    var scanned = 0
    while true {
      let unread = unsafe buffer + cursor
      if let found = unsafe memchr(unread + scanned, 0x0a, limit - cursor - scanned) {
        scanned = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(unread)
        defer { cursor += scanned + 1 }
        return unsafe Array(UnsafeBufferPointer(start: unread, count: scanned))
      }
      scanned = limit - cursor
      if try !fill() {
        defer { cursor = limit }
        return unsafe Array(UnsafeBufferPointer(start: buffer + cursor, count: scanned))
      }
    }
  }

  /// Copies bytes out, past the window where that is shorter.
  ///
  /// - Returns: How many came before the input ended.
  func read(into memory: UnsafeMutableRawBufferPointer) throws(KaldiIOError) -> Int {
    guard let target = memory.baseAddress else { return 0 }
    var done = min(limit - cursor, memory.count)
    unsafe target.copyMemory(from: buffer + cursor, byteCount: done)
    cursor += done
    while done < memory.count && !isComplete {
      let count = unsafe Glibc.read(descriptor, target + done, memory.count - done)
      if count > 0 {
        countLines()
        base += limit + count
        cursor = 0
        limit = 0
        countedTo = 0
        unsafe buffer.update(repeating: 0, count: Self.padding)
        done += count
      } else if count == 0 {
        isComplete = true
        try stream?.finish()
      } else if errno != EINTR {
        throw .system(file: name, operation: "read", reason: systemReason())
      }
    }
    return done
  }

  /// Moves what is unread to the front, and grows the memory when that leaves no room.
  private func makeRoom() {
    guard limit == capacity else { return }
    if cursor >= capacity / 2 {
      countLines()
      unsafe buffer.update(from: buffer + cursor, count: limit - cursor)
      base += cursor
      limit -= cursor
      cursor = 0
      countedTo = 0
    } else {
      let larger = capacity * 2
      let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + Self.padding)
      unsafe memory.initialize(repeating: 0, count: larger + Self.padding)
      unsafe memory.update(from: buffer, count: limit)
      unsafe buffer.deallocate()
      unsafe buffer = memory
      capacity = larger
    }
  }

  private func countLines() {
    var place = countedTo
    while place < cursor, let found = unsafe memchr(buffer + place, 0x0a, cursor - place) {
      newlines += 1
      place = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(buffer) + 1
    }
    countedTo = max(countedTo, cursor)
  }

  /// The place of the next byte, for an error about text.
  public var place: KaldiIOError.Place { .init(file: name, byte: offset, line: line) }

  /// An error at the next byte.
  ///
  /// - Parameters:
  ///   - expected: What should have stood here.
  ///   - isText: Whether a line number means anything.
  /// - Returns: The error; its `found` shows the next bytes.
  public func malformed(expected: String, isText: Bool = true) -> KaldiIOError {
    var place = place
    if !isText { place.line = nil }
    var found = "the end of the input"
    if (try? peek()) ?? nil != nil {
      var bytes: [UInt8] = []
      var index = cursor
      while index < limit && bytes.count < 25 {
        let byte = unsafe buffer[index]
        if isText && !bytes.isEmpty && isWhitespace(byte) { break }
        bytes.append(byte)
        index += 1
      }
      found = quoted(bytes)
    }
    return .malformed(place, found: found, expected: expected)
  }
}

/// Whether a byte is white space as C's `isspace` has it.
@inline(__always) func isWhitespace(_ byte: UInt8) -> Bool {
  byte == 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

/// The system's words for the last failure.
func systemReason() -> String {
  let code = errno
  guard let text = unsafe strerror(code) else { return "error \(code)" }
  return unsafe String(cString: text)
}
