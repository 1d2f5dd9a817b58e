import Files
import Foundation

/// Standard output, buffered, so that a failed write is noticed and told.
struct StandardOutput: ~Copyable {
  private var buffer: [UInt8] = []
  private static let capacity = 1 << 16

  /// Nothing written yet.
  init() {}

  /// Writes lines of text for a person; what a terminal would act on is escaped.
  mutating func write(_ text: String) throws(Trouble) {
    try writeRaw(text.linesEscapedForTerminal)
  }

  /// Writes JSON, in whose strings a terminal may find nothing to act on either.
  mutating func write(json text: String) throws(Trouble) {
    var escaped = ""
    for scalar in text.unicodeScalars {
      if scalar.isUnsafeForTerminal && scalar != "\n" {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          escaped += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }
      } else {
        escaped.unicodeScalars.append(scalar)
      }
    }
    try writeRaw(escaped)
  }

  private mutating func writeRaw(_ text: String) throws(Trouble) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= Self.capacity { try flush() }
  }

  /// Writes text and ends the line.
  mutating func writeLine(_ text: String = "") throws(Trouble) {
    try write(text)
    try write("\n")
  }

  /// Hands everything on to the system.
  mutating func flush() throws(Trouble) {
    let bytes = buffer
    buffer.removeAll(keepingCapacity: true)
    var start = 0
    while start < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { raw in
        unsafe Foundation.write(
          STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: raw[start...]).baseAddress,
          bytes.count - start)
      }
      if written > 0 {
        start += written
      } else if written < 0 && errno == EINTR {
        continue
      } else {
        let reason = errno
        if reason == EPIPE { Interruption.endWithoutReader() }
        throw Trouble("cannot write standard output: \(unsafe String(cString: strerror(reason)))")
      }
    }
  }
}

/// Writes one line to standard error; there is nobody left to tell if that fails.
func complain(_ line: String) {
  let bytes = Array("nnet-oracle: \(line)\n".utf8)
  _ = unsafe bytes.withUnsafeBytes { raw in
    unsafe Foundation.write(STDERR_FILENO, raw.baseAddress, raw.count)
  }
}
