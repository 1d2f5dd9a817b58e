import Files
import KaldiIO

/// The one place where the comparison opens sources.
enum DumpReader {
  /// Thrown through a source's loop by a body that wants no more.
  private struct Enough: Error {}

  /// Hands over the records of a source until the body returns false.
  ///
  /// - Parameters:
  ///   - name: What the user typed, or a path that was found.
  ///   - shard: The part of the records to hand over, by name.
  ///   - pipes: Whether lines of a script file may run commands.
  ///   - body: What to do with a record; false ends the reading.
  /// - Throws: ``ComparisonError/unreadable(_:)`` when the source cannot be read.
  static func forEach(
    _ name: SourceName, shard: Shard? = nil, pipes: PipePolicy = .forbidden,
    _ body: (TensorRecord) -> Bool
  ) throws(ComparisonError) {
    do {
      let source = try name.opened(.init(pipes: pipes))
      try source.forEachRecord { record in
        if let shard, !shard.contains(record.name) { return }
        guard body(record) else { throw Enough() }
      }
    } catch is Enough {
      return
    } catch {
      throw .unreadable("\(error)")
    }
  }

  /// All records of a source.
  static func records(
    _ name: SourceName, pipes: PipePolicy = .forbidden
  ) throws(ComparisonError) -> [TensorRecord] {
    var records: [TensorRecord] = []
    try forEach(name, pipes: pipes) { record in
      records.append(record)
      return true
    }
    return records
  }

  /// All records of one source that the user named, sorted by what they are.
  static func dump(
    _ name: SourceName, pipes: PipePolicy = .forbidden, through sieve: inout Sieve
  ) throws(ComparisonError) -> Dump {
    var dump = Dump()
    // What is given by itself may be called anything: of objects without keys order, shape and values
    // tell what they are, as in a log. A folder's file is named by its name.
    var (areBare, isLog) = (true, false)
    try forEach(name, pipes: pipes) { record in
      areBare =
        areBare && record.origin.key == nil
        && [.textFile, .binaryFile].contains(record.provenance)
      isLog = isLog || record.isFromLog
      dump.add(record, through: &sieve)
      return true
    }
    if areBare || isLog { dump.markAsLog(from: 0) }
    return dump
  }

  /// All records of the files of a folder, sorted by what they are.
  ///
  /// A file that is no matrix at all is unrecognised; one that begins as a matrix and fails is
  /// malformed; what is no file cannot be read.
  static func dump(
    _ listing: FileSystem.Listing, through sieve: inout Sieve
  ) throws(ComparisonError) -> Dump {
    var dump = Dump()
    for oddity in listing.oddities { dump.add(TensorRecord(oddity), isLog: false) }
    for path in listing.files {
      let first = dump.tensors.count
      var isLog = false
      try forEach(at: path) { record in
        isLog = isLog || record.isFromLog
        dump.add(record, through: &sieve)
      }
      if isLog { dump.markAsLog(from: first) }
    }
    return dump
  }

  /// Hands over the records of a file that was found in a folder; what cannot be read is one too.
  private static func forEach(
    at path: DataPath, _ body: (TensorRecord) -> Void
  ) throws(ComparisonError) {
    do {
      try TensorSource(at: path).forEachRecordOrFailure { body($0) }
    } catch {
      throw .unreadable("\(path): \(error)")
    }
  }

  /// All records of a file that was found in a folder; what cannot be read is a record too.
  static func records(at path: DataPath) throws(ComparisonError) -> [TensorRecord] {
    var found: [TensorRecord] = []
    try forEach(at: path) { found.append($0) }
    return found
  }

  /// The one matrix or vector of a file.
  static func single(_ path: DataPath) throws(ComparisonError) -> StoredTensor {
    let records = try records(.found(path))
    guard let record = records.first, records.count == 1, case .tensor(let stored) = record.content
    else {
      throw .badCase(
        file: path.text, found: "\(records.count) objects", expected: "one matrix or vector")
    }
    return stored
  }
}

extension Dump {
  /// Adds a record, and of what can pair with nothing no more than the report tells.
  fileprivate mutating func add(_ record: TensorRecord, through sieve: inout Sieve) {
    let count = tensors.count
    add(record, isLog: false)
    if tensors.count > count, sieve.isStranger(tensors[count]) { strangers.thin(&tensors) }
  }

  /// Takes what was added from some place on for objects of a log: where one is, all of a file are.
  fileprivate mutating func markAsLog(from first: Int) {
    for index in first..<tensors.count { tensors[index].isLog = true }
  }
}

extension TensorRecord {
  /// Whether the record was met in a log or among prints, where order tells what is what.
  var isFromLog: Bool {
    switch provenance {
    case .log, .print: return true
    // Made in memory: the origin is all there is.
    case .memory:
      guard origin.key == nil else { return false }
      return origin.function != nil || origin.sourceLine != nil || origin.component != nil
    default: return false
    }
  }

  /// Why the record could not be parsed, if so.
  var problem: String? {
    if case .malformed(let error) = content { return "\(error)" }
    return nil
  }
}
