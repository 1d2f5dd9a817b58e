import KaldiIO

/// The one place where the comparison opens sources.
enum DumpReader {
  /// Thrown through a source's loop by a body that wants no more.
  private struct Enough: Error {}

  /// Hands over the records of a source until the body returns false.
  ///
  /// - Parameters:
  ///   - argument: What the user named.
  ///   - shard: The part of the records to hand over, by name.
  ///   - pipes: Whether lines of a script file may run commands.
  ///   - body: What to do with a record; false ends the reading.
  /// - Throws: ``ComparisonError/unreadable(_:)`` when the source cannot be read.
  static func forEach(
    _ argument: String, shard: Shard? = nil, pipes: PipePolicy = .forbidden,
    _ body: (TensorRecord) -> Bool
  ) throws(ComparisonError) {
    do {
      let source = try TensorSource(argument, options: .init(pipes: pipes))
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
    _ argument: String, pipes: PipePolicy = .forbidden
  ) throws(ComparisonError) -> [TensorRecord] {
    var records: [TensorRecord] = []
    try forEach(argument, pipes: pipes) { record in
      records.append(record)
      return true
    }
    return records
  }

  /// All records of several files, sorted by what they are.
  ///
  /// A file of a folder that is no matrix at all is unrecognised; one that begins as a matrix and
  /// fails is malformed.
  static func dump(
    _ arguments: [String], inFolder: Bool, pipes: PipePolicy = .forbidden
  ) throws(ComparisonError) -> Dump {
    var dump = Dump()
    for argument in arguments {
      // In a folder every file is tried and what fails becomes a record; a file named by itself
      // must be readable.
      let records =
        inFolder
        ? try Self.records(folderEntry: argument) : try Self.records(argument, pipes: pipes)
      let isLog = isLog(records, of: argument, inFolder: inFolder)
      for record in records { dump.add(record, isLog: isLog) }
    }
    return dump
  }

  /// Whether order, shape and values tell what the objects of a file are, as in a log.
  ///
  /// What the file holds decides, never what it is called: messages of a log, or objects without a
  /// key, unless they are a folder's file with its one object, which the file's name names.
  private static func isLog(
    _ records: [TensorRecord], of file: String, inFolder: Bool
  ) -> Bool {
    if records.contains(where: \.isFromLog) { return true }
    guard !records.isEmpty, records.allSatisfy({ $0.origin.key == nil }) else { return false }
    let name = Paths.stem(Paths.last(file))
    return !inFolder || records.contains { $0.name != name }
  }

  /// The records of one file of a folder; what cannot be read is a record too.
  private static func records(folderEntry path: String) throws(ComparisonError) -> [TensorRecord] {
    var found: [TensorRecord] = []
    do {
      try TensorSource(path).forEachRecord { found.append($0) }
    } catch let error as KaldiIOError {
      let name = Paths.stem(Paths.last(path))
      let content: TensorRecord.Content
      if found.isEmpty, case .unusable(_, let reason) = error {
        content = .unrecognised(reason)
      } else {
        content = .malformed(error)
      }
      found.append(TensorRecord(name: name, content: content, origin: .init(file: path)))
    } catch {
      throw .unreadable("\(path): \(error)")
    }
    return found
  }

  /// The one matrix or vector of a file.
  static func single(_ path: String) throws(ComparisonError) -> StoredTensor {
    let records = try records(path)
    guard let record = records.first, records.count == 1, case .tensor(let stored) = record.content
    else {
      throw .badCase(
        file: path, found: "\(records.count) objects", expected: "one matrix or vector")
    }
    return stored
  }
}

extension TensorRecord {
  /// Whether the record was met in a log's message.
  var isFromLog: Bool {
    // A model's parameters have a component too, but also a key.
    guard origin.key == nil else { return false }
    return origin.function != nil || origin.sourceLine != nil || origin.component != nil
  }

  /// Why the record could not be parsed, if so.
  var problem: String? {
    if case .malformed(let error) = content { return "\(error)" }
    return nil
  }
}
