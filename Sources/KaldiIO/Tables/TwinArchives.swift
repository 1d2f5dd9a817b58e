import Concurrency
import Files
import Glibc
import Tensors

/// Two archives read in step, for whoever wants to know where they differ.
///
/// Dense entries of one key, kind and size are shown as they lie in memory: whether they are the same
/// bytes is known before any number is converted. All others are read as ``ArchiveReader`` reads
/// them.
public struct TwinArchives {
  /// Two entries of one key, kind and size, with their numbers as they lie in memory.
  @unsafe public struct Alike {
    /// The key.
    public var key: String
    /// The second archive's entry: where it was found.
    public var origin: TensorRecord.Origin
    /// How many rows.
    public var rows: Int
    /// How many columns.
    public var columns: Int
    /// Whether the numbers are binary64 rather than binary32.
    public var isDouble: Bool
    /// The first archive's numbers, unaligned, little-endian.
    public var first: UnsafeRawPointer
    /// The second archive's.
    public var second: UnsafeRawPointer
    /// Whether both are the same bytes.
    public var areSame: Bool
  }

  /// What comes next in the two archives.
  public enum Entry: Sendable {
    /// Entries that were judged as they lay in memory.
    case judged
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

  /// Goes on to the next entries.
  ///
  /// - Parameter judge: Shown entries that differ in numbers at most, valid during the call: whether
  ///   nobody needs them any more; otherwise they come as a pair.
  /// - Returns: The entries; nil at the end of both.
  /// - Throws: ``KaldiIOError`` for an archive that cannot be read any further.
  public mutating func next(judge: (Alike) -> Bool) throws(KaldiIOError) -> Entry? {
    if unsafe try wereJudged(by: judge) { return .judged }
    let (one, other) = (try first.next(), try second.next())
    return one == nil && other == nil ? nil : .pair(one, other)
  }

  private func wereJudged(by judge: (Alike) -> Bool) throws(KaldiIOError) -> Bool {
    let (one, other) = (first.source, second.source)
    if !one.holds(Self.mostHeader) || !other.holds(Self.mostHeader) { fillBoth() }
    guard let header = unsafe Header(one.window) else { return false }
    let length = header.length
    if !one.holds(length) || !other.holds(length) { fillBoth() }
    guard length <= Self.most, try one.require(length), try other.require(length),
      let ours = unsafe one.window.baseAddress, let theirs = unsafe other.window.baseAddress,
      unsafe memcmp(ours, theirs, header.start) == 0
    else { return false }
    let key = unsafe String(
      decoding: UnsafeBufferPointer(start: ours, count: header.keyLength), as: UTF8.self)
    let (numbers, others) = unsafe (ours + header.start, theirs + header.start)
    let alike = unsafe Alike(
      key: key,
      origin: .init(file: other.name, key: key, byteOffset: other.offset + header.keyLength + 1),
      rows: header.rows, columns: header.columns, isDouble: header.isDouble,
      first: UnsafeRawPointer(numbers), second: UnsafeRawPointer(others),
      areSame: memcmp(numbers, others, length - header.start) == 0)
    guard unsafe judge(alike) else { return false }
    one.advance(overBinary: length)
    other.advance(overBinary: length)
    return true
  }

  /// Reads ahead in both archives at the same time; what fails is met again by who needs it.
  private func fillBoth() {
    let sources = [first.source, second.source]
    Threads.share(2, among: 2) { part in
      for index in part { _ = try? sources[index].fill() }
    }
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
    case .file(let found): path = found.text
    case .input(let name) where !name.isStandard: path = name.text
    case .table(let table) where table.kind == .archive && !table.isPermissive: path = table.name
    default: return nil
    }
    guard FileSystem.kind(of: path) == .file else { return nil }
    let source = try ByteSource.open(DataPath(path))
    guard source.isRegular, try ContentKind.of(source) == .archive else { return nil }
    return ArchiveReader(source: source, options: options.text)
  }
}
