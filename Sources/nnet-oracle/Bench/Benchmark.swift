import Arithmetic
import Concurrency
import Foundation
import Golden

/// Times subjects and gathers the rows.
struct Benchmark {
  let stopwatch: Stopwatch
  let limits: MachineLimits
  /// How many threads a kernel may use.
  let threads: Int
  /// Which numbers to run in: `Double`, `Float`.
  let scalars: [String]
  private(set) var results: [Measurement] = []

  /// Measures the machine's limits first.
  init(seconds: Double, threads: Int, scalars: [String]) {
    stopwatch = Stopwatch(seconds: seconds)
    limits = MachineLimits(stopwatch)
    self.threads = threads
    self.scalars = scalars
  }

  /// Times one subject at one setting.
  mutating func run(_ subject: BenchSubject, _ dimensions: [BenchDimension]) throws(Trouble) {
    do {
      switch subject.kind {
      case .dump: try dump()
      case .archive, .files:
        for scalar in scalars { try files(subject, dimensions, scalar) }
      case .layer(let golden):
        for scalar in scalars { try kernel(subject, golden, dimensions, scalar) }
      }
    } catch {
      throw Trouble("bench: \(subject.name): \(error)")
    }
  }

  private mutating func kernel(
    _ subject: BenchSubject, _ golden: GoldenCase, _ dimensions: [BenchDimension],
    _ scalar: String
  ) throws {
    let work =
      scalar == "Float"
      ? try KernelWork.make(golden, dimensions, threads: threads, Float.self)
      : try KernelWork.make(golden, dimensions, threads: threads, Double.self)
    for pass in work.passes {
      let timing = stopwatch.time(threads == 1 ? .processor : .wall) { pass.run() }
      add(
        subject.name, pass.name, dimensions, scalar, threads, timing,
        .operations(pass.operations))
    }
  }

  private mutating func files(
    _ subject: BenchSubject, _ dimensions: [BenchDimension], _ scalar: String
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("nnet-oracle-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let isDouble = scalar == "Double"
    let work: FileWork
    if case .archive(let isBinary) = subject.kind {
      work = try .archives(dimensions, isBinary: isBinary, isDouble: isDouble, in: folder)
    } else {
      work = try .folders(dimensions, isDouble: isDouble, in: folder)
    }
    for pass in work.passes {
      let timing = try stopwatch.time(.wall) { try pass.run() }
      add(subject.name, pass.name, dimensions, scalar, processors, timing, .bytes(pass.bytes))
    }
  }

  /// All golden cases: proven values, bounds and files, in memory.
  private mutating func dump() throws {
    let timing = try stopwatch.time(.wall) {
      for folder in Threads.map(Catalogue.cases, { one in Result { try CaseRun(one).folder() } }) {
        _ = try folder.get()
      }
    }
    add("dump", "dump", [], nil, processors, timing, .nothing)
  }

  private var processors: Int { ProcessInfo.processInfo.activeProcessorCount }

  private mutating func add(
    _ kernel: String, _ pass: String, _ dimensions: [BenchDimension], _ scalar: String?,
    _ threads: Int, _ timing: Timing, _ quantity: Measurement.Quantity
  ) {
    results.append(
      Measurement(
        kernel: kernel, pass: pass, dimensions: dimensions, scalar: scalar, threads: threads,
        timing: timing, quantity: quantity,
        limit: limits.limit(of: quantity, scalar: scalar)))
  }
}
