import Dispatch
import Glibc
import Tensors

/// Two archives read in step, for whoever wants to know where they differ.
///
/// Entries that are the same bytes in both are told from their headers alone; no number of theirs
/// is converted. All others are read as ``ArchiveReader`` reads them.
public struct TwinArchives {
  /// An entry that is the same in both archives.
  public struct SameEntry: Sendable {
    /// The key.
    public var key: String
    /// The second archive's entry: where it was found.
    public var origin: TensorRecord.Origin
    /// How many rows.
    public var rows: Int
    /// How many columns.
    public var columns: Int
    /// The first number as an object of its own, form and encoding being the entry's.
    public var first: StoredTensor
  }

  /// What comes next in the two archives.
  public enum Entry: Sendable {
    /// The same bytes in both.
    case same(SameEntry)
    /// Anything else; nil where an archive has ended.
    case pair(TensorRecord?, TensorRecord?)
  }

  private var first: ArchiveReader
  private var second: ArchiveReader
  /// The largest entry to be held in memory as bytes.
  private static let most = 1 << 26
  /// The longest header: key, binary mark, token, two sizes.
  private static let mostHeader = 256

  /// Opens two sources, where both are archives in binary and are wanted whole.
  ///
  /// - Throws: ``KaldiIOError`` for what cannot be opened.
  public init?(_ first: TensorSource, _ second: TensorSource) throws(KaldiIOError) {
    guard let one = try first.binaryArchive(), let other = try second.binaryArchive() else {
      return nil
    }
    self.first = one
    self.second = other
  }

  /// The next entries; nil at the end of both.
  ///
  /// - Throws: ``KaldiIOError`` for an archive that cannot be read any further.
  public mutating func next() throws(KaldiIOError) -> Entry? {
    if let same = try same() { return .same(same) }
    let (one, other) = (try first.next(), try second.next())
    return one == nil && other == nil ? nil : .pair(one, other)
  }

  private func same() throws(KaldiIOError) -> SameEntry? {
    let (one, other) = (first.source, second.source)
    if !one.holds(Self.mostHeader) || !other.holds(Self.mostHeader) { fillBoth() }
    guard let header = unsafe Header(one.window) else { return nil }
    let length = header.length
    if !one.holds(length) || !other.holds(length) { fillBoth() }
    guard length <= Self.most, try one.require(length), try other.require(length),
      let ours = unsafe one.window.baseAddress, let theirs = unsafe other.window.baseAddress,
      unsafe memcmp(ours, theirs, length) == 0
    else { return nil }
    let numbers = unsafe UnsafeRawPointer(ours + header.start)
    let number =
      header.isDouble
      ? unsafe numbers.loadUnaligned(as: Double.self)
      : widened(unsafe numbers.loadUnaligned(as: Float.self))
    let key = unsafe String(
      decoding: UnsafeBufferPointer(start: ours, count: header.keyLength), as: UTF8.self)
    let entry = SameEntry(
      key: key,
      origin: .init(file: other.name, key: key, byteOffset: other.offset + header.keyLength + 1),
      rows: header.rows, columns: header.columns,
      first: StoredTensor(
        form: header.isVector ? .vector : .matrix,
        matrix: Matrix(rows: 1, columns: 1, elements: [number]),
        encoding: header.isDouble ? .float64 : .float32))
    one.advance(length)
    other.advance(length)
    return entry
  }

  /// Reads ahead in both archives at the same time; what fails is met again by who needs it.
  private func fillBoth() {
    let sources = Sources(first: first.source, second: second.source)
    DispatchQueue.concurrentPerform(iterations: 2) { index in
      _ = try? (index == 0 ? sources.first : sources.second).fill()
    }
  }

  /// Each source is touched by one thread.
  private struct Sources: @unchecked Sendable {
    let first: ByteSource
    let second: ByteSource
  }

  /// What stands before the numbers of a dense entry in binary.
  private struct Header {
    let keyLength: Int
    let isVector: Bool
    let isDouble: Bool
    let rows: Int
    let columns: Int
    /// Where the numbers begin, counted from the key.
    let start: Int
    /// Where they end.
    let length: Int

    /// Reads a plain header: a key of ASCII, one space, `\0B`, a token, the sizes.
    ///
    /// There is none where anything else stands, nor for an object without numbers.
    init?(_ window: UnsafeBufferPointer<UInt8>) {
      let head = unsafe window.prefix(TwinArchives.mostHeader)
      guard let space = unsafe head.firstIndex(where: { $0 &- 0x21 > 0x5d }), space > 0,
        unsafe head[space] == 0x20, unsafe head.count >= space + 16
      else { return nil }
      let bytes = unsafe head[(space + 1)...]
      func size(at index: Int) -> Int? {
        guard unsafe bytes[index] == 4 else { return nil }
        var value: UInt32 = 0
        for place in 1...4 {
          value |= unsafe UInt32(bytes[index + place]) << UInt32(8 * (place - 1))
        }
        return Int(Int32(bitPattern: value))
      }
      let token = unsafe (bytes[space + 3], bytes[space + 4])
      guard unsafe bytes[space + 1] == 0, unsafe bytes[space + 2] == 0x42,
        token.0 == 0x46 || token.0 == 0x44, token.1 == 0x4d || token.1 == 0x56,
        unsafe bytes[space + 5] == 0x20
      else { return nil }
      keyLength = space
      isDouble = token.0 == 0x44
      isVector = token.1 == 0x56
      start = space + (isVector ? 11 : 16)
      guard let firstSize = size(at: space + 6) else { return nil }
      rows = isVector ? 1 : firstSize
      var secondSize: Int? = firstSize
      if !isVector { secondSize = size(at: space + 11) }
      guard let secondSize, rows > 0, secondSize > 0 else { return nil }
      columns = secondSize
      // Two sizes below 2^31 cannot overflow.
      let (bytesOfNumbers, overflow) = (rows * columns).multipliedReportingOverflow(
        by: isDouble ? 8 : 4)
      if overflow || bytesOfNumbers > TwinArchives.most { return nil }
      length = start + bytesOfNumbers
    }
  }
}

extension TensorSource {
  /// The source as an archive in binary, if it is one, is a regular file and is wanted whole.
  func binaryArchive() throws(KaldiIOError) -> ArchiveReader? {
    guard range == nil else { return nil }
    let path: String
    switch target {
    case .file(let name): path = name
    case .table(let table) where table.kind == .archive && !table.isPermissive: path = table.name
    default: return nil
    }
    guard FileSystem.kind(of: path) == .file else { return nil }
    let source = try ByteSource.open(file: path)
    guard source.isRegular, try ContentKind.of(source) == .archive else { return nil }
    return ArchiveReader(source: source, options: options.text)
  }
}
