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
    _ name: SourceName, pipes: PipePolicy = .forbidden
  ) throws(ComparisonError) -> Dump {
    var dump = Dump()
    let records = try records(name, pipes: pipes)
    // What is given by itself may be called anything: of objects without keys order, shape and values
    // tell what they are, as in a log. A folder's file is named by its name.
    let areBare = records.allSatisfy { record in
      record.origin.key == nil && [.textFile, .binaryFile].contains(record.provenance)
    }
    dump.add(file: records, isBare: areBare && !records.isEmpty)
    return dump
  }

  /// All records of the files of a folder, sorted by what they are.
  ///
  /// A file that is no matrix at all is unrecognised; one that begins as a matrix and fails is
  /// malformed; what is no file cannot be read.
  static func dump(_ listing: FileSystem.Listing) throws(ComparisonError) -> Dump {
    var dump = Dump()
    for oddity in listing.oddities { dump.add(TensorRecord(oddity), isLog: false) }
    for path in listing.files { dump.add(file: try records(at: path), isBare: false) }
    return dump
  }

  /// All records of a file that was found in a folder; what cannot be read is a record too.
  static func records(at path: DataPath) throws(ComparisonError) -> [TensorRecord] {
    var found: [TensorRecord] = []
    do {
      try TensorSource(at: path).forEachRecordOrFailure { found.append($0) }
    } catch {
      throw .unreadable("\(path): \(error)")
    }
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
  /// Adds the records of one file: where one of them is from a log, all are.
  fileprivate mutating func add(file records: [TensorRecord], isBare: Bool) {
    let isLog = isBare || records.contains(where: \.isFromLog)
    for record in records { add(record, isLog: isLog) }
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
