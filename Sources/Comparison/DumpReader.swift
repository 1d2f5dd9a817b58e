import KaldiIO

/// The one place where the comparison opens sources.
enum DumpReader {
  /// Hands over the records of a source until the body returns false.
  static func forEach(
    _ argument: String, shard: Shard? = nil, _ body: (TensorRecord) -> Bool
  ) throws(ComparisonError) {
    throw .unreadable("\(argument): reading is not wired yet")
  }

  /// All records of a source.
  static func records(_ argument: String) throws(ComparisonError) -> [TensorRecord] {
    var records: [TensorRecord] = []
    try forEach(argument) { record in
      records.append(record)
      return true
    }
    return records
  }

  /// All records of several sources, sorted by what they are.
  static func dump(_ arguments: [String]) throws(ComparisonError) -> Dump {
    var dump = Dump()
    for argument in arguments {
      for record in try records(argument) { dump.add(record, isLog: record.isFromLog) }
    }
    return dump
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
  /// Whether the record was met in a log.
  var isFromLog: Bool {
    origin.function != nil || origin.sourceLine != nil || origin.component != nil
      || origin.file.hasSuffix(".log")
  }

  /// Why the record could not be parsed, if so.
  var problem: String? { nil }
}
